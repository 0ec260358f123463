import { fork } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import writeWorkbook, { type SheetData } from "write-excel-file/node";
import { type BatchDocument, NO_COUNTS } from "../../backend/features/data-exchange/batch-types.ts";
import { canonicalJson } from "../../backend/lib/canonical-json.ts";
import { sha256Hex } from "../../backend/lib/hash.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import { createStores } from "../../backend/stores.ts";
import { type Store, startStore } from "../../scripts/bench/document-store-process.ts";
import { sleep } from "../../scripts/client/waiting.ts";
import { untilGone } from "../support/chain-kill.ts";

const PROGRAM = join(import.meta.dirname, "../../scripts/bench/data-ingest-child.ts");
const ROWS = 60_000;

const uscc = (i: number): string => makeUscc("9", "1", "530402", `MA${String(i % 7_000).padStart(6, "0")}`);
/** One row in a hundred can't be taken, one in two hundred comes twice, one in three hundred is corrected further down. */
function rowsOf(prefix: string): string[][] {
  return Array.from({ length: ROWS }, (_, i) => {
    const number = i % 200 === 7 ? i - 1 : i % 300 === 11 ? i - 10 : i;
    const from = i % 100 === 3 ? "2025-02-30" : i % 300 === 11 ? "2025-06-06" : "2025-03-05";
    return [uscc(number), "食品经营许可证", `${prefix}-${number}`, from, "有效"];
  });
}
const HEADINGS = ["统一社会信用代码", "证照类型", "证照编号", "有效期起", "证照状态"];

/** Everything that is kept of the batches, without the times at which it was written. */
async function endState(uri: string) {
  const connection = await connectMongo(uri);
  const digests: Record<string, string> = {};
  for (const name of ["records", "quarantine"]) {
    const all = await connection
      .collection(name)
      .find({})
      .sort({ _id: 1 } as never)
      .toArray();
    digests[name] = `${all.length} ${sha256Hex(all.map((one) => canonicalJson(one)).join("\n"))}`;
  }
  const trees = await connection
    .collection("merkleBatches")
    .find({})
    .sort({ _id: 1 } as never)
    .toArray();
  const batches = await connection
    .collection("batches")
    .find({})
    .sort({ _id: 1 } as never)
    .toArray();
  const summaries = await connection.collection("catalogSummaries").find({}).toArray();
  await connection.close();
  return {
    ...digests,
    roots: trees.map(({ _id, root, count }) => [String(_id), root, count]),
    batches: batches.map(({ attempt, leaseUntil, startedAt, finishedAt, path, ...kept }) => kept),
    summaries: summaries.map(({ latencyMs, lastLatencyMs, maxLatencyMs, ...kept }) => kept),
  };
}

describe("a server that is killed while it reads files", function () {
  this.timeout(300_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-ingestion-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A store with the same two batches received, of the same ids and salts. */
  async function newStore(name: string, files: readonly { path: string; name: string }[]): Promise<Store> {
    const store = await startStore(join(folder, name, "store"));
    const connection = await connectMongo(store.uri);
    const stores = await createStores(connection);
    for (const [i, file] of files.entries()) {
      const path = join(folder, name, `file-${i}`);
      copyFileSync(file.path, path);
      await stores.batches.insert(`0199f000-0000-7000-8000-00000000000${i}`, {
        ...structuredClone(NO_COUNTS),
        catalogId: "business-licences",
        departmentCode: "market-regulation",
        fileName: file.name,
        path,
        bytes: 1,
        sha256: String(i),
        salt: `0x${String(i).repeat(64)}`,
        state: "received",
        origin: { kind: "file" },
        options: { mode: "append" },
        headings: [],
        checkpoint: 0,
        attempt: 0,
        replayed: 0,
        leaseUntil: new Date(0),
        receivedAt: new Date(Date.UTC(2026, 0, 1 + i)),
        summed: false,
      });
    }
    await connection.close();
    return store;
  }

  /** A process that reads all batches; killed so long after a claim or a checkpoint, or let be. */
  async function readBatches(
    uri: string,
    name: string,
    kill?: { after: "attempt" | "checkpoint"; ms: number },
  ): Promise<BatchDocument[]> {
    const connection = await connectMongo(uri);
    const batches = connection.collection("batches");
    // As if the killed process's claim had run out.
    await batches.updateMany({ state: "received" }, { $set: { leaseUntil: new Date(0) } });
    const manifest = join(folder, name, "none.json");
    writeFileSync(manifest, "[]");
    const child = fork(PROGRAM, [uri, manifest, join(folder, name)], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    if (kill) {
      const sum = async () => (await batches.find({}).toArray()).reduce((total, one) => total + one[kill.after], 0);
      const before = await sum();
      while ((await sum()) === before && child.exitCode === null) await sleep(20);
      await sleep(kill.ms);
      child.kill("SIGKILL");
    }
    const code = await ended;
    if (!kill) expect(code).to.equal(0);
    const found = (await batches
      .find({})
      .sort({ _id: 1 } as never)
      .toArray()) as unknown as BatchDocument[];
    await connection.close();
    return found;
  }

  it("ends with the same records, quarantine and Merkle roots, to the byte, and goes on where it was", async () => {
    mkdirSync(join(folder, "given"));
    const csv = join(folder, "given", "a.csv");
    const xlsx = join(folder, "given", "b.xlsx");
    writeFileSync(csv, [HEADINGS, ...rowsOf("A")].map((row) => row.join(",")).join("\n"));
    const sheet = [HEADINGS, ...rowsOf("A").slice(0, 8_000), ...rowsOf("B").slice(0, 8_000)];
    const data = sheet.map((row) => row.map((value) => ({ value }))) as SheetData;
    writeFileSync(xlsx, await writeWorkbook(data, { sheet: "数据" }).toBuffer());
    const files = [
      { path: csv, name: "a.csv" },
      { path: xlsx, name: "b.xlsx" },
    ];

    const whole = await newStore("whole", files);
    let broken = await newStore("broken", files);
    try {
      await readBatches(whole.uri, "whole");
      const expected = await endState(whole.uri);
      let kills = 0;
      let wentOn = 0;
      const moments = [
        { after: "attempt", ms: 300 },
        { after: "checkpoint", ms: 20 },
        { after: "checkpoint", ms: 150 },
        { after: "checkpoint", ms: 400 },
        { after: "checkpoint", ms: 60 },
      ] as const;
      for (const moment of moments) {
        const found = await readBatches(broken.uri, "broken", moment);
        if (found.every(({ state }) => state !== "received")) break;
        kills += 1;
        wentOn += found.filter(({ state, checkpoint }) => state === "received" && checkpoint > 0).length;
        if (kills === 2) {
          // The store as well, as a power cut would.
          process.kill(broken.pid, "SIGKILL");
          await untilGone(broken.pid);
          broken = await startStore(join(folder, "broken", "store"));
        }
      }
      expect(kills, "kills while rows were read").to.be.at.least(3);
      expect(wentOn, "restarts that found a checkpoint").to.be.at.least(1);
      await readBatches(broken.uri, "broken");
      expect(await endState(broken.uri)).to.deep.equal(expected);
      const [first] = expected.batches as unknown as BatchDocument[];
      expect(first).to.deep.include({ rows: ROWS, quarantined: ROWS / 100, state: "stored" });
    } finally {
      await whole.stop();
      await broken.stop();
    }
  });
});
