import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { type BatchDocument, type BatchOrigin, NO_COUNTS } from "../../backend/features/data-exchange/batch-types.ts";
import type { Catalog } from "../../backend/features/data-exchange/domain/catalog.ts";
import { recordCommitment } from "../../backend/features/data-exchange/domain/record-commitment.ts";
import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { finishBatch, ingestBatch } from "../../backend/features/data-exchange/ingestion-engine.ts";
import { newestRecords } from "../../backend/features/data-exchange/visible-records.ts";
import { merkleTree, verifyMerkleProof } from "../../backend/lib/merkle.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { memoryWorld, PowerCut } from "../support/ingestion-memory.ts";

const licences = standardCatalog("business-licences");
const HEADINGS = ["统一社会信用代码", "证照类型", "证照编号", "有效期起", "证照状态", "操作类型"];
const USCCS = ["MA7T0001", "MA7T0002", "MA7T0003"].map((body) => makeUscc("9", "1", "530402", body));

describe("data exchange: reading a batch", () => {
  const folder = mkdtempSync(join(tmpdir(), "batches-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let serial = 0;

  interface Given {
    text: string;
    catalog?: Catalog;
    mode?: "append" | "replace";
    origin?: BatchOrigin;
    receivedAt?: Date;
    name?: string;
  }
  function batchOf(world: ReturnType<typeof memoryWorld>, id: string, given: Given): BatchDocument {
    const path = join(folder, `${id}-${++serial}`);
    writeFileSync(path, given.text);
    const batch: BatchDocument = {
      ...structuredClone(NO_COUNTS),
      _id: id,
      catalogId: (given.catalog ?? licences).id,
      departmentCode: "x",
      fileName: given.name ?? "rows.csv",
      path,
      bytes: given.text.length,
      sha256: "",
      salt: `0x${"ab".repeat(32)}`,
      state: "received",
      origin: given.origin ?? { kind: "file" },
      options: { mode: given.mode ?? "append" },
      headings: [],
      checkpoint: 0,
      attempt: 1,
      replayed: 0,
      leaseUntil: new Date(0),
      receivedAt: given.receivedAt ?? new Date(2026, 0, 1 + world.batches.size),
      summed: false,
    };
    world.batches.set(id, batch);
    return batch;
  }
  async function read(world: ReturnType<typeof memoryWorld>, id: string, given: Given): Promise<BatchDocument> {
    await ingestBatch(world.ports, batchOf(world, id, given), given.catalog ?? licences);
    return world.batches.get(id)!;
  }
  const csv = (rows: readonly (readonly string[])[], headings = HEADINGS): string =>
    [headings, ...rows].map((row) => row.join(",")).join("\n");
  const licence = (number: string, changes: { uscc?: string; from?: string; mark?: string } = {}): string[] => [
    changes.uscc ?? USCCS[0]!,
    "食品经营许可证",
    number,
    changes.from ?? "2025-01-01",
    "有效",
    changes.mark ?? "",
  ];
  const current = async (world: ReturnType<typeof memoryWorld>, uscc = USCCS[0]!) =>
    (await newestRecords(world.ports.batches, await world.ports.records.ofEnterprise(uscc)))
      .map(({ fields }) => [fields.licenceNo, fields.validFrom])
      .toSorted();

  const row = fc.record({
    number: fc.integer({ min: 1, max: 12 }),
    uscc: fc.constantFrom(...USCCS),
    day: fc.integer({ min: 1, max: 3 }),
    kind: fc.constantFrom("good", "good", "good", "good", "badDate", "badCode", "short", "deletion"),
  });
  const cells = ({
    number,
    uscc,
    day,
    kind,
  }: {
    number: number;
    uscc: string;
    day: number;
    kind: string;
  }): string[] => {
    const good = licence(`L${number}`, { uscc, from: kind === "badDate" ? "2025-02-30" : `2025-01-0${day}` });
    if (kind === "short") return good.slice(0, 3);
    if (kind === "badCode") good[1] = "飞行执照";
    if (kind === "deletion") good[5] = "删除";
    return good;
  };

  it("ends in the same state to the byte, wherever power cuts come, and counts every row once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 30 }),
        fc.array(row, { minLength: 1, maxLength: 60 }),
        fc.constantFrom("append" as const, "replace" as const),
        fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 2, max: 9 }),
        async (before, rows, mode, cuts, maxLeaves) => {
          const run = async (withCuts: readonly number[]) => {
            const world = memoryWorld(maxLeaves, { group: 4, checkpointRows: 6 });
            await read(world, "a-earlier", { text: csv(before.map(cells)) });
            const given: Given = { text: csv(rows.map(cells)), mode };
            batchOf(world, "b-later", given);
            let lastCheckpoint = 0;
            for (const writes of [...withCuts, Number.POSITIVE_INFINITY]) {
              world.cutAfter(writes);
              const batch = world.batches.get("b-later")!;
              if (batch.state !== "received") break;
              expect(batch.checkpoint, "what was reached stays reached").to.be.at.least(lastCheckpoint);
              lastCheckpoint = batch.checkpoint;
              const attempt = { ...batch, attempt: batch.attempt + 1 };
              world.batches.set("b-later", attempt);
              await ingestBatch(world.ports, attempt, licences).catch((error) => {
                if (!(error instanceof PowerCut)) throw error;
              });
            }
            // What a start does with batches that had ended.
            await finishBatch(world.ports, world.batches.get("b-later")!);
            return world;
          };
          const whole = await run([]);
          const broken = await run(cuts);
          expect(broken.endState()).to.deep.equal(whole.endState());
          const batch = whole.batches.get("b-later")!;
          if (batch.state === "rejected") {
            expect(mode).to.equal("replace");
            expect([...whole.records.values()].some(({ batchId }) => batchId === "b-later")).to.equal(false);
            return;
          }
          expect(batch.rows).to.equal(rows.length);
          expect(batch.stored + batch.duplicates + batch.quarantined).to.equal(batch.rows);
          const visible = await newestRecords(
            whole.ports.batches,
            [...whole.records.values()].filter(({ moved }) => !moved),
          );
          expect(visible.length, "the count of current records").to.equal(
            batch.net + whole.batches.get("a-earlier")!.net,
          );
          // Every stored version is a leaf of the tree that it says it is in.
          const chunks = new Map<string, string[]>();
          for (const record of whole.records.values()) {
            if (record.moved) continue;
            const name = `${record.batchId}:${record.chunk}`;
            const own = whole.batches.get(record.batchId)!;
            chunks.set(name, [...(chunks.get(name) ?? []), recordCommitment(own.salt, record._id, record)]);
          }
          expect([...chunks.keys()].toSorted()).to.deep.equal([...whole.roots.keys()].toSorted());
          for (const [name, leaves] of chunks) {
            expect(leaves.length).to.be.at.most(maxLeaves);
            const tree = merkleTree(leaves);
            expect(tree.root).to.equal(whole.roots.get(name));
            expect(verifyMerkleProof(tree.root, leaves[0]!, tree.proof(leaves[0]!))).to.equal(true);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("reads of a whole state what is in it, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 20 }),
        fc.array(row, { minLength: 1, maxLength: 20 }),
        async (before, rows) => {
          const world = memoryWorld(50, { group: 5, checkpointRows: 10 });
          await read(world, "a", { text: csv(before.map((one) => cells({ ...one, kind: "good" }))) });
          await read(world, "b", { text: csv(rows.map((one) => cells({ ...one, kind: "good" }))), mode: "replace" });
          const last = new Map(rows.map((one) => [`L${one.number}`, one]));
          const expected = [...last].map(([number, { uscc, day }]) => [uscc, number, `2025-01-0${day}`]).toSorted();
          const found = await Promise.all(
            USCCS.map(async (uscc) => (await current(world, uscc)).map((one) => [uscc, ...one])),
          );
          expect(found.flat().toSorted()).to.deep.equal(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("does not let an older word replace a newer one, and keeps both", async () => {
    const dated: Catalog = { ...licences, sourceTimeField: "validFrom" };
    const world = memoryWorld(50, { group: 5, checkpointRows: 10 });
    await read(world, "a", { text: csv([licence("L1", { from: "2025-05-05" })]), catalog: dated });
    const late = await read(world, "b", { text: csv([licence("L1", { from: "2025-01-01" })]), catalog: dated });
    expect([late.stored, late.late, late.corrected]).to.deep.equal([1, 1, 0]);
    expect(await current(world)).to.deep.equal([["L1", "2025-05-05"]]);
    const again = await read(world, "c", { text: csv([licence("L1", { from: "2025-01-01" })]), catalog: dated });
    expect([again.stored, again.duplicates]).to.deep.equal([0, 1]);
    const pushed = { kind: "push" as const, sourceTime: "2020-01-01T00:00:00.000Z" };
    await read(world, "d", { text: csv([licence("L2", { from: "2025-02-02" })]) });
    await read(world, "e", { text: csv([licence("L2", { from: "2024-02-02" })]), origin: pushed });
    expect(await current(world)).to.deep.equal([
      ["L1", "2025-05-05"],
      ["L2", "2025-02-02"],
    ]);
    expect([...world.records.values()].filter(({ key }) => key.endsWith("L2"))).to.have.length(2);
  });

  it("takes a record from the enterprise that had it when it becomes another's", async () => {
    const world = memoryWorld(50, { group: 5, checkpointRows: 10 });
    await read(world, "a", { text: csv([licence("L1")]) });
    await read(world, "b", { text: csv([licence("L1", { uscc: USCCS[1]! })]) });
    expect(await current(world, USCCS[0]!)).to.deep.equal([]);
    expect(await current(world, USCCS[1]!)).to.have.length(1);
    await read(world, "c", { text: csv([licence("L1")]) });
    expect(await current(world, USCCS[0]!)).to.have.length(1);
    expect(await current(world, USCCS[1]!)).to.deep.equal([]);
  });

  it("refuses a whole state without a good row, and a deletion of what isn't there", async () => {
    const world = memoryWorld(50, { group: 5, checkpointRows: 10 });
    await read(world, "a", { text: csv([licence("L1")]) });
    const empty = await read(world, "b", { text: csv([licence("L2", { from: "never" })]), mode: "replace" });
    expect([empty.state, empty.fault?.code]).to.deep.equal(["rejected", "file.noRows"]);
    expect([...world.quarantine.values()]).to.deep.equal([]);
    await read(world, "c", { text: csv([licence("L9", { mark: "D" }), licence("L1", { mark: "什么" })]) });
    expect([...world.quarantine.values()].map(({ faults }) => faults[0]?.reason)).to.deep.equal([
      "deletionMark",
      "unknownRecord",
    ]);
    // Its own bad row is still the record's row: it is not missing.
    await read(world, "d", { text: csv([licence("L1", { from: "never" }), licence("L3")]), mode: "replace" });
    expect(await current(world)).to.deep.equal([
      ["L1", "2025-01-01"],
      ["L3", "2025-01-01"],
    ]);
  });
});
