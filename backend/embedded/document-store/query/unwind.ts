import { type Doc, isArray, isDoc, type Maybe, typeName, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { PAUSE } from "../pause.ts";
import type { Path } from "./paths.ts";
import { fieldPathOf, nested, type Stage, withPath } from "./stage-support.ts";

const OPTIONS = ["path", "includeArrayIndex", "preserveNullAndEmptyArrays"];

interface Unwind {
  parts: Path;
  index: Path | undefined;
  keepEmpty: boolean;
}

function parse(spec: Value): Unwind {
  if (!isDoc(spec) && typeof spec !== "string")
    throw new StoreError(
      "Location15981",
      `expected either a string or an object as specification for $unwind stage, got ${typeName(spec)}`,
    );
  const options: Doc = isDoc(spec) ? spec : new Map([["path", spec]]);
  for (const [k, v] of options) {
    if (!OPTIONS.includes(k)) throw new StoreError("Location28811", `unrecognized option to $unwind stage: ${k}`);
    if (k === "path" && typeof v !== "string")
      throw new StoreError("Location28808", `expected a string as the path for $unwind stage, got ${typeName(v)}`);
    if (k === "includeArrayIndex" && (typeof v !== "string" || v === ""))
      throw new StoreError(
        "Location28810",
        `expected a non-empty string for the includeArrayIndex option to $unwind stage, got ${typeName(v)}`,
      );
    if (k === "includeArrayIndex" && String(v).startsWith("$"))
      throw new StoreError(
        "Location28822",
        `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${v}`,
      );
    if (k === "preserveNullAndEmptyArrays" && typeof v !== "boolean")
      throw new StoreError(
        "Location28809",
        `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${typeName(v)}`,
      );
  }
  const path = options.get("path") ?? "";
  if (path === "") throw new StoreError("Location28812", "no path specified to $unwind stage");
  if (!String(path).startsWith("$"))
    throw new StoreError("Location28818", `path option to $unwind stage should be prefixed with a '$': ${path}`);
  const index = options.get("includeArrayIndex");
  return {
    parts: fieldPathOf(String(path).slice(1)),
    index: typeof index === "string" ? fieldPathOf(index) : undefined,
    keepEmpty: options.get("preserveNullAndEmptyArrays") === true,
  };
}

/** $unwind: a document for each element of an array. */
export function unwindStage(spec: Value): Stage {
  const { parts, index, keepEmpty } = parse(spec);
  const numbered = (d: Doc, i: number | null): Doc => (index ? withPath(d, index, i === null ? null : BigInt(i)) : d);
  function* unwound(d: Doc, v: Maybe): Generator<Doc> {
    if (isArray(v) && v.length > 0) {
      for (let i = 0; i < v.length; i++) yield numbered(withPath(d, parts, v[i]), i);
    } else if (isArray(v)) {
      if (keepEmpty) yield numbered(withPath(d, parts, undefined), null);
    } else if ((v !== undefined && v !== null) || keepEmpty) yield numbered(d, null);
  }
  return function* (input) {
    for (const d of input) {
      if (d === PAUSE) yield PAUSE;
      else yield* unwound(d, nested(d, parts));
    }
  };
}
