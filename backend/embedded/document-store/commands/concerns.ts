import { Timestamp } from "bson";
import { toDouble } from "../bson/numbers.ts";
import { type Doc, doc, isArray, isDoc, isNumber, type Maybe, typeName } from "../bson/types.ts";
import { badValue, failedToParse, StoreError, typeMismatch } from "../errors.ts";
import { checkApiVersion } from "./api-version.ts";
import type { Context } from "./context.ts";

const MAX_W = 50;
const WRITES = new Set([
  "insert",
  "update",
  "delete",
  "findAndModify",
  "findandmodify",
  "create",
  "createIndexes",
  "collMod",
  "drop",
  "dropDatabase",
  "dropIndexes",
  "deleteIndexes",
  "renameCollection",
]);
const READS = new Set(["find", "aggregate", "count", "distinct", "explain"]);
const WRITING_STAGES = new Set(["$out", "$merge"]);
const LEVELS = new Set(["local", "majority", "linearizable", "available", "snapshot"]);

/**
 * Refuses read and write concerns that are malformed or can't be had. What a write concern asks for and one
 * member can't give is not an error: the write is done, and the answer gets the `writeConcernError` returned here.
 */
export function checkConcerns({ body, server }: Context, name: string): Doc | undefined {
  checkApiVersion(body, name);
  checkClusterTime(body.get("$clusterTime"));
  const read = body.get("readConcern");
  if (read !== undefined) checkReadConcern(read, name);
  const writing = name === "aggregate" ? writingStage(body) : undefined;
  if (writing && isDoc(read) && read.get("level") === "linearizable")
    throw new StoreError("InvalidOptions", `${writing} cannot be used with a 'linearizable' read concern level`);
  const write = body.get("writeConcern");
  if (write === undefined) return undefined;
  const w = parseWriteConcern(write);
  if (name === "aggregate" && isOn(body.get("explain")))
    throw failedToParse("Aggregation explain does not support the 'writeConcern' option");
  if (!WRITES.has(name) && !writing) throw new StoreError("InvalidOptions", "Command does not support writeConcern");
  return server.standalone ? checkStandalone(w) : unsatisfied(w, write as Doc);
}

/** Clients pass on the latest time that they have seen; it changes nothing here. */
function checkClusterTime(v: Maybe): void {
  if (v === undefined) return;
  const time = isDoc(v) ? v.get("clusterTime") : undefined;
  if (!(time instanceof Timestamp))
    throw typeMismatch(
      `BSON field '$clusterTime.clusterTime' is the wrong type '${typeName(time)}', expected type 'timestamp'`,
    );
}

/** The `w` of a write concern. */
function parseWriteConcern(v: Maybe): number | string {
  if (!isDoc(v)) throw typeMismatch(`"writeConcern" had the wrong type. Expected object, found ${typeName(v)}`);
  if (v.size === 0) throw failedToParse("write concern object cannot be empty");
  let w: number | string = 1;
  for (const [k, x] of v) {
    if (k === "w") w = parseW(x);
    else if (k === "j" || k === "fsync") {
      if (typeof x !== "boolean" && !isNumber(x)) throw failedToParse(`${k} must be numeric or a boolean value`);
    } else if (k === "wtimeout") {
      if (!isNumber(x)) throw failedToParse("wtimeout must be a number");
    } else if (k !== "provenance" && k !== "getLastError")
      throw failedToParse(`unrecognized write concern field: ${k}`);
  }
  if (isOn(v.get("j")) && isOn(v.get("fsync"))) throw failedToParse("fsync and j options cannot be used together");
  return w;
}

const isOn = (v: Maybe): boolean => v === true || (isNumber(v) && toDouble(v) !== 0);

function parseW(v: Maybe): number | string {
  if (typeof v === "string") return v;
  if (!isNumber(v)) throw failedToParse(`w has to be a number, string, or object; found: ${typeName(v)}`);
  const w = Math.trunc(toDouble(v));
  if (!(w >= 0 && w <= MAX_W))
    throw failedToParse(`w has to be a non-negative number and not greater than ${MAX_W}; found: ${w}`);
  return w;
}

function checkStandalone(w: number | string): undefined {
  if (typeof w === "number" && w > 1) throw badValue("cannot use 'w' > 1 when a host is not replicated");
  if (typeof w === "string" && w !== "majority")
    throw badValue(`cannot use non-majority 'w' mode ${w} when a host is not a member of a replica set`);
  return undefined;
}

function unsatisfied(w: number | string, asked: Doc): Doc | undefined {
  const info = { writeConcern: new Map([...asked, ["provenance", "clientSupplied"] as const]) };
  if (typeof w === "number" && w > 1)
    return doc({
      code: 100,
      codeName: "UnsatisfiableWriteConcern",
      errmsg: "Not enough data-bearing nodes",
      errInfo: info,
    });
  if (typeof w === "string" && w !== "majority")
    return doc({
      code: 79,
      codeName: "UnknownReplWriteConcern",
      errmsg: `No write concern mode named '${w}' found in replica set configuration`,
      errInfo: info,
    });
  return undefined;
}

/** The stage of a pipeline that writes. */
function writingStage(body: Doc): string | undefined {
  const pipeline = body.get("pipeline");
  const names = isArray(pipeline) ? pipeline.flatMap((s) => (isDoc(s) ? [...s.keys()] : [])) : [];
  return names.find((k) => WRITING_STAGES.has(k));
}

function checkReadConcern(v: Maybe, name: string): void {
  if (!isDoc(v)) throw failedToParse("readConcern field should be an object");
  for (const [k, x] of v) {
    if (k === "level") continue;
    if (k !== "afterClusterTime" && k !== "provenance" && k !== "atClusterTime")
      throw new StoreError("InvalidOptions", `Unrecognized option in readConcern: ${k}`);
    if (k !== "provenance" && typeName(x) !== "timestamp")
      throw typeMismatch(`"${k}" had the wrong type. Expected timestamp, found ${typeName(x)}`);
  }
  const level = v.get("level") ?? "local";
  if (typeof level !== "string" || !LEVELS.has(level))
    throw failedToParse(
      "readConcern.level must be either 'local', 'majority', 'linearizable', 'available', or 'snapshot'",
    );
  if (v.has("atClusterTime") && level !== "snapshot")
    throw new StoreError("InvalidOptions", "readConcern.atClusterTime field can be set only if level is 'snapshot'");
  if (level === "snapshot" || (level !== "local" && level !== "available" && !READS.has(name)))
    throw new StoreError(
      "InvalidOptions",
      `Command ${name} does not support { readConcern: { level: "${level}", provenance: "clientSupplied" } } :: caused by :: read concern not supported`,
    );
}
