/*
 * `npm run reindex`: replays the events of the contracts from the first block on, beside the index that answers, and
 * puts the new one in its place. `-- --check` only compares a replay with what is stored, and ends with 1 when they
 * differ. With MONGODB_URI and CHAIN_RPC_URL it works beside running servers, with DATA_DIR alone on a stopped one.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Config, readConfig } from "../backend/config.ts";
import {
  createLedgerStore,
  type LedgerOrigin,
  type LedgerStore,
} from "../backend/features/ledger-index/projection-store.ts";
import {
  createLedgerRebuild,
  type Difference,
  type LedgerSummary,
  type RebuildOptions,
} from "../backend/features/ledger-index/rebuild-service.ts";
import { ledgerIndexOf } from "../backend/ledger-index.ts";
import { chainContext } from "../backend/lib/chain-context.ts";
import { DomainError } from "../backend/lib/errors.ts";
import { installFastKeccak } from "../backend/lib/fast-keccak.ts";
import { newId } from "../backend/lib/ids.ts";
import { connectProvider } from "../backend/platform/chain/provider.ts";
import { connectMongo, initModels } from "../backend/platform/mongo/connect.ts";
import { createLeases } from "../backend/platform/mongo/leases.ts";
import { artifactsFrom } from "../contracts/artifacts.ts";
import { ensureContracts } from "./lib/build.ts";
import { ROOT } from "./lib/child.ts";
import { explain } from "./lib/failure.ts";
import { createProgress } from "./lib/progress.ts";

const LEASE = "reindex";
const LEASE_MS = 60_000;
/** A server that was started just now tells within this time where its contracts are. */
const ORIGIN_MS = 20_000;
const SHOWN = 50;

const progress = createProgress();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Addresses of a store and a node, and how to stop what was started for them. */
async function openPlace(config: Config): Promise<{ mongodbUri: string; rpcUrl: string; close(): Promise<void> }> {
  const { mongodbUri, chainRpcUrl, dataDir } = config;
  if (mongodbUri && chainRpcUrl) return { mongodbUri, rpcUrl: chainRpcUrl, close: async () => undefined };
  if (!existsSync(join(dataDir, "deployments.json"))) {
    throw new DomainError(
      "reindex.noData",
      `nothing was ever started in ${dataDir}; name the data folder in DATA_DIR, or MONGODB_URI and CHAIN_RPC_URL`,
    );
  }
  progress.step("Starting the store and the chain …");
  const { startServer } = await import("../backend/main.ts");
  const server = await startServer({ ...config, port: 0, host: "127.0.0.1", sampleEnterprises: 0 });
  return { mongodbUri: server.mongodbUri, rpcUrl: server.chainRpcUrl, close: server.stop };
}

async function originOf(store: LedgerStore): Promise<LedgerOrigin> {
  for (const end = Date.now() + ORIGIN_MS; ; await sleep(100)) {
    const origin = await store.origin();
    if (origin) return origin;
    if (Date.now() > end) {
      throw new DomainError("reindex.neverIndexed", "no server has ever indexed into this store: start one first");
    }
  }
}

function show({ indexedBlock, entities, events, digest }: LedgerSummary): void {
  const list = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ") || "none";
  say(`  to block  ${indexedBlock}`);
  say(`  entities  ${list(entities)}`);
  say(`  events    ${list(events)}`);
  say(`  digest    ${digest}`);
}

function showDifferences(differences: readonly Difference[]): void {
  for (const { id, stored, replayed } of differences.slice(0, SHOWN)) {
    say(`  ${id}`);
    say(`    stored    ${stored ?? "–"}`);
    say(`    replayed  ${replayed ?? "–"}`);
  }
  if (differences.length > SHOWN) say(`  … and ${differences.length - SHOWN} more`);
}

/** True when the index is as the chain says. */
async function run(config: Config, checkOnly: boolean): Promise<boolean> {
  await ensureContracts(() => progress.step("Compiling the contracts …"));
  await installFastKeccak();
  const place = await openPlace(config);
  try {
    const connection = await connectMongo(place.mongodbUri);
    const provider = await connectProvider(place.rpcUrl);
    try {
      const store = createLedgerStore(connection);
      const leases = createLeases(connection);
      await initModels(connection);
      const origin = await originOf(store);
      const chainId = Number((await provider.getNetwork()).chainId);
      const artifacts = artifactsFrom(join(ROOT, "artifacts"));
      const addresses = origin.contracts as unknown as Parameters<typeof chainContext>[1];
      const chain = chainContext(
        chainId,
        addresses,
        (name) => artifacts(name).abi,
        async () => {
          throw new Error("nothing is signed here");
        },
      );
      await store.claimOrigin({ ...origin, chainId });
      const rebuild = createLedgerRebuild(store, ledgerIndexOf(store, chain, provider, origin.startBlock));

      const epoch = await leases.take(LEASE, newId(), LEASE_MS);
      if (epoch === undefined) throw new DomainError("reindex.underWay", "another reindex is under way on this store");
      const head = await provider.getBlockNumber();
      const options: RebuildOptions = {
        confirmations: config.confirmations,
        log: say,
        async progress(indexedBlock) {
          if (!(await leases.renew(LEASE, epoch, LEASE_MS))) throw new Error("another reindex has taken over");
          progress.progress("blocks", Math.max(0, Math.min(indexedBlock, head)), head);
        },
      };
      const began = performance.now();
      const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
      try {
        progress.step("Replaying the ledger …");
        if (!checkOnly) {
          const summary = await rebuild.rebuild(options);
          progress.end();
          say(`Reindexed in ${seconds()} s`);
          show(summary);
          return true;
        }
        const { summary, differences } = await rebuild.check(options);
        progress.end();
        const verdict =
          differences.length === 0 ? "is as a replay gives it" : `differs in ${differences.length} places`;
        say(`The stored index ${verdict} (${seconds()} s)`);
        show(summary);
        showDifferences(differences);
        return differences.length === 0;
      } finally {
        await leases.release(LEASE, epoch).catch(() => undefined);
      }
    } finally {
      provider.destroy();
      await connection.close();
    }
  } finally {
    await place.close();
  }
}

const argv = process.argv.slice(2);
const checkOnly = argv.includes("--check");
let config: Config | undefined;
try {
  config = readConfig(
    // Only reads: the key that CHAIN_RPC_URL asks of a server is not needed.
    { CHAIN_KEY: `0x${"1".padStart(64, "0")}`, ...process.env },
    argv.filter((argument) => argument !== "--check"),
  );
  process.exitCode = (await run(config, checkOnly)) ? 0 : 1;
} catch (error) {
  progress.end();
  process.stderr.write(`reindex: ${explain(error, config ?? { port: 0, dataDir: "the data folder" })}\n`);
  process.exitCode = 2;
}
