import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LaunchError, npmCommand, run, throwIfStopped } from "./processes.mjs";

/** The installed packages depend on the lock, on the platform, and (binary packages) on the version of Node. */
async function stampOf(root, node) {
  const { output } = await run(node, ["--version"], { capture: true });
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  return `${lock} node${/\d+/.exec(output)?.[0]} ${process.platform}-${process.arch}\n`;
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

const REASONS = [
  [/ENOSPC|no space left/, "the disk is full: free about 1 GB and start again"],
  [/\b(EACCES|EPERM|EROFS)\b/, "the project folder can't be written: run as its owner, or change its rights"],
  [
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/,
    "the npm registry can't be reached: check the network, or npm's registry and proxy settings",
  ],
  [/\bEUSAGE\b/, "package-lock.json does not fit package.json: restore both from the repository"],
  [/\b(EINTEGRITY)\b/, "a package differs from what package-lock.json expects: try `npm cache clean --force`"],
];

/** Why npm failed, in words with the remedy, out of its output. */
export function reasonOf(output) {
  const known = REASONS.find(([pattern]) => pattern.test(output));
  const line = /npm (?:error|ERR!) (?!code)(.+)/.exec(output)?.[1] ?? output.trim().split("\n")[0];
  return known?.[1] ?? (line || "npm gave no reason");
}

function keep(root, output) {
  try {
    mkdirSync(join(root, ".tmp"), { recursive: true });
    writeFileSync(join(root, ".tmp", "npm-ci.log"), output);
    return " (npm's output: .tmp/npm-ci.log)";
  } catch {
    return "";
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** One installer at a time: `npm start` and `npm test` in a fresh clone would delete each other's packages. */
async function takeTurn(root, say) {
  const path = join(root, ".tmp", "installing");
  mkdirSync(join(root, ".tmp"), { recursive: true });
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = Number(read(path));
    // Empty for a moment while its owner writes its number; left behind by one that was killed.
    if (holder > 0 && !isAlive(holder)) rmSync(path, { force: true });
    else if (!waited) say("Another command is installing the packages: waiting for it …");
    await pause(250);
    throwIfStopped();
  }
}

/** Runs `npm ci` under the given Node unless exactly that has been done before. */
export async function ensurePackages(root, node, env, say) {
  try {
    await installOnce(root, node, env, say);
  } catch (error) {
    if (error instanceof LaunchError) throw error;
    throw new LaunchError(`the packages could not be installed: ${reasonOf(`${error?.message ?? error}`)}`);
  }
}

async function installOnce(root, node, env, say) {
  const stampPath = join(root, "node_modules", ".install-stamp");
  const stamp = await stampOf(root, node);
  if (read(stampPath) === stamp) return;
  const release = await takeTurn(root, say);
  try {
    // It may have been done while waiting.
    if (read(stampPath) === stamp) return;
    await install(root, node, env, say);
    writeFileSync(stampPath, stamp);
  } finally {
    release();
  }
}

async function install(root, node, env, say) {
  say("Installing the packages, which takes about a minute …");
  rmSync(join(root, "node_modules", ".install-stamp"), { force: true });
  const [file, ...first] = npmCommand(node);
  const { code, output } = await run(file, [...first, "ci", "--include=dev", "--include=optional", "--no-progress"], {
    capture: true,
    cwd: root,
    env,
    shell: file === "npm" && process.platform === "win32",
  });
  if (code !== 0)
    throw new LaunchError(`the packages could not be installed: ${reasonOf(output)}${keep(root, output)}`);
}
