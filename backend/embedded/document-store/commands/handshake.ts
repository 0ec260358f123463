import { MAX_DOCUMENT_BYTES } from "../bson/codec.ts";
import { type Doc, doc, isDoc } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { MAX_MESSAGE_BYTES } from "../wire.ts";
import { adminCommands } from "./admin.ts";
import { authCommands, speculate, supportedMechanisms } from "./auth.ts";
import { bool, type Command, type Context } from "./context.ts";
import { membership, replicaSetCommands } from "./replica-set.ts";
import { SERVER_VERSION } from "./server-info.ts";
import { sessionCommands } from "./sessions.ts";

const MIN_WIRE_VERSION = 0;
/** That of MongoDB 7.0. */
const MAX_WIRE_VERSION = 21;

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
  ...replicaSetCommands,
  ...authCommands,
  ...sessionCommands,
  ...adminCommands,
};
