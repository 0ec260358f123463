import { isDoc } from "../bson/types.ts";
import { failedToParse } from "../errors.ts";
import { type Command, type Context, checkFields } from "./context.ts";
import { describe } from "./gate.ts";
import { handshakeCommands } from "./handshake.ts";
import { readCommands } from "./read.ts";
import { schemaCommands } from "./schema.ts";
import { writeCommands } from "./write.ts";

/** Every command that the server knows, by its name. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>(
  Object.entries({
    ...handshakeCommands,
    ...readCommands,
    ...writeCommands,
    ...schemaCommands,
    listCommands: { writes: false, fields: [], run: () => describe(COMMANDS) },
  }),
);

/** A command to explain must be as well formed as one to run. */
export function checkExplained(context: Context): void {
  const body = context.body.get("explain");
  if (!isDoc(body)) return;
  const name = body.keys().next().value ?? "";
  const command = COMMANDS.get(name);
  if (name === "aggregate" && body.has("writeConcern"))
    throw failedToParse("Aggregation explain does not support the 'writeConcern' option");
  const request = { ...context.request, sequences: new Map() };
  if (command) checkFields(name, command, { ...context, request, body });
}
