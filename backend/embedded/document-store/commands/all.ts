import type { Command } from "./context.ts";
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
