import { toDouble, wholeNumber } from "./bson/numbers.ts";
import { type Doc, isNumber } from "./bson/types.ts";
import { type Command, type Context, sessionOf } from "./commands/context.ts";
import { badValue, StoreError, typeMismatch } from "./errors.ts";
import type { Steps } from "./pause.ts";
import type { RetryKey } from "./retries.ts";
import type { Operation } from "./state.ts";
import type { Reply } from "./wire.ts";

/** A command under way. */
export interface Task {
  name: string;
  writes: boolean;
  /** Undefined for the store's own housekeeping. */
  context: Context | undefined;
  steps: Steps<Reply>;
  /** When `maxTimeMS` is over, in milliseconds of performance.now(). */
  deadline: number;
  retry: RetryKey | undefined;
  /** Who is told the answer: the sender, and those who sent the same retryable write again meanwhile. */
  replies: ((r: Reply) => void)[];
  concernError: Doc | undefined;
  /** As currentOp shows it, once it has rested. */
  operation?: Operation | undefined;
}

const MOST_MS = 2 ** 31 - 1;

export function deadlineOf(name: string, body: Doc): number {
  const v = body.get("maxTimeMS");
  if (v === undefined) return Number.POSITIVE_INFINITY;
  if (!isNumber(v)) throw typeMismatch("maxTimeMS must be a number");
  const ms = wholeNumber(v);
  if (ms === undefined || ms < 0 || ms > MOST_MS)
    throw badValue(`${toDouble(v)} value for maxTimeMS is out of range [0, ${MOST_MS}]`);
  if (name === "getMore" && ms > 0)
    throw badValue("cannot set maxTimeMS on getMore command for a non-awaitData cursor");
  return ms === 0 ? Number.POSITIVE_INFINITY : performance.now() + ms;
}

export function retryKeyOf(body: Doc): RetryKey | undefined {
  const number = body.get("txnNumber");
  const session = sessionOf(body);
  return session !== undefined && typeof number === "bigint" ? { session, number } : undefined;
}

export const writesOf = (command: Command, body: Doc): boolean =>
  typeof command.writes === "function" ? command.writes(body) : command.writes;

/** A command that answers at once, as steps. */
// biome-ignore lint/correctness/useYield: one step that ends at once
export function* atOnce(reply: Reply): Steps<Reply> {
  return reply;
}

export const isSteps = (r: Reply | Steps<Reply>): r is Steps<Reply> => "next" in r;

/** Refuses to go on with what took too long, or with what nobody waits for any more. */
export function checkTask({ context, deadline, writes, operation }: Task): void {
  if (operation?.killed) throw new StoreError("Interrupted", "operation was interrupted");
  if (performance.now() > deadline) throw new StoreError("MaxTimeMSExpired", "operation exceeded time limit");
  if (context && !writes && !context.server.connections.has(context.connection.id))
    throw new StoreError("ClientDisconnect", "the client went away");
}
