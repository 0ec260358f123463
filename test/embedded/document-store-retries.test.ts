import { randomBytes } from "node:crypto";
import { connect, createServer, type Server } from "node:net";
import { expect } from "chai";
import { Binary, Long, MongoClient } from "mongodb";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { failure, type Loose, startTestStore, type TestStore } from "./document-store-support.ts";
import { RawClient } from "./document-store-wire.ts";

const session = () => ({ id: new Binary(randomBytes(16), 4) });

describe("document store: retryable writes", () => {
  let s: TestStore;
  let raw: RawClient;
  beforeEach(async () => {
    s = await startTestStore();
    raw = await RawClient.connect(s.store.port);
  });
  afterEach(async () => {
    raw.close();
    await s.stop();
  });

  const send = (command: object, lsid: object, number: number) =>
    raw.command({ ...command, $db: "test", lsid, txnNumber: Long.fromNumber(number) });

  it("applies each kind of write once, and answers the second try as the first", async () => {
    const lsid = session();
    const c = s.db.collection<Loose>("c");
    const writes: [object, string][] = [
      [{ insert: "c", documents: [{ _id: 1, n: 0 }] }, "retriedStmtIds"],
      [{ update: "c", updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }] }, "retriedStmtIds"],
      [{ update: "c", updates: [{ q: { _id: 2 }, u: { $inc: { n: 5 } }, upsert: true }] }, "retriedStmtIds"],
      [{ findAndModify: "c", query: { _id: 1 }, update: { $inc: { n: 10 } }, new: true }, "retriedStmtId"],
      [{ delete: "c", deletes: [{ q: { n: 5 }, limit: 1 }] }, "retriedStmtIds"],
      [{ insert: "c", documents: [{ _id: 7 }, { _id: 1 }, { _id: 8 }], ordered: false }, "retriedStmtIds"],
    ];
    for (const [i, [command, mark]] of writes.entries()) {
      const first = await send(command, lsid, i + 1);
      const { [mark]: marked, ...second } = await send(command, lsid, i + 1);
      expect(marked, JSON.stringify(command)).to.not.equal(undefined);
      expect(second).to.deep.equal(first);
      expect(first.ok).to.equal(1);
    }
    expect(await c.find().sort({ _id: 1 }).toArray()).to.deep.equal([{ _id: 1, n: 11 }, { _id: 7 }, { _id: 8 }]);
  });

  it("tries again what failed as a whole, and refuses a number that is past", async () => {
    const lsid = session();
    const c = s.db.collection<Loose>("c");
    await c.insertMany([
      { _id: 1, u: 1 },
      { _id: 2, u: 2 },
    ]);
    await c.createIndex({ u: 1 }, { unique: true });
    const command = { findAndModify: "c", query: { _id: 1 }, update: { $set: { u: 2 } } };
    expect((await send(command, lsid, 3)).code).to.equal(11000);
    await c.deleteOne({ _id: 2 });
    expect((await send(command, lsid, 3)).ok).to.equal(1);
    expect((await send(command, lsid, 2)).code).to.equal(225);
    expect((await c.findOne({ _id: 1 }))?.u).to.equal(2);
  });

  it("knows what it did after kill -9", async () => {
    const lsid = session();
    const command = { update: "c", updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } }, upsert: true }] };
    expect((await send(command, lsid, 1)).ok).to.equal(1);
    process.kill(s.store.pid, "SIGKILL");
    await s.store.exited;
    raw.close();
    const store = await startDocumentStore({ dataDir: s.dir, port: 0 });
    try {
      raw = await RawClient.connect(store.port);
      expect((await send(command, lsid, 1)).ok).to.equal(1);
      const found = await raw.command({ find: "c", filter: {}, $db: "test" });
      expect(found.cursor.firstBatch).to.deep.equal([{ _id: 1, n: 1 }]);
    } finally {
      raw.close();
      await store.stop();
    }
  });

  it("applies once what is sent twice at the same time, while the first still runs", async () => {
    const c = s.db.collection<Loose>("c");
    await c.insertMany(Array.from({ length: 60_000 }, (_, i) => ({ _id: i, a: i % 7, s: "x".repeat(50) })));
    const lsid = session();
    // No index: the search takes many slices.
    const command = {
      update: "c",
      updates: [{ q: { s: { $ne: "x".repeat(50) } }, u: { $set: { late: 1 } }, upsert: true }],
    };
    const other = await RawClient.connect(s.store.port);
    const body = { ...command, $db: "test", lsid, txnNumber: Long.fromNumber(1) };
    const [a, b] = await Promise.all([raw.command(body), other.command(body)]);
    other.close();
    expect([a.n, b.n]).to.deep.equal([1, 1]);
    expect(await c.countDocuments({ late: 1 })).to.equal(1);
  });

  it("refuses a number without a session, on a multi-document write, and in a transaction", async () => {
    const n = { txnNumber: Long.fromNumber(1), $db: "test" };
    const many = { update: "c", updates: [{ q: {}, u: { $set: { a: 1 } }, multi: true }] };
    expect((await raw.command({ insert: "c", documents: [{ _id: 1 }], ...n })).code).to.equal(72);
    expect((await raw.command({ ...many, lsid: session(), ...n })).writeErrors[0].code).to.equal(72);
    const transaction = {
      insert: "c",
      documents: [{}],
      lsid: session(),
      ...n,
      startTransaction: true,
      autocommit: false,
    };
    expect((await raw.command(transaction)).code).to.equal(263);
    const started = s.client.startSession();
    started.startTransaction();
    const refused = await failure(s.db.collection("c").insertOne({ a: 1 }, { session: started }));
    expect(refused.code).to.equal(263);
    await started.abortTransaction().catch(() => {});
    await started.endSession();
    expect(await s.db.collection("c").countDocuments()).to.equal(0);
  });

  it("lets the driver retry over a connection that broke after the write", async () => {
    const proxy = await brokenProxy(s.store.port);
    const { port } = proxy.server.address() as { port: number };
    const client = await MongoClient.connect(`mongodb://127.0.0.1:${port}/?directConnection=true`, { maxPoolSize: 1 });
    try {
      const c = client.db("test").collection<Loose>("c");
      await c.insertOne({ _id: 1, n: 0 });
      for (let i = 0; i < 5; i++) {
        proxy.breakNext();
        await c.updateOne({ _id: 1 }, { $inc: { n: 1 } });
      }
      expect(proxy.broken).to.equal(5);
      expect(await s.db.collection<Loose>("c").findOne({ _id: 1 })).to.deep.equal({ _id: 1, n: 5 });
    } finally {
      await client.close();
      proxy.server.close();
    }
  });
});

/** Passes everything on, but when asked cuts the connection in place of the answer to the next update. */
async function brokenProxy(port: number): Promise<{ server: Server; breakNext(): void; broken: number }> {
  const state = { armed: false, broken: 0 };
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    let cut = false;
    client.on("data", (chunk) => {
      if (state.armed && chunk.includes("updates")) {
        state.armed = false;
        cut = true;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (!cut) return client.write(chunk);
      state.broken++;
      client.destroy();
      return upstream.destroy();
    });
    for (const [a, b] of [
      [client, upstream],
      [upstream, client],
    ] as const)
      a.on("close", () => b.destroy()).on("error", () => b.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    breakNext: () => {
      state.armed = true;
    },
    get broken() {
      return state.broken;
    },
  };
}
