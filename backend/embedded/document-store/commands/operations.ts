import { toDouble } from "../bson/numbers.ts";
import { type Doc, doc, isNumber, typeName } from "../bson/types.ts";
import { StoreError, typeMismatch } from "../errors.ts";
import { compileMatch } from "../query/matcher.ts";
import type { Connection, Operation } from "../state.ts";
import { bool, type Command, type Context } from "./context.ts";

const OPERATIONS = new Map([
  ["find", "query"],
  ["insert", "insert"],
  ["update", "update"],
  ["delete", "remove"],
  ["getMore", "getmore"],
]);
/** The other fields of currentOp are a filter on what it shows. */
const CURRENT_OP_FIELDS = new Set([
  "currentOp",
  "$all",
  "$ownOps",
  "$db",
  "lsid",
  "$clusterTime",
  "$readPreference",
  "comment",
  "maxTimeMS",
  "apiVersion",
  "apiStrict",
  "apiDeprecationErrors",
  "readConcern",
]);
const clientOf = (connection: Connection): Doc =>
  doc({
    type: "op",
    host: connection.remote,
    desc: `conn${connection.id}`,
    connectionId: connection.id,
    client: connection.remote,
    clientMetadata: connection.client,
  });

function shown(operation: Operation): Doc {
  const { connection, id, name, db, body, since, killed } = operation;
  const ms = performance.now() - since;
  const target = body.get(name);
  const out = doc({
    active: true,
    opid: id,
    secs_running: BigInt(Math.floor(ms / 1000)),
    microsecs_running: BigInt(Math.floor(ms * 1000)),
    op: OPERATIONS.get(name) ?? "command",
    ns: typeof target === "string" ? `${db}.${target}` : `${db}.$cmd`,
    command: body,
    killPending: killed ? true : undefined,
  });
  return new Map([...clientOf(connection), ...out]);
}

/** Commands that take long and rest now, and this one: any other is over before the next begins. */
function currentOp({ server, connection, body, db }: Context): Doc {
  const own = shown({ id: 0, name: "currentOp", db, body, connection, since: performance.now(), killed: false });
  const idle = bool(body.get("$all")) ? [...server.connections.values()].filter((c) => c !== connection) : [];
  const inprog = [
    own,
    ...[...server.operations.values()].map(shown),
    ...idle.map((c) => clientOf(c).set("active", false)),
  ];
  const filter = new Map([...body].filter(([k]) => !CURRENT_OP_FIELDS.has(k)));
  const match = compileMatch(filter);
  return doc({ inprog: inprog.filter((o) => match(o)), ok: 1 });
}

function killOp({ server, body }: Context): Doc {
  const id = body.get("op");
  if (id === undefined) throw new StoreError("NoSuchKey", 'Did not provide "op" field');
  if (!isNumber(id) || Number.isNaN(toDouble(id)))
    throw typeMismatch(`BSON field 'killOp.op' is the wrong type '${typeName(id)}', expected type 'number'`);
  const operation = server.operations.get(toDouble(id));
  if (operation) operation.killed = true;
  // As in MongoDB, the same for an operation that has ended by now.
  return doc({ info: "attempting to kill op", ok: 1 });
}

export const operationCommands: Record<string, Command> = {
  // Its other fields are a filter.
  currentOp: { writes: false, fields: undefined, run: currentOp },
  killOp: { writes: false, fields: ["op"], run: killOp },
};
