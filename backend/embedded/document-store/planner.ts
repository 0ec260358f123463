import { BSONRegExp } from "bson";
import { RANK, rank } from "./bson/compare.ts";
import { type Doc, isArray, isDoc, type Value } from "./bson/types.ts";
import type { Collection, Index } from "./catalog.ts";
import { after, encodeKey, keyText } from "./keys.ts";
import { implies } from "./partial.ts";
import { isOperatorDoc } from "./query/matcher.ts";
import { isIndex } from "./query/paths.ts";
import type { SortField } from "./query/sorting.ts";
import type { KeyRange } from "./storage.ts";

/** How the documents that a filter may match are found. The filter is still tested unless `exact`. */
export type Access =
  | { kind: "table" }
  | { kind: "index"; index: Index; ranges: KeyRange[]; reverse: boolean }
  | { kind: "union"; parts: Access[] };

export interface Plan {
  access: Access;
  /** Rows already come in the order asked for. */
  sorted: boolean;
  /** Every row found matches the filter. */
  exact: boolean;
}

/** A piece of a field's values: one value, or everything from one to another (in encoded keys of one field). */
interface Bound {
  point: boolean;
  from: Buffer;
  to: Buffer;
}

/** What the filter asks of one field, each entry a condition that holds on its own. */
type Conditions = Map<string, Bound[][]>;

const MAX_RANGES = 256;
const TOP = Buffer.from([0xff]);

const typeRange = (type: number): { from: Buffer; to: Buffer } => ({
  from: Buffer.from([type]),
  to: Buffer.from([type + 1]),
});

function point(v: Value): Bound {
  const from = encodeKey([v]);
  return { point: true, from, to: after(from)! };
}

/** null finds missing fields and empty arrays' keys too, as an index can't tell them apart in paths with arrays. */
const nullBound = (): Bound => ({
  point: false,
  from: Buffer.from([RANK.undefined]),
  to: Buffer.from([RANK.null + 1]),
});

const indexable = (v: Value): boolean => !isArray(v) && !(v instanceof BSONRegExp);

function equality(v: Value): Bound[] | undefined {
  if (v === null) return [nullBound()];
  return indexable(v) ? [point(v)] : undefined;
}

function order(op: string, v: Value): Bound[] | undefined {
  const type = rank(v);
  if (type === RANK.minKey || type === RANK.maxKey || !indexable(v)) return undefined;
  if (v === null) return op.endsWith("e") ? [nullBound()] : undefined;
  const all = typeRange(type);
  const p = point(v);
  if (op === "$gt") return [{ point: false, from: p.to, to: all.to }];
  if (op === "$gte") return [{ point: false, from: p.from, to: all.to }];
  return [{ point: false, from: all.from, to: op === "$lt" ? p.from : p.to }];
}

function membership(v: Value): Bound[] | undefined {
  if (!isArray(v) || v.length > MAX_RANGES) return undefined;
  const bounds = new Map<string, Bound>();
  for (const x of v) {
    const b = equality(x);
    if (!b) return undefined;
    bounds.set(keyText(x), b[0]!);
  }
  return [...bounds.values()].sort((a, b) => Buffer.compare(a.from, b.from));
}

/** /^abc/ is a range of strings; anything cleverer is not. */
function prefix(v: Value, options: Value | undefined): Bound[] | undefined {
  const pattern = v instanceof BSONRegExp ? v.pattern : v;
  const flags = options ?? (v instanceof BSONRegExp ? v.options : "");
  const m = typeof pattern === "string" && flags === "" ? /^\^([\p{L}\p{N}_\- :/@]+)(.?)/u.exec(pattern) : null;
  // A quantifier or an alternative after the literal changes what it means.
  if (!m || /[*?+{]/.test(m[2]!) || pattern!.toString().includes("|")) return undefined;
  const from = encodeKey([m[1]!]).subarray(0, -2);
  return [{ point: false, from, to: after(from)! }];
}

function boundsOf(op: string, v: Value, all: Doc): Bound[] | undefined {
  switch (op) {
    case "$eq":
      return equality(v);
    case "$in":
      return membership(v);
    case "$gt":
    case "$gte":
    case "$lt":
    case "$lte":
      return order(op, v);
    case "$regex":
      return prefix(v, all.get("$options"));
    default:
      return undefined;
  }
}

function collect(filter: Doc, out: Conditions): void {
  for (const [k, v] of filter) {
    if (k === "$and" && isArray(v)) {
      for (const part of v) if (isDoc(part)) collect(part, out);
    }
    if (k.startsWith("$")) continue;
    const entries = isOperatorDoc(v)
      ? [...v].map(([op, x]) => boundsOf(op, x, v))
      : [v instanceof BSONRegExp ? prefix(v, undefined) : equality(v)];
    const bounds = entries.filter((b) => b !== undefined);
    if (bounds.length > 0) out.set(k, [...(out.get(k) ?? []), ...bounds]);
  }
}

/** The bounds to use for a field: points before ranges; several ranges are cut to what they share. */
function choose(conditions: Bound[][], multikey: boolean): Bound[] {
  const points = conditions.filter((c) => c.every((b) => b.point)).sort((a, b) => a.length - b.length)[0];
  if (points) return points;
  // Different elements of one array may meet different conditions, so their bounds must not be combined.
  if (multikey || conditions.length === 1 || conditions.some((c) => c.length > 1)) return conditions[0]!;
  const from = conditions.map((c) => c[0]!.from).reduce((a, b) => (Buffer.compare(a, b) >= 0 ? a : b));
  const to = conditions.map((c) => c[0]!.to).reduce((a, b) => (Buffer.compare(a, b) <= 0 ? a : b));
  return [{ point: false, from, to }];
}

interface Candidate {
  plan: Plan;
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
  if (index.partial && !implies(filter, index.partial.filter)) return undefined;
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  let ranges: KeyRange[] | undefined;
  let points = 0;
  let single = true;
  let excludesMissing = false;
  const roots = new Set<string>();
  for (const field of index.fields) {
    const c = conditions.get(field.path);
    const root = field.parts[0]!;
    // A number in a path may mean an element or a field; the index can't say which.
    if (!c || (index.multikey && roots.has(root)) || field.parts.some(isIndex)) break;
    roots.add(root);
    const chosen = choose(c, index.multikey);
    const bounds = field.descending ? chosen.map(descend) : chosen;
    if (prefixes.length * bounds.length > MAX_RANGES) break;
    excludesMissing ||= chosen.every((b) => Buffer.compare(b.from, Buffer.from([RANK.number])) >= 0);
    if (bounds.every((b) => b.point)) {
      points++;
      if (bounds.length > 1) single = false;
      prefixes = prefixes.flatMap((p) => bounds.map((b) => Buffer.concat([p, b.from])));
      continue;
    }
    ranges = prefixes.flatMap((p) =>
      bounds.map((b) => ({ from: Buffer.concat([p, b.from]), to: Buffer.concat([p, b.to]) })),
    );
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
  const whole = index.unique && points === index.fields.length ? 100 : 0;
  return {
    score: whole + points * 4 + (ranges ? 2 : 0) + (direction !== undefined ? 3 : 0),
    plan: { access: { kind: "index", index, ranges: all, reverse }, sorted: direction !== undefined, exact: false },
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

/** Chooses how to find what a filter asks for. */
export function plan(c: Collection, filter: Doc, sort: SortField[], hint?: Index): Plan {
  const conditions: Conditions = new Map();
  collect(filter, conditions);
  const id = filter.get("_id");
  let best: Candidate | undefined;
  for (const index of hint ? [hint] : [c.idIndex, ...c.indexes]) {
    const candidate = consider(index, filter, conditions, sort);
    if (candidate && (!best || candidate.score > best.score)) best = candidate;
  }
  if (best) {
    const byId = best.plan.access.kind === "index" && best.plan.access.index.id === 0;
    const exact = byId && filter.size === 1 && id !== undefined && id !== null && !isOperatorDoc(id) && indexable(id);
    return { ...best.plan, exact };
  }
  const parts = unionOf(c, filter);
  const exact = filter.size === 0;
  if (parts) return { access: { kind: "union", parts }, sorted: sort.length === 0, exact: false };
  return { access: { kind: "table" }, sorted: sort.length === 0, exact };
}

/** A top-level $or whose branches all have an index. */
function unionOf(c: Collection, filter: Doc): Access[] | undefined {
  const branches = filter.get("$or");
  if (!isArray(branches)) return undefined;
  const parts: Access[] = [];
  for (const branch of branches) {
    if (!isDoc(branch)) return undefined;
    const p = plan(c, branch, []);
    if (p.access.kind === "table") return undefined;
    parts.push(p.access);
  }
  return parts;
}
