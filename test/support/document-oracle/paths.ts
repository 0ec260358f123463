import { type Doc, isDoc, type Value } from "./values.ts";

/** A value at the end of a path; `offset` is the place in the outermost array that was passed through unasked. */
export interface Found {
  value: Value | undefined;
  offset: number | undefined;
}

/** Whether an array at the end of a path stands for its elements as well, or for itself alone. */
export type Leaf = "elements" | "whole";

const found = (value: Value | undefined, offset?: number): Found => ({ value, offset });

function inArray(array: Value[], rest: string[], leaf: Leaf): Found[] {
  const out: Found[] = [];
  array.forEach((element, i) => {
    if (isDoc(element)) for (const f of lookUp(element, rest, leaf)) out.push(found(f.value, i));
    // A number in the path means the element at that place, taken as it is.
    if (rest[0] !== String(i)) return;
    if (rest.length === 1) out.push(found(element));
    else if (isDoc(element)) out.push(...lookUp(element, rest.slice(1), leaf));
    else if (Array.isArray(element)) out.push(...inArray(element, rest.slice(1), leaf));
  });
  return out;
}

/** All values that a filter's path leads to; a missing one counts as undefined, except inside arrays of no documents. */
export function lookUp(root: Doc, path: string[], leaf: Leaf): Found[] {
  const value = root.get(path[0]!);
  const rest = path.slice(1);
  if (rest.length === 0) {
    if (!Array.isArray(value) || leaf === "whole") return [found(value)];
    return [...value.map((v, i) => found(v, i)), found(value)];
  }
  if (isDoc(value)) return lookUp(value, rest, leaf);
  if (Array.isArray(value)) return inArray(value, rest, leaf);
  return [found(undefined)];
}

/** As expressions read "$a.b": arrays give an array of what their documents have there, numbers mean field names. */
export function readPath(value: Value | undefined, path: string[]): Value | undefined {
  if (path.length === 0) return value;
  if (isDoc(value)) return readPath(value.get(path[0]!), path.slice(1));
  if (!Array.isArray(value)) return undefined;
  // Only documents and, from the second array on, nothing else are entered.
  return value.filter(isDoc).flatMap((d) => {
    const v = readPath(d, path);
    return v === undefined ? [] : [v];
  });
}
