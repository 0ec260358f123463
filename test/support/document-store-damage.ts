import { randomInt } from "node:crypto";
import { closeSync, cpSync, openSync, readFileSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { type Collection, MongoClient } from "mongodb";
import { serve } from "../../backend/embedded/document-store/server.ts";
import { Sqlite } from "../../backend/embedded/document-store/sqlite.ts";

const DOCUMENTS = 300;
export const LONG = 137;

type Stored = { _id: number; text: string };

async function withServer(dataDir: string, use: (c: Collection<Stored>) => Promise<void>): Promise<void> {
  const server = await serve({ dataDir, port: 0, log: () => {} });
  const client = await MongoClient.connect(`mongodb://127.0.0.1:${server.port}`);
  await use(client.db("t").collection<Stored>("damaged-collection"));
  await client.close();
  await server.close();
}

async function insert(c: Collection<Stored>, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += 50) {
    const documents = Array.from({ length: 50 }, (_, i) => ({
      _id: first + i,
      n: i % 10,
      u: `u${first + i}`,
      tags: ["a", `t${i % 7}`],
      text: `body of document ${first + i}. `.repeat(3),
      ...(first + i === LONG ? { long: "over many pages. ".repeat(2000) } : {}),
      ...(i % 5 === 0 ? { rare: i } : {}),
    }));
    await c.insertMany(documents);
  }
}

/** Two folders with the same contents and every kind of index: one stopped, one with half of it still in the log. */
export async function fill(stopped: string, killed: string): Promise<void> {
  await withServer(stopped, async (c) => {
    await c.createIndexes([
      { key: { n: 1 }, name: "plain" },
      { key: { u: 1 }, name: "unique", unique: true },
      { key: { tags: 1, n: -1 }, name: "tags" },
      { key: { rare: 1 }, name: "sparse", sparse: true },
      { key: { text: 1 }, name: "partial", partialFilterExpression: { n: { $gt: 5 } } },
    ]);
    await insert(c, 0, DOCUMENTS / 2);
  });
  await withServer(stopped, async (c) => {
    await insert(c, DOCUMENTS / 2, DOCUMENTS);
    // What a kill at this moment would leave: the log beside the file.
    cpSync(stopped, killed, { recursive: true });
  });
}

/** Everything that a client could be told from a folder's data (retries holds answers to be given again). */
export function contents(dir: string): string {
  const sqlite = Sqlite.open(dir);
  const tables = sqlite
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    .all()
    .filter(({ name }) => name !== "meta" && name !== "retries");
  const all = tables.map(({ name }) => [name, sqlite.prepare(`SELECT * FROM ${name}`).all()]);
  sqlite.close();
  return JSON.stringify(all);
}

export function write(file: string, bytes: Uint8Array, at: number): void {
  const fd = openSync(file, "r+");
  writeSync(fd, bytes, 0, bytes.length, at);
  closeSync(fd);
}

export function flip(file: string, at: number): void {
  write(file, Buffer.from([readFileSync(file)[at]! ^ (1 << randomInt(8))]), at);
}

export const edit = (file: string, sql: string): void => {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
};

/** Changes a text wherever the file has it: where a page was split, the place that it moved from keeps a dead copy. */
export function flipText(file: string, text: string): void {
  const bytes = readFileSync(file);
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) flip(file, at);
}
