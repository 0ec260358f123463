import { execFile } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { type Collection, MongoClient } from "mongodb";
import { backup, check, restore } from "../../backend/embedded/document-store/backup.ts";
import {
  backupDocumentStore,
  restoreDocumentStore,
  startDocumentStore,
} from "../../backend/embedded/document-store/index.ts";
import { serve } from "../../backend/embedded/document-store/server.ts";
import { failure, startTestStore, temporaryFolder } from "./document-store-support.ts";

const program = fileURLToPath(new URL("../../backend/embedded/document-store/main.ts", import.meta.url));

/** What the program prints and how it ends, as a person at a shell sees it. */
function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], (e, out, err) =>
      resolve({ code: e ? Number(e.code) : 0, out: out.trim(), err: err.trim() }),
    ),
  );
}

/** A write that says which writes it knew to be acknowledged when it was sent. */
interface Event {
  _id: string;
  writer: number;
  n: number;
  seen: number[];
  /** As long as the number says: half a document would show. */
  fill: string;
}

const eventOf = (writer: number, n: number, seen: number[]): Event => ({
  _id: `${writer}-${n}`,
  writer,
  n,
  seen: [...seen],
  fill: "x".repeat((n * 331) % 9000),
});

describe("document store: backup and restore", function () {
  this.timeout(60_000);
  const home = temporaryFolder();
  after(() => rmSync(home, { recursive: true }));
  let serial = 0;
  const place = (): string => join(home, `p${serial++}`);

  /** A folder with n numbered documents, stopped. */
  async function folderWith(n: number): Promise<string> {
    const dir = place();
    await withStore(dir, async (c) => {
      await c.createIndex({ n: 1 });
      await c.insertMany(Array.from({ length: n }, (_, i) => eventOf(0, i, [])));
    });
    return dir;
  }

  async function withStore<T>(dir: string, use: (c: Collection<Event>) => Promise<T>): Promise<T> {
    const server = await serve({ dataDir: dir, port: 0 });
    const client = await MongoClient.connect(`mongodb://127.0.0.1:${server.port}`);
    try {
      return await use(client.db("t").collection<Event>("events"));
    } finally {
      await client.close();
      await server.close();
    }
  }

  const countIn = (dir: string): Promise<number> => withStore(dir, (c) => c.countDocuments());

  it("takes, under load, exactly what was acknowledged up to one moment", async () => {
    const s = await startTestStore(place());
    const c = s.client.db("t").collection<Event>("events");
    await c.createIndex({ writer: 1, n: 1 }, { unique: true });
    await c.createIndex({ seen: 1 });
    const acknowledged = new Array<number>(8).fill(-1);
    let running = true;
    const writers = acknowledged.map(async (_, w) => {
      for (let n = 0; running; n++) {
        await c.insertOne(eventOf(w, n, acknowledged));
        acknowledged[w] = n;
      }
    });
    for (let round = 0; round < 3; round++) {
      const before = [...acknowledged];
      const to = place();
      const result = await backupDocumentStore({ dataDir: s.dir, to });
      const after = [...acknowledged];
      const copy = place();
      expect(await restoreDocumentStore({ dataDir: copy, from: to })).to.deep.equal(result);
      const events = await withStore(copy, (d) => d.find().toArray());
      expect(result).to.deep.equal({ collections: 1, documents: events.length, bytes: statSync(to).size });
      const there = new Set(events.map((e) => e._id));
      before.forEach((n, w) => {
        if (n >= 0) expect(there.has(`${w}-${n}`), `${w}-${n} was acknowledged before`).to.equal(true);
      });
      for (const e of events) {
        expect(e).to.deep.equal(eventOf(e.writer, e.n, e.seen));
        expect(e.n).to.be.at.most(after[e.writer]! + 1);
        // A prefix: with an event, everything that had been acknowledged when it was sent.
        e.seen.forEach((n, w) => {
          if (n >= 0) expect(there.has(`${w}-${n}`), `${e._id} without ${w}-${n}`).to.equal(true);
        });
      }
      expect(after.some((n, w) => n > before[w]!)).to.equal(true);
    }
    running = false;
    await Promise.all(writers);
    await s.stop();
  });

  it("takes what a killed server left, and leaves its folder as it was", async () => {
    const dir = place();
    const store = await startDocumentStore({ dataDir: dir, port: 0 });
    const client = await MongoClient.connect(store.uri);
    await client
      .db("t")
      .collection("events")
      .insertMany([{ n: 1 }, { n: 2 }]);
    process.kill(store.pid, "SIGKILL");
    await store.exited;
    await client.close(true);
    const log = readFileSync(join(dir, "documents.sqlite-wal"));
    const to = place();
    expect(backup(dir, to, false).documents).to.equal(2);
    expect(readFileSync(join(dir, "documents.sqlite-wal")).equals(log)).to.equal(true);
    // Without its log the folder has lost acknowledged data, and a backup would hide it.
    truncateSync(join(dir, "documents.sqlite-wal"));
    expect(() => backup(dir, place(), false)).to.throw(/documents\.sqlite is damaged: /);
    restore(dir, to, true);
    expect(await countIn(dir)).to.equal(2);
  });

  it("never overwrites a backup unless forced, and leaves no scraps", async () => {
    const dir = await folderWith(3);
    const to = place();
    writeFileSync(to, "mine");
    expect(await run("backup", "--data", dir, "--to", to)).to.deep.equal({
      code: 1,
      out: "",
      err: `${to} is there already; --force replaces it`,
    });
    expect(readFileSync(to, "utf8")).to.equal("mine");
    const forced = await run("backup", "--data", dir, "--to", to, "--force");
    expect(forced).to.deep.equal({
      code: 0,
      out: JSON.stringify({ collections: 1, documents: 3, bytes: statSync(to).size }),
      err: "",
    });
    expect(readdirSync(home).filter((f) => f.includes("partial"))).to.deep.equal([]);
    expect((await run("backup", "--data", dir, "--to", join(home, "no", "where"))).err).to.equal(
      `there is no folder ${join(home, "no")} for the backup`,
    );
    expect((await run("backup", "--data", join(home, "no"), "--to", place())).err).to.equal(
      `the folder ${join(home, "no")} holds no document store`,
    );
  });

  it("refuses to copy damaged data", async () => {
    const dir = await folderWith(200);
    const db = new DatabaseSync(join(dir, "documents.sqlite"));
    db.exec("UPDATE c_1 SET d = CAST(replace(d, 'x', 'y') AS BLOB) WHERE r = 150");
    db.close();
    const to = place();
    expect((await failure(backupDocumentStore({ dataDir: dir, to }))).message).to.match(/does not fit its checksum/);
    expect(existsSync(to)).to.equal(false);
    const checked = await run("check", "--data", dir);
    expect(checked.code).to.equal(1);
    expect(checked.err).to.match(/^the data file .*documents\.sqlite is damaged: t\.events: document \d+ does not fit/);
  });

  it("refuses to restore where a server runs, even when forced", async () => {
    const from = place();
    backup(await folderWith(3), from, false);
    const s = await startTestStore(place());
    const e = await failure(restoreDocumentStore({ dataDir: s.dir, from, force: true }));
    expect(e.message).to.equal(`the data folder ${s.dir} is in use by another process`);
    await s.stop();
  });

  it("refuses to restore over data unless forced; then only the backup is there", async () => {
    const from = place();
    backup(await folderWith(3), from, false);
    const dir = await folderWith(5);
    const refused = await run("restore", "--data", dir, "--from", from);
    expect(refused).to.deep.equal({ code: 1, out: "", err: `${dir} holds data already; --force replaces it` });
    expect(await countIn(dir)).to.equal(5);
    expect((await run("restore", "--data", dir, "--from", from, "--force")).code).to.equal(0);
    expect(await withStore(dir, (c) => c.countDocuments({}, { hint: "n_1" }))).to.equal(3);
  });

  it("never brings the log of a killed server into the restored file", async () => {
    const from = place();
    backup(await folderWith(3), from, false);
    for (const damage of [false, true]) {
      const dir = await folderWith(5);
      const store = await startDocumentStore({ dataDir: dir, port: 0 });
      const client = await MongoClient.connect(store.uri);
      await client
        .db("t")
        .collection<Event>("events")
        .insertMany([eventOf(1, 1, []), eventOf(1, 2, [])]);
      process.kill(store.pid, "SIGKILL");
      await store.exited;
      await client.close(true);
      if (damage) writeFileSync(join(dir, "documents.sqlite"), "no database any more".repeat(1000));
      restore(dir, from, true);
      expect(check(dir)).to.deep.equal({ collections: 1, documents: 3 });
      expect(await countIn(dir)).to.equal(3);
    }
  });

  it("refuses a backup that is damaged, no backup, or missing, and leaves the folder as it was", async () => {
    const dir = await folderWith(5);
    const before = readFileSync(join(dir, "documents.sqlite"));
    const good = place();
    backup(dir, good, false);
    const cut = place();
    copyFileSync(good, cut);
    truncateSync(cut, statSync(good).size - 5000);
    const other = place();
    writeFileSync(other, "a text");
    for (const [from, message] of [
      [cut, `the data file ${cut} is damaged: `],
      [other, `the data file ${other} is damaged: `],
      [join(home, "none"), `there is no backup ${join(home, "none")}`],
    ] as const) {
      const e = await failure(restoreDocumentStore({ dataDir: dir, from, force: true }));
      expect(e.message).to.include(message);
      expect(readFileSync(join(dir, "documents.sqlite")).equals(before)).to.equal(true);
    }
    expect(readdirSync(dir).filter((f) => f.includes("partial"))).to.deep.equal([]);
    expect(await countIn(dir)).to.equal(5);
  });

  it("comes through a restore that was cut off at any step with the old data or the new", async () => {
    const from = place();
    backup(await folderWith(3), from, false);
    const original = await folderWith(5);
    const file = (dir: string, name: string): string => join(dir, `documents.${name}`);
    const steps: [(dir: string) => void, number][] = [
      [(dir) => copyFileSync(from, file(dir, "sqlite.partial")), 5],
      [(dir) => rmSync(file(dir, "mark")), 5],
      [(dir) => copyFileSync(from, file(dir, "sqlite")), 3],
    ];
    for (let cut = 1; cut <= steps.length; cut++) {
      const dir = place();
      cpSync(original, dir, { recursive: true });
      for (const [step] of steps.slice(0, cut)) step(dir);
      expect(await countIn(dir), `step ${cut}`).to.equal(steps[cut - 1]![1]);
    }
  });

  it("checks a folder beside a running server and without one", async () => {
    const s = await startTestStore(place());
    await s.db.collection<Event>("events").insertOne(eventOf(1, 1, []));
    const line = JSON.stringify({ collections: 1, documents: 1 });
    expect(await run("check", "--data", s.dir)).to.deep.equal({ code: 0, out: line, err: "" });
    await s.client.close();
    await s.store.stop();
    expect(await run("check", "--data", s.dir)).to.deep.equal({ code: 0, out: line, err: "" });
    await s.stop();
  });

  it("explains itself to whoever mistypes", async () => {
    const wrong = await run("bakcup", "--data", home);
    expect(wrong.code).to.equal(1);
    expect(wrong.err).to.match(/^there is no command "bakcup"\n.*serve.*\n.*backup.*\n.*restore.*\n.*check/);
    expect((await run("backup", "--data", home)).err).to.match(/^--to is needed\n/);
    expect((await run("--data", home, "--nonsense")).err).to.include("--nonsense");
  });
});
