import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "./packages.mjs";
import { LaunchError, npmCommand, run, withoutNpm } from "./processes.mjs";

const WANTED = 24;

const fits = (version) => Number(/^v?(\d+)\./.exec(version)?.[1]) >= WANTED;

function isFitting(path) {
  try {
    return existsSync(path) && fits(execFileSync(path, ["--version"], { encoding: "utf8" }));
  } catch {
    return false;
  }
}

/** The path of a Node that runs TypeScript and has node:sqlite: this one, or one that npm fetches and keeps. */
export async function fittingNode(root, say) {
  if (fits(process.versions.node)) return process.execPath;
  const memory = join(root, ".tmp", "node-path");
  if (existsSync(memory)) {
    const path = readFileSync(memory, "utf8").trim();
    if (isFitting(path)) return path;
  }
  say(`Node ${process.versions.node} is too old for this: getting Node ${WANTED} through npm, which keeps it …`);
  const [file, ...first] = npmCommand(process.execPath);
  const args = [...first, "exec", "--yes", `--package=node@${WANTED}`, "--", "node", "-p", "process.execPath"];
  const { output } = await run(file, args, {
    capture: true,
    cwd: root,
    env: withoutNpm(process.env),
    shell: file === "npm" && process.platform === "win32",
  });
  const path = output
    .split(/\r?\n/)
    .map((line) => line.trim())
    .find(isFitting);
  if (!path) {
    throw new LaunchError(
      `Node ${WANTED} could not be fetched: ${reasonOf(output)}; or install Node ${WANTED} from https://nodejs.org`,
    );
  }
  mkdirSync(join(root, ".tmp"), { recursive: true });
  writeFileSync(memory, `${path}\n`);
  return path;
}
