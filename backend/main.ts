import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { computeAddress, id as keccakOfText } from "ethers";
import { pino } from "pino";
import { artifactsFrom } from "../contracts/artifacts.ts";
import { createApp } from "./app.ts";
import { compose } from "./compose.ts";
import type { Config } from "./config.ts";
import { startEmbeddedChain } from "./embedded/chain/index.ts";
import { startDocumentStore } from "./embedded/document-store/index.ts";
import { chainContext } from "./lib/chain-context.ts";
import { systemClock } from "./lib/clock.ts";
import { installFastKeccak } from "./lib/fast-keccak.ts";
import { newId } from "./lib/ids.ts";
import { createSignatureCheck } from "./lib/signatures.ts";
import { ensureDeployed } from "./platform/chain/deployments.ts";
import { connectProvider, pollIntervalOf } from "./platform/chain/provider.ts";
import { createSmartAccountCheck } from "./platform/chain/smart-account.ts";
import { readKeyRing } from "./platform/files/key-ring.ts";
import { connectMongo } from "./platform/mongo/connect.ts";
import { addRoutes } from "./routes.ts";
import { type DemoAccount, ensureOperator, loadSampleCity } from "./sample-city.ts";
import { createStores } from "./stores.ts";
import { createWorker } from "./worker.ts";

export interface StartHooks {
  step?(text: string): void;
  progress?(label: string, done: number, total: number): void;
}

export interface RunningServer {
  /** Empty where the process only works. */
  url: string;
  demoAccounts: DemoAccount[];
  mongodbUri: string;
  chainRpcUrl: string;
  stop(): Promise<void>;
}

/** Whose errors are made readable when an act fails. */
const CONTRACTS = [
  "ParticipantRegistry",
  "ConsentRegistry",
  "FinancingLedger",
  "PledgeRegistry",
  "SealRegistry",
  "AnchorRegistry",
  "Relay",
] as const;
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const VERSION = (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;

/** A secret of this installation: made once, kept beside the data, readable by its owner alone. */
function secretFile(path: string): Buffer {
  if (!existsSync(path)) writeFileSync(path, randomBytes(32).toString("hex"), { mode: 0o600, flush: true });
  return Buffer.from(readFileSync(path, "utf8").trim(), "hex");
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as { port: number }).port;
}

/** Starts everything: embedded parts where no address is given, contracts, worker, sample city, API and web pages. */
export async function startServer(config: Config, hooks: StartHooks = {}): Promise<RunningServer> {
  const { dataDir, sampleEnterprises } = config;
  const step = (text: string) => hooks.step?.(text);
  const log = pino({
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // A log line must not be worth stealing.
    redact: ["req.headers.authorization", "req.headers.cookie", "req.headers.referer", 'res.headers["set-cookie"]'],
  });
  mkdirSync(dataDir, { recursive: true });
  await installFastKeccak();
  const stops: (() => Promise<unknown>)[] = [];
  let stopped: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.toReversed()) await stop().catch((error) => log.error({ err: error }, "stopping"));
  };

  try {
    let mongodbUri = config.mongodbUri;
    if (!mongodbUri) {
      step("Starting the document store …");
      const store = await startDocumentStore({ dataDir: join(dataDir, "document-store"), port: 0 });
      stops.push(() => store.stop());
      mongodbUri = store.uri;
    }
    let chainRpcUrl = config.chainRpcUrl;
    let deployerKey = config.chainKey;
    let relayerKey = config.chainKey;
    if (!chainRpcUrl) {
      step("Starting the chain …");
      const chain = await startEmbeddedChain({ dataDir: join(dataDir, "chain"), note: (line) => log.warn(line) });
      stops.push(() => chain.stop());
      chainRpcUrl = chain.rpcUrl;
      deployerKey = chain.deployerKey;
      // A key of its own: the deployer's nonces are then nobody else's.
      relayerKey = keccakOfText(`relayer|${chain.deployerKey}`);
    }
    const connection = await connectMongo(mongodbUri);
    stops.push(() => connection.close());
    const stores = await createStores(connection);
    const provider = await connectProvider(chainRpcUrl);
    stops.push(async () => provider.destroy());

    const operator = await ensureOperator(stores, sampleEnterprises > 0, step);
    const artifacts = artifactsFrom(join(ROOT, "artifacts"));
    const deployment = await ensureDeployed({
      provider,
      deployerKey: deployerKey!,
      dataFile: join(dataDir, "deployments.json"),
      artifacts,
      operators: [operator.address],
      relayers: [computeAddress(relayerKey!)],
      onStep: (name) => step(`Deploying ${name} …`),
    });
    const abiOf = (name: Parameters<typeof artifacts>[0]) => artifacts(name).abi;
    const chain = chainContext(
      deployment.chainId,
      deployment.addresses,
      abiOf,
      createSignatureCheck(createSmartAccountCheck(provider)),
    );
    const services = compose({
      stores,
      mongodbUri,
      chain,
      provider,
      startBlock: deployment.startBlock,
      sessionSecret: secretFile(join(dataDir, "session-secret")),
      personKeys: readKeyRing(join(dataDir, "person-hash-keys")),
      filesDir: join(dataDir, "files"),
      outbound: { allow: config.outboundAllow, ...(config.sqliteDir ? { sqliteDir: config.sqliteDir } : {}) },
      accessLogMonths: config.accessLogMonths,
      clock: systemClock,
    });
    // What it can't do without is in the store before anybody asks; a scorecard that doesn't fit stops nothing else.
    await services.scoring
      .ensurePlatform()
      .catch((error) => log.error({ err: error }, "the platform's scorecard is not published"));
    await services.catalogRegistry.start((error) => log.error({ err: error }, "the catalogs are not read again"));
    stops.push(async () => services.catalogRegistry.stop());
    const worker = createWorker({
      stores,
      services,
      provider,
      relayerKey: relayerKey!,
      relayAddress: deployment.addresses.relay,
      abis: CONTRACTS.map(abiOf),
      confirmations: config.confirmations,
      pollMs: pollIntervalOf(chainRpcUrl),
      // Others may share the data folder, but not the embedded parts: who has those comes back under its own name.
      owner: config.mongodbUri ? newId() : secretFile(join(dataDir, "instance-id")).toString("hex"),
      log,
    });
    if (config.worker !== "off") {
      worker.start();
      const sources = services.dataSources.startWork((what, error) => log.error({ err: error }, `${what} failed`));
      stops.push(() => sources.stop());
    }
    stops.push(() => worker.stop());
    stops.push(() => services.stopReading());
    const addresses = { mongodbUri, chainRpcUrl, stop: () => (stopped ??= stopAll()) };
    if (config.worker === "alone") return { ...addresses, url: "", demoAccounts: [] };

    const demoAccounts = await loadSampleCity({
      enterprises: sampleEnterprises,
      stores,
      services,
      chain,
      workDir: join(dataDir, "sample-city"),
      step,
      progress: (label, done, total) => hooks.progress?.(label, done, total),
    });
    const app = createApp({
      addRoutes: (api) =>
        addRoutes(api, {
          services,
          stores,
          provider,
          outboxWaiting: worker.outboxWaiting,
          waitingReceipt: worker.waitingReceipt,
          meta: async () => ({
            name: "Rongqiao",
            version: VERSION,
            chainId: chain.chainId,
            contracts: { ...chain.contracts },
            time: new Date().toISOString(),
            demoAccounts,
          }),
        }),
      authenticate: services.identity.authenticate,
      // What is dispatched in between is counted twice rather than not at all.
      countWaiting: async () => (await worker.outboxWaiting()) + (await stores.acts.countQueued()),
      maxWaitingActs: config.maxWaitingActs,
      webDir: join(ROOT, "frontend", "dist"),
      log,
    });
    const server = createServer(app);
    // A gigabyte over a slow line takes longer than the default five minutes.
    server.requestTimeout = 60 * 60_000;
    // Longer than proxies keep a connection: else one is closed in the moment in which a request comes.
    server.keepAliveTimeout = 75_000;
    const port = await listen(server, config.port, config.host);
    stops.push(async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 3_000).unref();
      await closed;
    });
    const shownHost = ["0.0.0.0", "::", "127.0.0.1"].includes(config.host) ? "localhost" : config.host;
    return { ...addresses, url: `http://${shownHost}:${port}`, demoAccounts };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
