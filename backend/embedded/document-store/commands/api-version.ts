import { type Doc, isArray, isDoc, typeName } from "../bson/types.ts";
import { StoreError, typeMismatch } from "../errors.ts";

/** The commands of MongoDB's Stable API, version 1, as far as they are here. */
const STABLE = new Set(
  (
    "aggregate authenticate collMod count create createIndexes delete drop dropDatabase dropIndexes endSessions " +
    "explain find findAndModify getMore hello insert killCursors listCollections listDatabases listIndexes ping " +
    "refreshSessions saslContinue saslStart update"
  ).split(" "),
);

const UNSTABLE_STAGES = new Set([
  "$currentOp",
  "$indexStats",
  "$listLocalSessions",
  "$listSessions",
  "$planCacheStats",
  "$search",
]);

/** What a client that declares an API version is promised: refusals instead of what may change. */
export function checkApiVersion(body: Doc, name: string): void {
  const version = body.get("apiVersion");
  for (const flag of ["apiStrict", "apiDeprecationErrors"]) {
    const v = body.get(flag);
    if (v === undefined) continue;
    if (typeof v !== "boolean")
      throw typeMismatch(`BSON field '${flag}' is the wrong type '${typeName(v)}', expected type 'bool'`);
    if (version === undefined)
      throw new StoreError("Location4886600", `Provided ${flag}:${v}, but did not provide 'apiVersion'`);
  }
  if (version === undefined) return;
  if (typeof version !== "string")
    throw typeMismatch(`BSON field 'apiVersion' is the wrong type '${typeName(version)}', expected type 'string'`);
  if (version !== "1") throw new StoreError("APIVersionError", 'API version must be "1"');
  if (body.get("apiStrict") !== true) return;
  const pipeline = body.get("pipeline");
  const stages = isArray(pipeline) ? pipeline.flatMap((s) => (isDoc(s) ? [...s.keys()] : [])) : [];
  const unstable = stages.find((s) => UNSTABLE_STAGES.has(s));
  if (unstable)
    throw new StoreError("APIStrictError", `stage ${unstable} is not allowed with 'apiStrict: true' in API Version 1`);
  if (!STABLE.has(name))
    throw new StoreError(
      "APIStrictError",
      `Provided apiStrict:true, but the command ${name} is not in API Version 1. Information on supported commands and migrations in API Version 1 can be found at https://dochub.mongodb.org/core/manual-versioned-api`,
    );
}
