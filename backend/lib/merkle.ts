import { getBytes, hexlify, keccak256 } from "ethers";
import type { Hex32 } from "./hex.ts";
import { buildMerkleNodes, HASH, nodeOf, writeHashes } from "./merkle/tree-builder.ts";
import { merklePathIn } from "./merkle/tree-path.ts";

/*
 * Merkle trees in the encoding of @openzeppelin/merkle-tree for leaves of one bytes32: a leaf is
 * keccak256(keccak256(value)), leaves are sorted, inner nodes hash the sorted pair. Contracts check them with
 * OpenZeppelin's MerkleProof. Proofs are checked here, in the browser as well; large trees are built in ./merkle.
 */

/** The leaf of a commitment: double hashed, so that no inner node can pass for a leaf. */
export const merkleLeaf = (value: Hex32): Hex32 => keccak256(keccak256(value));

export interface MerkleTree {
  readonly root: Hex32;
  /** The sibling path of a commitment, leaf first. Throws RangeError when it is not in the tree. */
  proof(value: Hex32): Hex32[];
}

/** Builds the tree of some commitments (bytes32 each) that are at hand. Throws RangeError when there is none. */
export function merkleTree(values: readonly Hex32[]): MerkleTree {
  const bytes = new Uint8Array(values.length * HASH);
  writeHashes(bytes, values);
  const nodes = buildMerkleNodes(bytes);
  return {
    root: hexlify(nodeOf(nodes, 1)),
    proof(value) {
      const path = merklePathIn(nodes, getBytes(merkleLeaf(value)));
      if (!path) throw new RangeError(`merkleTree: ${value} is not in the tree`);
      return path.map((hash) => hexlify(hash));
    },
  };
}

/** True when `path` leads from the commitment to `root`. */
export function verifyMerkleProof(root: Hex32, value: Hex32, path: readonly Hex32[]): boolean {
  let node = merkleLeaf(value);
  for (const sibling of path) {
    // A shorter or longer one could make a leaf of what never was.
    if (!/^0x[0-9a-f]{64}$/i.test(sibling)) return false;
    // Hex of one case and length: its order is that of the bytes.
    const other = sibling.toLowerCase();
    node = keccak256(node < other ? node + other.slice(2) : other + node.slice(2));
  }
  return node === root.toLowerCase();
}
