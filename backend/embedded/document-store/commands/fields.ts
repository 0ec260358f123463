import { toDouble } from "../bson/numbers.ts";
import { isNumber, typeName } from "../bson/types.ts";
import type { CursorOptions } from "../cursors.ts";
import { badValue, StoreError, typeMismatch } from "../errors.ts";
import { type Context, document, natural } from "./context.ts";

export const missingField = (field: string): StoreError =>
  new StoreError("IDLFailedToParse", `BSON field '${field}' is missing but a required field`);

export const notFound = (context: Context, name: string): StoreError =>
  new StoreError("NamespaceNotFound", `ns does not exist: ${context.db}.${name}`);

/** How many documents the first batch may hold. */
export const cursorOptions = (context: Context): CursorOptions => ({
  batchSize: natural(document(context.body.get("cursor"), "cursor").get("batchSize"), "batchSize"),
});

/** By what the sizes of an answer are divided. */
export function scaleOf({ body }: Context): number {
  const v = body.get("scale");
  if (v === undefined || v === null) return 1;
  if (!isNumber(v)) throw typeMismatch(`BSON field 'scale' is the wrong type '${typeName(v)}', expected type 'number'`);
  const scale = Math.trunc(toDouble(v));
  if (!(scale >= 1)) throw badValue("scale factor must be greater than 0");
  return scale;
}
