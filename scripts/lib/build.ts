import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runNode } from "./child.ts";

interface Product {
  name: string;
  /** Files and folders that it is made of. */
  sources: readonly string[];
  /** Which files in these folders count. */
  pattern: RegExp;
  /** All there when it was built. */
  outputs: readonly string[];
  /** The arguments for Node. */
  build: readonly string[];
}

const CONTRACTS: Product = {
  name: "contracts",
  sources: ["contracts", "test/contracts", "hardhat.config.ts", "package-lock.json"],
  pattern: /\.sol$/,
  outputs: ["artifacts/contracts", "types/contracts"],
  build: ["node_modules/hardhat/dist/src/cli.js", "compile", "--quiet"],
};

const WEB: Product = {
  name: "web",
  sources: [
    "frontend/index.html",
    "frontend/vite.config.ts",
    "frontend/tsconfig.json",
    "frontend/public",
    "frontend/src",
    // Shared with the pages: schemas, typed data and pure rules.
    "backend/lib",
    "backend/features",
    "contracts",
    "package-lock.json",
  ],
  pattern: /^(?!.*\.sol$)(?!.*-(?:store|service|routes)\.ts$)/,
  outputs: ["frontend/dist/index.html"],
  build: ["node_modules/vite/bin/vite.js", "build", "frontend", "--logLevel", "warn"],
};

function filesOf({ sources, pattern }: Product): string[] {
  return sources.flatMap((source) => {
    const path = join(ROOT, source);
    if (!existsSync(path)) return [];
    const entries = /\.[a-z]+$/.test(source) ? undefined : readdirSync(path, { recursive: true, withFileTypes: true });
    if (!entries) return [source];
    return entries
      .filter((entry) => entry.isFile() && pattern.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
      .sort();
  });
}

function stampOf(product: Product): string {
  const hash = createHash("sha256");
  for (const file of filesOf(product))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  return hash.digest("hex");
}

const stampPath = (product: Product): string => join(ROOT, ".tmp", `${product.name}.stamp`);

function isFresh(product: Product, stamp: string): boolean {
  if (!product.outputs.every((output) => existsSync(join(ROOT, output)))) return false;
  return existsSync(stampPath(product)) && readFileSync(stampPath(product), "utf8") === stamp;
}

/** A build that failed; the message has the builder's own output. */
export class BuildError extends Error {}

/** Builds unless the sources are those of the last build. `onBuild` hears of it before it starts. */
async function ensure(product: Product, onBuild: () => void, signal?: AbortSignal): Promise<void> {
  const stamp = stampOf(product);
  if (isFresh(product, stamp)) return;
  onBuild();
  const { code, output } = await runNode(product.build, {
    env: { HARDHAT_DISABLE_TELEMETRY: "true", NODE_ENV: "production", FORCE_COLOR: "0" },
    ...(signal ? { signal } : {}),
  });
  if (signal?.aborted) throw signal.reason;
  if (code !== 0) throw new BuildError(`the ${product.name} could not be built:\n${output.trim()}`);
  mkdirSync(join(ROOT, ".tmp"), { recursive: true });
  writeFileSync(stampPath(product), stamp);
}

/** Artifacts and types of the Solidity sources; needs no network. */
export const ensureContracts = (onBuild: () => void, signal?: AbortSignal) => ensure(CONTRACTS, onBuild, signal);

/** frontend/dist. */
export const ensureWeb = (onBuild: () => void, signal?: AbortSignal) => ensure(WEB, onBuild, signal);
