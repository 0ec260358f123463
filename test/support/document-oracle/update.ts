import { BSONRegExp, ObjectId } from "mongodb";
import { equal } from "./compare.ts";
import { match } from "./match.ts";
import { operation } from "./update-operators.ts";
import { applyAt, comparePaths, expandPath, type Operation, pathOf, rename, setAt } from "./update-paths.ts";
import { clone, type Doc, encode, isDoc, Refused, type Value } from "./values.ts";

export interface UpdateOptions {
  filter: Doc;
  arrayFilters?: Doc[];
}

/** One document after an update: as it was when the filter doesn't match, but what is malformed is always refused. */
export function update(document: Doc, change: Doc, { filter, arrayFilters = [] }: UpdateOptions): Doc {
  if (isOperatorUpdate(change)) stepsOf(change, arrayFilters, false);
  const { matched, offset } = match(filter, document);
  if (!matched) return document;
  if (!isOperatorUpdate(change)) return replace(document, change);
  return apply(document, change, { arrayFilters, offset, inserting: false });
}

/** The document that an upsert inserts when nothing matched. */
export function upsert(filter: Doc, change: Doc, arrayFilters: Doc[] = []): Doc {
  // Malformed filters and changes are refused before anything is made of them.
  if (isOperatorUpdate(change)) stepsOf(change, arrayFilters, true);
  match(filter, new Map());
  if (!isOperatorUpdate(change)) {
    // Of the filter a replacement takes the _id alone.
    const [id] = seedsOf(filter, (path) => path === "_id");
    const out = idFirst(id && !change.has("_id") ? new Map([["_id", id[1]], ...change]) : new Map(change));
    if (id && !equal(out.get("_id"), id[1])) throw new Refused("the _id is immutable", 66);
    return checkId(out);
  }
  const seed: Doc = new Map();
  for (const [path, value] of seedsOf(filter)) setAt(seed, path.split("."), clone(value));
  const out = apply(seed, change, { arrayFilters, offset: undefined, inserting: true });
  return checkId(idFirst(out.has("_id") ? out : new Map([["_id", new ObjectId()], ...out])));
}

export const isOperatorUpdate = (change: Doc): boolean => [...change.keys()][0]?.startsWith("$") === true;

const idFirst = (d: Doc): Doc => {
  const id = d.get("_id");
  return id === undefined ? d : new Map([["_id", id], ...[...d].filter(([k]) => k !== "_id")]);
};

function checkId(d: Doc): Doc {
  if (Array.isArray(d.get("_id"))) throw new Refused("the _id can't be an array", 53);
  return d;
}

/** A replacement keeps the _id, which stands first. */
function replace(document: Doc, change: Doc): Doc {
  const id = document.get("_id")!;
  if (change.has("_id") && !equal(change.get("_id"), id)) throw new Refused("the _id is immutable", 66);
  return new Map([["_id", id], ...[...change].filter(([k]) => k !== "_id")]);
}

/** Fields that an upsert takes from its filter: equalities that must hold, in the order of their paths. */
function seedsOf(filter: Doc, wanted = (_path: string): boolean => true): [string, Value][] {
  const out: [string, Value][] = [];
  const add = (path: string, v: Value): void => {
    if (!wanted(path)) return;
    if (out.some(([p]) => p === path || p.startsWith(`${path}.`) || path.startsWith(`${p}.`)))
      throw new Refused("cannot infer query fields to set", 54);
    out.push([path, v]);
  };
  const visit = (f: Doc): void => {
    for (const [key, v] of f) {
      if (key === "$and") for (const clause of v as Doc[]) visit(clause);
      if (key.startsWith("$")) continue;
      if (!isDoc(v) || ![...v.keys()][0]?.startsWith("$")) {
        // A regular expression matches many values, so it says none for sure.
        if (!(v instanceof BSONRegExp)) add(key, v);
        continue;
      }
      for (const [op, x] of v) {
        if (op === "$eq") add(key, x);
        if (op === "$all") for (const y of x as Value[]) if (!(y instanceof BSONRegExp)) add(key, y);
      }
    }
  };
  visit(filter);
  return out.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Each array filter is named by the first part of its fields. */
function namedFilters(filters: Doc[]): Map<string, Doc> {
  const out = new Map<string, Doc>();
  for (const f of filters) {
    const name = nameIn(f);
    if (out.has(name)) throw new Refused("multiple array filters with the same name", 9);
    out.set(name, f);
  }
  return out;
}

function nameIn(f: Doc): string {
  for (const [k, v] of f) {
    if (!k.startsWith("$")) return k.split(".")[0]!;
    if (Array.isArray(v) && isDoc(v[0])) return nameIn(v[0]);
  }
  throw new Refused("an array filter without a field", 9);
}

interface Step {
  /** As written: it may stand for several places of a document. */
  path: string[];
  /** Null for what only stands in the way of others: a rename's source. */
  run: Operation | { renameFrom: string[] } | null;
}

function apply(
  document: Doc,
  change: Doc,
  options: { arrayFilters: Doc[]; offset: number | undefined; inserting: boolean },
): Doc {
  const filters = namedFilters(options.arrayFilters);
  const steps = stepsOf(change, options.arrayFilters, options.inserting)
    .flatMap((s) => (s.run === null ? [] : [{ ...s, run: s.run }]))
    .flatMap(({ path, run }) => expandPath(document, path, filters, options.offset).map((place) => ({ place, run })));
  refuseConflicts(steps.map((s) => s.place));
  const out = clone(document);
  steps.sort((x, y) => comparePaths(x.place, y.place));
  for (const { place, run } of steps) {
    if ("renameFrom" in run) rename(out, run.renameFrom, place);
    else applyAt(out, place, run);
  }
  const before = document.get("_id");
  // Even an equal value of another type counts as a change.
  if (before !== undefined && !sameBytes(before, out.get("_id"))) throw new Refused("the _id is immutable", 66);
  return out;
}

/** Everything that the update asks for; what is malformed is refused whatever the document holds. */
function stepsOf(change: Doc, arrayFilters: Doc[], inserting: boolean): Step[] {
  const filters = namedFilters(arrayFilters);
  const used = new Set<string>();
  const steps: Step[] = [];
  for (const [op, fields] of change) {
    if (!isDoc(fields)) throw new Refused("modifiers operate on fields", 9);
    for (const [name, operand] of fields) {
      const path = pathOf(name);
      const run = operation(op, name, operand);
      for (const part of path) if (/^\$\[.+\]$/.test(part)) used.add(part.slice(2, -1));
      // Its path must make sense even when nothing is inserted.
      const idle: Operation = { change: (v) => v, create: () => undefined, lenient: true };
      const waiting = op === "$setOnInsert" && !inserting;
      steps.push({ path, run: op === "$rename" ? null : waiting ? idle : run });
      if (op === "$rename") steps.push({ path: pathOf(operand as string), run: { renameFrom: path } });
    }
  }
  for (const name of used) if (!filters.has(name)) throw new Refused("no array filter found for identifier", 2);
  for (const name of filters.keys()) if (!used.has(name)) throw new Refused("an array filter was not used", 9);
  refuseConflicts(steps.map((s) => s.path));
  return steps;
}

function refuseConflicts(paths: string[][]): void {
  for (const [i, a] of paths.entries())
    for (const [j, b] of paths.entries()) {
      if (i === j) continue;
      const at = a.findIndex((part, k) => part !== b[k]);
      // Equal, a parent of the other, or one through array filters where the other names places.
      if (at < 0 || (a[at]!.startsWith("$[") && b[at] !== undefined && !b[at].startsWith("$[")))
        throw new Refused("updating the path would create a conflict", 40);
    }
}

const sameBytes = (a: Value, b: Value | undefined): boolean =>
  b !== undefined && Buffer.compare(encode(new Map([["", a]])), encode(new Map([["", b]]))) === 0;
