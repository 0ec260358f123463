import { type Doc, doc } from "../bson/types.ts";
import type { Index } from "../catalog.ts";

/** How often queries used each index since the server started, for $indexStats. */
const uses = new WeakMap<Index, number>();
const since = new Date();

export const countUse = (index: Index): void => void uses.set(index, (uses.get(index) ?? 0) + 1);

export const usesOf = (index: Index): Doc => doc({ ops: BigInt(uses.get(index) ?? 0), since });
