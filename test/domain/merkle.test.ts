import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { hexlify } from "ethers";
import fc from "fast-check";
import { merkleTree, verifyMerkleProof } from "../../backend/lib/merkle.ts";

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hexlify(bytes));

describe("Merkle trees", () => {
  it("give the roots and proofs of @openzeppelin/merkle-tree", () => {
    fc.assert(
      fc.property(fc.uniqueArray(hash, { minLength: 1, maxLength: 40 }), (values) => {
        const theirs = StandardMerkleTree.of(
          values.map((value) => [value]),
          ["bytes32"],
        );
        const ours = merkleTree(values);
        expect(ours.root).to.equal(theirs.root);
        for (const [i, value] of values.entries()) {
          expect(ours.proof(value)).to.deep.equal(theirs.getProof(i));
          expect(verifyMerkleProof(ours.root, value, ours.proof(value))).to.equal(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("prove nothing about a value that is not in the tree", () => {
    fc.assert(
      fc.property(fc.uniqueArray(hash, { minLength: 2, maxLength: 20 }), ([stranger, ...values]) => {
        const tree = merkleTree(values);
        expect(() => tree.proof(stranger!)).to.throw(RangeError);
        expect(verifyMerkleProof(tree.root, stranger!, tree.proof(values[0]!))).to.equal(false);
      }),
      { numRuns: 60 },
    );
  });
});
