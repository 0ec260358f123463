import { randomBytes, randomInt } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { Sqlite } from "../../backend/embedded/document-store/sqlite.ts";
import { contents, edit, fill, flip, flipText, LONG, write } from "../support/document-store-damage.ts";
import { failure, temporaryFolder } from "./document-store-support.ts";

const PAGE = 8192;

describe("document store: damaged files", function () {
  this.timeout(60_000);
  const home = temporaryFolder();
  const stopped = join(home, "stopped");
  const killed = join(home, "killed");
  let original: string;
  let indexes: Map<string, string>;

  before(async () => {
    await fill(stopped, killed);
    original = contents(stopped);
    const db = new DatabaseSync(join(stopped, "documents.sqlite"), { readOnly: true });
    indexes = new Map(
      db
        .prepare("SELECT id, name FROM indexes")
        .all()
        .map((i) => [String(i.name), `i_${i.id}`]),
    );
    db.close();
    for (const name of readdirSync(stopped)) if (/-(wal|shm)$/.test(name)) rmSync(join(stopped, name));
  });

  after(() => rmSync(home, { recursive: true }));

  /** A copy of a folder, its files by name, and what opening it says. */
  function copyOf(source: string) {
    const dir = join(home, "copy");
    rmSync(dir, { recursive: true, force: true });
    cpSync(source, dir, { recursive: true, preserveTimestamps: true });
    const file = join(dir, "documents.sqlite");
    return { dir, file, wal: `${file}-wal`, mark: join(dir, "documents.mark") };
  }

  function refusal(dir: string): string {
    try {
      Sqlite.open(dir).close();
    } catch (e) {
      const { message } = e as Error;
      expect(message).not.to.include("\n");
      return message;
    }
    throw new Error("the damaged folder was opened");
  }

  it("opens what a clean stop and a kill leave, with the same contents", () => {
    expect(contents(copyOf(stopped).dir)).to.equal(original);
    expect(contents(copyOf(killed).dir)).to.equal(original);
  });

  it("tells the caller of startDocumentStore, with the way out", async () => {
    const { dir, file } = copyOf(stopped);
    write(file, randomBytes(100), 0);
    const e = await failure(startDocumentStore({ dataDir: dir, port: 0 }));
    expect(e.message).to.equal(
      `the data file ${file} is damaged: file is not a database; ` +
        "restore a backup (npm run document-store -- restore --data DIR --from FILE --force)",
    );
  });

  const cases: [string, (f: ReturnType<typeof copyOf>) => void, RegExp][] = [
    ["a cut file", ({ file }) => truncateSync(file, Math.floor(statSync(file).size / 2)), /is damaged: /],
    ["an empty file", ({ file }) => truncateSync(file), /damaged: it is empty, but the folder was in use before/],
    ["a missing file", ({ file }) => rmSync(file), /damaged: it is missing, but the folder was in use before/],
    [
      "a flipped byte in a document",
      ({ file }) => flipText(file, "body of document 42."),
      /t\.damaged-collection: document 43 does not fit its checksum/,
    ],
    [
      "a flipped byte in a document over many pages",
      ({ file }) => flip(file, readFileSync(file).lastIndexOf("over many pages. ")),
      new RegExp(`t\\.damaged-collection: document ${LONG + 1} does not fit its checksum`),
    ],
    [
      "another version",
      ({ file }) => edit(file, "UPDATE meta SET value = '99' WHERE name = 'format'"),
      /format 99, not/,
    ],
    ["somebody else's file", ({ file }) => edit(file, "DROP TABLE meta"), /not a document store's/],
    ["a lost table", ({ file }) => edit(file, `DROP TABLE ${indexes.get("plain")}`), /the table i_\d+ is missing/],
    ["a lost collection", ({ file }) => edit(file, "DELETE FROM collections"), /belongs to no collection/],
    [
      "a changed index of the catalog",
      ({ file }) => flip(file, readFileSync(file).indexOf("partialFilterExpression")),
      /the catalog does not fit its checksum/,
    ],
    [
      "a changed table",
      ({ file }) => flip(file, readFileSync(file).indexOf("k BLOB NOT NULL UNIQUE")),
      /another form|malformed/,
    ],
    [
      "an older copy of the file",
      ({ file }) => edit(file, "UPDATE meta SET value = value - 2 WHERE name = 'commits'"),
      /the last 2 acknowledged commits are not in it/,
    ],
  ];
  for (const name of ["plain", "unique", "tags", "sparse", "partial"]) {
    const pick = (t: string) => `(SELECT min(r) FROM ${t})`;
    cases.push([
      `a lost entry of the index "${name}"`,
      ({ file }) => edit(file, `DELETE FROM ${indexes.get(name)} WHERE r = ${pick(indexes.get(name)!)}`),
      new RegExp(`index ${name} has \\d+ entries where the documents ask for \\d+`),
    ]);
    cases.push([
      `an entry of the index "${name}" that leads elsewhere`,
      ({ file }) => edit(file, `UPDATE ${indexes.get(name)} SET r = 999 WHERE r = ${pick(indexes.get(name)!)}`),
      new RegExp(`index ${name} does not fit the documents`),
    ]);
  }
  for (const [what, damage, message] of cases) {
    it(`refuses ${what}`, () => {
      const f = copyOf(stopped);
      damage(f);
      const before = existsSync(f.file) ? readFileSync(f.file) : undefined;
      expect(refusal(f.dir)).to.match(message).and.to.include(f.file);
      // A file that is refused is left as it was found, for whoever wants to save something from it.
      if (before) expect(readFileSync(f.file).equals(before)).to.equal(true);
      expect(refusal(f.dir)).to.match(message);
    });
  }

  it("refuses a unique index that holds a key twice", () => {
    const { dir, file } = copyOf(stopped);
    const t = indexes.get("unique");
    edit(
      file,
      `INSERT INTO ${t} SELECT k, r + 1 FROM ${t} WHERE r = 7; DELETE FROM ${t} WHERE r = 8 AND k NOT IN
      (SELECT k FROM ${t} WHERE r = 7)`,
    );
    expect(refusal(dir)).to.include("unique index unique has a key twice");
  });

  it("refuses a file with any page overwritten", () => {
    const pages = statSync(join(stopped, "documents.sqlite")).size / PAGE;
    for (let page = 0; page < pages; page++) {
      const { dir, file } = copyOf(stopped);
      write(file, randomBytes(PAGE), page * PAGE);
      expect(refusal(dir), `page ${page}`).to.match(/damaged|another version/);
    }
  });

  it("refuses a file with any byte changed, or has lost nothing by it", () => {
    const { size } = statSync(join(stopped, "documents.sqlite"));
    let refused = 0;
    for (let round = 0; round < 150; round++) {
      const { dir, file } = copyOf(stopped);
      const at = randomInt(size);
      flip(file, at);
      try {
        expect(contents(dir) === original, `byte ${at} was flipped unseen`).to.equal(true);
      } catch (e) {
        expect((e as Error).message, `byte ${at}`).to.match(/damaged|another version/);
        refused++;
      }
    }
    expect(refused).to.be.greaterThan(50);
  });

  describe("after a kill", () => {
    const logs: [string, (f: ReturnType<typeof copyOf>) => void][] = [
      ["lost", ({ wal }) => rmSync(wal)],
      ["emptied", ({ wal }) => truncateSync(wal)],
      ["garbage", ({ wal }) => write(wal, randomBytes(statSync(wal).size), 0)],
      ["garbage at its head", ({ wal }) => write(wal, randomBytes(32), 0)],
      ["cut", ({ wal }) => truncateSync(wal, Math.floor(statSync(wal).size / 2))],
      ["cut in its last frame", ({ wal }) => truncateSync(wal, statSync(wal).size - 1)],
    ];
    for (const [what, damage] of logs) {
      it(`refuses a log that is ${what}: acknowledged data is missing`, () => {
        const f = copyOf(killed);
        damage(f);
        const before = existsSync(f.wal) ? readFileSync(f.wal) : undefined;
        expect(refusal(f.dir)).to.match(/damaged: the last \d+ acknowledged commits are not in it/);
        if (before) expect(readFileSync(f.wal).equals(before)).to.equal(true);
      });
    }

    it("refuses any changed byte in the log", () => {
      const { size } = statSync(copyOf(killed).wal);
      for (let round = 0; round < 40; round++) {
        const { dir, wal } = copyOf(killed);
        const at = randomInt(size);
        flip(wal, at);
        try {
          // The bytes of the header that nobody reads, such as the number of the checkpoint.
          expect(contents(dir) === original, `byte ${at} was flipped unseen`).to.equal(true);
        } catch (e) {
          expect((e as Error).message, `byte ${at}`).to.match(/damaged/);
        }
      }
    });

    it("refuses a file that went missing beside its log, with or without a mark", () => {
      for (const mark of [true, false]) {
        const f = copyOf(killed);
        rmSync(f.file);
        if (!mark) rmSync(f.mark);
        expect(refusal(f.dir)).to.include("it is missing, but its log documents.sqlite-wal is there");
        expect(existsSync(f.file)).to.equal(false);
      }
    });

    it("drops a frame that was being written: nobody was told of it", () => {
      const { dir, wal } = copyOf(killed);
      writeFileSync(wal, randomBytes(2000), { flag: "a" });
      expect(contents(dir)).to.equal(original);
    });

    it("refuses a flipped byte in a document", () => {
      // Once through the log, so that the document is in the file; the mark still says that a server runs.
      const { dir, file, mark } = copyOf(stopped);
      copyFileSync(join(killed, "documents.mark"), mark);
      flipText(file, "body of document 42.");
      expect(refusal(dir)).to.include("t.damaged-collection: document 43 does not fit its checksum");
    });
  });

  it("opens a folder whose mark is lost or unreadable, once it is checked", () => {
    for (const source of [stopped, killed]) {
      for (const damage of [(m: string) => rmSync(m), (m: string) => writeFileSync(m, "\0".repeat(128))]) {
        const { dir, mark } = copyOf(source);
        damage(mark);
        expect(contents(dir)).to.equal(original);
      }
    }
  });

  it("goes on with a store that was killed while it was being made", () => {
    const dir = join(home, "young");
    mkdirSync(dir);
    edit(join(dir, "documents.sqlite"), "PRAGMA journal_mode=WAL; CREATE TABLE x (a); DROP TABLE x");
    Sqlite.open(dir).close();
    expect(JSON.parse(contents(dir))).to.be.an("array");
  });

  it("says in one line that the folder is a file, or lies under one", () => {
    const path = join(home, "a-file");
    writeFileSync(path, "x");
    expect(refusal(path)).to.equal(`the data folder ${path} can't be used: it is a file`);
    expect(refusal(join(path, "under"))).to.equal(`the data folder ${path}/under can't be used: it is a file`);
  });

  it("says in one line that the folder can't be written", () => {
    const root = process.getuid?.() === 0;
    const { dir } = copyOf(stopped);
    // The superuser may write anywhere, so it steps down for a moment.
    if (root) process.seteuid!(65_534);
    try {
      expect(refusal(root ? dir : "/proc/data")).to.include(`the data folder ${root ? dir : "/proc/data"} can't be`);
    } finally {
      if (root) process.seteuid!(0);
    }
  });
});
