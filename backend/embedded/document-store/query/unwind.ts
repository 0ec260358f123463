import { type Doc, isArray, isDoc, type Maybe, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { PAUSE, type Stream } from "../pause.ts";
import { cloneValue, getPath, setPath, splitPath } from "./paths.ts";

/** Copies the documents along a path, so that setting it leaves the input as it is. */
export function copyAlong(d: Doc, parts: readonly string[]): Doc {
  const out = new Map(d);
  const next = out.get(parts[0]!);
  if (parts.length > 1 && isDoc(next)) out.set(parts[0]!, copyAlong(next, parts.slice(1)));
  return out;
}

const OPTIONS = ["path", "includeArrayIndex", "preserveNullAndEmptyArrays"];

interface Unwind {
  parts: readonly string[];
  indexName: string | undefined;
  keepEmpty: boolean;
}

function parse(spec: Value): Unwind {
  const options: Doc = isDoc(spec) ? spec : new Map([["path", spec]]);
  if (!isDoc(spec) && typeof spec !== "string")
    throw new StoreError("Location15981", "expected either a string or an object as specification for $unwind stage");
  for (const [k, v] of options) {
    if (!OPTIONS.includes(k)) throw new StoreError("Location28811", `unrecognized option to $unwind stage: ${k}`);
    if (k === "includeArrayIndex" && (typeof v !== "string" || v === ""))
      throw new StoreError(
        "Location28810",
        "expected a non-empty string for the includeArrayIndex option to $unwind stage",
      );
    if (k === "includeArrayIndex" && String(v).startsWith("$"))
      throw new StoreError(
        "Location28822",
        "includeArrayIndex option to $unwind stage should not be prefixed with a '$'",
      );
    if (k === "preserveNullAndEmptyArrays" && typeof v !== "boolean")
      throw new StoreError(
        "Location28809",
        "expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage",
      );
  }
  const path = options.get("path");
  if (path === undefined) throw new StoreError("Location28812", "no path specified to $unwind stage");
  if (typeof path !== "string")
    throw new StoreError("Location28808", "expected a string as the path for $unwind stage");
  if (!path.startsWith("$"))
    throw new StoreError("Location28818", `path option to $unwind stage should be prefixed with a '$': ${path}`);
  const indexName = options.get("includeArrayIndex");
  return {
    parts: splitPath(path.slice(1)),
    indexName: typeof indexName === "string" ? indexName : undefined,
    keepEmpty: options.get("preserveNullAndEmptyArrays") === true,
  };
}

/** $unwind: a document for each element of an array. */
export function unwindStage(spec: Value): (input: Stream<Doc>) => Stream<Doc> {
  const { parts, indexName, keepEmpty } = parse(spec);
  const make = (d: Doc, v: Maybe, i: number | null): Doc => {
    const out = copyAlong(d, parts);
    if (v !== undefined) setPath(out, parts, v);
    if (indexName !== undefined) setPath(out, splitPath(indexName), i === null ? null : BigInt(i));
    return out;
  };
  return function* (input) {
    for (const d of input) {
      if (d === PAUSE) {
        yield PAUSE;
        continue;
      }
      const v = getPath(d, parts);
      if (!isArray(v)) {
        if ((v !== undefined && v !== null) || keepEmpty) yield make(d, v ?? undefined, null);
      } else if (v.length > 0) for (let i = 0; i < v.length; i++) yield make(d, v[i], i);
      else if (keepEmpty) {
        const out = cloneValue(d);
        const holder = getPath(out, parts.slice(0, -1));
        if (isDoc(holder)) holder.delete(parts.at(-1)!);
        yield make(out, undefined, null);
      }
    }
  };
}
