import { rmSync } from "node:fs";
import { expect } from "chai";
import { type Document, Long, MongoClient, type W } from "mongodb";
import mongoose from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { commandTests } from "./document-store-command-tests.ts";
import { failure, temporaryFolder } from "./document-store-support.ts";

describe("document store: commands", () => {
  const t = commandTests();
  const { fresh, run, admin, code, refusals } = t;

  describe("hello", () => {
    it("announces a replica set of one, whose primary it is", async () => {
      const hello = await admin({ hello: 1, helloOk: true });
      const me = `127.0.0.1:${t.s.store.port}`;
      expect(hello).to.include({ setName: "rongqiao", primary: me, me, isWritablePrimary: true, secondary: false });
      expect(hello.hosts).to.deep.equal([me]);
      expect(hello).to.include({ maxWireVersion: 21, maxBsonObjectSize: 16 * 1024 * 1024, readOnly: false, ok: 1 });
      expect(hello.electionId).to.have.property("_bsontype", "ObjectId");
      expect(hello.lastWrite.lastWriteDate).to.be.instanceOf(Date);
      expect(hello).not.to.have.any.keys("topologyVersion", "ismaster");
      expect(await admin({ isMaster: 1 })).to.include({ ismaster: true, setName: "rongqiao" });
    });

    it("is found by every form of connection string, and by mongoose", async () => {
      const base = `mongodb://127.0.0.1:${t.s.store.port}/`;
      for (const options of ["", "?directConnection=true", "?replicaSet=rongqiao", "?retryWrites=false"]) {
        const client = await MongoClient.connect(base + options, { serverSelectionTimeoutMS: 3000 });
        await client.db("t").collection("forms").insertOne({ options });
        await client.close();
      }
      const local = await MongoClient.connect(`mongodb://localhost:${t.s.store.port}/`, {
        serverSelectionTimeoutMS: 3000,
      });
      expect(await local.db("t").collection("forms").countDocuments()).to.equal(4);
      await local.close();
      expect(
        (await failure(MongoClient.connect(`${base}?replicaSet=other`, { serverSelectionTimeoutMS: 500 }))).name,
      ).to.equal("MongoServerSelectionError");
      const connection = await mongoose.createConnection(base, { dbName: "t" }).asPromise();
      expect(await connection.collection("forms").countDocuments()).to.equal(4);
      await connection.close();
    });

    it("has an electionId that rises with each start, and none when standalone", async () => {
      const dataDir = temporaryFolder();
      const ids: string[] = [];
      for (const standalone of [false, false, true]) {
        const store = await startDocumentStore({ dataDir, port: 0, standalone });
        const client = await MongoClient.connect(store.uri);
        const hello = await client.db("admin").command({ hello: 1 });
        if (standalone) {
          expect(hello).not.to.have.any.keys("setName", "hosts", "me", "electionId", "lastWrite", "operationTime");
          expect(await code(client.db("admin").command({ replSetGetStatus: 1 }))).to.equal(76);
          const numbered = { insert: "c", documents: [{}], txnNumber: Long.fromNumber(1) };
          expect(await code(client.db("t").command(numbered))).to.equal(20);
          expect(
            await code(
              client
                .db("t")
                .collection("c")
                .insertOne({}, { writeConcern: { w: 2 } }),
            ),
          ).to.equal(2);
        } else ids.push(String(hello.electionId));
        await client.close();
        await store.stop();
      }
      expect(ids[1]! > ids[0]!).to.equal(true);
      rmSync(dataDir, { recursive: true });
    });

    it("tells monitors of its one member", async () => {
      const status = await admin({ replSetGetStatus: 1 });
      expect(status).to.include({ set: "rongqiao", myState: 1 });
      expect(status.members.map((m: Document) => [m.name, m.stateStr, m.health, m.self])).to.deep.equal([
        [`127.0.0.1:${t.s.store.port}`, "PRIMARY", 1, true],
      ]);
      expect((await admin({ replSetGetConfig: 1 })).config.members).to.have.length(1);
    });
  });

  describe("read and write concerns", () => {
    it("refuses malformed ones", async () => {
      const c = fresh();
      const insert = (writeConcern: unknown) => ({ insert: c, documents: [{}], writeConcern });
      const find = (readConcern: unknown) => ({ find: c, readConcern });
      await refusals([
        [insert({ w: -1 }), 9],
        [insert({ w: 51 }), 9],
        [insert({ w: true }), 9],
        [insert({ j: "x" }), 9],
        [insert({ wtimeout: "x" }), 9],
        [insert({ other: 1 }), 9],
        [insert({ j: true, fsync: true }), 9],
        [insert({}), 9],
        [insert("majority"), 14],
        [{ find: c, writeConcern: { w: 1 } }, 72],
        [{ aggregate: c, pipeline: [], cursor: {}, writeConcern: { w: 1 } }, 72],
        [find("majority"), 9],
        [find({ level: "strongest" }), 9],
        [find({ level: 1 }), 9],
        [find({ other: 1 }), 72],
        [find({ level: "snapshot" }), 72],
        [{ insert: c, documents: [{}], readConcern: { level: "majority" } }, 72],
        [{ aggregate: c, pipeline: [{ $out: "x" }], cursor: {}, readConcern: { level: "linearizable" } }, 72],
        [{ aggregate: c, pipeline: [{ $out: "x" }], explain: true, writeConcern: { w: 1 } }, 9],
      ]);
      expect(await t.s.db.collection(c).countDocuments()).to.equal(0);
      for (const level of ["local", "available", "majority", "linearizable"])
        expect((await run(find({ level }))).ok, level).to.equal(1);
      for (const w of [1, "majority"]) expect((await run(insert({ w, j: true, wtimeout: 5 }))).n).to.equal(1);
    });

    it("does a write whose concern one member can't meet, and says so", async () => {
      const c = t.s.db.collection(fresh());
      for (const [w, expected] of [
        [2, 100],
        ["east", 79],
      ] as [W, number][]) {
        const { result } = await failure(run({ insert: c.collectionName, documents: [{ w }], writeConcern: { w } }));
        expect(result).to.include({ n: 1, ok: 1 });
        expect((result as Document).writeConcernError.code).to.equal(expected);
        const e = await failure(c.insertOne({ w }, { writeConcern: { w } }));
        expect(e.name).to.equal("MongoWriteConcernError");
        expect(e.code).to.equal(expected);
      }
      expect(await c.countDocuments()).to.equal(4);
    });
  });

  it("keeps to the Stable API when a client asks for it", async () => {
    const ping = (more: Document): Document => ({ ping: 1, ...more });
    expect((await run(ping({ apiVersion: "1", apiStrict: true, apiDeprecationErrors: true }))).ok).to.equal(1);
    await refusals([
      [ping({ apiVersion: "2" }), 322],
      [ping({ apiVersion: 1 }), 14],
      [ping({ apiStrict: true }), 4886600],
      [ping({ apiVersion: "1", apiStrict: "yes" }), 14],
      [{ distinct: "c", key: "a", apiVersion: "1", apiStrict: true }, 323],
      [{ aggregate: "c", pipeline: [{ $indexStats: {} }], cursor: {}, apiVersion: "1", apiStrict: true }, 323],
    ]);
  });

  it("does nothing of a bulk write with a malformed statement in it", async () => {
    const c = fresh();
    const u = { q: {}, u: { $set: { a: 1 } }, upsert: true };
    const d = { q: {}, limit: 1 };
    await refusals([
      [{ update: c, updates: [u, { ...u, sort: { a: 1 } }] }, 40415],
      [{ update: c, updates: [u, { q: {} }] }, 40414],
      [{ update: c, updates: [u, 1] }, 14],
      [{ update: c }, 40414],
      [{ delete: c, deletes: [d, { ...d, upsert: true }] }, 40415],
      [{ delete: c, deletes: [d, { q: {} }] }, 40414],
      [{ insert: "a\0b", documents: [{}] }, 73],
      [{ insert: ".a", documents: [{}] }, 73],
      [{ find: ".a" }, 73],
      [{ create: "c$" }, 73],
    ]);
    const explain = (command: Document): Document => ({ explain: command });
    await refusals([
      [explain({ find: c, other: 1 }), 40415],
      [explain({ aggregate: c, pipeline: [], cursor: {}, writeConcern: { w: 1 } }), 9],
    ]);
    expect(await t.s.db.collection(c).countDocuments()).to.equal(0);
    expect((await failure(t.s.client.db("a b").collection("c").findOne())).code).to.equal(73);
  });

  it("refuses MongoDB's other commands with 115, and unknown ones with 59", async () => {
    await refusals([
      [{ mapReduce: "c" }, 115],
      [{ createUser: "x", pwd: "x", roles: [] }, 115],
      [{ usersInfo: 1 }, 115],
      [{ shardCollection: "a.b" }, 115],
      [{ replSetInitiate: {} }, 115],
      [{ shutdown: 1 }, 115],
      [{ compact: "c" }, 115],
      [{ bulkWrite: 1 }, 115],
      [{ configureFailPoint: "x" }, 59],
      [{ geoNear: "c" }, 59],
      [{ eval: "1" }, 59],
      [{ noSuchCommand: 1 }, 59],
      [{ createSearchIndexes: "c", indexes: [] }, 31082],
      [{ Find: "c" }, 59],
    ]);
  });
});
