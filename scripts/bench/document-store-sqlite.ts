import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Fields, fieldsOf, idOf } from "./document-store-data.ts";

const COLUMNS = "owner, seq, sector, amount, closed_at, version, uscc, name, note";
const TABLE = `(id BLOB NOT NULL UNIQUE, owner INTEGER NOT NULL, seq INTEGER NOT NULL, sector TEXT NOT NULL,
  amount REAL NOT NULL, closed_at INTEGER NOT NULL, version INTEGER NOT NULL, uscc TEXT NOT NULL, name TEXT NOT NULL,
  note TEXT NOT NULL)`;
const INSERT = `(id, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** The same work done straight on node:sqlite: as durable, with as much cache, without a wire, documents and a server. */
export class Peer {
  readonly #db: DatabaseSync;
  readonly #statements;

  /** `count` records with the secondary index, and an empty table without one for insertMany. */
  constructor(folder: string, count: number) {
    const db = new DatabaseSync(join(folder, "peer.sqlite"));
    this.#db = db;
    db.exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
    db.exec("PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-65536");
    db.exec(`CREATE TABLE records ${TABLE}; CREATE INDEX by_owner ON records (owner, seq)`);
    db.exec(`CREATE TABLE inserted ${TABLE}`);
    const load = db.prepare(`INSERT INTO records ${INSERT}`);
    db.exec("BEGIN");
    for (let n = 0; n < count; n++) load.run(idOf(n), ...values(fieldsOf(n, count)));
    db.exec("COMMIT");
    this.#statements = {
      byId: db.prepare("SELECT * FROM records WHERE id = ?"),
      byOwner: db.prepare("SELECT * FROM records WHERE owner = ? ORDER BY seq"),
      insert: db.prepare(`INSERT INTO inserted ${INSERT}`),
      update: db.prepare("UPDATE records SET version = version + 1, closed_at = ? WHERE id = ? RETURNING *"),
      group: db.prepare("SELECT sector, sum(amount) AS total, avg(amount) AS mean FROM records GROUP BY sector"),
    };
  }

  findById(n: number) {
    return this.#statements.byId.get(idOf(n));
  }

  findOwner(owner: number) {
    return this.#statements.byOwner.all(owner);
  }

  insertMany(batch: readonly Fields[]): void {
    this.#db.exec("BEGIN");
    for (const fields of batch) this.#statements.insert.run(randomId(), ...values(fields));
    this.#db.exec("COMMIT");
  }

  clearInserted(): void {
    this.#db.exec("DELETE FROM inserted");
  }

  findOneAndUpdate(n: number) {
    return this.#statements.update.get(Date.now(), idOf(n));
  }

  group() {
    return this.#statements.group.all();
  }

  close(): void {
    this.#db.close();
  }
}

const values = (f: Fields) =>
  [f.owner, f.seq, f.sector, f.amount, f.closedAt.getTime(), f.version, f.uscc, f.name, f.note] as const;

let made = 0;
const instance = randomBytes(5);

/** Rising, as the driver makes them. */
function randomId(): Buffer {
  const id = Buffer.alloc(12);
  id.writeUInt32BE(Math.floor(Date.now() / 1000), 0);
  instance.copy(id, 4);
  id.writeUIntBE(made++ & 0xffffff, 9, 3);
  return id;
}
