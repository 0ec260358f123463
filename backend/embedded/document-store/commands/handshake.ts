import { MAX_DOCUMENT_BYTES } from "../bson/codec.ts";
import { type Doc, doc } from "../bson/types.ts";
import { MAX_MESSAGE_BYTES } from "../wire.ts";
import type { Command, Context } from "./context.ts";

/** MongoDB's version whose behaviour is followed. */
const VERSION = [7, 0, 0, 0];

function hello(context: Context): Doc {
  // No setName, hosts or topologyVersion: the driver then sees a standalone server, without retryable
  // writes, transactions or streamed heartbeats.
  return doc({
    helloOk: true,
    ismaster: true,
    isWritablePrimary: true,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: 100_000,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId: context.connectionId,
    minWireVersion: 0,
    maxWireVersion: 21,
    readOnly: false,
    ok: 1,
  });
}

const simple = (run: (context: Context) => Doc, fields: string[] = []): Command => ({ writes: false, fields, run });
const helloFields = [
  "helloOk",
  "client",
  "compression",
  "loadBalanced",
  "hostInfo",
  "speculativeAuthenticate",
  "saslSupportedMechs",
  "backpressure",
];

export const handshakeCommands: Record<string, Command> = {
  hello: simple(hello, helloFields),
  ismaster: simple(hello, helloFields),
  isMaster: simple(hello, helloFields),
  ping: simple(() => doc({ ok: 1 })),
  endSessions: simple(() => doc({ ok: 1 })),
  refreshSessions: simple(() => doc({ ok: 1 })),
  buildInfo: simple(() =>
    doc({
      version: VERSION.slice(0, 3).join("."),
      versionArray: VERSION,
      gitVersion: "embedded",
      modules: [],
      storageEngines: ["sqlite"],
      bits: 64,
      debug: false,
      maxBsonObjectSize: MAX_DOCUMENT_BYTES,
      ok: 1,
    }),
  ),
  connectionStatus: simple(
    () =>
      doc({
        authInfo: doc({ authenticatedUsers: [], authenticatedUserRoles: [], authenticatedUserPrivileges: [] }),
        ok: 1,
      }),
    ["showPrivileges"],
  ),
};
handshakeCommands.buildinfo = handshakeCommands.buildInfo!;
