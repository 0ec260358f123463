import { ObjectId, Timestamp } from "bson";
import { MAX_DOCUMENT_BYTES } from "../bson/codec.ts";
import { type Doc, doc, isDoc } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import type { ServerState } from "../state.ts";
import { MAX_MESSAGE_BYTES } from "../wire.ts";
import { adminCommands } from "./admin.ts";
import { authCommands, speculate, supportedMechanisms } from "./auth.ts";
import { bool, type Command, type Context } from "./context.ts";
import { SERVER_VERSION } from "./server-info.ts";
import { sessionCommands } from "./sessions.ts";

const SET_NAME = "rongqiao";
const MIN_WIRE_VERSION = 0;
/** That of MongoDB 7.0. */
const MAX_WIRE_VERSION = 21;

export const hostOf = (server: ServerState): string => `127.0.0.1:${server.port}`;

/** A point in the order of writes, as replica sets speak of it. */
export const opTime = (server: ServerState): Doc =>
  doc({
    ts: new Timestamp({ t: Math.floor(server.lastWrite.getTime() / 1000), i: 1 }),
    t: BigInt(server.term),
  });

/** The fields of a replica set with one member: only with them do clients send retryable writes. */
function membership(server: ServerState): Doc {
  const host = hostOf(server);
  return doc({
    hosts: [host],
    setName: SET_NAME,
    setVersion: 1,
    secondary: false,
    primary: host,
    me: host,
    electionId: new ObjectId(`7fffffff${server.term.toString(16).padStart(16, "0")}`),
    lastWrite: {
      opTime: opTime(server),
      lastWriteDate: server.lastWrite,
      majorityOpTime: opTime(server),
      majorityWriteDate: server.lastWrite,
    },
  });
}

function greet(context: Context, primaryField: "isWritablePrimary" | "ismaster"): Doc {
  const { server, body, connection } = context;
  const client = body.get("client");
  if (isDoc(client)) {
    if (connection.client)
      throw new StoreError(
        "ClientMetadataCannotBeMutated",
        "The client metadata document may only be sent in the first hello",
      );
    connection.client = client;
  }
  const out = new Map([
    ...(bool(body.get("helloOk")) ? doc({ helloOk: true }) : []),
    ...doc({ [primaryField]: true }),
    // Without topologyVersion clients poll, which needs no open-ended answers.
    ...(server.standalone ? [] : membership(server)),
    ...doc({
      maxBsonObjectSize: MAX_DOCUMENT_BYTES,
      maxMessageSizeBytes: MAX_MESSAGE_BYTES,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      connectionId: connection.id,
      minWireVersion: MIN_WIRE_VERSION,
      maxWireVersion: MAX_WIRE_VERSION,
      readOnly: false,
      saslSupportedMechs: supportedMechanisms(context),
      speculativeAuthenticate: speculate(context),
      ok: 1,
    }),
  ]);
  return out;
}

const simple = (run: (context: Context) => Doc, fields: string[] = []): Command => ({ writes: false, fields, run });
const HELLO_FIELDS = [
  "helloOk",
  "client",
  "compression",
  "loadBalanced",
  "hostInfo",
  "speculativeAuthenticate",
  "saslSupportedMechs",
  "backpressure",
];

/** What members say of the set; enough for clients and monitors that ask. */
function replSetGetStatus({ server }: Context): Doc {
  needSet(server);
  const now = new Date();
  return doc({
    set: SET_NAME,
    date: now,
    myState: 1,
    term: BigInt(server.term),
    syncSourceHost: "",
    syncSourceId: -1,
    heartbeatIntervalMillis: 2000n,
    majorityVoteCount: 1,
    writeMajorityCount: 1,
    votingMembersCount: 1,
    writableVotingMembersCount: 1,
    optimes: {
      lastCommittedOpTime: opTime(server),
      lastCommittedWallTime: server.lastWrite,
      appliedOpTime: opTime(server),
      durableOpTime: opTime(server),
    },
    members: [
      {
        _id: 0,
        name: hostOf(server),
        health: 1,
        state: 1,
        stateStr: "PRIMARY",
        uptime: Math.floor((now.getTime() - server.startedAt.getTime()) / 1000),
        optime: opTime(server),
        optimeDate: server.lastWrite,
        electionDate: server.startedAt,
        configVersion: 1,
        configTerm: 1,
        self: true,
        lastHeartbeatMessage: "",
      },
    ],
    ok: 1,
  });
}

function replSetGetConfig({ server }: Context): Doc {
  needSet(server);
  return doc({
    config: {
      _id: SET_NAME,
      version: 1,
      term: 1,
      members: [{ _id: 0, host: hostOf(server), arbiterOnly: false, hidden: false, priority: 1, votes: 1 }],
      protocolVersion: 1n,
      writeConcernMajorityJournalDefault: true,
    },
    ok: 1,
  });
}

function needSet(server: ServerState): void {
  if (server.standalone) throw new StoreError("NoReplicationEnabled", "not running with --replSet");
}

function buildInfo(): Doc {
  const version = SERVER_VERSION.join(".");
  return doc({
    version,
    gitVersion: "embedded",
    modules: [],
    allocator: "system",
    javascriptEngine: "none",
    versionArray: [...SERVER_VERSION, 0],
    storageEngines: ["sqlite"],
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    ok: 1,
  });
}

export const handshakeCommands: Record<string, Command> = {
  hello: simple((c) => greet(c, "isWritablePrimary"), HELLO_FIELDS),
  ismaster: simple((c) => greet(c, "ismaster"), HELLO_FIELDS),
  isMaster: simple((c) => greet(c, "ismaster"), HELLO_FIELDS),
  ping: simple(() => doc({ ok: 1 })),
  buildInfo: simple(buildInfo),
  buildinfo: simple(buildInfo),
  replSetGetStatus: simple(replSetGetStatus, ["initialSync"]),
  replSetGetConfig: simple(replSetGetConfig, ["commitmentStatus"]),
  ...authCommands,
  ...sessionCommands,
  ...adminCommands,
};
