import type { Doc, Value } from "../bson/types.ts";
import type { Collection } from "../catalog.ts";
import type { Effort, Query } from "../executor.ts";
import { PAUSE, type Stream } from "../pause.ts";
import type { Hint } from "../planner.ts";
import type { Storage } from "../storage.ts";
import type { Vars } from "./expressions.ts";

export interface AggregateContext {
  storage: Storage;
  db: string;
  vars: Vars;
  hint?: Hint | undefined;
  effort?: Effort | undefined;
  /** The collection that the pipeline reads; undefined when it reads none. */
  name?: string | undefined;
  /** Where this server listens, as statistics tell it. */
  host?: string | undefined;
  /** Who is logged in. */
  user?: string | undefined;
  /** The ids of the sessions in use. */
  sessions?: (() => Value[]) | undefined;
  /** The stage that the pipeline is part of. */
  inside?: "$facet" | "$lookup" | "$unionWith" | undefined;
  /** It runs anew for each document of a pipeline around it, and may depend on that. */
  correlated?: boolean | undefined;
  /** Compiles a pipeline inside a stage. */
  compile(pipeline: Value[], context: AggregateContext): Pipeline;
}

/** A compiled pipeline, ready to run over a collection. */
export interface Pipeline {
  /** The part that the collection answers itself: what the first stages come to as a query. */
  head: Query;
  /** Over a collection; `also` is one more filter in front. */
  run(c: Collection | undefined, also?: Doc): Stream<Doc>;
  /** Over documents that are given. */
  over(input: Stream<Doc>): Stream<Doc>;
  /** Its first stage gives documents of its own, from no collection. */
  collectionless: boolean;
}

export function* documents(found: Stream<{ doc: Doc }>): Generator<Doc | typeof PAUSE> {
  for (const f of found) yield f === PAUSE ? PAUSE : f.doc;
}
