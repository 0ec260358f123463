import { type Doc, doc } from "./bson/types.ts";
import { dropAbandonedOutputs } from "./commands/aggregate-out.ts";
import { dropAbandoned } from "./commands/indexes.ts";
import { PAUSE, type Steps } from "./pause.ts";
import type { Retries } from "./retries.ts";
import type { Storage } from "./storage.ts";
import { expire } from "./ttl.ts";

/* What the store does by itself, in slices between the commands. */

/** What sessions, index builds and outputs left behind, and documents whose time is over. */
export function* sweeping(storage: Storage, retries: Retries, now: number): Steps<Doc> {
  retries.expire(now);
  dropAbandoned(storage);
  dropAbandonedOutputs(storage);
  yield* expire(storage, now);
  return doc({ ok: 1 });
}

/** Writes the keys that wait in memory, as long as no more come in. */
export function* settling({ fresh }: Storage): Steps<Doc> {
  while (fresh.isIdle() && fresh.step()) yield PAUSE;
  return doc({ ok: 1 });
}
