import { randomUUID } from "node:crypto";
import { decodeDoc, encodeDoc } from "./bson/codec.ts";
import { toDouble } from "./bson/numbers.ts";
import { type Doc, doc, isDoc, isNumber } from "./bson/types.ts";
import { StoreError } from "./errors.ts";
import { compileMatch, type Match } from "./query/matcher.ts";
import { type Path, splitPath } from "./query/paths.ts";
import { truthy } from "./query/predicates.ts";
import type { Sqlite } from "./sqlite.ts";

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
}

export interface Collection {
  id: number;
  db: string;
  name: string;
  options: Doc;
  uuid: Uint8Array;
  idIndex: Index;
  indexes: Index[];
}

export const namespaceOf = (c: { db: string; name: string }): string => `${c.db}.${c.name}`;
export const tableOf = (c: Collection): string => `c_${c.id}`;
export const indexTable = (i: Index): string => `i_${i.id}`;

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
  }

  reload(): void {
    this.#collections = new Map();
    this.dirty = false;
    const byId = new Map<number, Collection>();
    for (const row of this.#sqlite.prepare("SELECT * FROM collections ORDER BY id").all()) {
      const c = this.#remember(
        Number(row.id),
        String(row.db),
        String(row.name),
        decodeDoc(row.options as Uint8Array),
        row.uuid as Uint8Array,
      );
      byId.set(c.id, c);
    }
    for (const row of this.#sqlite.prepare("SELECT * FROM indexes ORDER BY id").all()) {
      const index = indexFromSpec(Number(row.id), decodeDoc(row.spec as Uint8Array), row.multikey === 1);
      byId.get(Number(row.collection))?.indexes.push(index);
    }
  }

  #remember(id: number, db: string, name: string, options: Doc, uuid: Uint8Array): Collection {
    const c: Collection = { id, db, name, options, uuid, idIndex: indexFromSpec(0, idSpec(), false), indexes: [] };
    this.#collections.set(namespaceOf(c), c);
    return c;
  }

  get(db: string, name: string): Collection | undefined {
    return this.#collections.get(`${db}.${name}`);
  }

  list(db?: string): Collection[] {
    return [...this.#collections.values()].filter((c) => db === undefined || c.db === db);
  }

  create(db: string, name: string, options: Doc): Collection {
    checkNamespace(db, name);
    this.dirty = true;
    const uuid = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
    const { rowid } = this.#sqlite.run(
      "INSERT INTO collections (db, name, options, uuid) VALUES (?, ?, ?, ?)",
      db,
      name,
      encodeDoc(options),
      uuid,
    );
    // Rows keep the order of insertion, as a collection without a sort shows them; _id is unique beside it.
    this.#sqlite.exec(`CREATE TABLE c_${rowid} (r INTEGER PRIMARY KEY, k BLOB NOT NULL UNIQUE, d BLOB NOT NULL)`);
    return this.#remember(rowid, db, name, options, uuid);
  }

  drop(c: Collection): void {
    this.dirty = true;
    for (const index of c.indexes) this.dropIndex(c, index);
    this.#sqlite.forget(tableOf(c));
    this.#sqlite.exec(`DROP TABLE ${tableOf(c)}`);
    this.#sqlite.run("DELETE FROM collections WHERE id = ?", c.id);
    this.#collections.delete(namespaceOf(c));
  }

  addIndex(c: Collection, spec: Doc): Index {
    this.dirty = true;
    const { rowid } = this.#sqlite.run(
      "INSERT INTO indexes (collection, name, spec) VALUES (?, ?, ?)",
      c.id,
      String(spec.get("name")),
      encodeDoc(spec),
    );
    this.#sqlite.exec(
      `CREATE TABLE i_${rowid} (k BLOB NOT NULL, r INTEGER NOT NULL, PRIMARY KEY (k, r)) WITHOUT ROWID`,
    );
    const index = indexFromSpec(rowid, spec, false);
    c.indexes = [...c.indexes, index];
    return index;
  }

  dropIndex(c: Collection, index: Index): void {
    this.dirty = true;
    this.#sqlite.forget(indexTable(index));
    this.#sqlite.exec(`DROP TABLE ${indexTable(index)}`);
    this.#sqlite.run("DELETE FROM indexes WHERE id = ?", index.id);
    c.indexes = c.indexes.filter((i) => i !== index);
  }

  markMultikey(index: Index): void {
    this.dirty = true;
    index.multikey = true;
    this.#sqlite.run("UPDATE indexes SET multikey = 1 WHERE id = ?", index.id);
  }
}

function checkNamespace(db: string, name: string): void {
  if (db === "" || /[/\\. "$*<>:|?\0]/.test(db) || Buffer.byteLength(db) > 63)
    throw new StoreError("InvalidNamespace", `Invalid database name: '${db}'`);
  if (name === "" || name.includes("$") || name.includes("\0") || name.startsWith(".") || name.startsWith("system."))
    throw new StoreError("InvalidNamespace", `Invalid collection name: ${name}`);
}
