import { type Doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import type { Place } from "./update-paths.ts";

const MAX_DEPTH = 180;

/** A document nested deeper than MongoDB stores is refused. */
export function checkDepth(doc: Doc): void {
  if (depth(doc) > MAX_DEPTH)
    throw new StoreError("Overflow", `Document exceeds maximum nesting depth of ${MAX_DEPTH}`);
}

function depth(v: Value): number {
  let deepest = -1;
  if (isDoc(v)) for (const x of v.values()) deepest = Math.max(deepest, depth(x));
  else if (isArray(v)) for (const x of v) deepest = Math.max(deepest, depth(x));
  return deepest + 1;
}

const invalidRef = (why: string): StoreError => new StoreError("InvalidDBRef", why);

/** A document's own fields may start with $ only as a whole DBRef. */
export function checkDollars(doc: Doc): void {
  const names = [...doc.keys()];
  names.forEach((name, i) => {
    if (!name.startsWith("$")) return;
    const v = doc.get(name)!;
    if (name === "$db") {
      if (typeof v !== "string") throw invalidRef(`The DBRef $db field must be a String, not a ${typeName(v)}`);
      if (names[i - 1] !== "$id") throw invalidRef("Found $db field without a $id before it, which is invalid.");
    } else if (name === "$id") {
      if (names[i - 1] !== "$ref") throw invalidRef("Found $id field without a $ref before it, which is invalid.");
    } else if (name === "$ref") {
      if (typeof v !== "string") throw invalidRef(`The DBRef $ref field must be a String, not a ${typeName(v)}`);
      if (names[i + 1] !== "$id") throw invalidRef("The DBRef $ref field must be followed by a $id field");
    } else
      throw new StoreError(
        "DollarPrefixedFieldName",
        `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
  });
}

/** The same for one field that an operator has written. */
export function checkTopLevel(place: Place, doc: Doc, isNew: boolean): void {
  let top = place;
  while (top.parent?.parent) top = top.parent;
  if (top.name.startsWith("$") && (top === place || isNew)) checkDollars(doc);
}
