/** Rises when what an older version wrote can no longer be read. */
export const FORMAT = "2";

/** Every change of the catalog takes its checksum away; the commit puts a new one there. */
const TRIGGERS = ["collections", "indexes", "builds"].flatMap((table) =>
  ["INSERT", "UPDATE", "DELETE"].map(
    (event) =>
      `CREATE TRIGGER ${table}_${event} AFTER ${event} ON ${table} BEGIN DELETE FROM meta WHERE name = 'catalog'; END;`,
  ),
);

/** The tables of every store. */
export const SCHEMA = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT, db TEXT NOT NULL, name TEXT NOT NULL, options BLOB NOT NULL, uuid BLOB NOT NULL,
    UNIQUE (db, name));
  CREATE TABLE indexes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL, name TEXT NOT NULL, spec BLOB NOT NULL,
    multikey INTEGER NOT NULL DEFAULT 0, UNIQUE (collection, name));
  CREATE TABLE builds (id INTEGER PRIMARY KEY);
  CREATE TABLE retries (
    session TEXT PRIMARY KEY, number TEXT NOT NULL, done INTEGER NOT NULL, kept BLOB NOT NULL, used INTEGER NOT NULL)
    WITHOUT ROWID;
  ${TRIGGERS.join(" ")}
  INSERT INTO meta VALUES ('format', '${FORMAT}'), ('commits', '0');
`;

/** Rows keep the order of insertion, as a collection without a sort shows them; _id is unique beside it. */
export const collectionSql = (id: number): string =>
  `CREATE TABLE c_${id} (r INTEGER PRIMARY KEY, k BLOB NOT NULL UNIQUE, d BLOB NOT NULL, s INTEGER NOT NULL)`;

const keysSql = (table: string): string =>
  `CREATE TABLE ${table} (k BLOB NOT NULL, r INTEGER NOT NULL, PRIMARY KEY (k, r)) WITHOUT ROWID`;
export const indexSql = (id: number): string => keysSql(`i_${id}`);
/** In memory: see FreshKeys. */
export const freshSql = (id: number): string => keysSql(`fresh.i_${id}`);

/** All that the catalog says, as one text. */
export const CATALOG_TEXT = `SELECT concat_ws('|',
  (SELECT group_concat(concat_ws(',', id, quote(db), quote(name), quote(options), quote(uuid)) ORDER BY id) FROM collections),
  (SELECT group_concat(concat_ws(',', id, collection, quote(name), quote(spec), multikey) ORDER BY id) FROM indexes),
  (SELECT group_concat(id ORDER BY id) FROM builds)) AS text`;
