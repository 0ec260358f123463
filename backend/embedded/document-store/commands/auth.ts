import { Binary } from "bson";
import { toDouble } from "../bson/numbers.ts";
import { type Doc, doc, isDoc, isNumber, type Maybe } from "../bson/types.ts";
import { StoreError, typeMismatch } from "../errors.ts";
import { Conversation, MECHANISM } from "../scram.ts";
import { bool, type Command, type Context, document, text } from "./context.ts";

/** Where the one account is kept, as clients must say it (authSource). */
const AUTH_DB = "admin";
const CONVERSATION = 1;

const failed = (): StoreError => new StoreError("AuthenticationFailed", "Authentication failed.");

function payloadOf(v: Maybe): string {
  if (v instanceof Binary) return Buffer.from(v.value()).toString("utf8");
  if (typeof v === "string") return Buffer.from(v, "base64").toString("utf8");
  throw typeMismatch("BSON field 'payload' must be binary data or a string");
}

const step = (payload: string, done: boolean): Doc =>
  doc({ conversationId: CONVERSATION, done, payload: new Binary(Buffer.from(payload)) });

function start({ connection, server }: Context, body: Doc, db: string): Doc {
  connection.scram = undefined;
  const mechanism = text(body, "mechanism");
  if (mechanism !== MECHANISM)
    throw new StoreError(
      "MechanismUnavailable",
      `Received authentication for mechanism ${mechanism} which is not enabled`,
    );
  const options = document(body.get("options"), "options");
  const payload = payloadOf(body.get("payload"));
  if (!server.account || db !== AUTH_DB) throw failed();
  const conversation = Conversation.start(server.account, payload, bool(options.get("skipEmptyExchange")));
  if (!conversation) throw failed();
  connection.scram = conversation;
  return step(conversation.challenge, false);
}

/** The login that a client puts in its hello to save a round trip; if it fails, the client logs in as usual. */
export function speculate(context: Context): Doc | undefined {
  const asked = context.body.get("speculativeAuthenticate");
  if (!isDoc(asked)) return undefined;
  try {
    return start(context, asked, String(asked.get("db") ?? AUTH_DB));
  } catch (e) {
    if (e instanceof StoreError) return undefined;
    throw e;
  }
}

/** The same for every name, so that it tells nobody which users there are. */
export function supportedMechanisms({ body, server }: Context): string[] | undefined {
  return server.account && body.has("saslSupportedMechs") ? [MECHANISM] : undefined;
}

function saslStart(context: Context): Doc {
  const out = start(context, context.body, context.db);
  return out.set("ok", 1);
}

function saslContinue({ connection, body }: Context): Doc {
  const conversation = connection.scram;
  if (!conversation) throw new StoreError("ProtocolError", "No SASL session state found");
  const id = body.get("conversationId");
  if (!isNumber(id) || toDouble(id) !== CONVERSATION) {
    connection.scram = undefined;
    throw new StoreError("ProtocolError", "sasl: Mismatched conversation id");
  }
  if (conversation.verified) {
    // The empty exchange that ends the conversation.
    connection.scram = undefined;
    connection.user = conversation.user;
    return step("", true).set("ok", 1);
  }
  const last = conversation.finish(payloadOf(body.get("payload")));
  if (last === undefined) {
    connection.scram = undefined;
    throw failed();
  }
  if (conversation.skipEmptyExchange) {
    connection.scram = undefined;
    connection.user = conversation.user;
  }
  return step(last, conversation.skipEmptyExchange).set("ok", 1);
}

function logout({ connection, db }: Context): Doc {
  if (db === AUTH_DB) connection.user = undefined;
  return doc({ ok: 1 });
}

function connectionStatus({ connection, body }: Context): Doc {
  const user = connection.user;
  const authInfo = doc({
    authenticatedUsers: user === undefined ? [] : [{ user, db: AUTH_DB }],
    authenticatedUserRoles: user === undefined ? [] : [{ role: "root", db: AUTH_DB }],
  });
  if (bool(body.get("showPrivileges"))) authInfo.set("authenticatedUserPrivileges", []);
  return doc({ authInfo, ok: 1 });
}

export const authCommands: Record<string, Command> = {
  saslStart: { writes: false, fields: ["mechanism", "payload", "options", "autoAuthorize"], run: saslStart },
  saslContinue: { writes: false, fields: ["conversationId", "payload"], run: saslContinue },
  logout: { writes: false, fields: [], run: logout },
  connectionStatus: { writes: false, fields: ["showPrivileges"], run: connectionStatus },
};
