import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Collection, MongoClient } from "mongodb";
import { freshRows } from "../../backend/embedded/document-store/fresh-keys.ts";
import {
  backupDocumentStore,
  restoreDocumentStore,
  startDocumentStore,
} from "../../backend/embedded/document-store/index.ts";
import { type RunningServer, serve } from "../../backend/embedded/document-store/server.ts";
import { dataFile, Sqlite } from "../../backend/embedded/document-store/sqlite.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { failure, temporaryFolder } from "./document-store-support.ts";

interface Row {
  _id: number;
  a: number;
  b: number;
  tags: string[];
  u: number;
}

/** The same numbers in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

const rowOf = (_id: number, next: (below: number) => number): Row => ({
  _id,
  a: next(50),
  b: next(1_000_000),
  tags: [`t${next(40)}`, `t${next(40)}`],
  u: _id,
});

async function withIndexes(client: MongoClient): Promise<Collection<Row>> {
  const c = client.db("test").collection<Row>("rows");
  await c.createIndex({ a: 1, b: -1 }, { name: "ab" });
  await c.createIndex({ tags: 1 }, { name: "tags" });
  await c.createIndex({ b: 1 }, { name: "some", partialFilterExpression: { a: { $lt: 10 } } });
  await c.createIndex({ u: 1 }, { name: "u", unique: true });
  return c;
}

/** Reads the collection by each of its indexes, and holds it against what it must be. */
async function compare(c: Collection<Row>, model: ReadonlyMap<number, Row>): Promise<void> {
  const rows = [...model.values()];
  const byAb = rows.toSorted((x, y) => x.a - y.a || y.b - x.b || x._id - y._id).map(({ a, b }) => [a, b]);
  const read = async (sort: 1 | -1) =>
    (await c.find({ a: { $gte: 0 } }, { hint: "ab", sort: { a: sort, b: -sort as 1 | -1 } }).toArray()).map(
      ({ a, b }) => [a, b],
    );
  expect(await read(1)).to.deep.equal(byAb);
  expect(await read(-1)).to.deep.equal(byAb.toReversed());
  const ids = async (filter: object, hint: string) =>
    (await c.find(filter, { hint }).toArray()).map(({ _id }) => _id).sort((x, y) => x - y);
  const wanted = (fits: (row: Row) => boolean) =>
    rows
      .filter(fits)
      .map(({ _id }) => _id)
      .sort((x, y) => x - y);
  expect(await ids({ a: 7 }, "ab")).to.deep.equal(wanted(({ a }) => a === 7));
  expect(await ids({ tags: "t3" }, "tags")).to.deep.equal(wanted(({ tags }) => tags.includes("t3")));
  expect(await ids({ a: { $lt: 10 }, b: { $gte: 500_000 } }, "some")).to.deep.equal(
    wanted(({ a, b }) => a < 10 && b >= 500_000),
  );
  expect(await c.countDocuments({ a: { $gte: 10, $lt: 20 } }, { hint: "ab" })).to.equal(
    rows.filter(({ a }) => a >= 10 && a < 20).length,
  );
  const { valid, keysPerIndex } = await c.db.command({ validate: c.collectionName, full: true });
  expect(valid).to.equal(true);
  expect(keysPerIndex).to.deep.equal({
    _id_: rows.length,
    ab: rows.length,
    tags: rows.reduce((sum, { tags }) => sum + new Set(tags).size, 0),
    some: rows.filter(({ a }) => a < 10).length,
    u: rows.length,
  });
}

/** Whether the file says that keys wait in memory. */
function marked(dir: string): boolean {
  const file = Sqlite.read(dataFile(dir));
  try {
    return freshRows(file).size > 0;
  } finally {
    file.close();
  }
}

describe("document store: keys of documents that came in bulk", function () {
  this.timeout(120_000);
  let dir: string;
  beforeEach(() => {
    dir = temporaryFolder();
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  async function inProcess(
    mostFreshKeys: number,
    work: (c: Collection<Row>, server: RunningServer) => Promise<void>,
  ): Promise<void> {
    const server = await serve({ dataDir: dir, port: 0, log: () => {}, mostFreshKeys });
    const client = await MongoClient.connect(`mongodb://127.0.0.1:${server.port}`);
    try {
      await work(await withIndexes(client), server);
    } finally {
      await client.close();
      await server.close();
    }
  }

  it("are found like all others, whatever is written in between, while they wait and while they are moved", async () => {
    const next = numbers(7);
    const model = new Map<number, Row>();
    let id = 0;
    await inProcess(3_000, async (c) => {
      for (let round = 0; round < 10; round++) {
        const many = Array.from({ length: 500 + next(1_000) }, () => rowOf(id++, next));
        await c.insertMany(many);
        for (const row of many) model.set(row._id, row);
        const one = rowOf(id++, next);
        await c.insertOne(one);
        model.set(one._id, one);
        const a = next(50);
        await c.updateMany({ a }, { $set: { a: (a + 1) % 50, tags: [`t${a % 40}`] } });
        for (const row of model.values())
          if (row.a === a) model.set(row._id, { ...row, a: (a + 1) % 50, tags: [`t${a % 40}`] });
        const gone = `t${next(40)}`;
        await c.deleteMany({ tags: gone, b: { $lt: 200_000 } });
        for (const row of model.values()) if (row.tags.includes(gone) && row.b < 200_000) model.delete(row._id);
        // One that is there already stops an ordered insert in its middle.
        const part = Array.from({ length: 600 }, () => rowOf(id++, next));
        const there = model.values().next().value!;
        await failure(c.insertMany([...part.slice(0, 300), { ...there, a: 1 }, ...part.slice(300)]));
        for (const row of part.slice(0, 300)) model.set(row._id, row);
        await compare(c, model);
      }
      // The highest rows go, and their numbers come again.
      const last = [...model.keys()].toSorted((x, y) => y - x).slice(0, 700);
      await c.deleteMany({ _id: { $in: last } });
      for (const key of last) model.delete(key);
      const many = Array.from({ length: 800 }, () => rowOf(id++, next));
      await c.insertMany(many);
      for (const row of many) model.set(row._id, row);
      await compare(c, model);
    });
    expect(marked(dir), "after a clean end").to.equal(false);
    await inProcess(3_000, (c) => compare(c, model));
  });

  it("are written once no more come in", async () => {
    const next = numbers(11);
    const rows = Array.from({ length: 2_000 }, (_, i) => rowOf(i, next));
    await inProcess(100_000, async (c) => {
      await c.insertMany(rows);
      expect(marked(dir), "right after").to.equal(true);
      await waitFor("the keys in the file", async () => !marked(dir) || undefined);
      await compare(c, new Map(rows.map((row) => [row._id, row])));
    });
  });

  it("are not lost with a collection or index that is dropped, or a command that fails", async () => {
    const next = numbers(13);
    const rows = Array.from({ length: 1_500 }, (_, i) => rowOf(i, next));
    await inProcess(100_000, async (c, server) => {
      await c.insertMany(rows);
      const other = c.db.collection<Row>("other");
      await other.createIndex({ a: 1 });
      await other.insertMany(rows);
      await other.drop();
      // A document that is no BSON ends the whole command, and takes back what it wrote.
      server.engine.storage.sqlite.exec("BEGIN");
      server.engine.storage.mark();
      server.engine.storage.insert(
        server.engine.storage.catalog.get("test", "rows")!,
        new Map<string, never>(Object.entries({ ...rowOf(9_999, next) }) as [string, never][]),
        undefined,
        true,
      );
      server.engine.storage.sqlite.exec("ROLLBACK");
      server.engine.storage.undoAll();
      await c.dropIndex("some");
      await c.createIndex({ b: 1 }, { name: "some", partialFilterExpression: { a: { $lt: 10 } } });
      await compare(c, new Map(rows.map((row) => [row._id, row])));
    });
  });

  it("are made again after a kill -9, and come with a backup that was taken meanwhile", async () => {
    const next = numbers(17);
    const model = new Map<number, Row>();
    const folder = mkdtempSync(join(tmpdir(), "document-store-"));
    for (let round = 0; round < 3; round++) {
      const store = await startDocumentStore({ dataDir: dir, port: 0 });
      const client = await MongoClient.connect(store.uri);
      const c = await withIndexes(client);
      await compare(c, model);
      for (let part = 0; part < 3; part++) {
        const many = Array.from({ length: 700 }, (_, i) => rowOf((round * 3 + part) * 700 + i, next));
        await c.insertMany(many);
        for (const row of many) model.set(row._id, row);
      }
      const a = next(50);
      await c.updateMany({ a }, { $set: { b: a } });
      for (const row of model.values()) if (row.a === a) model.set(row._id, { ...row, b: a });
      await c.deleteMany({ tags: "t5" });
      for (const row of model.values()) if (row.tags.includes("t5")) model.delete(row._id);
      expect(marked(dir), "keys wait in memory").to.equal(true);
      const backup = join(folder, `${round}.backup`);
      await backupDocumentStore({ dataDir: dir, to: backup });
      process.kill(store.pid, "SIGKILL");
      await store.exited;
      await client.close(true);
      const restored = join(folder, `restored-${round}`);
      await restoreDocumentStore({ dataDir: restored, from: backup });
      const copy = await startDocumentStore({ dataDir: restored, port: 0 });
      const reader = await MongoClient.connect(copy.uri);
      await compare(reader.db("test").collection<Row>("rows"), model);
      await reader.close();
      await copy.stop();
    }
    const store = await startDocumentStore({ dataDir: dir, port: 0 });
    const client = await MongoClient.connect(store.uri);
    await compare(client.db("test").collection<Row>("rows"), model);
    await client.close();
    await store.stop();
    expect(marked(dir)).to.equal(false);
    rmSync(folder, { recursive: true });
  });
});
