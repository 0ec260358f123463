import { expect } from "chai";
import { keccak256, toBeHex } from "ethers";
import fc from "fast-check";
import type { LeafPayload } from "../../backend/lib/effects.ts";
import { merkleTree, verifyMerkleProof } from "../../backend/lib/merkle.ts";
import { type AnchoringWorld, startAnchoringWorld } from "../support/anchoring-world.ts";

let serial = 0;
const commitments = (count: number): string[] => Array.from({ length: count }, () => keccak256(toBeHex(++serial, 32)));
const leaf = (kind: LeafPayload["kind"], [commitment] = commitments(1)): LeafPayload => ({
  id: `${kind}:${++serial}`,
  kind,
  commitment: commitment!,
});

describe("anchoring by Merkle batch", function () {
  this.timeout(120_000);
  let world: AnchoringWorld;

  before(async () => {
    world = await startAnchoringWorld();
  });
  after(() => world.stop());

  const prove = async (batchId: string, values: readonly string[], root: string): Promise<void> => {
    for (const value of values) {
      const proof = (await world.anchoring.proofInBatch(batchId, value))!;
      expect(proof.root).to.equal(root);
      expect(proof.anchor).to.deep.equal({ state: "pending", root });
      expect(verifyMerkleProof(root, value, proof.path)).to.equal(true);
    }
  };

  it("proves every commitment of a set of any size, out of the store", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_400 }), async (size) => {
        const values = commitments(size);
        const id = `set-${++serial}`;
        await world.anchoring.anchorBatch(id, "records", values);
        await prove(id, values, merkleTree(values).root);
        expect(await world.anchoring.proofInBatch(id, commitments(1)[0]!)).to.equal(null);
      }),
      { numRuns: 8, examples: [[1], [512], [513]] },
    );
  });

  it("proves out of a large set, built in a thread of its own", async () => {
    const values = commitments(30_000);
    await world.anchoring.anchorBatch("large", "records", values);
    const every = values.filter((_, i) => i % 997 === 0);
    await prove("large", every, merkleTree(values).root);
    expect(await world.asked("large")).to.deep.equal([{ root: merkleTree(values).root, kind: 1, count: 30_000 }]);
  });

  it("anchors a set once, however often it is asked to", async () => {
    const values = commitments(2_000);
    const before = await world.stored();
    await world.anchoring.anchorBatch("again", "records", values);
    const once = await world.stored();
    expect(once.pieces).to.be.greaterThan(before.pieces);
    await Promise.all([1, 2, 3].map(() => world.anchoring.anchorBatch("again", "records", values)));
    expect(await world.stored()).to.deep.equal(once);
    await Promise.all([1, 2, 3].map(() => world.anchoring.anchorBatch("at-a-time", "records", values)));
    const twice = await world.stored();
    expect(twice.pieces - once.pieces).to.equal(once.pieces - before.pieces);
    expect(twice.drafts).to.equal(0);
    await prove("at-a-time", values.slice(0, 5), merkleTree(values).root);
  });

  it("refuses what is no commitment, and no commitments", async () => {
    for (const bad of ["0x12", `0x${"zz".repeat(32)}`, ""]) {
      const error = await world.anchoring.anchorBatch("bad", "records", [bad]).catch((reason) => reason);
      expect(error, bad).to.be.instanceOf(RangeError);
    }
    expect(await world.anchoring.anchorBatch("bad", "records", []).catch((e) => e)).to.be.instanceOf(RangeError);
    expect(await world.anchoring.batchAnchor("bad")).to.deep.equal({ state: "waiting" });
  });

  it("puts single leaves of each kind into a batch of their own", async () => {
    await world.newActs();
    const kinds = ["snapshots", "accessLog", "decisions", "documents"] as const;
    const leaves = kinds.flatMap((kind) => [leaf(kind), leaf(kind), leaf(kind)]);
    for (const [i, one] of leaves.entries()) await world.store.add(one, String(i));
    await world.store.add(leaves[0]!, "again");
    expect((await world.anchoring.waitingLeaves()).count).to.equal(12);
    expect(await world.anchoring.proofOfLeaf(leaves[0]!.id)).to.equal(null);
    expect(await world.anchoring.batchLeaves()).to.equal(false);
    const anchors = await world.anchoring.anchorsOf(leaves.map(({ id }) => id));
    for (const { id, commitment } of leaves) {
      const { root, path } = (await world.anchoring.proofOfLeaf(id))!;
      expect(verifyMerkleProof(root, commitment, path)).to.equal(true);
      expect(anchors.get(id)).to.deep.equal({ state: "pending", root });
    }
    const acts = (await world.newActs()).map(({ kind, count }) => ({ kind, count }));
    expect(acts).to.have.deep.members([4, 5, 6, 7].map((kind) => ({ kind, count: 3 })));
    expect((await world.anchoring.waitingLeaves()).count).to.equal(0);
  });

  for (const [bids, count] of [
    [1, 8],
    [8, 8],
    [9, 16],
  ] as const)
    it(`shows the chain ${count} leaves where there are ${bids} bids`, async () => {
      await world.newActs();
      const leaves = Array.from({ length: bids }, () => leaf("bids"));
      for (const one of leaves) await world.store.add(one, one.id);
      await world.anchoring.batchLeaves();
      expect((await world.newActs()).map((act) => [act.kind, act.count])).to.deep.equal([[2, count]]);
      for (const { id, commitment } of leaves) {
        const { root, path } = (await world.anchoring.proofOfLeaf(id))!;
        expect(path.length).to.equal(Math.log2(count));
        expect(verifyMerkleProof(root, commitment, path)).to.equal(true);
      }
    });

  it("takes tens of thousands of single leaves a round", async () => {
    const leaves = commitments(33_000).map((commitment) => leaf("accessLog", [commitment]));
    await world.store.leaves.collection.insertMany(
      leaves.map(({ id, ...rest }, i) => ({
        ...rest,
        _id: id,
        order: String(i).padStart(6, "0"),
        createdAt: new Date(),
      })) as never,
    );
    expect(await world.anchoring.batchLeaves()).to.equal(true);
    expect((await world.anchoring.waitingLeaves()).count).to.equal(33_000 - 32_768);
    expect(await world.anchoring.batchLeaves()).to.equal(false);
    expect((await world.anchoring.waitingLeaves()).count).to.equal(0);
    for (const { id, commitment } of [leaves[0]!, leaves[20_000]!, leaves.at(-1)!]) {
      const { root, path } = (await world.anchoring.proofOfLeaf(id))!;
      expect(verifyMerkleProof(root, commitment, path)).to.equal(true);
    }
  });

  it("gives no proof out of a damaged tree", async () => {
    const values = commitments(600);
    await world.anchoring.anchorBatch("damaged", "records", values);
    const batch = (await world.store.batches.findById("damaged").lean())!;
    const pieces = world.connection.collection("merklePieces");
    const [piece] = await pieces.find({ _id: { $gte: `${batch.treeId}:` } as never }).toArray();
    const bytes = Buffer.from((piece!.nodes as { buffer: Uint8Array }).buffer);
    // The siblings below the piece's first node: half of its leaves have one of them on their way.
    bytes.fill(7, 64, 128);
    await pieces.updateOne({ _id: piece!._id }, { $set: { nodes: bytes } });
    const outcomes = await Promise.all(
      values.map((value) => world.anchoring.proofInBatch("damaged", value).then(Boolean, (e) => String(e))),
    );
    expect(new Set(outcomes)).to.deep.equal(new Set([true, "Error: the Merkle tree of damaged is damaged"]));
    await pieces.deleteOne({ _id: piece!._id });
    const gone = await Promise.all(
      values.map((value) => world.anchoring.proofInBatch("damaged", value).then(Boolean, (e) => String(e))),
    );
    expect(gone.filter((outcome) => String(outcome).includes("is gone")).length).to.be.greaterThan(200);
  });

  it("proves out of a batch that an earlier version stored", async () => {
    const values = commitments(20);
    const { root } = merkleTree(values);
    await world.store.batches.collection.insertOne({
      _id: "earlier",
      version: 0,
      outbox: [],
      kind: "records",
      root,
      count: 20,
      values: Buffer.from(values.map((value) => value.slice(2)).join(""), "hex"),
      leafIds: [],
      marked: true,
      actId: root,
      createdAt: new Date(),
    } as never);
    await prove("earlier", values, root);
  });
});
