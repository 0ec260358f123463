import { expect } from "chai";
import { keccak256, toBeHex } from "ethers";
import { merkleTree, verifyMerkleProof } from "../../backend/lib/merkle.ts";
import { type Anchorer, type AnchoringWorld, startAnchoringWorld } from "../support/anchoring-world.ts";
import { type CutConnection, cutConnection } from "../support/cut-connection.ts";

const LEAVES = 3_000;
/** Cuts are made at so many places, spread evenly over all that the work sends. */
const CUTS = 16;

let serial = 0;
const commitments = (count: number): string[] => Array.from({ length: count }, () => keccak256(toBeHex(++serial, 32)));

describe("anchoring that is killed midway", function () {
  this.timeout(120_000);
  let world: AnchoringWorld;
  const ways: CutConnection[] = [];
  const others: Anchorer[] = [];

  before(async () => {
    world = await startAnchoringWorld();
  });
  after(async () => {
    await Promise.all(others.map(({ connection }) => connection.close().catch(() => undefined)));
    await Promise.all(ways.map((way) => way.close()));
    await world.stop();
  });

  const treeOf = async (batchId: string) => (await world.store.batches.findById(batchId).lean())?.treeId;

  /** Another process at work over a connection that is cut after so many bytes. True when it got to its end. */
  async function work(bytes: number, task: (anchorer: Anchorer) => Promise<unknown>) {
    const way = await cutConnection(world.port);
    ways.push(way);
    const other = await world.another(way.port);
    others.push(other);
    const before = way.sent();
    way.cutAfter(bytes);
    const done = await task(other).then(
      () => true,
      () => false,
    );
    const sent = way.sent() - before;
    await way.close();
    // Closed by force: a session's end is not to be waited for.
    await other.connection.destroy().catch(() => undefined);
    return { done, sent };
  }

  const places = (all: number): number[] => Array.from({ length: CUTS }, (_, i) => Math.ceil((all * (i + 0.5)) / CUTS));

  it("leaves a set as never anchored or as anchored whole, at whatever byte it is cut", async () => {
    const values = commitments(LEAVES);
    const { root } = merkleTree(values);
    const all = await work(Number.POSITIVE_INFINITY, ({ anchoring }) =>
      anchoring.anchorBatch("whole", "records", values),
    );
    expect(all.done).to.equal(true);
    const whole = await world.stored();
    const outcomes = new Set<boolean>();
    for (const [i, bytes] of [...places(all.sent), all.sent - 300, all.sent - 150, all.sent - 50].entries()) {
      const id = `cut-${i}`;
      await work(bytes, ({ anchoring }) => anchoring.anchorBatch(id, "records", values));
      const there = (await world.anchoring.batchAnchor(id)).state !== "waiting";
      outcomes.add(there);
      // Whoever takes the work up again has the same set.
      await world.anchoring.anchorBatch(id, "records", values);
      expect(await world.asked(id), id).to.deep.equal([{ root, kind: 1, count: LEAVES }]);
      for (const value of values.filter((_, at) => at % 301 === 0)) {
        const proof = (await world.anchoring.proofInBatch(id, value))!;
        expect(verifyMerkleProof(root, value, proof.path)).to.equal(true);
      }
    }
    expect(outcomes, "cut before and after the batch counts").to.deep.equal(new Set([true, false]));

    const left = await world.stored();
    expect(left.drafts).to.be.greaterThan(0);
    await world.store.trees.removeAbandoned(treeOf);
    expect(await world.stored(), "nothing is removed that may still be at work").to.deep.equal(left);
    await world.store.trees.removeAbandoned(treeOf, 0);
    const clean = await world.stored();
    expect(clean.drafts).to.equal(0);
    expect(clean.pieces).to.equal(clean.batches * (whole.pieces / whole.batches));
    for (let i = 0; i < CUTS; i++)
      expect(await world.anchoring.proofInBatch(`cut-${i}`, values[i]!)).to.not.equal(null);
  });

  it("gets every single leaf into a batch, at whatever byte it is cut", async () => {
    const put = async (): Promise<{ id: string; commitment: string }[]> => {
      const leaves = commitments(200).map((commitment) => ({ id: `leaf:${commitment}`, commitment }));
      for (const { id, commitment } of leaves) await world.store.add({ id, kind: "decisions", commitment }, id);
      return leaves;
    };
    await put();
    const all = await work(Number.POSITIVE_INFINITY, ({ anchoring }) => anchoring.batchLeaves());
    const seen = new Set<string>();
    for (const bytes of [...places(all.sent).filter((_, i) => i % 2 === 0), all.sent - 100]) {
      const leaves = await put();
      await work(bytes, ({ anchoring }) => anchoring.batchLeaves());
      const { count } = await world.anchoring.waitingLeaves();
      seen.add(`${count} waiting, ${await world.store.batches.countDocuments({ marked: false })} batches to mark`);
      await world.anchoring.batchLeaves();
      expect((await world.anchoring.waitingLeaves()).count).to.equal(0);
      for (const { id, commitment } of leaves.filter((_, i) => i % 20 === 0)) {
        const { root, path } = (await world.anchoring.proofOfLeaf(id))!;
        expect(verifyMerkleProof(root, commitment, path)).to.equal(true);
      }
    }
    expect([...seen].toSorted()).to.deep.equal([
      "0 waiting, 1 batches to mark",
      "200 waiting, 0 batches to mark",
      "200 waiting, 1 batches to mark",
    ]);
    expect(await world.store.batches.countDocuments({ marked: false })).to.equal(0);
  });

  it("refuses the batch of a writer that was so slow that its tree was given up", async () => {
    const slow = await world.another(world.port);
    others.push(slow);
    const pieces = slow.connection.collection("merklePieces");
    const insert = pieces.insertMany.bind(pieces);
    pieces.insertMany = (async (documents: never) => {
      const result = await insert(documents);
      await world.store.trees.removeAbandoned(treeOf, 0);
      return result;
    }) as never;
    const before = await world.stored();
    const reason = await slow.anchoring.anchorBatch("slow", "records", commitments(LEAVES)).catch((error) => error);
    expect(String(reason)).to.include("given up");
    expect((await world.anchoring.batchAnchor("slow")).state).to.equal("waiting");
    expect(await world.stored()).to.deep.equal(before);
  });
});
