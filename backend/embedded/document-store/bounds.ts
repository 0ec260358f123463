import { BSONRegExp, Decimal128 } from "bson";
import { RANK, rank } from "./bson/compare.ts";
import { toDouble } from "./bson/numbers.ts";
import { type Doc, isArray, isDoc, isNumber, type Value } from "./bson/types.ts";
import { after, encodeKey, keyText } from "./keys.ts";
import { isOperatorDoc } from "./query/matcher.ts";

/** A piece of a field's values: one value, or everything from one to another (in encoded keys of one field). */
export interface Bound {
  point: boolean;
  from: Buffer;
  to: Buffer;
}

/** One condition on a field as pieces of its values; `exact` when these are just the values that meet it. */
export interface Condition {
  bounds: Bound[];
  exact: boolean;
}

export interface Conditions {
  fields: Map<string, Condition[]>;
  /** Every part of the filter has become a condition. */
  complete: boolean;
}

const MAX_IN = 200_000;

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

const isNaNValue = (v: Value): boolean => isNumber(v) && Number.isNaN(toDouble(v));
const indexable = (v: Value): boolean => !isArray(v) && !(v instanceof BSONRegExp);

function equality(v: Value): Condition | undefined {
  if (v === null) return { bounds: [nullBound()], exact: true };
  return indexable(v) ? { bounds: [point(v)], exact: true } : undefined;
}

function order(op: string, v: Value): Condition | undefined {
  const type = rank(v);
  if (type === RANK.minKey || type === RANK.maxKey || !indexable(v)) return undefined;
  if (v === null) return op.endsWith("e") ? { bounds: [nullBound()], exact: true } : undefined;
  const all = typeRange(type);
  const p = point(v);
  const exact = !isNaNValue(v) && !isDoc(v) && !(v instanceof Decimal128);
  if (op === "$gt") return { bounds: [{ point: false, from: p.to, to: all.to }], exact };
  if (op === "$gte") return { bounds: [{ point: false, from: p.from, to: all.to }], exact };
  // NaN sorts below all numbers, but is not less than any.
  const from = type === RANK.number && !isNaNValue(v) ? point(Number.NEGATIVE_INFINITY).from : all.from;
  return { bounds: [{ point: false, from, to: op === "$lt" ? p.from : p.to }], exact };
}

function membership(v: Value): Condition | undefined {
  if (!isArray(v) || v.length > MAX_IN) return undefined;
  const bounds = new Map<string, Bound>();
  for (const x of v) {
    const b = equality(x);
    if (!b) return undefined;
    bounds.set(keyText(x), b.bounds[0]!);
  }
  return { bounds: [...bounds.values()].sort((a, b) => Buffer.compare(a.from, b.from)), exact: true };
}

/** /^abc/ is a range of strings; anything cleverer is not. */
function prefix(v: Value, options: Value | undefined): Condition | undefined {
  const pattern = v instanceof BSONRegExp ? v.pattern : v;
  const flags = options ?? (v instanceof BSONRegExp ? v.options : "");
  const m = typeof pattern === "string" && flags === "" ? /^\^([\p{L}\p{N}_\- :/@]+)(.?)/u.exec(pattern) : null;
  // A quantifier or an alternative after the literal changes what it means.
  if (!m || /[*?+{]/.test(m[2]!) || String(pattern).includes("|")) return undefined;
  const from = encodeKey([m[1]!]).subarray(0, -2);
  // A stored pattern equal to this one matches as well.
  const itself = point(v instanceof BSONRegExp ? v : new BSONRegExp(String(pattern), ""));
  return { bounds: [{ point: false, from, to: after(from)! }, itself], exact: false };
}

function condition(op: string, v: Value, all: Doc): Condition | undefined {
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

/** What a filter asks of single fields. */
export function conditionsOf(filter: Doc): Conditions {
  const out: Conditions = { fields: new Map(), complete: true };
  collect(filter, "", out);
  return out;
}

function add(out: Conditions, path: string, c: Condition | undefined): void {
  if (!c) {
    out.complete = false;
    return;
  }
  const list = out.fields.get(path);
  if (list) list.push(c);
  else out.fields.set(path, [c]);
}

function collect(filter: Doc, above: string, out: Conditions): void {
  for (const [k, v] of filter) {
    if (k === "$and" && isArray(v)) {
      for (const part of v) if (isDoc(part)) collect(part, above, out);
    } else if (k.startsWith("$")) out.complete &&= k === "$comment";
    else if (!isOperatorDoc(v)) add(out, above + k, v instanceof BSONRegExp ? prefix(v, undefined) : equality(v));
    else
      for (const [op, x] of v) {
        add(out, above + k, condition(op, x, v));
        if (op === "$elemMatch" && isDoc(x)) elements(x, above + k, out);
      }
  }
}

/** What one element of an array must meet, its key in a multikey index must meet too. */
function elements(x: Doc, path: string, out: Conditions): void {
  if (!isOperatorDoc(x)) {
    collect(x, `${path}.`, out);
    return;
  }
  for (const [op, y] of x) {
    const c = condition(op, y, x);
    // An element may be null, but a missing one is not an element.
    if (c && y !== null) add(out, path, c);
  }
}
