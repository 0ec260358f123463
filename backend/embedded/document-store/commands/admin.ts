import { arch, cpus, freemem, hostname, release, totalmem, type } from "node:os";
import { MAX_DOCUMENT_BYTES } from "../bson/codec.ts";
import { toDouble } from "../bson/numbers.ts";
import { type Doc, doc, isDoc, isNumber, typeName, type Value } from "../bson/types.ts";
import { StoreError, typeMismatch } from "../errors.ts";
import type { Connection } from "../state.ts";
import { bool, type Command, type Context } from "./context.ts";
import { FEATURE_VERSION, SERVER_VERSION } from "./server-info.ts";

const MB = 1024 * 1024;
const MAX_CONNECTIONS = 2000;
const seconds = (from: Date): number => Math.floor((Date.now() - from.getTime()) / 1000);

const SECTIONS: Record<string, (context: Context) => Value> = {
  connections: ({ server }) =>
    doc({
      current: server.connections.size,
      available: MAX_CONNECTIONS - server.connections.size,
      totalCreated: server.totalConnections,
      active: 1,
    }),
  logicalSessionRecordCache: () => doc({ activeSessionsCount: 0 }),
  mem: () => doc({ bits: 64, resident: Math.round(process.memoryUsage.rss() / MB), supported: true }),
  metrics: ({ cursors }) => doc({ cursor: { open: { total: BigInt(cursors.size) } } }),
  network: ({ server }) =>
    doc({
      bytesIn: BigInt(server.network.bytesIn),
      bytesOut: BigInt(server.network.bytesOut),
      numRequests: BigInt(server.network.numRequests),
    }),
  opcounters: ({ server }) =>
    doc(Object.fromEntries(Object.entries(server.opcounters).map(([k, n]) => [k, BigInt(n)]))),
  repl: ({ server }) => {
    const host = `127.0.0.1:${server.port}`;
    return server.standalone
      ? null
      : doc({
          setName: "rongqiao",
          setVersion: 1,
          isWritablePrimary: true,
          secondary: false,
          primary: host,
          hosts: [host],
          me: host,
        });
  },
  storageEngine: () => doc({ name: "sqlite", supportsCommittedReads: true, persistent: true, readOnly: false }),
};

function serverStatus(context: Context): Doc {
  const { server, body } = context;
  const out = doc({
    host: `${hostname()}:${server.port}`,
    version: SERVER_VERSION.join("."),
    process: "mongod",
    pid: BigInt(process.pid),
    uptime: seconds(server.startedAt),
    uptimeMillis: BigInt(Date.now() - server.startedAt.getTime()),
    uptimeEstimate: BigInt(seconds(server.startedAt)),
    localTime: new Date(),
  });
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (body.has(name) && !bool(body.get(name))) continue;
    const value = section(context);
    if (value !== null) out.set(name, value);
  }
  return out.set("ok", 1);
}

function hostInfo(): Doc {
  const cores = cpus().length;
  return doc({
    system: {
      currentTime: new Date(),
      hostname: hostname(),
      cpuAddrSize: 64,
      memSizeMB: BigInt(Math.floor(totalmem() / MB)),
      memLimitMB: BigInt(Math.floor((process.constrainedMemory() || totalmem()) / MB)),
      numCores: cores,
      cpuArch: arch(),
      numaEnabled: false,
    },
    os: { type: type(), name: type(), version: release() },
    extra: { freeMemMB: BigInt(Math.floor(freemem() / MB)) },
    ok: 1,
  });
}

const PARAMETERS: Record<string, (context: Context) => Value> = {
  featureCompatibilityVersion: () => doc({ version: FEATURE_VERSION }),
  authenticationMechanisms: () => ["SCRAM-SHA-256"],
  cursorTimeoutMillis: () => 600_000n,
  localLogicalSessionTimeoutMinutes: () => doc({ v: 30 }).get("v")!,
  maxBSONDepth: () => doc({ v: 180 }).get("v")!,
  maxBsonObjectSize: () => doc({ v: MAX_DOCUMENT_BYTES }).get("v")!,
  scramSHA256IterationCount: () => doc({ v: 15_000 }).get("v")!,
  ttlMonitorEnabled: () => true,
};

function getParameter(context: Context): Doc {
  const asked = context.body.get("getParameter");
  const all = asked === "*" || (isDoc(asked) && bool(asked.get("allParameters")));
  const out: Doc = new Map();
  for (const [name, value] of Object.entries(PARAMETERS))
    if (all || context.body.has(name)) out.set(name, value(context));
  if (out.size === 0) throw new StoreError("InvalidOptions", "no option found to get");
  return out.set("ok", 1);
}

function getCmdLineOpts({ server }: Context): Doc {
  return doc({
    argv: process.argv,
    parsed: {
      net: { bindIp: "127.0.0.1", port: server.port },
      replication: server.standalone ? undefined : { replSetName: "rongqiao" },
      security: { authorization: server.account ? "enabled" : "disabled" },
    },
    ok: 1,
  });
}

function getLog({ server, body }: Context): Doc {
  const name = body.get("getLog");
  if (typeof name !== "string")
    throw typeMismatch(`Argument to getLog must be of type String; found ${typeName(name)}`);
  if (name === "*") return doc({ names: ["global", "startupWarnings"], ok: 1 });
  if (name !== "global" && name !== "startupWarnings")
    throw new StoreError("OperationFailed", `No log named '${name}'`);
  const log = name === "global" ? [...server.lines] : [];
  return doc({ totalLinesWritten: log.length, log, ok: 1 });
}

const operation = (connection: Connection, more: Doc): Doc =>
  new Map([
    ...doc({
      type: "op",
      host: connection.remote,
      desc: `conn${connection.id}`,
      connectionId: connection.id,
      client: connection.remote,
      clientMetadata: connection.client,
    }),
    ...more,
  ]);

/** Commands run one after the other, so that the only one under way here is this one. */
function currentOp({ server, connection, body, db }: Context): Doc {
  const own = operation(
    connection,
    doc({ active: true, opid: server.network.numRequests, op: "command", ns: `${db}.$cmd`, command: body }),
  );
  const idle = bool(body.get("$all")) ? [...server.connections.values()].filter((c) => c !== connection) : [];
  return doc({ inprog: [own, ...idle.map((c) => operation(c, doc({ active: false })))], ok: 1 });
}

function killOp({ body }: Context): Doc {
  const op = body.get("op");
  if (op === undefined) throw new StoreError("NoSuchKey", 'Did not provide "op" field');
  if (!isNumber(op) || Number.isNaN(toDouble(op)))
    throw typeMismatch(`BSON field 'killOp.op' is the wrong type '${typeName(op)}', expected type 'number'`);
  // As MongoDB answers when the operation has ended by then.
  return doc({ info: "attempting to kill op", ok: 1 });
}

const simple = (run: (context: Context) => Doc, fields: string[] = []): Command => ({ writes: false, fields, run });

export const adminCommands: Record<string, Command> = {
  serverStatus: simple(serverStatus, Object.keys(SECTIONS)),
  hostInfo: simple(hostInfo),
  getParameter: simple(getParameter, Object.keys(PARAMETERS)),
  getCmdLineOpts: simple(getCmdLineOpts),
  getLog: simple(getLog),
  whatsmyuri: simple(({ connection }) => doc({ you: connection.remote, ok: 1 })),
  currentOp: simple(currentOp, ["$all", "$ownOps"]),
  killOp: simple(killOp, ["op"]),
};
