import { randomBytes } from "node:crypto";
import { Binary } from "bson";
import { type Doc, doc, isArray, isDoc, typeName, type Value } from "../bson/types.ts";
import { failedToParse, typeMismatch } from "../errors.ts";
import type { Command, Context } from "./context.ts";

const MINUTES = 30;

function startSession(): Doc {
  const bytes = randomBytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return doc({ id: { id: new Binary(bytes, Binary.SUBTYPE_UUID) }, timeoutMinutes: MINUTES, ok: 1 });
}

/** Ends the sessions of a list: what they had open is closed. */
function endSessions(name: string): Command["run"] {
  return ({ body, cursors }) => {
    for (const v of listOf(body, name)) cursors.killSession(sessionId(v));
    return doc({ ok: 1 });
  };
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
  endSessions: command(endSessions("endSessions")),
  killSessions: command(endSessions("killSessions")),
  refreshSessions: command(refreshSessions),
};
