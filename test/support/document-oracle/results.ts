import { compare } from "./compare.ts";
import { type Doc, isDoc, typeName, type Value } from "./values.ts";

/** What $addToSet gives has no order; the generators call such fields "set". */
const UNORDERED = "set";

function same(a: Value, b: Value): boolean {
  if (typeName(a) !== typeName(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((x, i) => same(x, b[i]!));
  if (!isDoc(a) || !isDoc(b)) return compare(a, b) === 0;
  const names = [...b.keys()];
  return a.size === b.size && [...a].every(([k, x], i) => k === names[i] && same(ordered(k, x), ordered(k, b.get(k)!)));
}

const ordered = (name: string, v: Value): Value =>
  name === UNORDERED && Array.isArray(v)
    ? [...v].sort((a, b) => compare(a, b) || typeName(a).localeCompare(typeName(b)))
    : v;

/** The same documents in any order: the same fields in order, types, and values; decimals by value, not digits. */
export function sameResults(a: Doc[], b: Doc[]): boolean {
  const rest = [...b];
  return (
    a.length === b.length &&
    a.every((x) => {
      const i = rest.findIndex((y) => same(x, y));
      if (i >= 0) rest.splice(i, 1);
      return i >= 0;
    })
  );
}
