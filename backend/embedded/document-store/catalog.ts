import { randomUUID } from "node:crypto";
import { decodeDoc, encodeDoc } from "./bson/codec.ts";
import { toDouble } from "./bson/numbers.ts";
import { type Doc, doc, isDoc, isNumber } from "./bson/types.ts";
import { checkNamespace } from "./namespaces.ts";
import { compileMatch, type Match } from "./query/matcher.ts";
import { type Path, splitPath } from "./query/paths.ts";
import { truthy } from "./query/predicates.ts";
import type { Sqlite } from "./sqlite.ts";
import { collectionSql, freshSql, indexSql } from "./tables.ts";

export interface IndexField {
  path: string;
  parts: Path;
  descending: boolean;
}

export interface Index {
  /** 0 for the index on _id, which is the collection's own table. */
  id: number;
  name: string;
  /** As listIndexes shows it: {v, key, name, …options}. */
  spec: Doc;
  fields: IndexField[];
  unique: boolean;
  sparse: boolean;
  partial: { filter: Doc; match: Match } | undefined;
  expireAfterSeconds: number | undefined;
  /** Whether any document ever had an array on an indexed path. */
  multikey: boolean;
  /** Being filled: kept up by writes, not yet used by reads. */
  building: boolean;
  /** Kept up, but not used by reads. */
  hidden: boolean;
  dropped: boolean;
}

export interface Collection {
  id: number;
  db: string;
  name: string;
  options: Doc;
  uuid: Uint8Array;
  idIndex: Index;
  indexes: Index[];
  /** The number of documents, once somebody asked for it. */
  count: number | undefined;
  dropped: boolean;
}

export const namespaceOf = (c: { db: string; name: string }): string => `${c.db}.${c.name}`;
export const tableOf = (c: Collection): string => `c_${c.id}`;
export const indexTable = (i: Index): string => `i_${i.id}`;
/** In memory: see FreshKeys. */
export const freshTable = (i: Index): string => `fresh.i_${i.id}`;

export function indexFromSpec(id: number, spec: Doc, multikey: boolean): Index {
  const key = spec.get("key") as Doc;
  const partial = spec.get("partialFilterExpression");
  const expire = spec.get("expireAfterSeconds");
  return {
    id,
    name: String(spec.get("name")),
    spec,
    fields: [...key].map(([path, direction]) => ({
      path,
      parts: splitPath(path),
      descending: isNumber(direction) && toDouble(direction) < 0,
    })),
    unique: truthy(spec.get("unique")) || id === 0,
    sparse: truthy(spec.get("sparse")),
    partial: isDoc(partial) ? { filter: partial, match: compileMatch(partial) } : undefined,
    expireAfterSeconds: isNumber(expire) ? toDouble(expire) : undefined,
    multikey,
    building: false,
    hidden: truthy(spec.get("hidden")),
    dropped: false,
  };
}

const idSpec = (): Doc => doc({ v: 2, key: doc({ _id: 1 }), name: "_id_" });

/** Which collections and indexes there are: tables in SQLite, mirrored in memory. */
export class Catalog {
  readonly #sqlite: Sqlite;
  #collections = new Map<string, Collection>();
  /** Set by every change, so that a rollback knows to read the tables again. */
  dirty = false;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    this.reload();
    for (const c of this.list()) for (const { id } of c.indexes) sqlite.exec(freshSql(id));
    this.#dropUnfinished();
  }

  /** Reads the tables again; collections and indexes that are still there stay the same objects. */
  reload(): void {
    this.dirty = false;
    const before = new Map([...this.#collections.values()].map((c) => [c.id, c]));
    this.#collections = new Map();
    const byId = new Map<number, { c: Collection; had: Map<number, Index> }>();
    for (const row of this.#sqlite.prepare("SELECT * FROM collections ORDER BY id").all()) {
      const known = before.get(Number(row.id));
      const c = known ?? newCollection(Number(row.id), row.uuid as Uint8Array);
      c.db = String(row.db);
      c.name = String(row.name);
      c.options = decodeDoc(row.options as Uint8Array);
      c.dropped = false;
      byId.set(c.id, { c, had: new Map(c.indexes.map((i) => [i.id, i])) });
      c.indexes = [];
      this.#collections.set(namespaceOf(c), c);
      before.delete(c.id);
    }
    const unfinished = new Set(
      this.#sqlite
        .prepare("SELECT id FROM builds")
        .all()
        .map((row) => Number(row.id)),
    );
    for (const row of this.#sqlite.prepare("SELECT * FROM indexes ORDER BY id").all()) {
      const of = byId.get(Number(row.collection));
      if (!of) continue;
      const spec = decodeDoc(row.spec as Uint8Array);
      const index = Object.assign(
        of.had.get(Number(row.id)) ?? {},
        indexFromSpec(Number(row.id), spec, row.multikey === 1),
      );
      index.building = unfinished.has(index.id);
      of.had.delete(index.id);
      of.c.indexes.push(index);
    }
    for (const { had } of byId.values()) for (const index of had.values()) index.dropped = true;
    for (const c of before.values()) c.dropped = true;
  }

  /** An index whose building a crash cut off was never promised to anybody. */
  #dropUnfinished(): void {
    const unfinished = this.list().flatMap((c) => c.indexes.filter((i) => i.building).map((i) => [c, i] as const));
    if (unfinished.length === 0) return;
    this.#sqlite.exec("BEGIN IMMEDIATE");
    for (const [c, index] of unfinished) this.dropIndex(c, index);
    this.#sqlite.commit();
    this.dirty = false;
  }

  get(db: string, name: string): Collection | undefined {
    return this.#collections.get(`${db}.${name}`);
  }

  list(db?: string): Collection[] {
    return [...this.#collections.values()].filter((c) => db === undefined || c.db === db);
  }

  create(db: string, name: string, options: Doc): Collection {
    checkNamespace(this, db, name);
    this.dirty = true;
    const uuid = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
    const { rowid } = this.#sqlite.run(
      "INSERT INTO collections (db, name, options, uuid) VALUES (?, ?, ?, ?)",
      db,
      name,
      encodeDoc(options),
      uuid,
    );
    this.#sqlite.exec(collectionSql(rowid));
    const c = Object.assign(newCollection(rowid, uuid), { db, name, options, count: 0 });
    this.#collections.set(namespaceOf(c), c);
    return c;
  }

  drop(c: Collection): void {
    this.dirty = true;
    for (const index of c.indexes) this.dropIndex(c, index);
    this.#sqlite.forget(tableOf(c));
    this.#sqlite.exec(`DROP TABLE ${tableOf(c)}`);
    this.#sqlite.run("DELETE FROM collections WHERE id = ?", c.id);
    this.#collections.delete(namespaceOf(c));
    c.dropped = true;
  }

  addIndex(c: Collection, spec: Doc): Index {
    this.dirty = true;
    const { rowid } = this.#sqlite.run(
      "INSERT INTO indexes (collection, name, spec) VALUES (?, ?, ?)",
      c.id,
      String(spec.get("name")),
      encodeDoc(spec),
    );
    this.#sqlite.exec(indexSql(rowid));
    this.#sqlite.exec(freshSql(rowid));
    const index = indexFromSpec(rowid, spec, false);
    this.#sqlite.run("INSERT INTO builds VALUES (?)", rowid);
    index.building = true;
    c.indexes = [...c.indexes, index];
    return index;
  }

  dropIndex(c: Collection, index: Index): void {
    this.dirty = true;
    this.#sqlite.forget(indexTable(index));
    this.#sqlite.exec(`DROP TABLE main.${indexTable(index)}; DROP TABLE ${freshTable(index)}`);
    this.#sqlite.run("DELETE FROM indexes WHERE id = ?", index.id);
    this.#sqlite.run("DELETE FROM builds WHERE id = ?", index.id);
    index.dropped = true;
    c.indexes = c.indexes.filter((i) => i !== index);
  }

  /** The index holds every document now. */
  markBuilt(index: Index): void {
    this.dirty = true;
    index.building = false;
    this.#sqlite.run("DELETE FROM builds WHERE id = ?", index.id);
  }

  markMultikey(index: Index): void {
    this.dirty = true;
    index.multikey = true;
    this.#sqlite.run("UPDATE indexes SET multikey = 1 WHERE id = ?", index.id);
  }
}

const newCollection = (id: number, uuid: Uint8Array): Collection => ({
  id,
  db: "",
  name: "",
  options: new Map(),
  uuid,
  idIndex: indexFromSpec(0, idSpec(), false),
  indexes: [],
  count: undefined,
  dropped: false,
});
