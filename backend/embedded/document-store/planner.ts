import { type Bound, type Condition, type Conditions, conditionsOf } from "./bounds.ts";
import { RANK } from "./bson/compare.ts";
import { type Doc, isArray, isDoc } from "./bson/types.ts";
import type { Collection, Index } from "./catalog.ts";
import { after } from "./keys.ts";
import { implies } from "./partial.ts";
import { isIndex } from "./query/paths.ts";
import type { SortField } from "./query/sorting.ts";
import type { KeyRange, Storage } from "./storage.ts";

/** How the documents that a filter may match are found. The filter is still tested unless the plan is `exact`. */
export type Access =
  | { kind: "table"; reverse: boolean }
  | { kind: "index"; index: Index; ranges: KeyRange[]; reverse: boolean }
  | { kind: "union"; parts: Access[] };

export interface Plan {
  access: Access;
  /** Rows already come in the order asked for. */
  sorted: boolean;
  /** Every row found matches the filter. */
  exact: boolean;
}

/** An index that the client wants used, or the table itself, forwards or backwards. */
export type Hint = Index | { natural: 1 | -1 };

/** Ranges that fields after the first may multiply to. */
const MAX_RANGES = 10_000;
/** Keys looked at to see which of several indexes has the fewest to read. */
const PROBE_KEYS = 200;
const MAX_PROBES = 50;
const TOP = Buffer.from([0xff]);
const NUMBERS = Buffer.from([RANK.number]);

/** The bounds to use for a field: points before ranges; several ranges are cut to what they share. */
function choose(conditions: Condition[], multikey: boolean): Condition {
  const points = conditions
    .filter((c) => c.bounds.every((b) => b.point))
    .sort((a, b) => a.bounds.length - b.bounds.length)[0];
  if (conditions.length === 1) return conditions[0]!;
  if (points) return { bounds: points.bounds, exact: false };
  // Different elements of one array may meet different conditions, so their bounds must not be combined.
  if (multikey || conditions.some((c) => c.bounds.length > 1)) return { bounds: conditions[0]!.bounds, exact: false };
  const from = conditions.map((c) => c.bounds[0]!.from).reduce((a, b) => (Buffer.compare(a, b) >= 0 ? a : b));
  const to = conditions.map((c) => c.bounds[0]!.to).reduce((a, b) => (Buffer.compare(a, b) <= 0 ? a : b));
  return { bounds: [{ point: false, from, to }], exact: conditions.every((c) => c.exact) };
}

interface Candidate {
  plan: Plan;
  access: Access & { kind: "index" };
  bounded: boolean;
  /** All fields of a unique index are fixed. */
  whole: boolean;
  score: number;
}

function flip(b: Buffer): Buffer {
  const out = Buffer.from(b);
  for (let i = 0; i < out.length; i++) out[i] = ~out[i]! & 0xff;
  return out;
}

/** A bound as it reads in a descending field: ends exchanged, bytes turned. */
function descend(b: Bound): Bound {
  if (b.point) {
    const from = flip(b.from);
    return { point: true, from, to: after(from)! };
  }
  // Both ends are prefixes of keys, and [from, to) becomes (~to, ~from] in turned order.
  return { point: false, from: after(flip(b.to)) ?? TOP, to: after(flip(b.from)) ?? TOP };
}

function consider(index: Index, filter: Doc, conditions: Conditions, sort: SortField[]): Candidate | undefined {
  if (index.building || index.hidden || (index.partial && !implies(filter, index.partial.filter))) return undefined;
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  let ranges: KeyRange[] | undefined;
  let points = 0;
  let used = 0;
  let single = true;
  let excludesMissing = false;
  let exact = conditions.complete && !index.multikey;
  const roots = new Set<string>();
  for (const field of index.fields) {
    const given = conditions.fields.get(field.path);
    const root = field.parts[0]!;
    // A number in a path may mean an element or a field; the index can't say which.
    if (!given || (index.multikey && roots.has(root)) || field.parts.some(isIndex)) break;
    roots.add(root);
    const chosen = choose(given, index.multikey);
    const bounds = field.descending ? chosen.bounds.map(descend) : chosen.bounds;
    if (points > 0 && prefixes.length * bounds.length > MAX_RANGES) break;
    excludesMissing ||= chosen.bounds.every((b) => Buffer.compare(b.from, NUMBERS) >= 0);
    exact &&= chosen.exact;
    used++;
    if (bounds.every((b) => b.point)) {
      points++;
      if (bounds.length > 1) single = false;
      prefixes = prefixes.flatMap((p) => bounds.map((b) => Buffer.concat([p, b.from])));
      continue;
    }
    ranges = prefixes.flatMap((p) =>
      bounds.map((b) => ({ from: Buffer.concat([p, b.from]), to: Buffer.concat([p, b.to]) })),
    );
    if (bounds.length > 1) single = false;
    break;
  }
  if (index.sparse && !excludesMissing) return undefined;
  const bounded = points > 0 || ranges !== undefined;
  const direction = single && !index.multikey ? sortDirection(index, points, sort) : undefined;
  if (!bounded && direction === undefined) return undefined;
  const all = ranges ?? prefixes.map((p) => ({ from: p, to: p.length === 0 ? TOP : (after(p) ?? TOP) }));
  all.sort((a, b) => Buffer.compare(a.from, b.from));
  const reverse = direction === -1;
  if (reverse) all.reverse();
  const access: Access & { kind: "index" } = { kind: "index", index, ranges: all, reverse };
  return {
    bounded,
    whole: index.unique && points === index.fields.length,
    score: points * 4 + (ranges ? 2 : 0) + (direction !== undefined ? 3 : 0),
    access,
    plan: { access, sorted: direction !== undefined, exact: exact && used === conditions.fields.size },
  };
}

/** 1 or -1 when the index, read that way, gives the order asked for after its first `points` fields. */
function sortDirection(index: Index, points: number, sort: SortField[]): 1 | -1 | undefined {
  // Fields fixed to one value don't take part in the order.
  const fixed = new Set(index.fields.slice(0, points).map((f) => f.path));
  const wanted = sort.filter((s) => !fixed.has(s.path));
  if (sort.length === 0) return undefined;
  if (wanted.length === 0) return 1;
  let direction: 1 | -1 | undefined;
  for (let i = 0; i < wanted.length; i++) {
    const field = index.fields[points + i];
    if (!field || field.path !== wanted[i]!.path) return undefined;
    const d = field.descending === wanted[i]!.descending ? 1 : -1;
    if (direction !== undefined && d !== direction) return undefined;
    direction = d;
  }
  return direction;
}

/** The number of keys that a candidate would read, counted up to PROBE_KEYS. */
function probe(storage: Storage, c: Collection, { access }: Candidate): number {
  if (access.ranges.length > MAX_PROBES) return PROBE_KEYS;
  let n = 0;
  for (const range of access.ranges) {
    n += storage.keysUpTo(c, access.index, range, PROBE_KEYS - n);
    if (n >= PROBE_KEYS) break;
  }
  return n;
}

/** The best candidate: a key that finds one document, else the fewest keys to read, else the most fields used. */
function best(storage: Storage, c: Collection, candidates: Candidate[]): Candidate | undefined {
  if (candidates.length <= 1) return candidates[0];
  const whole = candidates.find((x) => x.whole);
  if (whole) return whole;
  const counted = candidates.map((x) => ({ x, keys: x.bounded ? probe(storage, c, x) : PROBE_KEYS }));
  counted.sort((a, b) => a.keys - b.keys || b.x.score - a.x.score);
  return counted[0]!.x;
}

/** Chooses how to find what a filter asks for. */
export function plan(storage: Storage, c: Collection, filter: Doc, sort: SortField[], hint?: Hint): Plan {
  if (hint && "natural" in hint) return table(filter, sort, hint.natural === -1);
  const conditions = conditionsOf(filter);
  const candidates: Candidate[] = [];
  for (const index of hint ? [hint] : [c.idIndex, ...c.indexes]) {
    const candidate = consider(index, filter, conditions, sort);
    if (candidate) candidates.push(candidate);
  }
  const found = best(storage, c, candidates);
  if (found) return found.plan;
  if (hint) return whole(hint, filter, sort);
  const parts = unionOf(storage, c, filter);
  if (parts) return { access: { kind: "union", parts }, sorted: sort.length === 0, exact: false };
  return table(filter, sort, false);
}

const table = (filter: Doc, sort: SortField[], reverse: boolean): Plan => ({
  access: { kind: "table", reverse },
  sorted: sort.length === 0,
  exact: filter.size === 0,
});

/** An index read from end to end, because the client insists; a sparse or partial one then hides documents, as in MongoDB. */
const whole = (index: Index, filter: Doc, sort: SortField[]): Plan => ({
  access: { kind: "index", index, ranges: [{ from: Buffer.alloc(0), to: TOP }], reverse: false },
  sorted: sort.length === 0,
  exact: filter.size === 0,
});

/** A top-level $or whose branches all have an index. */
function unionOf(storage: Storage, c: Collection, filter: Doc): Access[] | undefined {
  const branches = filter.get("$or");
  if (!isArray(branches)) return undefined;
  const parts: Access[] = [];
  for (const branch of branches) {
    if (!isDoc(branch)) return undefined;
    const p = plan(storage, c, branch, []);
    if (p.access.kind === "table") return undefined;
    parts.push(p.access);
  }
  return parts;
}
