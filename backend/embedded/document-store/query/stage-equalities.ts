import { type Doc, isArray, isDoc, type Value } from "../bson/types.ts";
import { constantOf } from "./expression-support.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";

interface Equality {
  path: string;
  value: Expression;
}

/** A field of the document: `$a.b`. */
const pathOf = (e: Value): string | undefined =>
  typeof e === "string" && /^\$[^$.]/.test(e) && !e.endsWith(".") ? e.slice(1) : undefined;

/** What is the same for all documents: a variable of the command or of a $lookup, or a constant. */
function fixedOf(e: Value, vars: Vars): Expression | undefined {
  const name = typeof e === "string" ? /^\$\$(\w+)$/.exec(e)?.[1] : undefined;
  if (name !== undefined && !Object.hasOwn(vars, name)) return undefined;
  if (name === undefined && typeof e === "string" && e.startsWith("$")) return undefined;
  const compiled = compileExpression(e, vars);
  return name !== undefined || constantOf(compiled) ? compiled : undefined;
}

function inExpression(e: Value, vars: Vars): Equality[] {
  if (!isDoc(e)) return [];
  const and = e.get("$and");
  if (isArray(and)) return and.flatMap((x) => inExpression(x, vars));
  const sides = e.get("$eq");
  if (!isArray(sides) || sides.length !== 2) return [];
  for (const [a, b] of [sides, [...sides].reverse()]) {
    const path = pathOf(a!);
    const value = path === undefined ? undefined : fixedOf(b!, vars);
    if (path !== undefined && value) return [{ path, value }];
  }
  return [];
}

function inFilter(filter: Doc, vars: Vars): Equality[] {
  return [...filter].flatMap(([k, v]) => {
    if (k === "$expr") return inExpression(v, vars);
    return k === "$and" && isArray(v) ? v.flatMap((x) => (isDoc(x) ? inFilter(x, vars) : [])) : [];
  });
}

/**
 * The equalities inside a filter's $expr, as conditions that an index can serve. They let a little more through (a
 * null for a missing field, an array for its element), so the $expr stays beside them. Computed when the filter is
 * used, as the variables of a $lookup change with each document.
 */
export function equalitiesOf(filter: Doc, vars: Vars): () => Doc[] {
  const found = inFilter(filter, vars);
  return () =>
    found.flatMap(({ path, value }) => {
      const v = value(undefined, vars) ?? null;
      // An expression takes a path through an array for the array of what it finds: no condition says that.
      return isArray(v) ? [] : [new Map([[path, new Map([["$eq", v]])]])];
    });
}
