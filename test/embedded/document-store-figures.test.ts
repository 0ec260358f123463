import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { type Document, MongoClient, type Timestamp } from "mongodb";
import { serve } from "../../backend/embedded/document-store/server.ts";
import { commandTests } from "./document-store-command-tests.ts";
import { failure, type Loose, temporaryFolder } from "./document-store-support.ts";

describe("document store: figures", () => {
  const t = commandTests();
  const { fresh, run, admin, code, refusals } = t;

  it("measures collections, databases and documents", async () => {
    const db = t.s.client.db("sized");
    const c = db.collection<{ _id: number; text: string; n: number }>("c");
    await c.insertMany(Array.from({ length: 12_000 }, (_, i) => ({ _id: i, text: "x".repeat(100), n: i % 7 })));
    await c.createIndex({ n: 1 });
    const bytes = 12_000 * 132;
    const stats = await db.command({ collStats: "c" });
    expect(stats).to.include({
      ns: "sized.c",
      count: 12_000,
      size: bytes,
      avgObjSize: 132,
      nindexes: 2,
      capped: false,
    });
    expect(stats.storageSize).to.be.greaterThan(bytes);
    expect(stats.totalSize).to.equal(stats.storageSize + stats.totalIndexSize);
    expect(stats.indexSizes).to.have.keys("_id_", "n_1");
    expect(stats.indexSizes.n_1).to.be.greaterThan(12_000);
    expect((await db.command({ collStats: "c", scale: 1024 })).size).to.equal(Math.floor(bytes / 1024));
    expect(await db.command({ collStats: "nothing" })).to.include({ count: 0, size: 0, nindexes: 0 });
    expect(await db.stats()).to.include({
      db: "sized",
      collections: 1,
      objects: 12_000,
      dataSize: bytes,
      indexes: 2,
    });
    expect(await db.command({ dataSize: "sized.c" })).to.include({ size: bytes, numObjects: 12_000 });
    expect(await code(db.command({ collStats: "c", scale: 0 }))).to.equal(2);
    expect(await code(db.command({ collStats: "c", scale: "x" }))).to.equal(14);

    const { databases, totalSize } = await t.s.client
      .db("admin")
      .admin()
      .listDatabases({ filter: { name: "sized" } });
    expect(databases).to.have.length(1);
    expect(databases[0]).to.include({ name: "sized", empty: false, sizeOnDisk: totalSize });
    expect(totalSize).to.equal(stats.totalSize);
    expect((await t.s.client.db("admin").admin().listDatabases({ nameOnly: true })).databases).to.deep.include({
      name: "sized",
    });
    expect(await code(run({ listDatabases: 1 }))).to.equal(13);
    await db.dropDatabase();
  });

  it("validates a collection with its indexes", async () => {
    const c = t.s.db.collection(fresh());
    await c.createIndex({ a: 1 }, { unique: true });
    await c.createIndex({ tags: 1 });
    await c.insertMany(Array.from({ length: 3000 }, (_, a) => ({ a, tags: [a, a + 1] })));
    const report = await run({ validate: c.collectionName, full: true });
    expect(report).to.deep.include({
      ns: `test.${c.collectionName}`,
      nrecords: 3000,
      nIndexes: 3,
      keysPerIndex: { _id_: 3000, a_1: 3000, tags_1: 6000 },
      indexDetails: { _id_: { valid: true }, a_1: { valid: true }, tags_1: { valid: true } },
      valid: true,
      errors: [],
      warnings: [],
    });
    await refusals([
      [{ validate: "nothing" }, 26],
      [{ validate: c.collectionName, repair: true }, 115],
    ]);
  });

  it("finds what doesn't fit together in a damaged collection", async () => {
    const dir = temporaryFolder();
    const server = await serve({ dataDir: dir, port: 0, log: () => {} });
    const client = await MongoClient.connect(`mongodb://127.0.0.1:${server.port}`);
    const db = client.db("t");
    const c = db.collection<Loose>("c");
    await c.createIndexes([
      { key: { a: 1 }, name: "a", unique: true },
      { key: { b: 1 }, name: "b" },
    ]);
    await c.insertMany(Array.from({ length: 20 }, (_, _id) => ({ _id, a: _id, b: _id % 3 })));
    const { id, indexes } = server.engine.storage.catalog.get("t", "c")!;
    const [a, b] = indexes.map((i) => `i_${i.id}`);
    const damage = async (...sql: string[]): Promise<Document> => {
      const file = new DatabaseSync(join(dir, "documents.sqlite"));
      file.exec(`BEGIN; ${sql.join("; ")}; COMMIT`);
      file.close();
      const report = await db.command({ validate: "c" });
      expect(report.valid, sql[0]).to.equal(false);
      expect(report.errors, sql[0]).to.have.length.greaterThan(0);
      return report;
    };
    expect((await db.command({ validate: "c" })).valid).to.equal(true);
    const lost = await damage(`DELETE FROM ${b} WHERE r = 4`);
    expect(lost.indexDetails).to.deep.equal({ _id_: { valid: true }, a: { valid: true }, b: { valid: false } });
    expect(lost.errors).to.deep.equal(["index 'b': record 4 misses 1 of its keys"]);
    const dangling = await damage(
      `INSERT INTO ${b} SELECT k, 4 FROM ${b} WHERE r = 1`,
      `DELETE FROM c_${id} WHERE r = 9`,
    );
    expect(dangling.errors).to.include("index 'a': an entry is for record 9, which has not its key");
    const twice = await damage(`INSERT INTO ${a} SELECT k, 20 FROM ${a} WHERE r = 19`);
    expect(twice.errors.join()).to.include("index 'a': the key of record 19 is there more than once in a unique index");
    const corrupt = await damage(`UPDATE c_${id} SET d = x'0102030405' WHERE r = 2`);
    expect(corrupt).to.deep.include({ nInvalidDocuments: 1, corruptRecords: [2] });
    const moved = await damage(
      `UPDATE c_${id} SET k = (SELECT CAST(k || k AS BLOB) FROM c_${id} WHERE r = 3) WHERE r = 5`,
    );
    expect(moved.indexDetails._id_).to.deep.equal({ valid: false });
    await client.close();
    await server.close();
    rmSync(dir, { recursive: true });
  });

  it("tells of the server, its host, its parameters and its clients", async () => {
    const before = await run({ serverStatus: 1 });
    await t.s.db.collection(fresh()).insertMany([{}, {}, {}]);
    await run({ ping: 1 });
    const after = await run({ serverStatus: 1, network: 0 });
    expect(after).to.include({ version: "7.0.0", process: "mongod", pid: t.s.store.pid });
    expect(after).not.to.have.property("network");
    expect(after.opcounters.insert - before.opcounters.insert).to.equal(3);
    expect(after.opcounters.command).to.be.greaterThan(before.opcounters.command);
    expect(after.connections.current).to.be.greaterThan(0);
    expect(after.mem.resident).to.be.greaterThan(10);
    expect(after.repl.setName).to.equal("rongqiao");
    expect(after.uptimeMillis).to.be.greaterThan(0);
    expect((await admin({ hostInfo: 1 })).system.numCores).to.be.greaterThan(0);
    expect(await admin({ getParameter: 1, featureCompatibilityVersion: 1 })).to.deep.include({
      featureCompatibilityVersion: { version: "7.0" },
    });
    expect(await admin({ getParameter: "*" })).to.include.keys("featureCompatibilityVersion", "maxBsonObjectSize");
    expect((await admin({ getCmdLineOpts: 1 })).parsed.net.port).to.equal(t.s.store.port);
    expect((await admin({ getLog: "*" })).names).to.include("startupWarnings");
    expect((await admin({ getLog: "startupWarnings" })).log).to.deep.equal([]);
    expect((await run({ whatsmyuri: 1 })).you).to.match(/^127\.0\.0\.1:\d+$/);
    expect((await run({ listCommands: 1 })).commands).to.include.keys("find", "hello", "listCommands");
    expect((await admin({ currentOp: 1, $all: true })).inprog.length).to.be.greaterThan(0);
    expect((await run({ buildInfo: 1 })).versionArray).to.deep.equal([7, 0, 0, 0]);
    const session = await run({ startSession: 1 });
    expect(session).to.include({ timeoutMinutes: 30 });
    expect((await run({ refreshSessions: [session.id] })).ok).to.equal(1);
    await refusals(
      [
        [{ getParameter: 1, nothingOfTheKind: 1 }, 72],
        [{ getLog: "other" }, 96],
        [{ getLog: 1 }, 14],
        [{ killOp: 1 }, 4],
        [{ endSessions: 1 }, 14],
        [{ killSessions: [{ id: 1 }] }, 9],
      ],
      admin,
    );
  });

  it("closes what a killed session had open", async () => {
    const c = t.s.db.collection(fresh());
    await c.insertMany([{}, {}, {}]);
    const session = t.s.client.startSession();
    const cursor = c.find({}, { batchSize: 1, session });
    await cursor.next();
    await run({ killSessions: [session.id] });
    expect(await code(cursor.next())).to.equal(43);
    await session.endSession();
  });

  it("closes what all sessions had open, by their users", async () => {
    const c = t.s.db.collection(fresh());
    await c.insertMany([{}, {}, {}]);
    for (const [users, ends] of [
      [[{ user: "nobody", db: "admin" }], false],
      [[], true],
    ] as [Document[], boolean][]) {
      const cursor = c.find({}, { batchSize: 1 });
      await cursor.next();
      expect((await admin({ killAllSessions: users })).ok).to.equal(1);
      if (ends) expect(await code(cursor.next())).to.equal(43);
      else expect(await cursor.toArray()).to.have.length(2);
    }
    expect(await code(admin({ killAllSessions: ["x"] }))).to.equal(9);
    expect(await code(run({ killAllSessions: [] }))).to.equal(13);
  });

  it("gives the time of the last write with each answer, so that sessions can ask for reads after it", async () => {
    const c = t.s.db.collection(fresh());
    const session = t.s.client.startSession({ causalConsistency: true });
    const times: Timestamp[] = [];
    for (let i = 0; i < 3; i++) {
      await c.insertOne({ i }, { session });
      times.push(session.operationTime!);
      expect(await c.countDocuments({}, { session })).to.equal(i + 1);
      expect(session.clusterTime!.clusterTime.greaterThanOrEqual(times[i]!)).to.equal(true);
    }
    expect(times[0]!.lessThan(times[1]!) && times[1]!.lessThan(times[2]!)).to.equal(true);
    await session.endSession();
    const { operationTime } = await failure(run({ find: 1 })).then((e) => e.errorResponse as Document);
    expect(operationTime).to.have.property("_bsontype", "Timestamp");
  });
});
