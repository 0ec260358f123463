import { startEmbeddedChain } from "../../backend/embedded/chain/index.ts";

/** A process that holds an embedded chain, so that a test can kill it. Snapshots are frequent. */
const chain = await startEmbeddedChain({ dataDir: String(process.argv[2]), snapshotAfterMs: 100 });
process.send?.({ rpcUrl: chain.rpcUrl, deployerKey: chain.deployerKey, chainPid: chain.pid() });
process.on("message", () => void chain.stop().then(() => process.exit(0)));
