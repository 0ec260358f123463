import { type Doc, isDoc, isNumber, type Maybe, type Value } from "../bson/types.ts";
import { badValue, type CodeName, StoreError } from "../errors.ts";
import type { Vars } from "./expressions.ts";
import { compileExpression } from "./expressions.ts";
import { compileMatch, elementMatch, type Match } from "./matcher.ts";
import { splitPath } from "./paths.ts";
import { truthy } from "./predicates.ts";
import { drop, type InnerNode, innerNode, keep, type Node, onlyElement, runProjection } from "./projection-run.ts";
import { findSlice } from "./projection-slice.ts";
import { show } from "./show.ts";

export type Project = (doc: Doc, vars?: Vars) => Doc;

const located = (code: number, message: string): StoreError => new StoreError(`Location${code}` as CodeName, message);

/** What was read so far. */
interface Reading {
  root: InnerNode;
  /** Of find and findAndModify, which have $slice, $elemMatch and `.$` of their own. */
  find: boolean;
  /** true = fields are listed to keep, false = listed to drop, undefined = neither was said. */
  include?: boolean;
  /** What was said of the whole _id. */
  id?: boolean;
  idSpecified: boolean;
  positional?: string;
  elemMatch: boolean;
  slice: boolean;
  vars: Vars | undefined;
}

/** The parts of a path, refused as MongoDB's FieldPath does. */
export function fieldPath(path: string): readonly string[] {
  if (path === "") throw located(40352, "FieldPath cannot be constructed with empty string");
  if (path.endsWith(".")) throw located(40353, "FieldPath must not end with a '.'.");
  const parts = splitPath(path);
  for (const part of parts) {
    if (part === "") throw located(15998, "FieldPath field names may not be empty strings.");
    if (part.startsWith("$"))
      throw located(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
  }
  return parts;
}

function place(at: InnerNode, path: string, node: Node): void {
  const parts = fieldPath(path);
  let inner = at;
  parts.forEach((part, i) => {
    const child = inner.fields.get(part);
    if (i === parts.length - 1) {
      if (child) throw located(31250, `Path collision at ${path}`);
      inner.fields.set(part, node);
    } else if (!child) {
      const next = innerNode();
      inner.fields.set(part, next);
      inner = next;
    } else if (child.kind === "inner") inner = child;
    else throw located(31249, `Path collision at ${path} remaining portion ${parts.slice(i + 1).join(".")}`);
  });
}

function readElement(r: Reading, at: InnerNode, prefix: string, name: string, value: Value): void {
  const positional = name.endsWith(".$") || name.includes(".$.");
  if (positional && !r.find) throw located(31324, "Cannot use positional projection in aggregation projection");
  if (isDoc(value)) {
    if (positional) throw located(31271, "positional projection cannot be used with an expression or sub object");
    readObject(r, at, prefix, name, value);
  } else if (typeof value === "boolean" || isNumber(value)) {
    if (positional) readPositional(r, at, prefix, name, truthy(value));
    else readFlag(r, at, prefix, name, truthy(value));
  } else {
    if (positional) throw located(31308, "positional projection cannot be used with a literal");
    place(at, name, { kind: "compute", value: compileExpression(value, r.vars) });
    if (r.include === false)
      throw located(31310, `Cannot use an expression ${name}: ${show(value)} in an exclusion projection`);
    r.include = true;
  }
}

function readFlag(r: Reading, at: InnerNode, prefix: string, name: string, on: boolean): void {
  place(at, name, on ? keep : drop);
  if (name === "_id" && prefix === "") {
    r.id = on;
    return;
  }
  if (r.include === !on)
    throw on
      ? located(31253, `Cannot do inclusion on field ${name} in exclusion projection`)
      : located(31254, `Cannot do exclusion on field ${name} in inclusion projection`);
  r.include = on;
}

function readPositional(r: Reading, at: InnerNode, prefix: string, name: string, on: boolean): void {
  if (!on) throw located(31395, "positional projection cannot be used with exclusion");
  if (r.positional !== undefined) throw located(31276, "Cannot specify more than one positional projection per query.");
  if (r.elemMatch) throw located(31256, "Cannot specify positional operator and $elemMatch.");
  if (name.includes(".$."))
    throw located(
      31394,
      "As of 4.4, it's illegal to specify positional operator in the middle of a path.Positional projection may only be used at the end, for example: a.b.$. If the query previously used a form like a.b.$.d, remove the parts following the '$' and the results will be equivalent.",
    );
  const path = name.slice(0, -2);
  place(at, path, keep);
  if (r.include === false) throw located(31253, `Cannot do inclusion on field ${name} in exclusion projection`);
  r.include = true;
  r.positional = prefix + path;
}

function readObject(r: Reading, at: InnerNode, prefix: string, name: string, value: Doc): void {
  const first = value.keys().next().value;
  if (first === undefined)
    throw located(51270, "An empty sub-projection is not a valid value. Found empty object at path");
  if (value.size === 1 && first.startsWith("$")) {
    if (readExpression(r, at, prefix, name, first, value)) return;
    throw located(31325, `Unknown expression ${first}`);
  }
  fieldPath(name);
  const parts = splitPath(name);
  let inner = at;
  for (const part of parts) {
    const child: Node = inner.fields.get(part) ?? innerNode();
    if (child.kind !== "inner") throw located(31250, `Path collision at ${name}`);
    inner.fields.set(part, child);
    inner = child;
  }
  for (const [k, v] of value) readElement(r, inner, `${prefix}${name}.`, k, v);
}

/** Reads {$op: …}; false when there is no such operator. */
function readExpression(r: Reading, at: InnerNode, prefix: string, name: string, op: string, value: Doc): boolean {
  const operand = value.get(op)!;
  if (op === "$meta") throw metaUnavailable(operand);
  if (r.find && op === "$slice") {
    const slice = findSlice(operand);
    if (!(slice instanceof StoreError)) {
      place(at, name, { kind: "slice", slice });
      r.slice = true;
      return true;
    }
    try {
      return readComputed(r, at, name, value);
    } catch (e) {
      if (e instanceof StoreError)
        e.message = `Invalid $slice syntax. The given syntax ${show(value)} did not match the find() syntax because :: ${slice.codeName}: ${slice.message} :: The given syntax did not match the expression $slice syntax. :: caused by :: ${e.message}`;
      throw e;
    }
  }
  if (op === "$elemMatch") {
    if (!r.find) throw new StoreError("InvalidPipelineOperator", "Cannot use $elemMatch in this context");
    readElemMatch(r, at, prefix, name, operand);
    return true;
  }
  return readComputed(r, at, name, value);
}

function readElemMatch(r: Reading, at: InnerNode, prefix: string, name: string, operand: Value): void {
  if (!isDoc(operand)) throw located(31274, `elemMatch: Invalid argument, object required, but got ${show(operand)}`);
  if (r.positional !== undefined) throw located(31255, "Cannot specify positional operator and $elemMatch.");
  if (prefix !== "" || name.includes(".")) throw located(31275, "Cannot use $elemMatch projection on a nested field.");
  const match = elementMatch(operand);
  place(at, name, { kind: "elemMatch", match });
  r.elemMatch = true;
}

function readComputed(r: Reading, at: InnerNode, name: string, value: Doc): boolean {
  if (r.include === false) throw located(31252, "Cannot use expression other than $meta in exclusion projection");
  try {
    place(at, name, { kind: "compute", value: compileExpression(value, r.vars) });
  } catch (e) {
    const first = value.keys().next().value;
    if (e instanceof StoreError && e.message === `Unrecognized expression '${first}'`) return false;
    throw e;
  }
  r.include = true;
  return true;
}

const META = new Set([
  "textScore",
  "searchScore",
  "searchHighlights",
  "geoNearDistance",
  "geoNearPoint",
  "indexKey",
  "recordId",
  "randVal",
  "sortKey",
]);

function metaUnavailable(operand: Value): StoreError {
  if (typeof operand !== "string" || !META.has(operand))
    return located(17308, `Unsupported argument to $meta: ${typeof operand === "string" ? operand : show(operand)}`);
  const what = operand === "textScore" ? "text score" : operand;
  return located(40218, `query requires ${what} metadata, but it is not available`);
}

/** Whether fields are kept or dropped, where the fields themselves don't say. */
function decide(r: Reading): boolean {
  if (r.include !== undefined) return r.include;
  if (r.slice) return r.id === true;
  return r.elemMatch || r.id === true;
}

export interface ProjectionOptions {
  /** The filter of the query, for the positional `.$`. */
  filter?: Doc;
  vars?: Vars | undefined;
  /** What messages put in front, for a stage of a pipeline. */
  stage?: string;
}

/** Whether a projection has the positional `.$`, which needs the document as the filter found it. */
export const isPositional = (projection: Maybe): boolean =>
  isDoc(projection) && [...projection.keys()].some((k) => k.endsWith(".$"));

/** Compiles a projection; `find` allows $slice, $elemMatch and `.$`. Undefined: everything is kept. */
export function compileProjection(
  projection: Maybe,
  find: boolean,
  options: ProjectionOptions = {},
): Project | undefined {
  if (projection === undefined || projection === null) return undefined;
  if (!isDoc(projection)) throw badValue("a projection must be a document");
  const r: Reading = {
    root: innerNode(),
    find,
    idSpecified: false,
    elemMatch: false,
    slice: false,
    vars: options.vars,
  };
  try {
    for (const [k, v] of projection) {
      r.idSpecified ||= k === "_id" || k.startsWith("_id.");
      readElement(r, r.root, "", k, v);
    }
  } catch (e) {
    if (e instanceof StoreError && !find)
      e.message = `Invalid ${options.stage ?? "$project"} :: caused by :: ${e.message}`;
    throw e;
  }
  if (r.root.fields.size === 0) return undefined;
  const include = decide(r);
  if (include && !r.idSpecified) r.root.fields.set("_id", keep);
  if (!include && r.id === true) r.root.fields.delete("_id");
  if (r.root.fields.size === 0) return undefined;
  const run = runProjection(r.root, include);
  if (r.positional === undefined) return run;
  const path = splitPath(r.positional);
  const match: Match = compileMatch(options.filter ?? new Map(), options.vars);
  return (doc, vars) => {
    const position = { index: -1 };
    match(doc, position);
    return onlyElement(run(doc, vars), path, position.index);
  };
}
