import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LaunchError, npmCommand, run } from "./processes.mjs";

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

function reasonOf(output) {
  const known = REASONS.find(([pattern]) => pattern.test(output));
  return known?.[1] ?? /npm (?:error|ERR!) (?!code)(.+)/.exec(output)?.[1] ?? "npm ended without a reason";
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

/** Runs `npm ci` under the given Node unless exactly that has been done before. */
export async function ensurePackages(root, node, env, say) {
  const stampPath = join(root, "node_modules", ".install-stamp");
  const stamp = await stampOf(root, node);
  if (read(stampPath) === stamp) return;
  say("Installing the packages, which takes about a minute …");
  rmSync(stampPath, { force: true });
  const [file, ...first] = npmCommand(node);
  const { code, output } = await run(file, [...first, "ci", "--include=dev", "--include=optional", "--no-progress"], {
    capture: true,
    cwd: root,
    env,
    shell: file === "npm" && process.platform === "win32",
  });
  if (code !== 0)
    throw new LaunchError(`the packages could not be installed: ${reasonOf(output)}${keep(root, output)}`);
  writeFileSync(stampPath, stamp);
}
