import { ObjectId } from "bson";
import type { Doc } from "./bson/types.ts";
import { Clock } from "./clock.ts";
import { isFull } from "./open-error.ts";
import type { Account, Conversation } from "./scram.ts";
import type { Sqlite } from "./sqlite.ts";

/** One client's socket, and who it has logged in as. */
export interface Connection {
  readonly id: number;
  readonly remote: string;
  user: string | undefined;
  /** A login that has begun. */
  scram: Conversation | undefined;
  /** What the client said of itself in its handshake. */
  client: Doc | undefined;
}

/** A command that takes long, from its first rest to its answer. */
export interface Operation {
  readonly id: number;
  readonly name: string;
  readonly db: string;
  readonly body: Doc;
  readonly connection: Connection;
  /** In milliseconds of performance.now(). */
  readonly since: number;
  /** A client asked to end it. */
  killed: boolean;
}

export interface StateOptions {
  standalone?: boolean;
  account?: Account | undefined;
  log?: (line: string) => void;
}

export const MAX_CONNECTIONS = 2000;
const LOG_LINES = 1024;
const KINDS = new Map<string, keyof Opcounters>([
  ["find", "query"],
  ["getMore", "getmore"],
]);

export interface Opcounters {
  insert: number;
  query: number;
  update: number;
  delete: number;
  getmore: number;
  command: number;
}

/** What the server knows of itself while it runs: its place in the replica set, its clients, its counters. */
export class ServerState {
  readonly startedAt = new Date();
  readonly processId = new ObjectId();
  readonly standalone: boolean;
  readonly account: Account | undefined;
  /** Rises with each start, so that clients can tell a new primary from an old one. */
  readonly term: number;
  readonly connections = new Map<number, Connection>();
  readonly operations = new Map<number, Operation>();
  readonly network = { bytesIn: 0, bytesOut: 0, numRequests: 0 };
  readonly opcounters: Opcounters = { insert: 0, query: 0, update: 0, delete: 0, getmore: 0, command: 0 };
  readonly clock: Clock;
  port = 0;
  totalConnections = 0;
  #lastOperation = 0;
  readonly #lines: string[] = [];
  readonly #log: (line: string) => void;

  constructor(sqlite: Sqlite, options: StateOptions = {}) {
    this.standalone = options.standalone ?? false;
    this.clock = new Clock(!this.standalone);
    this.account = options.account;
    this.#log = options.log ?? (() => {});
    this.term = nextTerm(sqlite, (line) => this.log(line));
  }

  connect(remote: string): Connection {
    const connection: Connection = {
      id: ++this.totalConnections,
      remote,
      user: undefined,
      scram: undefined,
      client: undefined,
    };
    this.connections.set(connection.id, connection);
    return connection;
  }

  /** Shows a command to `currentOp` and `killOp`, until it is removed from `operations`. */
  begin(name: string, of: { db: string; body: Doc; connection: Connection }): Operation {
    const { db, body, connection } = of;
    const id = ++this.#lastOperation;
    const operation = { id, name, db, body, connection, since: performance.now(), killed: false };
    this.operations.set(id, operation);
    return operation;
  }

  /** Counts a command: `n` statements of a bulk write, or one of anything else. */
  count(name: string, n: number): void {
    this.network.numRequests++;
    if (name === "insert" || name === "update" || name === "delete") this.opcounters[name] += n;
    else this.opcounters[KINDS.get(name) ?? "command"]++;
  }

  log(line: string): void {
    this.#lines.push(`${new Date().toISOString()} ${line}`);
    if (this.#lines.length > LOG_LINES) this.#lines.shift();
    this.#log(line);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}

/** Kept in the file and never below the clock, so that it rises even when an older backup is put back. */
function nextTerm(sqlite: Sqlite, log: (line: string) => void): number {
  const row = sqlite.prepare("SELECT value FROM meta WHERE name = 'term'").get() as { value: string } | undefined;
  const term = Math.max(Number(row?.value ?? 0) + 1, Math.floor(Date.now() / 1000));
  const sql = "INSERT INTO meta VALUES ('term', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
  try {
    sqlite.run(sql, String(term));
  } catch (e) {
    // On a full disk the server still starts, to be read from and made room in; the clock makes the next term higher.
    if (!isFull(e)) throw e;
    log("no space left: this start can't be noted in the data file");
  }
  return term;
}
