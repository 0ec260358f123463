import { Binary } from "bson";
import { type Doc, doc } from "../bson/types.ts";
import { namespaceOf } from "../catalog.ts";
import { StoreError } from "../errors.ts";
import type { Steps } from "../pause.ts";
import { validate } from "../validate.ts";
import { bool, type Command, type Context, collectionName, collectionOf } from "./context.ts";

function* run(context: Context): Steps<Doc> {
  const name = collectionName(context, "validate");
  const c = collectionOf(context, "validate");
  if (!c) throw new StoreError("NamespaceNotFound", `Collection '${context.db}.${name}' does not exist to validate.`);
  for (const option of ["repair", "fixMultikey"])
    if (bool(context.body.get(option)))
      throw new StoreError("CommandNotSupported", `validate with the option '${option}' is not supported`);
  const found = yield* validate(context.storage, c);
  const broken = new Set(found.errors.map((e) => e.index));
  const names = [c.idIndex, ...c.indexes].map((i) => i.name);
  return doc({
    ns: namespaceOf(c),
    uuid: new Binary(Buffer.from(c.uuid), 4),
    nInvalidDocuments: found.corrupt.length,
    nNonCompliantDocuments: 0,
    nrecords: found.records,
    nIndexes: names.length,
    keysPerIndex: Object.fromEntries(names.map((n) => [n, found.keys.get(n) ?? 0])),
    indexDetails: Object.fromEntries(names.map((n) => [n, { valid: !broken.has(n) }])),
    valid: found.errors.length === 0,
    repaired: false,
    warnings: [],
    errors: found.errors.map((e) => (e.index === undefined ? e.message : `index '${e.index}': ${e.message}`)),
    extraIndexEntries: [],
    missingIndexEntries: [],
    corruptRecords: found.corrupt.map(BigInt),
    ok: 1,
  });
}

const FIELDS = ["full", "repair", "metadata", "checkBSONConformance", "background", "fixMultikey"];

export const validateCommands: Record<string, Command> = { validate: { writes: false, fields: FIELDS, run } };
