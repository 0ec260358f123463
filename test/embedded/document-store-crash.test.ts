import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { type Db, MongoClient } from "mongodb";
import { check } from "../../backend/embedded/document-store/backup.ts";
import { readAll, WORK_INDEXES, Writer } from "../support/document-store-load.ts";
import { temporaryFolder } from "./document-store-support.ts";

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 30);
const WRITERS = 12;
/** Every so many rounds the server is stopped in good order under the same load. */
const STOP_EVERY = 8;
const program = fileURLToPath(new URL("../support/document-store-crash-server.ts", import.meta.url));

const load = (): ChildProcess => fork(program, { execArgv: ["--disable-warning=ExperimentalWarning"] });

async function connect(server: ChildProcess, dataDir: string): Promise<MongoClient> {
  server.send({ dataDir });
  const [answer] = (await once(server, "message")) as [{ port?: number; failed?: string }];
  expect(answer.failed).to.equal(undefined);
  return MongoClient.connect(`mongodb://127.0.0.1:${answer.port}/?directConnection=true`, {
    retryWrites: false,
    retryReads: false,
    serverSelectionTimeoutMS: 2000,
    maxPoolSize: WRITERS,
    minPoolSize: WRITERS,
  });
}

/** Every index must lead to as many documents as there are. */
async function checkCounts(db: Db): Promise<void> {
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    const c = db.collection(name);
    const documents = (await c.find().toArray()).length;
    expect(await c.countDocuments(), name).to.equal(documents);
    for (const index of await c.indexes()) {
      const found = await c.find({}, { hint: index.name!, projection: { _id: 1 } }).toArray();
      expect(new Set(found.map((d) => String(d._id))).size, `${name}.${index.name}`).to.equal(documents);
    }
  }
}

describe("document store: crashes", function () {
  this.timeout(60_000 + ROUNDS * 5000);

  it(`keeps every acknowledged write and no half of one through ${ROUNDS} kills under load`, async () => {
    const dir = temporaryFolder();
    const writers = Array.from({ length: WRITERS }, (_, w) => new Writer(w));
    const counted = new Set<number>();
    let next = load();
    for (let round = 0; round <= ROUNDS; round++) {
      const server = next;
      if (round < ROUNDS) next = load();
      const client = await connect(server, dir);
      const db = client.db("crash");
      if (round === 0) {
        await db.collection("work").createIndexes([...WORK_INDEXES]);
        await db.collection("fight").createIndex({ slot: 1 }, { unique: true });
      }

      const actual = await readAll(db, WRITERS);
      const problems = writers.flatMap((w, i) => [...w.problems, ...w.ledger.settle(actual[i]!)]);
      expect(problems, `round ${round}`).to.deep.equal([]);
      await checkCounts(db);
      for (const { name } of WORK_INDEXES) expect(await db.collection("work").indexExists(name)).to.equal(true);
      // Documents, checksums, each index entry and each unique index, straight from the file.
      check(dir);
      const numbers = writers.flatMap((w) => w.counted.splice(0));
      for (const n of numbers) {
        expect(counted.has(n), `number ${n} was given out twice`).to.equal(false);
        counted.add(n);
      }
      const counter = await db.collection<{ _id: string; n: number }>("count").findOne({ _id: "n" });
      expect(counter?.n ?? 0).to.be.at.least(Math.max(0, ...counted));

      const work = round < ROUNDS ? writers.map((w) => w.run(db)) : [];
      if (round < ROUNDS) await new Promise((r) => setTimeout(r, 10 + 600 * Math.random() ** 2));
      const ended = once(server, "exit");
      server.kill(round % STOP_EVERY === STOP_EVERY - 1 ? "SIGTERM" : "SIGKILL");
      await ended;
      await client.close(true);
      await Promise.all(work);
    }
    const acknowledged = writers.reduce((n, w) => n + w.ledger.acknowledged, 0);
    expect(acknowledged).to.be.greaterThan(ROUNDS * 10);
    rmSync(dir, { recursive: true });
  });
});
