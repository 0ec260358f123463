import { randomBytes } from "node:crypto";
import { Binary } from "bson";
import { type Doc, doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import { failedToParse, typeMismatch } from "../errors.ts";
import { type Command, type Context, sessionOf } from "./context.ts";

const MINUTES = 30;

function startSession(): Doc {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return doc({ id: { id: new Binary(bytes, Binary.SUBTYPE_UUID) }, timeoutMinutes: MINUTES, ok: 1 });
}

/** Ends the sessions of a list: what they had open is closed. */
function endSessions({ body, cursors }: Context): Doc {
  for (const v of listOf(body, "endSessions")) cursors.killSession(sessionId(v));
  return doc({ ok: 1 });
}

/** Ends sessions by force, with what runs in them now: those of a list, or with an empty one all. */
function killSessions({ body, cursors, server }: Context): Doc {
  const ids = listOf(body, "killSessions").map(sessionId);
  return kill(cursors, server, ids.length === 0 ? undefined : ids);
}

/** Ends the sessions of some users: of all with an empty list, else of ours if it is named. */
function killAllSessions({ body, cursors, server }: Context): Doc {
  const users = listOf(body, "killAllSessions").map((v) => {
    if (!isDoc(v) || typeof v.get("user") !== "string" || typeof v.get("db") !== "string")
      throw failedToParse("each element of killAllSessions must be { user: <string>, db: <string> }");
    return v;
  });
  const named = users.some((u) => u.get("user") === server.account?.user && u.get("db") === "admin");
  return users.length === 0 || named ? kill(cursors, server, undefined) : doc({ ok: 1 });
}

function kill(cursors: Context["cursors"], server: Context["server"], ids: string[] | undefined): Doc {
  for (const operation of server.operations.values()) {
    const session = sessionOf(operation.body);
    if (session !== undefined && (ids?.includes(session) ?? true)) operation.killed = true;
  }
  if (ids) for (const id of ids) cursors.killSession(id);
  else cursors.killSession();
  return doc({ ok: 1 });
}

function refreshSessions({ body }: Context): Doc {
  listOf(body, "refreshSessions").map(sessionId);
  return doc({ ok: 1 });
}

function listOf(body: Doc, name: string): Value[] {
  const list = body.get(name);
  if (!isArray(list))
    throw typeMismatch(`BSON field '${name}' is the wrong type '${typeName(list)}', expected type 'array'`);
  return list;
}

function sessionId(v: Value): string {
  const id = isDoc(v) ? v.get("id") : undefined;
  if (!(id instanceof Binary) || id.sub_type !== Binary.SUBTYPE_UUID || id.length() !== 16)
    throw failedToParse("a session id must be { id: UUID }");
  return Buffer.from(id.value()).toString("hex");
}

const command = (run: Command["run"]): Command => ({ writes: false, fields: [], run });

export const sessionCommands: Record<string, Command> = {
  startSession: command(startSession),
  endSessions: command(endSessions),
  killSessions: command(killSessions),
  killAllSessions: command(killAllSessions),
  refreshSessions: command(refreshSessions),
};
