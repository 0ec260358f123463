import { collectionCommands } from "./collections.ts";
import type { Command } from "./context.ts";
import { indexCommands } from "./indexes.ts";
import { statsCommands } from "./stats.ts";
import { validateCommands } from "./validate.ts";

export const schemaCommands: Record<string, Command> = {
  ...collectionCommands,
  ...indexCommands,
  ...statsCommands,
  ...validateCommands,
};
