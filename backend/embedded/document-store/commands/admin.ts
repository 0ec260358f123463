import { arch, cpus, freemem, hostname, release, totalmem, type } from "node:os";
import { MAX_DOCUMENT_BYTES } from "../bson/codec.ts";
import { type Doc, doc, int32, isDoc, typeName, type Value } from "../bson/types.ts";
import { StoreError, typeMismatch } from "../errors.ts";
import { MAX_CONNECTIONS } from "../state.ts";
import { bool, type Command, type Context } from "./context.ts";
import { operationCommands } from "./operations.ts";
import { membership } from "./replica-set.ts";
import { FEATURE_VERSION, SERVER_VERSION } from "./server-info.ts";

const MB = 1024 * 1024;
const seconds = (from: Date): number => Math.floor((Date.now() - from.getTime()) / 1000);

const SECTIONS: Record<string, (context: Context) => Value> = {
  connections: ({ server, connection }) =>
    doc({
      current: server.connections.size,
      available: MAX_CONNECTIONS - server.connections.size,
      totalCreated: server.totalConnections,
      active: new Set([connection, ...[...server.operations.values()].map((o) => o.connection)]).size,
    }),
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
  repl: ({ server }) => (server.standalone ? null : membership(server)),
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
  localLogicalSessionTimeoutMinutes: () => int32(30),
  maxBSONDepth: () => int32(180),
  maxBsonObjectSize: () => int32(MAX_DOCUMENT_BYTES),
  scramSHA256IterationCount: () => int32(15_000),
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

const simple = (run: (context: Context) => Doc, fields: string[] = []): Command => ({ writes: false, fields, run });

/** Its other fields mean something too. */
const open = (run: (context: Context) => Doc): Command => ({ writes: false, fields: undefined, run });

export const adminCommands: Record<string, Command> = {
  serverStatus: open(serverStatus),
  hostInfo: simple(hostInfo),
  getParameter: open(getParameter),
  getCmdLineOpts: simple(getCmdLineOpts),
  getLog: simple(getLog),
  whatsmyuri: simple(({ connection }) => doc({ you: connection.remote, ok: 1 })),
  ...operationCommands,
};
