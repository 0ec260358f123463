import { doc } from "./bson/types.ts";
import { COMMANDS, checkExplained } from "./commands/all.ts";
import { checkConcerns } from "./commands/concerns.ts";
import { type Command, type Context, checkFields, newProgress } from "./commands/context.ts";
import { checkDatabase, checkLogin, unknownCommand } from "./commands/gate.ts";
import { Cursors } from "./cursors.ts";
import { errorReply, StoreError } from "./errors.ts";
import { settling, sweeping } from "./housekeeping.ts";
import { Retries, retried } from "./retries.ts";
import { storageError } from "./sqlite.ts";
import type { Connection, ServerState } from "./state.ts";
import type { Storage } from "./storage.ts";
import { atOnce, checkTask, deadlineOf, isSteps, retryKeyOf, type Task, writesOf } from "./task.ts";
import type { Reply, Request } from "./wire.ts";

interface Job {
  request: Request;
  connection: Connection;
  reply: (r: Reply) => void;
}

interface Done {
  task: Task;
  reply: Reply;
}

/**
 * Runs commands, and commits in groups: all that arrived in one turn of the event loop run in one SQLite
 * transaction, are made durable by one sync, and are answered only after it. Each has a savepoint, so that one
 * that fails takes nothing else with it. What takes long rests after each slice of a few milliseconds, and goes
 * on in later turns, one slice of one such command a turn, so that it holds nobody up.
 */
export class Engine {
  readonly storage: Storage;
  readonly cursors = new Cursors();
  readonly #retries: Retries;
  readonly #server: ServerState;
  #queue: Job[] = [];
  #resting: Task[] = [];
  #done: Done[] = [];
  /** Resting commands that wrote in the open transaction. */
  readonly #wrote = new Set<Task>();
  /** Retryable writes under way, by session and number. */
  readonly #running = new Map<string, Task>();
  #scheduled = false;
  #settling = false;

  constructor(storage: Storage, server: ServerState) {
    this.storage = storage;
    this.#server = server;
    this.#retries = new Retries(storage.sqlite);
  }

  submit(job: Job): void {
    this.#queue.push(job);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the poll phase: every socket that had something to read has been read by then.
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    this.#begin();
    const rested = this.#resting.shift();
    if (rested) {
      this.#advance(rested);
      this.#finish();
    }
    if (this.#resting.length > 0) this.#schedule();
  }

  /** Before the end: what has arrived is begun, writes that rest are done whole, reads that rest are given up. */
  drain(): void {
    this.#begin();
    for (let task = this.#resting.shift(); task; task = this.#resting.shift()) {
      if (task.writes && task.context) this.#advance(task);
      else {
        const reply = errorReply(new StoreError("InterruptedAtShutdown", "the server is shutting down"));
        task.steps.return(reply);
        this.#done.push({ task, reply });
      }
      this.#finish();
    }
  }

  /** Begins what has arrived; most is done at once. */
  #begin(): void {
    const jobs = this.#queue;
    if (jobs.length === 0) return;
    this.#queue = [];
    for (const job of jobs) {
      const task = this.#start(job);
      if (task) this.#advance(task);
    }
    this.#finish();
  }

  /** Housekeeping, from a timer: idle cursors, old sessions, expired documents. */
  sweep(now = Date.now()): void {
    this.cursors.sweep(now);
    this.#inBackground("removing expired documents", sweeping(this.storage, this.#retries, now));
  }

  /** From a timer: keys that wait in memory are written once no more come in. */
  settle(): void {
    if (this.#settling || !this.storage.fresh.isIdle()) return;
    this.#settling = true;
    this.#inBackground("writing gathered keys", settling(this.storage), () => {
      this.#settling = false;
    });
  }

  #inBackground(what: string, steps: Task["steps"], done: () => void = () => {}): void {
    const tell = (r: Reply): void => {
      done();
      if (r instanceof Map && r.get("code") !== undefined) this.#server.log(`${what} failed: ${r.get("errmsg")}`);
    };
    this.#resting.push({
      name: "sweep",
      writes: true,
      context: undefined,
      steps,
      deadline: Number.POSITIVE_INFINITY,
      retry: undefined,
      replies: [tell],
      concernError: undefined,
    });
    this.#schedule();
  }

  /** Checks a command and makes a task of it; undefined when it joined one that is already under way. */
  #start(job: Job): Task | undefined {
    const { body } = job.request;
    const name = body.keys().next().value ?? "";
    const context: Context = {
      storage: this.storage,
      cursors: this.cursors,
      request: job.request,
      body,
      db: String(body.get("$db")),
      connection: job.connection,
      server: this.#server,
      progress: newProgress(),
    };
    const task: Task = {
      name,
      writes: false,
      context,
      steps: atOnce(doc({ ok: 1 })),
      deadline: Number.POSITIVE_INFINITY,
      retry: undefined,
      replies: [job.reply],
      concernError: undefined,
    };
    try {
      if (job.request.problem) throw job.request.problem;
      const command = COMMANDS.get(name);
      if (!command) throw unknownCommand(name);
      checkLogin(context, name);
      checkDatabase(name, context);
      checkFields(name, command, context);
      if (name === "explain") checkExplained(context);
      task.concernError = checkConcerns(context, name);
      task.deadline = deadlineOf(name, body);
      task.writes = writesOf(command, body);
      task.retry = retryKeyOf(body);
      if (task.retry && this.#joined(task)) return undefined;
      task.steps = this.#steps(task, command, context);
      return task;
    } catch (e) {
      this.#done.push({ task, reply: errorReply(this.#asStoreError(e, name)) });
      return undefined;
    }
  }

  /** Whether the same retryable write is under way already: its answer goes to both. */
  #joined(task: Task): boolean {
    const key = `${task.retry!.session}:${task.retry!.number}`;
    const running = this.#running.get(key);
    if (running) running.replies.push(...task.replies);
    else this.#running.set(key, task);
    return running !== undefined;
  }

  *#steps(task: Task, command: Command, context: Context): Task["steps"] {
    const earlier = task.retry && this.#retries.find(task.retry);
    if (earlier && "answer" in earlier) return retried(earlier.answer, statementsOf(context), task.name);
    if (earlier) context.progress = earlier.progress;
    const result = command.run(context);
    const reply = isSteps(result) ? yield* result : result;
    if (task.retry && reply instanceof Map) this.#retries.done(task.retry, reply);
    return reply;
  }

  /** Runs one slice of a task. */
  #advance(task: Task): void {
    this.storage.slice.begin();
    let reply: Reply | undefined;
    try {
      checkTask(task);
      reply = task.writes ? this.#write(task) : this.#step(task);
    } catch (e) {
      reply = errorReply(this.#asStoreError(e, task.name));
      task.steps.return(reply);
    }
    if (reply === undefined) {
      if (task.context) task.operation ??= this.#server.begin(task.name, task.context);
      this.#resting.push(task);
    } else {
      this.#wrote.delete(task);
      this.#done.push({ task, reply });
    }
  }

  #step(task: Task): Reply | undefined {
    const step = task.steps.next();
    return step.done ? step.value : undefined;
  }

  #write(task: Task): Reply | undefined {
    const { sqlite, catalog } = this.storage;
    if (!sqlite.inTransaction) sqlite.exec("BEGIN IMMEDIATE");
    sqlite.exec("SAVEPOINT command");
    this.storage.mark();
    try {
      const reply = this.#step(task);
      if (reply === undefined && task.retry && task.context) this.#retries.rests(task.retry, task.context.progress);
      sqlite.exec("RELEASE command");
      this.#wrote.add(task);
      return reply;
    } catch (e) {
      if (sqlite.inTransaction) {
        sqlite.exec("ROLLBACK TO command; RELEASE command");
        this.storage.undo();
        // What earlier commands of this group changed in the catalog is still open, and may yet be rolled back.
        catalog.dirty = true;
      } else this.#lost(this.#asStoreError(e, task.name));
      throw e;
    }
  }

  /** The whole transaction is gone: nothing that ran in it has happened. */
  #lost(e: StoreError): void {
    this.storage.undoAll();
    // Reads of this group may have seen some of it.
    for (const d of this.#done) d.reply = errorReply(e);
    for (const task of this.#wrote) {
      this.#resting = this.#resting.filter((t) => t !== task);
      task.steps.return(errorReply(e));
      this.#done.push({ task, reply: errorReply(e) });
    }
    this.#wrote.clear();
  }

  /** Commits the group, then answers. */
  #finish(): void {
    const { sqlite, catalog } = this.storage;
    if (sqlite.inTransaction) {
      try {
        sqlite.commit();
        catalog.dirty = false;
        this.#server.clock.tick();
      } catch (e) {
        this.#server.log(`commit failed: ${(e as Error).message}`);
        if (sqlite.inTransaction) sqlite.exec("ROLLBACK");
        this.#lost(storageError(e) ?? new StoreError("InternalError", (e as Error).message));
      }
      this.#wrote.clear();
    }
    const done = this.#done;
    this.#done = [];
    for (const { task, reply } of done) this.#answer(task, reply);
  }

  #answer(task: Task, reply: Reply): void {
    if (task.operation) this.#server.operations.delete(task.operation.id);
    if (task.retry) this.#running.delete(`${task.retry.session}:${task.retry.number}`);
    this.#server.count(task.name, task.context && reply instanceof Map ? task.context.progress.at || 1 : 1);
    if (task.concernError && reply instanceof Map && reply.get("code") === undefined)
      reply.set("writeConcernError", task.concernError);
    for (const tell of task.replies) tell(reply);
  }

  #asStoreError(e: unknown, name: string): StoreError {
    if (e instanceof StoreError) return e;
    const known = storageError(e);
    this.#server.log(`${name}: ${known ? known.message : ((e as Error).stack ?? String(e))}`);
    return known ?? new StoreError("InternalError", `${name} failed inside the store: ${(e as Error).message}`);
  }
}

function statementsOf({ request }: Context): number {
  const [list] = request.sequences.values();
  return list?.length ?? 0;
}
