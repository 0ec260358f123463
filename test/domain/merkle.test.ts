import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { getBytes, hexlify, keccak256, toBeHex } from "ethers";
import fc from "fast-check";
import { buildTree } from "../../backend/lib/merkle/build-tree.ts";
import { buildMerkleNodes, merkleTreeBuilder, nodeOf } from "../../backend/lib/merkle/tree-builder.ts";
import { merklePath, merklePathIn } from "../../backend/lib/merkle/tree-path.ts";
import { merklePieces, PIECE_NODES, placeOf } from "../../backend/lib/merkle/tree-pieces.ts";
import { merkleLeaf, merkleTree, verifyMerkleProof } from "../../backend/lib/merkle.ts";

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hexlify(bytes));
const valuesOf = (count: number): string[] => Array.from({ length: count }, (_, i) => keccak256(toBeHex(i + 1, 32)));
const bytesOf = (values: readonly string[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(values.map((value) => value.slice(2)).join(""), "hex"));
const theirTree = (values: readonly string[]) =>
  StandardMerkleTree.of(
    values.map((value) => [value]),
    ["bytes32"],
  );
/** Around each border of a level, a piece and a round of hashing. */
const SIZES = [1, 2, 3, 7, 8, 9, 255, 256, 257, 511, 512, 513, 1_023, 1_024, 1_025, 2_049, 3_000];

describe("Merkle trees", function () {
  this.timeout(60_000);

  it("give the roots and proofs of @openzeppelin/merkle-tree", () => {
    fc.assert(
      fc.property(fc.uniqueArray(hash, { minLength: 1, maxLength: 40 }), (values) => {
        const theirs = theirTree(values);
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

  for (const size of SIZES)
    it(`are node for node those of @openzeppelin/merkle-tree with ${size} leaves`, () => {
      const values = valuesOf(size);
      const nodes = buildMerkleNodes(bytesOf(values));
      const ours = Array.from({ length: 2 * size - 1 }, (_, i) => hexlify(nodeOf(nodes, i + 1)));
      expect(ours).to.deep.equal(theirTree(values).dump().tree);
    });

  it("take a value that comes twice as @openzeppelin/merkle-tree does", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(6), { minLength: 1, maxLength: 30 }), (picks) => {
        const values = picks.map((pick) => valuesOf(7)[pick]!);
        const ours = merkleTree(values);
        expect(ours.root).to.equal(theirTree(values).root);
        for (const value of values) expect(verifyMerkleProof(ours.root, value, ours.proof(value))).to.equal(true);
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

  it("prove nothing with a path of other than hashes", () => {
    const value = valuesOf(1)[0]!;
    // Hashed alone, what stands for a value becomes the leaf of another.
    const tree = merkleTree([keccak256(value)]);
    expect(merkleLeaf(keccak256(value))).to.equal(keccak256(merkleLeaf(value)));
    expect(verifyMerkleProof(tree.root, value, ["0x"])).to.equal(false);
    expect(verifyMerkleProof(tree.root, value, ["no hash"])).to.equal(false);
  });

  it("are the same whatever the portions that the values come in", () => {
    const values = bytesOf(valuesOf(2_500));
    const { bytes } = buildMerkleNodes(values);
    fc.assert(
      fc.property(fc.array(fc.nat(2_500), { maxLength: 6 }), (cuts) => {
        const builder = merkleTreeBuilder(2_500);
        const borders = [0, ...cuts.toSorted((a, b) => a - b), 2_500];
        for (const [i, end] of borders.entries())
          if (i > 0) builder.add(values.subarray(borders[i - 1]! * 32, end * 32));
        expect(Buffer.compare(builder.finish().bytes, bytes)).to.equal(0);
      }),
      { numRuns: 20 },
    );
  });

  it("refuse no value, half a value, and other than the values that were told", () => {
    expect(() => merkleTree([])).to.throw(RangeError, "1 to");
    expect(() => merkleTreeBuilder(2).add(new Uint8Array(33))).to.throw(RangeError, "33 bytes");
    expect(() => merkleTreeBuilder(2).add(new Uint8Array(96))).to.throw(RangeError, "96 bytes");
    const short = merkleTreeBuilder(2);
    short.add(new Uint8Array(32));
    expect(() => short.finish()).to.throw(RangeError, "1 of its 2");
  });

  it("are the same from a thread of their own, which leaves this one free", async () => {
    const values = bytesOf(valuesOf(30_000));
    const here = buildMerkleNodes(values);
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const there = await buildTree(values.slice());
    clearInterval(timer);
    expect(there.count).to.equal(30_000);
    expect(Buffer.compare(there.bytes, here.bytes)).to.equal(0);
    expect(turns, "turns of this thread meanwhile").to.be.greaterThan(5);
  });

  it("tell when the thread fails", async () => {
    let reason: unknown;
    await buildTree(new Uint8Array(40_000 * 32 + 1)).catch((error) => (reason = error));
    expect(String(reason)).to.include("RangeError");
  });
});

describe("the pieces of a Merkle tree", function () {
  this.timeout(60_000);

  for (const size of [...SIZES, 40_000])
    it(`hold every node of ${size} leaves where it is looked for`, () => {
      const nodes = buildMerkleNodes(bytesOf(valuesOf(size)));
      const pieces = new Map([...merklePieces(nodes)].map(({ under, bytes }) => [under, bytes]));
      for (let node = 1; node < 2 * size; node++) {
        const { under, at } = placeOf(size, node);
        const bytes = pieces.get(under)!.subarray(at * 32, at * 32 + 32);
        if (Buffer.compare(bytes, nodeOf(nodes, node)) !== 0) expect.fail(`node ${node} is not at ${under}:${at}`);
      }
      for (const bytes of pieces.values()) expect(bytes.length).to.be.at.most(PIECE_NODES * 32);
      expect([...pieces.keys()][0]).to.equal(1);
    });

  it("are few on the way to any leaf", () => {
    const values = valuesOf(40_000);
    const nodes = buildMerkleNodes(bytesOf(values));
    let most = 0;
    for (const value of values.slice(0, 2_000)) {
      const read = new Set<number>();
      const search = merklePath(nodes.count, getBytes(merkleLeaf(value)));
      let step = search.next();
      while (!step.done) {
        read.add(placeOf(nodes.count, step.value).under);
        step = search.next(nodeOf(nodes, step.value));
      }
      most = Math.max(most, read.size);
    }
    expect(most).to.be.within(2, 5);
  });

  it("are found in order even where hashes crowd together", () => {
    // No real hashes do; the search must still end.
    const crowded = fc.array(fc.tuple(fc.constantFrom(0, 255), fc.nat(0xffff)), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(crowded, (rows) => {
        const leaves = rows.map(([lead, tail]) => {
          const leaf = new Uint8Array(32).fill(lead);
          new DataView(leaf.buffer).setUint16(30, tail);
          return leaf;
        });
        leaves.sort((a, b) => Buffer.compare(b, a));
        const bytes = new Uint8Array(leaves.length * 64);
        for (const [i, leaf] of leaves.entries()) bytes.set(leaf, (leaves.length + i) * 32);
        const nodes = { count: leaves.length, bytes };
        const length = (node: number): number => 31 - Math.clz32(node);
        for (const leaf of leaves) {
          const path = merklePathIn(nodes, leaf);
          expect(path?.length).to.be.within(length(leaves.length), length(2 * leaves.length - 1));
        }
        expect(merklePathIn(nodes, new Uint8Array(32).fill(7))).to.equal(undefined);
      }),
      { numRuns: 100 },
    );
  });
});
