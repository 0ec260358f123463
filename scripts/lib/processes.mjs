import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";

/** A failure whose message is the one line to print. */
export class LaunchError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

let current;
let stoppedBy;

const exitCodeOf = (signal) => 128 + (constants.signals[signal] ?? 1);

function stop(signal) {
  stoppedBy ??= signal;
  current?.kill(signal);
}

/**
 * Passes signals on to whatever runs at the moment and waits for it. A Ctrl-C in a terminal reaches the child by itself
 * as well, and once more through npm: the scripts take any number of them for one.
 */
export function forwardSignals() {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(signal));
  if (!process.env.npm_lifecycle_event) return;
  // npm was ended without passing it on (or its shell was): what it started must not live on with the port and data.
  const before = ancestors();
  setInterval(() => ancestors() !== before && stop("SIGTERM"), 1_000).unref();
}

/** Parent and, where the system tells, grandparent: npm puts a shell between itself and us. */
function ancestors() {
  const parent = process.ppid;
  try {
    return `${parent} ${/\) \S (\d+)/.exec(readFileSync(`/proc/${parent}/stat`, "utf8"))?.[1]}`;
  } catch {
    return `${parent}`;
  }
}

export function throwIfStopped() {
  if (stoppedBy) throw new LaunchError("stopped", exitCodeOf(stoppedBy));
}

/** Runs to the end and gives the exit code; with `capture`, gives { code, output } and prints nothing. */
export function run(file, args, { capture = false, ...options }) {
  throwIfStopped();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, capture ? { ...options, stdio: ["ignore", "pipe", "pipe"] } : options);
    current = child;
    let output = "";
    child.stdout?.on("data", (chunk) => (output += chunk));
    child.stderr?.on("data", (chunk) => (output += chunk));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      current = undefined;
      const exitCode = code ?? exitCodeOf(signal);
      if (!capture) resolve(exitCode);
      else if (stoppedBy) reject(new LaunchError("stopped", exitCodeOf(stoppedBy)));
      else resolve({ code: exitCode, output });
    });
  });
}

/** What npm sets for its own scripts, which a nested npm or another Node would take for the user's wish. */
const OF_NPM =
  /^npm_(lifecycle_|package_|command$|node_execpath$|config_(user_agent|npm_version|node_gyp|init_module|globalconfig|global_prefix|local_prefix|prefix|noproxy)$)/i;

export function withoutNpm(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !OF_NPM.test(name)));
}

/** npm as [file, ...first arguments], to be run by the given node; the bare name where its program is not found. */
export function npmCommand(node) {
  const beside = dirname(process.execPath);
  const program = [
    process.env.npm_execpath,
    join(beside, "../lib/node_modules/npm/bin/npm-cli.js"),
    join(beside, "node_modules/npm/bin/npm-cli.js"),
    join(beside, "../share/nodejs/npm/bin/npm-cli.js"),
  ].find((path) => path?.endsWith("npm-cli.js") && existsSync(path));
  return program ? [node, program] : ["npm"];
}
