import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { type Db, MongoClient, MongoError } from "mongodb";
import { check } from "../../backend/embedded/document-store/backup.ts";
import { readAll, WORK_INDEXES, Writer } from "../support/document-store-load.ts";
import { temporaryFolder } from "./document-store-support.ts";

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 12);
const WRITERS = 12;
/** Every so many rounds the server is stopped in good order under the same load. */
const STOP_EVERY = 8;
const program = fileURLToPath(new URL("../support/document-store-crash-server.ts", import.meta.url));

const load = (): ChildProcess => fork(program, { execArgv: ["--disable-warning=ExperimentalWarning"] });

async function start(server: ChildProcess, dataDir: string, port: number): Promise<number> {
  server.send({ dataDir, port });
  const [answer] = (await once(server, "message")) as [{ port: number; failed?: string }];
  expect(answer.failed).to.equal(undefined);
  return answer.port;
}

/** A client that tells at once what the server said: no second try, no waiting for another server. */
async function connect(server: ChildProcess, dataDir: string): Promise<MongoClient> {
  const port = await start(server, dataDir, 0);
  return MongoClient.connect(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    retryWrites: false,
    retryReads: false,
    serverSelectionTimeoutMS: 2000,
    maxPoolSize: WRITERS,
    minPoolSize: WRITERS,
  });
}

async function kill(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(server, "exit");
  server.kill(signal);
  await ended;
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
      await kill(server, round % STOP_EVERY === STOP_EVERY - 1 ? "SIGTERM" : "SIGKILL");
      await client.close(true);
      await Promise.all(work);
    }
    const acknowledged = writers.reduce((n, w) => n + w.ledger.acknowledged, 0);
    expect(acknowledged).to.be.greaterThan(ROUNDS * 10);
    rmSync(dir, { recursive: true });
  });

  it("does a write once that the driver sends again after a kill", async () => {
    interface Counter {
      _id: number;
      n: number;
    }
    const dir = temporaryFolder();
    let server = load();
    const port = await start(server, dir, 0);
    // The driver only repeats the first write that a kill hit in each client, so every writer has a client.
    const clients = Array.from(
      { length: WRITERS },
      () => new MongoClient(`mongodb://127.0.0.1:${port}/?replicaSet=rongqiao`, { maxPoolSize: 1, retryWrites: true }),
    );
    const countersOf = (client: MongoClient) => client.db("crash").collection<Counter>("counters");
    const eventsOf = (client: MongoClient) => client.db("crash").collection<{ w: number }>("events");
    await eventsOf(clients[0]!).createIndex({ w: 1 });
    const told = new Array<number>(WRITERS).fill(0);
    const open = new Array<number>(WRITERS).fill(0);
    let running = true;
    const work = clients.map(async (client, w) => {
      const counters = countersOf(client);
      const events = eventsOf(client);
      while (running) {
        try {
          await counters.findOneAndUpdate({ _id: w }, { $inc: { n: 1 } }, { upsert: true });
          await counters.updateOne({ _id: w }, { $inc: { n: 1 } });
          await counters.bulkWrite([{ updateOne: { filter: { _id: w }, update: { $inc: { n: 1 } } } }]);
          await events.insertOne({ w });
          told[w]!++;
        } catch (e) {
          // It tries twice; a write that two kills hit stays open.
          if (!(e instanceof MongoError) || e.code !== undefined) throw e;
          open[w]!++;
        }
      }
    });
    let next = load();
    const kills = Math.ceil(ROUNDS / 5);
    for (let round = 0; round < kills; round++) {
      await new Promise((r) => setTimeout(r, 700 + Math.random() * 200));
      await kill(server, "SIGKILL");
      server = next;
      next = load();
      await start(server, dir, port);
    }
    running = false;
    await Promise.all(work);
    for (let w = 0; w < WRITERS; w++) {
      const { n } = (await countersOf(clients[w]!).findOne({ _id: w }))!;
      expect(n, `counter ${w}`).to.be.within(3 * told[w]!, 3 * (told[w]! + open[w]!));
      expect(await eventsOf(clients[w]!).countDocuments({ w })).to.be.within(told[w]!, told[w]! + open[w]!);
    }
    const lost = open.reduce((sum, n) => sum + n, 0);
    expect(lost, "writes left open").to.be.below((kills * WRITERS) / 2);
    await Promise.all(clients.map((client) => client.close()));
    await kill(server, "SIGTERM");
    await kill(next, "SIGKILL");
    rmSync(dir, { recursive: true });
  });
});
