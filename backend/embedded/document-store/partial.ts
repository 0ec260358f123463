import { compareValues, rank } from "./bson/compare.ts";
import { type Doc, isArray, isDoc, type Value } from "./bson/types.ts";
import { keyText } from "./keys.ts";
import { compileMatch, isOperatorDoc } from "./query/matcher.ts";
import { truthy } from "./query/predicates.ts";

/** The conditions of a filter that must all hold, as [path, operator, operand]. */
function flatten(filter: Doc): [string, string, Value][] {
  const out: [string, string, Value][] = [];
  for (const [k, v] of filter) {
    if (k === "$and" && isArray(v)) for (const part of v) out.push(...(isDoc(part) ? flatten(part) : []));
    else if (k.startsWith("$")) out.push([k, k, v]);
    else if (isOperatorDoc(v)) for (const [op, x] of v) out.push([k, op, x]);
    else out.push([k, "$eq", v]);
  }
  return out;
}

const COMPARISONS = new Set(["$eq", "$gt", "$gte", "$lt", "$lte"]);

/** Whether every document that `filter` matches also meets `partial`; false when that isn't plain to see. */
export function implies(filter: Doc, partial: Doc): boolean {
  const given = flatten(filter);
  return flatten(partial).every(([path, op, operand]) => {
    const condition = compileMatch(new Map([["x", new Map([[op, operand]])]]) as Doc);
    return given.some(([p, o, x]) => p === path && follows(o, x, op, operand, condition));
  });
}

function follows(o: string, x: Value, op: string, operand: Value, condition: (d: Doc) => boolean): boolean {
  if (op.startsWith("$") && ["$and", "$or", "$nor", "$expr"].includes(op)) return false;
  if (o === op && keyText(x) === keyText(operand)) return true;
  if (isArray(x) && o !== "$in") return false;
  if (op === "$exists" && truthy(operand))
    return COMPARISONS.has(o) ? x !== null : o === "$in" && isArray(x) && !x.includes(null);
  if (o === "$eq") return x !== null && !isDoc(x) && condition(new Map([["x", x]]));
  if (o === "$in") return isArray(x) && x.every((v) => v !== null && !isArray(v) && condition(new Map([["x", v]])));
  const up = (s: string): boolean => s === "$gt" || s === "$gte";
  const down = (s: string): boolean => s === "$lt" || s === "$lte";
  if (rank(x) !== rank(operand) || x === null) return false;
  const c = compareValues(x, operand);
  if (up(o) && up(op)) return c > 0 || (c === 0 && !(o === "$gte" && op === "$gt"));
  if (down(o) && down(op)) return c < 0 || (c === 0 && !(o === "$lte" && op === "$lt"));
  return false;
}
