import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { type Collection, type Document, Long, MongoClient, type Timestamp, UUID, type W } from "mongodb";
import mongoose from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { serve } from "../../backend/embedded/document-store/server.ts";
import { failure, type Loose, startTestStore, type TestStore, temporaryFolder } from "./document-store-support.ts";

describe("document store: commands", () => {
  let s: TestStore;
  let counter = 0;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());
  const fresh = (): string => `c${counter++}`;
  const run = (command: Document): Promise<Document> => s.db.command(command);
  const admin = (command: Document): Promise<Document> => s.client.db("admin").command(command);
  const code = async (p: Promise<unknown>): Promise<unknown> => (await failure(p)).code;
  /** Checks [command, code] rows. */
  async function refusals(rows: [Document, number][], send = run): Promise<void> {
    for (const [command, expected] of rows)
      expect(await code(send(command)), JSON.stringify(command)).to.equal(expected);
  }

  describe("hello", () => {
    it("announces a replica set of one, whose primary it is", async () => {
      const hello = await admin({ hello: 1, helloOk: true });
      const me = `127.0.0.1:${s.store.port}`;
      expect(hello).to.include({ setName: "rongqiao", primary: me, me, isWritablePrimary: true, secondary: false });
      expect(hello.hosts).to.deep.equal([me]);
      expect(hello).to.include({ maxWireVersion: 21, maxBsonObjectSize: 16 * 1024 * 1024, readOnly: false, ok: 1 });
      expect(hello.electionId).to.have.property("_bsontype", "ObjectId");
      expect(hello.lastWrite.lastWriteDate).to.be.instanceOf(Date);
      expect(hello).not.to.have.any.keys("topologyVersion", "ismaster");
      expect(await admin({ isMaster: 1 })).to.include({ ismaster: true, setName: "rongqiao" });
    });

    it("is found by every form of connection string, and by mongoose", async () => {
      const base = `mongodb://127.0.0.1:${s.store.port}/`;
      for (const options of ["", "?directConnection=true", "?replicaSet=rongqiao", "?retryWrites=false"]) {
        const client = await MongoClient.connect(base + options, { serverSelectionTimeoutMS: 3000 });
        await client.db("t").collection("forms").insertOne({ options });
        await client.close();
      }
      const local = await MongoClient.connect(`mongodb://localhost:${s.store.port}/`, {
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
        [`127.0.0.1:${s.store.port}`, "PRIMARY", 1, true],
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
      expect(await s.db.collection(c).countDocuments()).to.equal(0);
      for (const level of ["local", "available", "majority", "linearizable"])
        expect((await run(find({ level }))).ok, level).to.equal(1);
      for (const w of [1, "majority"]) expect((await run(insert({ w, j: true, wtimeout: 5 }))).n).to.equal(1);
    });

    it("does a write whose concern one member can't meet, and says so", async () => {
      const c = s.db.collection(fresh());
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

  describe("collections", () => {
    it("creates them, again with the same options, and not with others", async () => {
      const c = fresh();
      await run({ create: c });
      await run({ create: c, capped: false, collation: { locale: "simple" }, autoIndexId: true });
      await run({
        create: c,
        changeStreamPreAndPostImages: { enabled: false },
        idIndex: { key: { _id: 1 }, name: "x" },
      });
      await refusals([
        [{ create: c, capped: true, size: 1000 }, 48],
        [{ create: c, validator: { a: 1 } }, 48],
      ]);
      const other = fresh();
      await refusals([
        [{ create: other, unknown: 1 }, 40415],
        [{ create: other, capped: true }, 72],
        [{ create: other, size: 10 }, 72],
        [{ create: other, capped: "yes" }, 14],
        [{ create: other, autoIndexId: false }, 72],
        [{ create: other, capped: true, size: 1000 }, 115],
        [{ create: other, timeseries: { timeField: "t" } }, 115],
        [{ create: other, viewOn: c, pipeline: [] }, 115],
        [{ create: other, validator: { a: 1 } }, 115],
        [{ create: other, collation: { locale: "zh" } }, 115],
        [{ create: other, changeStreamPreAndPostImages: { enabled: true } }, 115],
        [{ create: other, clusteredIndex: { key: { _id: 1 }, unique: true } }, 115],
        [{ create: other, encryptedFields: {} }, 115],
        [{ create: other, idIndex: { key: { a: 1 }, name: "_id_" } }, 2],
        [{ create: other, idIndex: { key: { _id: 1 }, name: "_id_", sparse: true } }, 197],
        [{ create: other, idIndex: {} }, 9],
        [{ create: other, idIndex: 1 }, 14],
      ]);
      expect(await s.db.listCollections({ name: other }).toArray()).to.deep.equal([]);
    });

    it("keeps to the rules of names", async () => {
      await refusals([
        [{ create: "" }, 73],
        [{ create: ".a" }, 73],
        [{ create: "a\0b" }, 73],
        [{ create: "a$b" }, 73],
        [{ create: "system.mine" }, 73],
        [{ create: "x".repeat(251) }, 73],
      ]);
      expect(await code(s.db.collection("x".repeat(251)).insertOne({}))).to.equal(73);
      await run({ create: "x".repeat(250) });
      await run({ drop: "x".repeat(250) });
      expect(await code(s.client.db("TEST").createCollection("a"))).to.equal(13297);
      expect(await code(s.client.db("d".repeat(64)).createCollection("a"))).to.equal(73);
    });

    it("lists them with their options, by filter, in batches", async () => {
      const db = s.client.db("listing");
      for (const c of ["a", "b", "c"]) await db.createCollection(c);
      const all = await db.listCollections({}, { batchSize: 1 }).toArray();
      expect(all.map((c) => c.name)).to.have.members(["a", "b", "c"]);
      const [b] = (await db.listCollections({ name: "b" }).toArray()) as Document[];
      expect(b).to.deep.include({ name: "b", type: "collection", options: {} });
      expect(b!.idIndex).to.deep.equal({ v: 2, key: { _id: 1 }, name: "_id_" });
      expect(b!.info.readOnly).to.equal(false);
      expect(b!.info.uuid).to.be.instanceOf(UUID);
      expect(await db.listCollections({ name: /^[ab]$/ }, { nameOnly: true }).toArray()).to.have.deep.members([
        { name: "a", type: "collection" },
        { name: "b", type: "collection" },
      ]);
      const reply = await db.command({ listCollections: 1, cursor: { batchSize: 2 } });
      expect(reply.cursor.ns).to.equal("listing.$cmd.listCollections");
      expect(reply.cursor.firstBatch).to.have.length(2);
      expect(reply.cursor.id).not.to.equal(0);
      await db.dropDatabase();
    });

    it("renames, within a database and to another, with their indexes", async () => {
      const [from, to] = [fresh(), fresh()];
      const c = s.db.collection(from);
      await c.insertMany([{ a: 1 }, { a: 2 }]);
      await c.createIndex({ a: 1 }, { unique: true });
      const cursor = c.find({}, { batchSize: 1 });
      await cursor.next();
      await admin({ renameCollection: `test.${from}`, to: `test.${to}` });
      expect(await c.countDocuments()).to.equal(0);
      expect(await s.db.collection(to).countDocuments()).to.equal(2);
      expect(await code(s.db.collection(to).insertOne({ a: 1 }))).to.equal(11000);
      await cursor.close();
      await admin({ renameCollection: `test.${to}`, to: `elsewhere.${to}` });
      const moved = s.client.db("elsewhere").collection(to);
      expect(await moved.findOne({ a: 2 })).to.include({ a: 2 });
      expect(await moved.indexExists("a_1")).to.equal(true);
      await s.client.db("elsewhere").dropDatabase();
    });

    it("renames over another only when told to, and refuses what can't be", async () => {
      const [from, to] = [fresh(), fresh()];
      await s.db.collection(from).insertOne({ a: "from" });
      await s.db.collection(to).insertOne({ a: "to" });
      await refusals(
        [
          [{ renameCollection: `test.${from}`, to: `test.${to}` }, 48],
          [{ renameCollection: "test.nothing", to: `test.${to}` }, 26],
          [{ renameCollection: `test.${from}`, to: `test.${from}` }, 20],
          [{ renameCollection: `test.${from}` }, 40414],
          [{ renameCollection: "test.", to: "test.x" }, 73],
          [{ renameCollection: "test", to: "test.x" }, 73],
          [{ renameCollection: `test.${from}`, to: "test.a$b" }, 73],
          [{ renameCollection: `test.${from}`, to: "test.x", dropTarget: "yes" }, 14],
          [{ renameCollection: 1, to: "test.x" }, 14],
        ],
        admin,
      );
      expect(await code(run({ renameCollection: `test.${from}`, to: "test.x" }))).to.equal(13);
      await s.db.renameCollection(from, to, { dropTarget: true });
      expect(await s.db.collection(to).find().toArray()).to.have.length(1);
      expect(await s.db.collection(to).findOne()).to.include({ a: "from" });
    });

    it("drops them and databases, there or not", async () => {
      const c = fresh();
      await s.db.collection(c).createIndex({ a: 1 });
      expect(await run({ drop: c })).to.include({ nIndexesWas: 2, ns: `test.${c}`, ok: 1 });
      expect(await run({ drop: c })).not.to.have.property("ns");
      const db = s.client.db("going");
      await db.createCollection("a");
      expect(await db.command({ dropDatabase: 1 })).to.include({ dropped: "going" });
      expect(await db.command({ dropDatabase: 1 })).not.to.have.property("dropped");
      expect(await code(db.command({ dropDatabase: 2 }))).to.equal(5255100);
      expect(await code(admin({ dropDatabase: 1 }))).to.equal(20);
    });

    it("changes the life time and the visibility of an index", async () => {
      const c = fresh();
      await s.db.collection(c).createIndex({ at: 1 }, { expireAfterSeconds: 60 });
      await s.db.collection(c).createIndex({ b: 1, c: 1 });
      const mod = (index: Document) => ({ collMod: c, index });
      expect(await run(mod({ keyPattern: { at: 1 }, expireAfterSeconds: 5 }))).to.include({
        expireAfterSeconds_old: 60,
        expireAfterSeconds_new: 5,
      });
      expect(await run(mod({ name: "b_1_c_1", hidden: true }))).to.include({ hidden_old: false, hidden_new: true });
      const listed = await s.db.collection(c).indexes();
      expect(listed.find((i) => i.name === "at_1")).to.include({ expireAfterSeconds: 5 });
      expect(listed.find((i) => i.name === "b_1_c_1")).to.include({ hidden: true });
      expect(await run(mod({ name: "b_1_c_1", hidden: false }))).to.include({ hidden_old: true, hidden_new: false });
      expect(await run({ collMod: c })).to.include({ ok: 1 });
      await refusals([
        [{ collMod: "nothing", index: { name: "a", hidden: true } }, 26],
        [mod({ name: "none", expireAfterSeconds: 1 }), 27],
        [mod({ keyPattern: { z: 1 }, expireAfterSeconds: 1 }), 27],
        [mod({ expireAfterSeconds: 1 }), 72],
        [mod({ name: "at_1", keyPattern: { at: 1 }, expireAfterSeconds: 1 }), 72],
        [mod({ name: "at_1" }), 72],
        [mod({ name: "at_1", expireAfterSeconds: "1" }), 14],
        [mod({ name: "at_1", expireAfterSeconds: -1 }), 72],
        [mod({ name: "b_1_c_1", expireAfterSeconds: 1 }), 72],
        [mod({ name: "_id_", expireAfterSeconds: 1 }), 72],
        [mod({ name: "_id_", hidden: true }), 2],
        [mod({ name: "at_1", unique: true }), 115],
        [mod({ name: "at_1", other: true }), 40415],
        [{ collMod: c, validator: {} }, 115],
        [{ collMod: c, other: 1 }, 40415],
      ]);
    });
  });

  describe("indexes", () => {
    const create = (c: string, ...indexes: Document[]): Document => ({ createIndexes: c, indexes });

    it("answers what it did", async () => {
      const c = fresh();
      const spec = { key: { a: 1 }, name: "a_1" };
      expect(await run(create(c, spec))).to.include({
        numIndexesBefore: 1,
        numIndexesAfter: 2,
        createdCollectionAutomatically: true,
        commitQuorum: "votingMembers",
      });
      expect(await run(create(c, spec))).to.include({ numIndexesAfter: 2, note: "all indexes already exist" });
      await run(create(c, { key: { a: 1 }, name: "u", unique: true }, { key: { a: 1 }, name: "s", sparse: true }));
      expect((await s.db.collection(c).indexes()).map((i) => i.name)).to.deep.equal(["_id_", "a_1", "u", "s"]);
    });

    it("shows them as MongoDB does", async () => {
      const c = fresh();
      await run(
        create(
          c,
          { key: { a: 1, "b.c": -1 }, name: "one", unique: true, background: true, sparse: false },
          { key: { d: 1 }, name: "two", partialFilterExpression: { d: { $gt: 5 } } },
          { key: { e: 1 }, name: "three", expireAfterSeconds: 10.9, hidden: true, v: 1 },
          { key: { _id: 1 }, name: "other" },
        ),
      );
      expect(await s.db.collection(c).indexes()).to.deep.equal([
        { v: 2, key: { _id: 1 }, name: "_id_" },
        { v: 2, key: { a: 1, "b.c": -1 }, name: "one", background: true, unique: true },
        { v: 2, key: { d: 1 }, name: "two", partialFilterExpression: { d: { $gt: 5 } } },
        { v: 1, key: { e: 1 }, name: "three", expireAfterSeconds: 10, hidden: true },
      ]);
      const reply = await run({ listIndexes: c, cursor: { batchSize: 1 } });
      expect(reply.cursor).to.deep.include({ ns: `test.${c}` });
      expect(reply.cursor.firstBatch).to.have.length(1);
      expect(await code(run({ listIndexes: "nothing" }))).to.equal(26);
    });

    it("refuses those that can't be", async () => {
      const c = fresh();
      const one = (key: unknown, more: Document = {}) => create(c, { key, name: "n", ...more });
      const partial = (partialFilterExpression: unknown) => one({ a: 1 }, { partialFilterExpression });
      await refusals([
        [create(c), 2],
        [{ createIndexes: c, indexes: {} }, 14],
        [{ createIndexes: c }, 40414],
        [{ createIndexes: c, indexes: [{ key: { a: 1 }, name: "a" }], other: 1 }, 40415],
        [create(c, {}), 9],
        [create(c, { key: { a: 1 } }), 9],
        [create(c, { name: "a" }), 9],
        [one("a"), 14],
        [one({}), 67],
        [one({ a: 0 }), 67],
        [one({ a: Number.NaN }), 67],
        [one({ a: true }), 67],
        [one({ a: {} }), 67],
        [one({ a: "" }), 67],
        [one({ a: "text" }), 67],
        [one({ a: "hashed" }), 67],
        [one({ a: "2dsphere" }), 67],
        [one({ a: "nonsense" }), 67],
        [one({ "$**": 1 }), 67],
        [one({ "a.$**": 1 }), 67],
        [one({ "": 1 }), 67],
        [one({ "a..b": 1 }), 67],
        [one({ ".a": 1 }), 67],
        [one({ $a: 1 }), 67],
        [one({ "a.$b": 1 }), 67],
        [one(Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`f${i}`, 1]))), 13103],
        [one({ a: 1 }, { name: "" }), 67],
        [one({ a: 1 }, { name: "*" }), 2],
        [one({ a: 1 }, { name: "_id_" }), 2],
        [one({ a: 1 }, { name: "a\0b" }), 67],
        [one({ a: 1 }, { name: 1 }), 14],
        [one({ a: 1 }, { unique: "yes" }), 14],
        [one({ a: 1 }, { sparse: {} }), 14],
        [one({ a: 1 }, { hidden: 1 }), 14],
        [one({ a: 1 }, { v: 0 }), 67],
        [one({ a: 1 }, { v: 3 }), 67],
        [one({ a: 1 }, { v: "2" }), 14],
        [one({ a: 1 }, { invalidField: 1 }), 197],
        [one({ a: 1 }, { wildcardProjection: { a: 1 } }), 2],
        [one({ a: 1 }, { weights: { a: 1 } }), 67],
        [one({ a: 1 }, { collation: { locale: "zh" } }), 67],
        [one({ a: 1 }, { collation: {} }), 2],
        [one({ a: 1 }, { expireAfterSeconds: "1" }), 67],
        [one({ a: 1 }, { expireAfterSeconds: -1 }), 67],
        [one({ a: 1 }, { expireAfterSeconds: 2 ** 31 }), 67],
        [one({ a: 1, b: 1 }, { expireAfterSeconds: 1 }), 67],
        [one({ _id: 1 }, { unique: true }), 197],
        [one({ _id: 1 }, { sparse: true }), 197],
        [one({ _id: -1 }), 2],
        [partial("x"), 14],
        [partial({ a: { $nope: 1 } }), 2],
        [partial({ a: { $ne: 1 } }), 67],
        [partial({ a: { $exists: false } }), 67],
        [partial({ a: /x/ }), 67],
        [partial({ a: { $not: { $gt: 1 } } }), 67],
        [partial({ $nor: [{ a: 1 }] }), 67],
        [partial({ $expr: { $eq: ["$a", 1] } }), 224],
        [one({ a: 1 }, { partialFilterExpression: { a: 1 }, sparse: true }), 67],
      ]);
      expect(await s.db.listCollections({ name: c }).toArray()).to.deep.equal([]);
      await run({ ...one({ a: 1 }, { invalidField: 1 }), ignoreUnknownIndexOptions: true });
      await run(
        create(c, {
          key: { b: 1 },
          name: "p",
          partialFilterExpression: { $or: [{ a: { $type: 2 } }, { b: { $in: [1] } }] },
        }),
      );
    });

    it("plans with an index only while it is visible", async () => {
      const c = s.db.collection(fresh());
      await c.createIndex({ a: 1 }, { hidden: true });
      await c.insertMany([{ a: 1 }, { a: 2 }]);
      const stage = async (): Promise<string> => {
        const plan = await run({ explain: { find: c.collectionName, filter: { a: 1 } } });
        return (plan.queryPlanner.winningPlan.inputStage ?? plan.queryPlanner.winningPlan).stage;
      };
      expect(await stage()).to.equal("COLLSCAN");
      expect(await code(c.find({ a: 1 }).hint("a_1").toArray())).to.equal(2);
      await run({ collMod: c.collectionName, index: { name: "a_1", hidden: false } });
      expect(await stage()).to.equal("IXSCAN");
      expect(await c.find({ a: 1 }).hint("a_1").toArray()).to.have.length(1);
      await run({ collMod: c.collectionName, index: { name: "a_1", hidden: true } });
      expect(await stage()).to.equal("COLLSCAN");
    });

    it("refuses those that are in the way of each other", async () => {
      const c = fresh();
      await run(create(c, { key: { a: 1 }, name: "a_1" }, { key: { t: 1 }, name: "t_1", expireAfterSeconds: 5 }));
      await refusals([
        [create(c, { key: { b: 1 }, name: "a_1" }), 86],
        [create(c, { key: { a: 1 }, name: "a_1", unique: true }), 86],
        [create(c, { key: { a: 1 }, name: "other" }), 85],
        [create(c, { key: { t: 1 }, name: "t_1", expireAfterSeconds: 6 }), 85],
        [create(c, { key: { t: 1 }, name: "t_2", expireAfterSeconds: 6 }), 85],
        [create(c, { key: { g: 1 }, name: "g" }, { key: { h: 1 }, name: "g" }), 86],
        [create(c, { key: { g: 1 }, name: "g" }, { key: { g: 1 }, name: "g" }), 68],
      ]);
      expect((await s.db.collection(c).indexes()).map((i) => i.name)).to.deep.equal(["_id_", "a_1", "t_1"]);
    });

    it("holds 64 at most", async () => {
      const c = fresh();
      await run(create(c, ...Array.from({ length: 63 }, (_, i) => ({ key: { [`f${i}`]: 1 }, name: `n${i}` }))));
      expect(await code(run(create(c, { key: { more: 1 }, name: "more" })))).to.equal(67);
      expect(await s.db.collection(c).indexes()).to.have.length(64);
    });

    it("makes none of them when one can't be built", async () => {
      const c = s.db.collection(fresh());
      await c.insertMany([
        { a: 1, b: [1], c: [1] },
        { a: 1, b: 1, c: 1 },
      ]);
      const both = create(c.collectionName, { key: { x: 1 }, name: "x" }, { key: { a: 1 }, name: "a", unique: true });
      const e = await failure(run(both));
      expect(e.code).to.equal(11000);
      expect(e.keyPattern).to.deep.equal({ a: 1 });
      expect(e.keyValue).to.deep.equal({ a: 1 });
      expect(e.message).to.match(/^Index build failed: .+ :: caused by :: E11000 duplicate key error collection: /);
      expect(await code(run(create(c.collectionName, { key: { b: 1, c: 1 }, name: "bc" })))).to.equal(171);
      expect((await c.indexes()).map((i) => i.name)).to.deep.equal(["_id_"]);
      await c.insertOne({ a: 1 });
      expect(await c.countDocuments({ a: 1 })).to.equal(3);
    });

    it("makes one index when many clients ask for it at once", async () => {
      const c = s.db.collection(fresh());
      await c.insertMany(Array.from({ length: 5000 }, (_, i) => ({ i })));
      await Promise.all(Array.from({ length: 8 }, () => c.createIndex({ i: 1 }, { unique: true })));
      expect((await c.indexes()).map((i) => i.name)).to.deep.equal(["_id_", "i_1"]);
      expect(await code(c.insertOne({ i: 4999 }))).to.equal(11000);
      expect((await run({ validate: c.collectionName })).valid).to.equal(true);
    });

    describe("being built while others work", () => {
      const COUNT = 30_000;
      /** A collection that takes many slices to index; `n` is unique but for the last document. */
      async function big(): Promise<Collection<Loose>> {
        const c = s.db.collection<Loose>(fresh());
        await c.insertMany(Array.from({ length: COUNT }, (_, _id) => ({ _id, n: Math.min(_id, COUNT - 2), m: -_id })));
        return c;
      }
      const names = async (c: Collection<Loose>): Promise<unknown> => (await c.indexes()).map((i) => i.name);

      it("holds nobody up, and takes in what is written meanwhile", async () => {
        const c = await big();
        const build = c.createIndex({ m: 1 });
        let [writes, done] = [0, false];
        build.then(() => {
          done = true;
        });
        while (!done) {
          await c.insertOne({ _id: COUNT + writes, m: 7 });
          await c.updateOne({ _id: writes }, { $set: { m: 8 } });
          await c.deleteOne({ _id: COUNT - 1 - writes });
          writes++;
        }
        expect(writes).to.be.greaterThan(5);
        expect(await c.countDocuments({ m: 7 }, { hint: "m_1" })).to.equal(writes);
        expect(await c.countDocuments({ m: 8 }, { hint: "m_1" })).to.equal(writes);
        const report = await run({ validate: c.collectionName });
        expect(report.errors).to.deep.equal([]);
        expect(report.keysPerIndex).to.deep.equal({ _id_: COUNT, m_1: COUNT });
      });

      it("leaves nothing when it fails late", async () => {
        const c = await big();
        const e = await failure(c.createIndexes([{ key: { m: 1 } }, { key: { n: 1 }, unique: true }]));
        expect(e.code).to.equal(11000);
        expect(e.keyValue).to.deep.equal({ n: COUNT - 2 });
        expect(await names(c)).to.deep.equal(["_id_"]);
        await c.insertOne({ _id: COUNT, n: 1 });
        await c.deleteMany({ _id: { $gte: COUNT - 1 } });
        await c.createIndex({ n: 1 }, { unique: true });
        expect(await code(c.insertOne({ _id: COUNT, n: 1 }))).to.equal(11000);
        expect((await run({ validate: c.collectionName })).valid).to.equal(true);
      });

      it("ends with its collection, and with its time", async () => {
        const c = await big();
        const [dropped] = await Promise.all([failure(c.createIndex({ m: 1 })), c.drop()]);
        expect(dropped.code).to.equal(276);
        const again = await big();
        const late = run({
          createIndexes: again.collectionName,
          indexes: [{ key: { m: 1 }, name: "m" }],
          maxTimeMS: 20,
        });
        expect(await code(late)).to.equal(50);
        expect(await names(again)).to.deep.equal(["_id_"]);
        await again.createIndex({ m: 1 }, { name: "m" });
        expect(await again.countDocuments({ m: -5 }, { hint: "m" })).to.equal(1);
        expect((await run({ validate: again.collectionName })).valid).to.equal(true);
      });
    });

    it("drops by name, key, list, or all", async () => {
      const c = fresh();
      const drop = (index: unknown): Document => ({ dropIndexes: c, index });
      await run(create(c, ...["a", "b", "d", "e", "f"].map((f) => ({ key: { [f]: 1 }, name: `${f}_1` }))));
      await run(create(c, { key: { a: 1 }, name: "a_unique", unique: true }));
      await refusals([
        [drop("none"), 27],
        [drop({ none: 1 }), 27],
        [drop({ b: -1 }), 27],
        [drop({ a: 1 }), 181],
        [drop("_id_"), 72],
        [drop({ _id: 1 }), 72],
        [drop(["b_1", "_id_"]), 72],
        [drop(["b_1", "none"]), 27],
        [drop(["b_1", 5]), 14],
        [drop(5), 14],
        [{ dropIndexes: c }, 40414],
        [{ dropIndexes: "nothing", index: "*" }, 26],
      ]);
      expect(await run(drop("b_1"))).to.include({ nIndexesWas: 7 });
      expect(await run(drop({ d: 1 }))).to.include({ nIndexesWas: 6 });
      expect(await run(drop(["e_1", "f_1"]))).to.include({ nIndexesWas: 5 });
      expect(await run(drop("*"))).to.include({ nIndexesWas: 3, msg: "non-_id indexes dropped for collection" });
      expect(await s.db.collection(c).indexes()).to.have.length(1);
    });
  });

  describe("figures", () => {
    it("measures collections, databases and documents", async () => {
      const db = s.client.db("sized");
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

      const { databases, totalSize } = await s.client
        .db("admin")
        .admin()
        .listDatabases({ filter: { name: "sized" } });
      expect(databases).to.have.length(1);
      expect(databases[0]).to.include({ name: "sized", empty: false, sizeOnDisk: totalSize });
      expect(totalSize).to.equal(stats.totalSize);
      expect((await s.client.db("admin").admin().listDatabases({ nameOnly: true })).databases).to.deep.include({
        name: "sized",
      });
      expect(await code(run({ listDatabases: 1 }))).to.equal(13);
      await db.dropDatabase();
    });

    it("validates a collection with its indexes", async () => {
      const c = s.db.collection(fresh());
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
      expect(twice.errors.join()).to.include(
        "index 'a': the key of record 19 is there more than once in a unique index",
      );
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
      await s.db.collection(fresh()).insertMany([{}, {}, {}]);
      await run({ ping: 1 });
      const after = await run({ serverStatus: 1, network: 0 });
      expect(after).to.include({ version: "7.0.0", process: "mongod", pid: s.store.pid });
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
      expect((await admin({ getCmdLineOpts: 1 })).parsed.net.port).to.equal(s.store.port);
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
      const c = s.db.collection(fresh());
      await c.insertMany([{}, {}, {}]);
      const session = s.client.startSession();
      const cursor = c.find({}, { batchSize: 1, session });
      await cursor.next();
      await run({ killSessions: [session.id] });
      expect(await code(cursor.next())).to.equal(43);
      await session.endSession();
    });

    it("closes what all sessions had open, by their users", async () => {
      const c = s.db.collection(fresh());
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
      const c = s.db.collection(fresh());
      const session = s.client.startSession({ causalConsistency: true });
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
    expect(await s.db.collection(c).countDocuments()).to.equal(0);
    expect((await failure(s.client.db("a b").collection("c").findOne())).code).to.equal(73);
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
