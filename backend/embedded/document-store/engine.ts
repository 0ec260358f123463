import { type Doc, doc, type Value } from "./bson/types.ts";
import { type Command, type Context, checkFields } from "./commands/context.ts";
import { handshakeCommands } from "./commands/handshake.ts";
import { readCommands } from "./commands/read.ts";
import { schemaCommands } from "./commands/schema.ts";
import { writeCommands } from "./commands/write.ts";
import { Cursors } from "./cursors.ts";
import { StoreError } from "./errors.ts";
import { storageError } from "./sqlite.ts";
import type { Storage } from "./storage.ts";
import { expireOnce } from "./ttl.ts";
import type { Reply, Request } from "./wire.ts";

const COMMANDS = new Map<string, Command>(
  Object.entries({ ...handshakeCommands, ...readCommands, ...writeCommands, ...schemaCommands }),
);

interface Job {
  request: Request;
  connectionId: number;
  reply: (r: Reply) => void;
}

/**
 * Runs commands one after the other, and commits in groups: all that arrived in one turn of the event loop run
 * in one SQLite transaction, are made durable by one sync, and are answered only after it. Each command has a
 * savepoint, so that one that fails takes nothing else with it.
 */
export class Engine {
  readonly storage: Storage;
  readonly cursors = new Cursors();
  #queue: Job[] = [];
  #scheduled = false;
  readonly #log: (line: string) => void;

  constructor(storage: Storage, log: (line: string) => void) {
    this.storage = storage;
    this.#log = log;
  }

  submit(job: Job): void {
    this.#queue.push(job);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the poll phase: every socket that had something to read has been read by then.
    setImmediate(() => {
      this.#scheduled = false;
      this.drain();
    });
  }

  /** Runs what waits, commits, answers. */
  drain(): void {
    const jobs = this.#queue;
    this.#queue = [];
    if (jobs.length === 0) return;
    let pending: { job: Job; reply: Reply }[] = [];
    for (const job of jobs) {
      const reply = this.#execute(job, (e) => {
        // SQLite gave up the whole transaction: nothing of this group that came before has happened.
        pending = pending.map((p) => ({ job: p.job, reply: errorReply(e) }));
      });
      pending.push({ job, reply });
    }
    const failure = this.#commit();
    for (const { job, reply } of pending) job.reply(failure ? errorReply(failure) : reply);
  }

  /** Removes expired documents; run from a timer, in a transaction of its own. */
  sweep(now = Date.now()): void {
    this.cursors.sweep(now);
    this.drain();
    try {
      this.#begin();
      expireOnce(this.storage, now);
    } catch (e) {
      this.#log(`removing expired documents failed: ${(e as Error).message}`);
      this.#rollback();
      return;
    }
    const failure = this.#commit();
    if (failure) this.#log(`removing expired documents failed: ${failure.message}`);
  }

  #begin(): void {
    if (!this.storage.sqlite.inTransaction) this.storage.sqlite.exec("BEGIN IMMEDIATE");
  }

  #commit(): StoreError | undefined {
    if (!this.storage.sqlite.inTransaction) return undefined;
    try {
      this.storage.sqlite.exec("COMMIT");
      this.storage.catalog.dirty = false;
      return undefined;
    } catch (e) {
      this.#log(`commit failed: ${(e as Error).message}`);
      this.#rollback();
      return storageError(e) ?? new StoreError("InternalError", (e as Error).message);
    }
  }

  #rollback(): void {
    if (this.storage.sqlite.inTransaction) this.storage.sqlite.exec("ROLLBACK");
    if (this.storage.catalog.dirty) this.storage.catalog.reload();
  }

  #execute(job: Job, lost: (e: StoreError) => void): Reply {
    const { body } = job.request;
    const name = body.keys().next().value ?? "";
    const command = COMMANDS.get(name);
    const context: Context = {
      storage: this.storage,
      cursors: this.cursors,
      request: job.request,
      body,
      db: String(body.get("$db") ?? "admin"),
      connectionId: job.connectionId,
    };
    try {
      if (!command) throw new StoreError("CommandNotFound", `no such command: '${name}'`);
      checkFields(name, command, body);
      return command.writes ? this.#write(command, context, lost) : command.run(context);
    } catch (e) {
      return errorReply(this.#asStoreError(e, name));
    }
  }

  #write(command: Command, context: Context, lost: (e: StoreError) => void): Reply {
    const { sqlite, catalog } = this.storage;
    this.#begin();
    sqlite.exec("SAVEPOINT command");
    try {
      const reply = command.run(context);
      sqlite.exec("RELEASE command");
      return reply;
    } catch (e) {
      if (sqlite.inTransaction) sqlite.exec("ROLLBACK TO command; RELEASE command");
      else lost(this.#asStoreError(e, "write"));
      if (catalog.dirty) catalog.reload();
      // What earlier commands of this group changed in the catalog is still open, and may yet be rolled back.
      catalog.dirty = sqlite.inTransaction;
      throw e;
    }
  }

  #asStoreError(e: unknown, name: string): StoreError {
    if (e instanceof StoreError) return e;
    const known = storageError(e);
    this.#log(`${name}: ${known ? known.message : ((e as Error).stack ?? String(e))}`);
    return known ?? new StoreError("InternalError", `${name} failed inside the store: ${(e as Error).message}`);
  }
}

export function errorReply(e: StoreError): Doc {
  const out = doc({ ok: 0, errmsg: e.message, code: e.code, codeName: e.codeName });
  for (const [k, v] of Object.entries(e.extra)) if (v !== undefined) out.set(k, v as Value);
  return out;
}
