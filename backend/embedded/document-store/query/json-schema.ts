import { compareNumbers, exact, toDouble } from "../bson/numbers.ts";
import { type Doc, isArray, isDoc, isNumber, type Maybe, type Num, type Value } from "../bson/types.ts";
import { badValue, failedToParse, type StoreError, typeMismatch } from "../errors.ts";
import { keyText } from "../keys.ts";
import { naturalOrProblem } from "./integers.ts";
import { isOfType, type TypeCode, toRegExp, typeAlias } from "./predicates.ts";
import { show } from "./show.ts";

/** Whether a value that is there fits the schema. */
type Fits = (v: Value) => boolean;

const named = (keyword: string): string => `$jsonSchema keyword '${keyword}'`;
const wrongType = (keyword: string, what: string): StoreError => typeMismatch(`${named(keyword)} must be ${what}`);

const JSON_TYPES: Record<string, TypeCode> = {
  array: 4,
  boolean: 8,
  null: 10,
  object: 3,
  string: 2,
  number: "number",
};

function typesOf(keyword: string, v: Value): TypeCode[] {
  const list = isArray(v) ? v : [v];
  if (!isArray(v) && typeof v !== "string") throw wrongType(keyword, "either a string or an array of strings");
  if (list.length === 0) throw failedToParse(`${named(keyword)} must name at least one type`);
  if (new Set(list).size < list.length) throw failedToParse(`${named(keyword)} has duplicate value`);
  return list.map((t) => {
    if (typeof t !== "string") throw typeMismatch(`${named(keyword)} array elements must be strings`);
    if (keyword === "bsonType") return typeAlias(t);
    if (t === "integer") throw failedToParse("$jsonSchema type 'integer' is not currently supported.");
    const code = JSON_TYPES[t];
    if (code === undefined) throw badValue(`Unknown type name alias: ${t}`);
    return code;
  });
}

/** Equality that doesn't look at the order of fields: both sides with their fields sorted. */
function unordered(v: Value): Value {
  if (isArray(v)) return v.map(unordered);
  if (!isDoc(v)) return v;
  return new Map([...v].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, x]) => [k, unordered(x)]));
}
const identity = (v: Value): string => keyText(unordered(v));

function subschema(v: Value, problem: string): Fits {
  if (!isDoc(v)) throw typeMismatch(problem);
  return schemaTest(v);
}

function list(keyword: string, v: Value): Fits[] {
  if (!isArray(v)) throw wrongType(keyword, "an array");
  if (v.length === 0) throw badValue(`${named(keyword)} must be a non-empty array`);
  return v.map((s) => subschema(s, `${named(keyword)} must be an array of objects`));
}

function length(keyword: string, v: Value): number {
  const n = naturalOrProblem(keyword, v);
  if (typeof n === "string") throw failedToParse(n);
  return Number(n);
}

function names(keyword: string, v: Value): string[] {
  if (!isArray(v)) throw wrongType(keyword, `an array, but found an element of type ${show(v)}`);
  if (v.length === 0) throw failedToParse(`${named(keyword)} cannot be an empty array`);
  if (v.some((x) => typeof x !== "string")) throw wrongType(keyword, "an array of strings");
  if (new Set(v).size < v.length) throw failedToParse(`${named(keyword)} array cannot contain duplicate values`);
  return v as string[];
}

const onNumber =
  (test: (n: Num) => boolean): Fits =>
  (v) =>
    !isNumber(v) || test(v);
const onString =
  (test: (s: string) => boolean): Fits =>
  (v) =>
    typeof v !== "string" || test(v);
const onArray =
  (test: (a: Value[]) => boolean): Fits =>
  (v) =>
    !isArray(v) || test(v);
const onObject =
  (test: (d: Doc) => boolean): Fits =>
  (v) =>
    !isDoc(v) || test(v);

function multipleOf(v: Value): Fits {
  if (!isNumber(v)) throw wrongType("multipleOf", "a number");
  const unit = exact(v);
  if (typeof unit === "number" || unit.coef <= 0n)
    throw failedToParse(`${named("multipleOf")} must have a positive value`);
  return onNumber((n) => {
    const e = exact(n);
    if (typeof e === "number") return false;
    const exp = Math.min(e.exp, unit.exp);
    return (e.coef * 10n ** BigInt(e.exp - exp)) % (unit.coef * 10n ** BigInt(unit.exp - exp)) === 0n;
  });
}

function limit(keyword: "minimum" | "maximum", schema: Doc): Fits[] {
  const exclusiveName = keyword === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
  const bound = schema.get(keyword);
  const exclusive = schema.get(exclusiveName);
  if (exclusive !== undefined && typeof exclusive !== "boolean") throw wrongType(exclusiveName, "a boolean");
  if (bound === undefined) {
    if (exclusive === undefined) return [];
    throw failedToParse(`${named(keyword)} must be a present if ${exclusiveName} is present`);
  }
  if (!isNumber(bound)) throw wrongType(keyword, "a number");
  const wanted = keyword === "minimum" ? 1 : -1;
  return [
    onNumber((n) => {
      if (Number.isNaN(toDouble(n)) || Number.isNaN(toDouble(bound)))
        return Number.isNaN(toDouble(n)) && Number.isNaN(toDouble(bound)) && exclusive !== true;
      const c = compareNumbers(n, bound);
      return c === wanted || (c === 0 && exclusive !== true);
    }),
  ];
}

function properties(v: Value): Map<string, Fits> {
  if (!isDoc(v)) throw wrongType("properties", "an object");
  return new Map(
    [...v].map(([k, s]) => [k, subschema(s, `Nested schema for $jsonSchema property '${k}' must be an object`)]),
  );
}

/** patternProperties and additionalProperties: what the fields must fit that `properties` doesn't name. */
function otherProperties(schema: Doc, known: ReadonlySet<string>): Fits {
  const patterns = schema.get("patternProperties") ?? new Map();
  if (!isDoc(patterns)) throw wrongType("patternProperties", "an object");
  const tests = [...patterns].map(
    ([k, s]) =>
      [
        toRegExp(k, ""),
        subschema(s, `${named("patternProperties")} has property '${k}' which is not an object`),
      ] as const,
  );
  const rest = schema.get("additionalProperties") ?? true;
  if (typeof rest !== "boolean" && !isDoc(rest)) throw wrongType("additionalProperties", "an object or a boolean");
  const otherwise: Fits = isDoc(rest) ? schemaTest(rest) : () => rest;
  return onObject((d) =>
    [...d].every(([k, v]) => {
      const hits = tests.filter(([re]) => re.test(k));
      if (!hits.every(([, fits]) => fits(v))) return false;
      return hits.length > 0 || known.has(k) || otherwise(v);
    }),
  );
}

function items(schema: Doc): Fits[] {
  const v = schema.get("items");
  const rest = schema.get("additionalItems");
  if (rest !== undefined && typeof rest !== "boolean" && !isDoc(rest))
    throw wrongType("additionalItems", `either an object or a boolean, but got a ${show(rest)}`);
  const otherwise: Fits | undefined =
    rest === undefined ? undefined : isDoc(rest) ? schemaTest(rest) : () => rest === true;
  if (v === undefined) return [];
  if (isDoc(v)) {
    const fits = schemaTest(v);
    return [onArray((a) => a.every(fits))];
  }
  if (!isArray(v)) throw wrongType("items", `an array or an object, not ${show(v)}`);
  const each = v.map((s) => subschema(s, `${named("items")} requires that each element of the array is an object`));
  return [onArray((a) => a.every((x, i) => (i < each.length ? each[i]!(x) : (otherwise?.(x) ?? true))))];
}

function dependencies(v: Value): Fits {
  if (!isDoc(v)) throw wrongType("dependencies", "an object");
  const all = [...v].map(([k, d]): [string, Fits] => {
    if (isDoc(d)) return [k, schemaTest(d)];
    if (!isArray(d))
      throw typeMismatch(`property '${k}' in ${named("dependencies")} must be either an object or an array`);
    const wanted = names("dependencies", d);
    return [k, onObject((o) => wanted.every((name) => o.has(name)))];
  });
  return onObject((d) => all.every(([k, fits]) => !d.has(k) || fits(d)));
}

function flag(keyword: string, v: Value): boolean {
  if (typeof v !== "boolean") throw wrongType(keyword, "a boolean");
  return v;
}

/** What each keyword asks of a value; those that work together are read by the one named first. */
const KEYWORDS: Record<string, (v: Value, schema: Doc) => Fits[]> = {
  type: (v, schema) => {
    if (schema.has("bsonType")) throw failedToParse("Cannot specify both $jsonSchema keywords 'type' and 'bsonType'");
    const wanted = typesOf("type", v);
    return [(x) => isOfType(x, wanted)];
  },
  bsonType: (v) => {
    const wanted = typesOf("bsonType", v);
    return [(x) => isOfType(x, wanted)];
  },
  enum: (v) => {
    if (!isArray(v)) throw wrongType("enum", "an array");
    if (v.length === 0) throw failedToParse(`${named("enum")} cannot be an empty array`);
    const allowed = new Set(v.map(identity));
    if (allowed.size < v.length) throw failedToParse(`${named("enum")} array cannot contain duplicate values.`);
    return [(x) => allowed.has(identity(x))];
  },
  allOf: (v) => list("allOf", v),
  anyOf: (v) => {
    const branches = list("anyOf", v);
    return [(x) => branches.some((fits) => fits(x))];
  },
  oneOf: (v) => {
    const branches = list("oneOf", v);
    return [(x) => branches.filter((fits) => fits(x)).length === 1];
  },
  not: (v) => {
    const fits = subschema(v, `${named("not")} must be an object, but found an element of type ${show(v)}`);
    return [(x) => !fits(x)];
  },
  required: (v) => {
    const wanted = names("required", v);
    return [onObject((d) => wanted.every((name) => d.has(name)))];
  },
  properties: (v) => {
    const tests = properties(v);
    return [onObject((d) => [...tests].every(([k, fits]) => !d.has(k) || fits(d.get(k)!)))];
  },
  patternProperties: (_, schema) => [otherProperties(schema, propertyNames(schema))],
  additionalProperties: (_, schema) =>
    schema.has("patternProperties") ? [] : [otherProperties(schema, propertyNames(schema))],
  minProperties: (v) => {
    const n = length("minProperties", v);
    return [onObject((d) => d.size >= n)];
  },
  maxProperties: (v) => {
    const n = length("maxProperties", v);
    return [onObject((d) => d.size <= n)];
  },
  dependencies: (v) => [dependencies(v)],
  items: (_, schema) => items(schema),
  additionalItems: (_, schema) => (schema.has("items") ? [] : items(schema)),
  minItems: (v) => {
    const n = length("minItems", v);
    return [onArray((a) => a.length >= n)];
  },
  maxItems: (v) => {
    const n = length("maxItems", v);
    return [onArray((a) => a.length <= n)];
  },
  uniqueItems: (v) => (flag("uniqueItems", v) ? [onArray((a) => new Set(a.map(identity)).size === a.length)] : []),
  minimum: (_, schema) => limit("minimum", schema),
  exclusiveMinimum: (_, schema) => (schema.has("minimum") ? [] : limit("minimum", schema)),
  maximum: (_, schema) => limit("maximum", schema),
  exclusiveMaximum: (_, schema) => (schema.has("maximum") ? [] : limit("maximum", schema)),
  multipleOf: (v) => [multipleOf(v)],
  minLength: (v) => {
    const n = length("minLength", v);
    return [onString((s) => [...s].length >= n)];
  },
  maxLength: (v) => {
    const n = length("maxLength", v);
    return [onString((s) => [...s].length <= n)];
  },
  pattern: (v) => {
    if (typeof v !== "string") throw wrongType("pattern", "a string");
    const re = toRegExp(v, "");
    return [onString((s) => re.test(s))];
  },
  title: (v) => text("title", v),
  description: (v) => text("description", v),
};

function text(keyword: string, v: Value): Fits[] {
  if (typeof v !== "string") throw wrongType(keyword, "of type string");
  return [];
}

const propertyNames = (schema: Doc): Set<string> => {
  const v: Maybe = schema.get("properties");
  return new Set(isDoc(v) ? v.keys() : []);
};

const UNSUPPORTED = new Set(["$ref", "$schema", "default", "definitions", "format", "id"]);

function schemaTest(schema: Doc): Fits {
  const tests = [...schema].flatMap(([keyword, v]) => {
    const read = KEYWORDS[keyword];
    if (read) return read(v, schema);
    if (UNSUPPORTED.has(keyword)) throw failedToParse(`${named(keyword)} is not currently supported`);
    throw failedToParse(`Unknown $jsonSchema keyword: ${keyword}`);
  });
  return (v) => tests.every((fits) => fits(v));
}

/** Compiles the operand of $jsonSchema. */
export const compileJsonSchema = (schema: Doc): ((d: Doc) => boolean) => schemaTest(schema);
