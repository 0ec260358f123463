import { Api } from "../../scripts/client/api.ts";
import { MAIN_PATH, Path, ProcessMemory } from "../../scripts/client/main-path/index.ts";
import { pickEnterprise } from "../../scripts/client/main-path/path.ts";
import { play } from "../../scripts/client/main-path/play.ts";
import { sharedServer } from "./server.ts";

/** Paths may be played side by side. */
const taken = new Set<string>();

/** A path of its own on the shared server: an enterprise and two banks that no other test knows. */
export async function newPath(url?: string): Promise<Path> {
  const api = new Api(url ?? (await sharedServer()).url);
  return new Path(api, await api.meta(), new ProcessMemory(), {
    scryptN: 1_024,
    // The first one that is free: what fails once fails again.
    pickEnterprise: (operator) => pickEnterprise(operator, taken, () => 0),
  });
}

export type StepId =
  | "upload"
  | "admit"
  | "enrol"
  | "profile"
  | "products"
  | "request"
  | "matches"
  | "consents"
  | "bids"
  | "award"
  | "grant"
  | "proof"
  | "audit";

/** Plays a path as far as, and with, one step. */
export async function playUntil(last: StepId, path?: Path): Promise<Path> {
  const on = path ?? (await newPath());
  const end = MAIN_PATH.findIndex(({ id }) => id === last);
  if (end < 0) throw new Error(`the path has no step ${last}`);
  await play(on, { steps: MAIN_PATH.slice(0, end + 1), confirm: false });
  return on;
}
