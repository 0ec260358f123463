import { type Doc, isArray, isDoc, type Maybe, typeName, type Value } from "../bson/types.ts";
import { badValue, StoreError } from "../errors.ts";
import { isIndex, type Position } from "./paths.ts";

const MAX_PADDING = 1_500_000;

/** What `$`, `$[]` and `$[name]` in update paths mean for one document. */
export interface PathContext {
  position: Position | undefined;
  arrayFilters: Map<string, (element: Value) => boolean>;
}

/** Replaces the positional parts by the indices they stand for: one path becomes none, one or many. */
export function expandPath(doc: Doc, path: readonly string[], context: PathContext): string[][] {
  let out: { at: Maybe; done: string[] }[] = [{ at: doc, done: [] }];
  for (const part of path) {
    const next: typeof out = [];
    for (const { at, done } of out) {
      for (const p of partsFor(part, at, done, context)) {
        const value = isDoc(at) ? at.get(p) : isArray(at) && isIndex(p) ? at[Number(p)] : undefined;
        next.push({ at: value, done: [...done, p] });
      }
    }
    out = next;
  }
  return out.map((o) => o.done);
}

function partsFor(part: string, at: Maybe, done: string[], context: PathContext): string[] {
  if (part === "$") {
    if (!context.position || context.position.index < 0)
      throw badValue("The positional operator did not find the match needed from the query.");
    return [String(context.position.index)];
  }
  if (!part.startsWith("$[") || !part.endsWith("]")) return [part];
  if (!isArray(at))
    throw badValue(
      at === undefined
        ? `The path '${done.join(".")}' must exist in the document in order to apply array updates.`
        : `Cannot apply array updates to non-array element ${done.at(-1) ?? ""}`,
    );
  const name = part.slice(2, -1);
  if (name === "") return at.map((_, i) => String(i));
  const filter = context.arrayFilters.get(name);
  if (!filter) throw badValue(`No array filter found for identifier '${name}' in path '${[...done, part].join(".")}'`);
  return at.flatMap((element, i) => (filter(element) ? [String(i)] : []));
}

/** A place in a document: read it, write it, remove it. */
export interface Slot {
  get(): Maybe;
  set(v: Value): void;
  unset(): void;
}

function notViable(part: string, holder: Maybe, name: string): StoreError {
  return new StoreError(
    "PathNotViable",
    `Cannot create field '${part}' in element {${name}: a value of type ${typeName(holder)}}`,
  );
}

/** The slot at a path. With `create`, missing documents on the way are made; without, undefined when absent. */
export function slotAt(doc: Doc, path: readonly string[], create: boolean): Slot | undefined {
  let holder: Maybe = doc;
  for (let i = 0; i < path.length - 1; i++) {
    const part = path[i]!;
    const slot = slotIn(holder, part, path[i - 1] ?? "", create);
    let next = slot?.get();
    if (next === undefined) {
      if (!create || !slot) return undefined;
      next = new Map();
      slot.set(next);
    }
    holder = next;
  }
  return slotIn(holder, path.at(-1)!, path.at(-2) ?? "", create);
}

function slotIn(holder: Maybe, part: string, name: string, create: boolean): Slot | undefined {
  if (isDoc(holder)) {
    const d = holder;
    return { get: () => d.get(part), set: (v) => void d.set(part, v), unset: () => void d.delete(part) };
  }
  if (isArray(holder) && isIndex(part)) {
    const list = holder;
    const i = Number(part);
    return {
      get: () => list[i],
      set: (v) => {
        if (i - list.length > MAX_PADDING) throw badValue(`can't backfill more than ${MAX_PADDING} elements`);
        while (list.length < i) list.push(null);
        list[i] = v;
      },
      // Removing an element would move the others, so MongoDB leaves null.
      unset: () => {
        if (i < list.length) list[i] = null;
      },
    };
  }
  if (create) throw notViable(part, holder, name);
  return undefined;
}
