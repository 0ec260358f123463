import { getBytes, hexlify, keccak256 } from "ethers";
import type { Hex32 } from "./hex.ts";

/*
 * Merkle trees in the encoding of @openzeppelin/merkle-tree for leaves of one bytes32: a leaf is
 * keccak256(keccak256(value)), leaves are sorted, inner nodes hash the sorted pair. Contracts check them with
 * OpenZeppelin's MerkleProof.
 */

/** The leaf of a commitment: double hashed, so that no inner node can pass for a leaf. */
export const merkleLeaf = (value: Hex32): Hex32 => keccak256(keccak256(value));

function hashPair(a: Uint8Array, b: Uint8Array): Uint8Array {
  const pair = new Uint8Array(64);
  let at = 0;
  while (at < 31 && a[at] === b[at]) at++;
  const swap = a[at]! > b[at]!;
  pair.set(swap ? b : a, 0);
  pair.set(swap ? a : b, 32);
  return getBytes(keccak256(pair));
}

export interface MerkleTree {
  readonly root: Hex32;
  /** The sibling path of a commitment, leaf first. Throws RangeError when it is not in the tree. */
  proof(value: Hex32): Hex32[];
}

/** Builds the tree of one or more distinct commitments (bytes32 each). */
export function merkleTree(values: readonly Hex32[]): MerkleTree {
  if (values.length === 0) throw new RangeError("merkleTree: no values");
  const leaves = values.map((value) => merkleLeaf(value));
  const order = leaves.map((_, i) => i).sort((a, b) => (leaves[a]! < leaves[b]! ? -1 : 1));
  const count = values.length;
  const nodes = new Array<Uint8Array>(2 * count - 1);
  const indexOf = new Map<string, number>();
  order.forEach((valueIndex, i) => {
    const at = 2 * count - 2 - i;
    nodes[at] = getBytes(leaves[valueIndex]!);
    indexOf.set(values[valueIndex]!, at);
  });
  for (let i = count - 2; i >= 0; i--) nodes[i] = hashPair(nodes[2 * i + 1]!, nodes[2 * i + 2]!);
  return {
    root: hexlify(nodes[0]!),
    proof(value) {
      let at = indexOf.get(value);
      if (at === undefined) throw new RangeError(`merkleTree: ${value} is not in the tree`);
      const path: Hex32[] = [];
      while (at > 0) {
        path.push(hexlify(nodes[at % 2 === 1 ? at + 1 : at - 1]!));
        at = Math.floor((at - 1) / 2);
      }
      return path;
    },
  };
}

/** True when `path` leads from the commitment to `root`. */
export function verifyMerkleProof(root: Hex32, value: Hex32, path: readonly Hex32[]): boolean {
  let node = getBytes(merkleLeaf(value));
  for (const sibling of path) node = hashPair(node, getBytes(sibling));
  return hexlify(node) === root;
}
