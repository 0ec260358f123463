// The first thing that every npm script runs. Plain JavaScript for any Node from 18 on, without packages: it finds a
// fitting Node, installs the packages when they are missing or out of date, and runs the TypeScript of the command.
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fittingNode } from "./lib/node.mjs";
import { ensurePackages } from "./lib/packages.mjs";
import { forwardSignals, LaunchError, run, withoutNpm } from "./lib/processes.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const say = (line) => process.stderr.write(`${line}\n`);

/** A command NAME is scripts/NAME.ts or scripts/NAME/main.ts; the ones that live elsewhere are named here. */
const ELSEWHERE = {
  bench: "scripts/bench/run.ts",
  "document-store": "backend/embedded/document-store/main.ts",
};

function scriptOf(command) {
  if (!/^[a-z][a-z-]*$/.test(command)) return undefined;
  const places = [`scripts/${command}.ts`, `scripts/${command}/main.ts`, ELSEWHERE[command]];
  return places.find((place) => place && existsSync(join(root, place)));
}

async function launch([command = "", ...args]) {
  if (Number(process.versions.node.split(".")[0]) < 18) {
    throw new LaunchError(`Node ${process.versions.node} is too old: 18 or newer is needed, see https://nodejs.org`);
  }
  const script = scriptOf(command);
  if (!script) throw new LaunchError(`there is no command "${command}"; see the scripts in package.json`);
  const node = await fittingNode(root, say);
  const path = Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  const env = { ...withoutNpm(process.env), [path]: `${dirname(node)}${delimiter}${process.env[path] ?? ""}` };
  await ensurePackages(root, node, env, say);
  return run(node, ["--disable-warning=ExperimentalWarning", join(root, script), ...args], {
    // Always the project's folder: ./data must not depend on where the command was typed.
    cwd: root,
    env,
    // The channel tells these two when this launcher is gone, however it ended.
    stdio: ["inherit", "inherit", "inherit", ...(["start", "test"].includes(command) ? ["ipc"] : [])],
  });
}

forwardSignals();
try {
  process.exitCode = await launch(process.argv.slice(2));
} catch (error) {
  say(error instanceof LaunchError ? error.message : (error?.stack ?? String(error)));
  process.exitCode = error?.exitCode ?? 1;
}
