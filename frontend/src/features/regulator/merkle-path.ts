import { concat, keccak256 } from "ethers";

/** The root that a path leads to from a value, in the encoding of @openzeppelin/merkle-tree: leaf double hashed, pairs sorted. */
export function rootFrom(value: string, path: readonly string[]): string {
  let node = keccak256(keccak256(value));
  for (const sibling of path) {
    const other = sibling.toLowerCase();
    node = keccak256(node < other ? concat([node, other]) : concat([other, node]));
  }
  return node;
}
