import { type Doc, isArray, isDoc, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import { badValue, StoreError, typeMismatch } from "../errors.ts";
import { checkDatabaseName } from "../namespaces.ts";
import { checkNewVariable, located } from "./expression-support.ts";
import { compileExpression, type Expression, type Vars } from "./expressions.ts";
import { declared, fieldPathOf } from "./stage-support.ts";
import { compileUpdate } from "./update.ts";

export interface Target {
  db: string;
  name: string;
}

const INTERNAL = new Set(["admin", "config", "local"]);

function checkTarget(stage: string, { db, name }: Target, codes: [special: number, internal: number]): void {
  const invalid = new StoreError("InvalidNamespace", `Invalid ${stage} target namespace, ${db}.${name}`);
  if (name === "" || name.startsWith(".") || name.includes("\0") || name.includes("$")) throw invalid;
  checkDatabaseName(db);
  const cannot = stage === "$out" ? "Can't $out" : "Cannot $merge";
  if (name.startsWith("system.")) throw located(codes[0], `${cannot} to special collection: ${name}`);
  if (INTERNAL.has(db)) throw located(codes[1], `${cannot} to internal database: ${db}`);
}

export function parseOut(spec: Value, db: string): Target {
  if (typeof spec !== "string" && !isDoc(spec))
    throw located(16990, `$out only supports a string or object argument, but found ${typeName(spec)}`);
  let target: Target = { db, name: String(spec) };
  if (isDoc(spec)) {
    declared("$out", spec, { db: "string!", coll: "string!", timeseries: "object" });
    if (spec.has("timeseries"))
      throw new StoreError("CommandNotSupported", "time-series collections are not supported");
    target = { db: String(spec.get("db")), name: String(spec.get("coll")) };
  }
  checkTarget("$out", target, [17385, 31321]);
  return target;
}

export type WhenMatched = "replace" | "keepExisting" | "merge" | "fail" | Value[];
export type WhenNotMatched = "insert" | "discard" | "fail";

export interface Merge {
  target: Target;
  /** The fields that say which document is meant; undefined: the _id. */
  on: string[] | undefined;
  matched: WhenMatched;
  notMatched: WhenNotMatched;
  /** The variables of a whenMatched pipeline, besides $$new. */
  bound: (readonly [string, Expression])[];
}

const MATCHED = ["replace", "keepExisting", "merge", "fail"];
const NOT_MATCHED = ["insert", "discard", "fail"];
/** What may be done with those not matched, for what is done with the matched. */
const MODES: Record<string, string[]> = {
  replace: NOT_MATCHED,
  merge: NOT_MATCHED,
  pipeline: NOT_MATCHED,
  keepExisting: ["insert"],
  fail: ["insert"],
};

function intoOf(v: Value, db: string): Target {
  if (typeof v === "string") {
    if (v === "") throw located(5786800, "$merge 'into' field cannot be an empty string");
    return { db, name: v };
  }
  if (!isDoc(v))
    throw located(51178, `$merge 'into' field  must be either a string or an object, but found ${typeName(v)}`);
  declared("into", v, { db: "string", coll: "string" });
  const name = v.get("coll") ?? "";
  if (name === "")
    throw located(5786801, "$merge 'into' field must specify a 'coll' that is not empty, null or undefined");
  return { db: String(v.get("db") ?? db), name: String(name) };
}

function onOf(v: Maybe): string[] | undefined {
  if (v === undefined) return undefined;
  if (typeof v !== "string" && !isArray(v))
    throw located(51186, `$merge 'on' field  must be either a string or an array of strings, but found ${typeName(v)}`);
  const fields = isArray(v) ? v : [v];
  for (const f of fields)
    if (typeof f !== "string")
      throw located(51134, `$merge 'on' array elements must be strings, but found ${typeName(f)}`);
  if (fields.length === 0)
    throw located(51187, "If explicitly specifying $merge 'on', must include at least one field");
  const names = fields as string[];
  names.forEach((f, i) => {
    fieldPathOf(f);
    if (names.indexOf(f) !== i) throw located(31465, `Found a duplicate field '${f}'`);
  });
  return names;
}

function matchedOf(v: Value): WhenMatched {
  if (isArray(v)) {
    for (const s of v) if (!isDoc(s)) throw typeMismatch("Each element of the 'pipeline' array must be an object");
    return v;
  }
  if (typeof v !== "string")
    throw located(51191, `$merge 'whenMatched' field  must be either a string or an array, but found ${typeName(v)}`);
  if (!MATCHED.includes(v)) throw badValue(`Enumeration value '${v}' for field 'whenMatched' is not a valid value.`);
  return v as WhenMatched;
}

export function parseMerge(spec: Value, db: string, vars: Vars): Merge {
  if (typeof spec !== "string" && !isDoc(spec))
    throw typeMismatch(`$merge requires a string or object argument, but found ${typeName(spec)}`);
  const options: Doc = isDoc(spec) ? spec : new Map([["into", spec]]);
  declared("$merge", options, {
    into: "any!",
    on: "any",
    let: "object",
    whenMatched: "any",
    whenNotMatched: "string",
  });
  const target = intoOf(options.get("into")!, db);
  const on = onOf(options.get("on"));
  const matched = matchedOf(options.get("whenMatched") ?? "merge");
  const notMatched = String(options.get("whenNotMatched") ?? "insert");
  if (!NOT_MATCHED.includes(notMatched))
    throw badValue(`Enumeration value '${notMatched}' for field '$merge.whenNotMatched' is not a valid value.`);
  const mode = isArray(matched) ? "pipeline" : matched;
  if (!MODES[mode]!.includes(notMatched))
    throw located(
      51181,
      `Combination of $merge modes 'whenMatched: ${mode}' and 'whenNotMatched: ${notMatched}' is not supported`,
    );
  checkTarget("$merge", target, [31319, 31320]);
  const bound = letOf(options.get("let"), mode, vars);
  const merge: Merge = { target, on, matched, notMatched: notMatched as WhenNotMatched, bound };
  if (isArray(matched)) compileUpdate(matched, undefined, { constants: constantsFor(bound, new Map(), vars), vars });
  return merge;
}

function letOf(v: Maybe, mode: string, vars: Vars): Merge["bound"] {
  if (v === undefined) return [];
  if (mode !== "pipeline") throw located(51199, `Cannot use 'let' variables with 'whenMatched: ${mode}' mode`);
  const given = v as Doc;
  if (given.has("new") && given.get("new") !== "$$ROOT")
    throw located(51273, "'let' may not define a value for the reserved 'new' variable other than '$$ROOT'");
  return [...given].filter(([k]) => k !== "new").map(([k, e]) => [checkNewVariable(k), compileExpression(e, vars)]);
}

/** The variables that a whenMatched pipeline sees for a document. */
export function constantsFor(bound: Merge["bound"], d: Doc, vars: Vars): Doc {
  const out: Doc = new Map([["new", d]]);
  for (const [k, e] of bound) {
    const v = e(d, vars);
    out.set(k, v ?? null);
  }
  return out;
}

/** What a pipeline writes at its end, if it does. */
export function writeOf(pipeline: Maybe): [name: "$out" | "$merge", spec: Value] | undefined {
  const last = isArray(pipeline) ? pipeline.at(-1) : undefined;
  if (!isDoc(last) || last.size !== 1) return undefined;
  const [name, spec] = [...last][0]!;
  return name === "$out" || name === "$merge" ? [name, spec] : undefined;
}

export const isOne = (v: Maybe): boolean => isNumber(v) && Number(String(v)) === 1;
