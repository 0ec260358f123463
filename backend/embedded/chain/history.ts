import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** Blocks and receipts as JSON-RPC shows them; the fields named here are the ones that the history itself reads. */
export interface RpcBlock {
  number: string;
  hash: string;
  timestamp: string;
  logsBloom: string;
  /** Hashes. */
  transactions: string[];
  [field: string]: unknown;
}

export interface RpcLog {
  address: string;
  topics: string[];
  [field: string]: unknown;
}

export interface RpcReceipt {
  from: string;
  effectiveGasPrice: string;
  logs: RpcLog[];
  [field: string]: unknown;
}

export interface StoredBlock {
  block: RpcBlock;
  receipts: RpcReceipt[];
  /** The signed transactions, in the block's order. */
  raws: string[];
}

/** Every block with its receipts, on disk, so that anvil may forget them. It can be rebuilt from the log at any time. */
export interface BlockHistory {
  /** The newest block's number; -1 when there is none. */
  readonly head: number;
  hashOf(number: number): string | undefined;
  add(stored: StoredBlock): void;
  block(id: number | string): StoredBlock | undefined;
  find(transactionHash: string): { stored: StoredBlock; position: number } | undefined;
  /** Number and bloom of at most `limit` blocks from `from` to `to`, in order. */
  blooms(from: number, to: number, limit: number): { number: number; bloom: Uint8Array }[];
  /** What was added is on the disk, power cut or not, when it returns. */
  sync(): void;
  /** Forgets the blocks after this one. */
  cutAfter(number: number): void;
  close(): void;
}

const FILE = "history.sqlite";
/** One after the other asks for the receipts of the same few blocks. */
const CACHED_BLOCKS = 8;
const SCHEMA = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000;
  CREATE TABLE IF NOT EXISTS blocks (number INTEGER PRIMARY KEY, hash BLOB UNIQUE, bloom BLOB, content BLOB) STRICT;
  CREATE TABLE IF NOT EXISTS transactions (hash BLOB PRIMARY KEY, block INTEGER, position INTEGER) STRICT, WITHOUT ROWID;`;

const bytesOf = (hex: string): Buffer => Buffer.from(hex.slice(2), "hex");

function open(path: string): DatabaseSync {
  const file = join(path, FILE);
  const attempt = () => {
    const database = new DatabaseSync(file);
    try {
      database.exec(SCHEMA);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  };
  try {
    return attempt();
  } catch {
    // Damaged, and only derived: the log gives it again.
    for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true });
    return attempt();
  }
}

export function openHistory(path: string): BlockHistory {
  const database = open(path);
  const putBlock = database.prepare("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?)");
  const putTransaction = database.prepare("INSERT OR REPLACE INTO transactions VALUES (?, ?, ?)");
  const hashByNumber = database.prepare("SELECT hash FROM blocks WHERE number = ?");
  const numberByHash = database.prepare("SELECT number FROM blocks WHERE hash = ?");
  const contentByNumber = database.prepare("SELECT content FROM blocks WHERE number = ?");
  const placeOf = database.prepare("SELECT block, position FROM transactions WHERE hash = ?");
  const bloomsBetween = database.prepare(
    "SELECT number, bloom FROM blocks WHERE number BETWEEN ? AND ? ORDER BY number LIMIT ?",
  );
  const readHead = (): number =>
    (database.prepare("SELECT coalesce(max(number), -1) AS head FROM blocks").get() as { head: number }).head;

  let head = readHead();
  const cache = new Map<number, StoredBlock>();

  function remember(number: number, stored: StoredBlock): void {
    cache.delete(number);
    cache.set(number, stored);
    for (const oldest of cache.keys()) {
      if (cache.size <= CACHED_BLOCKS) break;
      cache.delete(oldest);
    }
  }

  function byNumber(number: number): StoredBlock | undefined {
    const cached = cache.get(number);
    if (cached) return cached;
    const row = contentByNumber.get(number) as { content: Uint8Array } | undefined;
    if (!row) return undefined;
    const stored = JSON.parse(zstdDecompressSync(row.content).toString("utf8")) as StoredBlock;
    remember(number, stored);
    return stored;
  }

  return {
    get head() {
      return head;
    },
    hashOf(number) {
      const row = hashByNumber.get(number) as { hash: Uint8Array } | undefined;
      return row && `0x${Buffer.from(row.hash).toString("hex")}`;
    },
    add(stored) {
      const { block } = stored;
      const number = Number(block.number);
      const content = zstdCompressSync(JSON.stringify(stored));
      database.exec("BEGIN");
      try {
        putBlock.run(number, bytesOf(block.hash), bytesOf(block.logsBloom), content);
        for (const [position, hash] of block.transactions.entries()) {
          putTransaction.run(bytesOf(hash), number, position);
        }
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
      remember(number, stored);
      head = Math.max(head, number);
    },
    block(id) {
      if (typeof id === "number") return byNumber(id);
      const row = numberByHash.get(bytesOf(id)) as { number: number } | undefined;
      return row && byNumber(row.number);
    },
    find(transactionHash) {
      const place = placeOf.get(bytesOf(transactionHash)) as { block: number; position: number } | undefined;
      const stored = place && byNumber(place.block);
      return stored && { stored, position: place.position };
    },
    blooms: (from, to, limit) => bloomsBetween.all(from, to, limit) as { number: number; bloom: Uint8Array }[],
    sync: () => database.exec("PRAGMA wal_checkpoint(TRUNCATE)"),
    cutAfter(number) {
      if (head <= number) return;
      database.exec("BEGIN");
      database.prepare("DELETE FROM transactions WHERE block > ?").run(number);
      database.prepare("DELETE FROM blocks WHERE number > ?").run(number);
      database.exec("COMMIT");
      cache.clear();
      head = readHead();
    },
    close: () => database.close(),
  };
}
