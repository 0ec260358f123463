import { type Doc, isArray, isDoc, type Maybe, typeName, type Value } from "../bson/types.ts";
import { badValue, failedToParse, StoreError, typeMismatch } from "../errors.ts";
import { compilePlainMatch, type Match } from "./matcher.ts";
import { splitPath } from "./paths.ts";
import type { ArrayFilters } from "./update-tree.ts";

const wrongType = (field: string, v: Maybe, expected: string): StoreError =>
  typeMismatch(
    `BSON field 'update.updates.arrayFilters${field}' is the wrong type '${typeName(v)}', expected type '${expected}'`,
  );

/** Compiles arrayFilters: each is a filter whose fields all start with one name, which stands for the element. */
export function compileArrayFilters(filters: Maybe): ArrayFilters {
  const out = new Map<string, (v: Value) => boolean>();
  if (filters === undefined) return out;
  if (!isArray(filters)) throw wrongType("", filters, "array");
  filters.forEach((f, i) => {
    if (!isDoc(f)) throw wrongType(`.${i}`, f, "object");
    const match = parse(f);
    const name = placeholder(f);
    if (out.has(name)) throw failedToParse(`Found multiple array filters with the same top-level field name ${name}`);
    out.set(name, (v) => match(new Map([[name, v]])));
  });
  return out;
}

function parse(f: Doc): Match {
  try {
    return compilePlainMatch(f);
  } catch (e) {
    if (e instanceof StoreError) e.message = `Error parsing array filter :: caused by :: ${e.message}`;
    throw e;
  }
}

/** The one name that all fields of a filter start with. */
function placeholder(f: Doc): string {
  const [name, ...others] = namesIn(f);
  if (name === undefined)
    throw failedToParse("Cannot use an expression without a top-level field name in arrayFilters");
  const second = others.find((other) => other !== name);
  const problem = "Error parsing array filter :: caused by ::";
  if (second !== undefined)
    throw failedToParse(`${problem} Expected a single top-level field name, found '${name}' and '${second}'`);
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name))
    throw badValue(
      `${problem} The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
    );
  return name;
}

function namesIn(f: Doc): string[] {
  return [...f].flatMap(([k, v]) => {
    if (!k.startsWith("$")) return [splitPath(k)[0]!];
    return isArray(v) ? v.flatMap((x) => (isDoc(x) ? namesIn(x) : [])) : [];
  });
}
