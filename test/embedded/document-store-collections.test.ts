import { expect } from "chai";
import { type Document, UUID } from "mongodb";
import { commandTests } from "./document-store-command-tests.ts";

describe("document store: collections", () => {
  const t = commandTests();
  const { fresh, run, admin, code, refusals } = t;

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
    expect(await t.s.db.listCollections({ name: other }).toArray()).to.deep.equal([]);
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
    expect(await code(t.s.db.collection("x".repeat(251)).insertOne({}))).to.equal(73);
    await run({ create: "x".repeat(250) });
    await run({ drop: "x".repeat(250) });
    expect(await code(t.s.client.db("TEST").createCollection("a"))).to.equal(13297);
    expect(await code(t.s.client.db("d".repeat(64)).createCollection("a"))).to.equal(73);
  });

  it("lists them with their options, by filter, in batches", async () => {
    const db = t.s.client.db("listing");
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
    const c = t.s.db.collection(from);
    await c.insertMany([{ a: 1 }, { a: 2 }]);
    await c.createIndex({ a: 1 }, { unique: true });
    const cursor = c.find({}, { batchSize: 1 });
    await cursor.next();
    await admin({ renameCollection: `test.${from}`, to: `test.${to}` });
    expect(await c.countDocuments()).to.equal(0);
    expect(await t.s.db.collection(to).countDocuments()).to.equal(2);
    expect(await code(t.s.db.collection(to).insertOne({ a: 1 }))).to.equal(11000);
    await cursor.close();
    await admin({ renameCollection: `test.${to}`, to: `elsewhere.${to}` });
    const moved = t.s.client.db("elsewhere").collection(to);
    expect(await moved.findOne({ a: 2 })).to.include({ a: 2 });
    expect(await moved.indexExists("a_1")).to.equal(true);
    await t.s.client.db("elsewhere").dropDatabase();
  });

  it("renames over another only when told to, and refuses what can't be", async () => {
    const [from, to] = [fresh(), fresh()];
    await t.s.db.collection(from).insertOne({ a: "from" });
    await t.s.db.collection(to).insertOne({ a: "to" });
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
    await t.s.db.renameCollection(from, to, { dropTarget: true });
    expect(await t.s.db.collection(to).find().toArray()).to.have.length(1);
    expect(await t.s.db.collection(to).findOne()).to.include({ a: "from" });
  });

  it("drops them and databases, there or not", async () => {
    const c = fresh();
    await t.s.db.collection(c).createIndex({ a: 1 });
    expect(await run({ drop: c })).to.include({ nIndexesWas: 2, ns: `test.${c}`, ok: 1 });
    expect(await run({ drop: c })).not.to.have.property("ns");
    const db = t.s.client.db("going");
    await db.createCollection("a");
    expect(await db.command({ dropDatabase: 1 })).to.include({ dropped: "going" });
    expect(await db.command({ dropDatabase: 1 })).not.to.have.property("dropped");
    expect(await code(db.command({ dropDatabase: 2 }))).to.equal(5255100);
    expect(await code(admin({ dropDatabase: 1 }))).to.equal(20);
  });

  it("changes the life time and the visibility of an index", async () => {
    const c = fresh();
    await t.s.db.collection(c).createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    await t.s.db.collection(c).createIndex({ b: 1, c: 1 });
    const mod = (index: Document) => ({ collMod: c, index });
    expect(await run(mod({ keyPattern: { at: 1 }, expireAfterSeconds: 5 }))).to.include({
      expireAfterSeconds_old: 60,
      expireAfterSeconds_new: 5,
    });
    expect(await run(mod({ name: "b_1_c_1", hidden: true }))).to.include({ hidden_old: false, hidden_new: true });
    const listed = await t.s.db.collection(c).indexes();
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
