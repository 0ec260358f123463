import type { Catalog } from "./catalog.ts";
import { StoreError } from "./errors.ts";

const MAX_DB_BYTES = 63;
const MAX_NAMESPACE_BYTES = 255;

const invalid = (message: string): StoreError => new StoreError("InvalidNamespace", message);

/** Refuses names that a new collection may not have. */
export function checkNamespace(catalog: Catalog, db: string, name: string): void {
  checkDatabaseName(db);
  if (db.includes("$")) throw invalid(`Invalid database name: '${db}'`);
  checkCollectionName(db, name);
  if (name.includes("$")) throw invalid(`Invalid collection name: ${name}`);
  if (name.startsWith("system.")) throw invalid(`Invalid system namespace: ${db}.${name}`);
  if (Buffer.byteLength(`${db}.${name}`) > MAX_NAMESPACE_BYTES)
    throw invalid(`Fully qualified namespace is too long. Namespace: ${db}.${name} Max: ${MAX_NAMESPACE_BYTES}`);
  const other = catalog.list().find((c) => c.db !== db && c.db.toLowerCase() === db.toLowerCase());
  if (other)
    throw new StoreError(
      "DatabaseDifferCase",
      `db already exists with different case already have: [${other.db}] trying to create [${db}]`,
    );
}

export function checkDatabaseName(db: string): void {
  if (Buffer.byteLength(db) > MAX_DB_BYTES)
    throw invalid(`db name must be at most ${MAX_DB_BYTES} characters, found: ${Buffer.byteLength(db)}`);
  if (db === "" || /[/\\. "\0]/.test(db)) throw invalid(`Invalid database name: '${db}'`);
}

/** Refuses what no collection can be called, whether there is one or not. */
export function checkCollectionName(db: string, name: string): void {
  if (name === "" || name.startsWith(".") || name.includes("\0"))
    throw invalid(`Invalid namespace specified '${db}.${name}'`);
}

/** Cuts `db.collection`. */
export function splitNamespace(ns: string): { db: string; name: string } {
  const dot = ns.indexOf(".");
  const db = dot < 0 ? ns : ns.slice(0, dot);
  checkDatabaseName(db);
  const name = dot < 0 ? "" : ns.slice(dot + 1);
  checkCollectionName(db, name);
  return { db, name };
}
