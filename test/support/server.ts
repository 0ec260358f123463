import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEther, Wallet } from "ethers";
import { after } from "mocha";
import { readConfig } from "../../backend/config.ts";
import { startServer } from "../../backend/main.ts";
import { connectProvider } from "../../backend/platform/chain/provider.ts";

export type RunningServer = Awaited<ReturnType<typeof startServer>>;

/** Enough for several admitted enterprises a test file, and quick to load. */
const SAMPLE_ENTERPRISES = 60;

let shared: Promise<RunningServer> | undefined;
let dataDir: string | undefined;

/** Where CHAIN_RPC_URL names a chain, on that: with a key of its own, so that nobody else uses its nonces. */
async function chainOptions(): Promise<string[]> {
  const { CHAIN_RPC_URL: rpcUrl, CHAIN_KEY: fundedKey } = process.env;
  if (!rpcUrl || !fundedKey) return [];
  const provider = await connectProvider(rpcUrl);
  const { address, privateKey } = Wallet.createRandom();
  const sent = await new Wallet(fundedKey, provider).sendTransaction({ to: address, value: parseEther("1000") });
  await sent.wait();
  provider.destroy();
  return ["--chain-rpc-url", rpcUrl, "--chain-key", privateKey];
}

/** An account with money on the shared server's chain, for what no party of the platform does: deploying a wallet. */
export async function fundedWallet(): Promise<Wallet> {
  const { chainRpcUrl } = await sharedServer();
  const key = process.env.CHAIN_KEY ?? readFileSync(join(dataDir!, "chain", "chain", "deployer.key"), "utf8").trim();
  return new Wallet(key, await connectProvider(chainRpcUrl));
}

/** One instance for the whole test run, with the embedded store, the embedded chain and a small sample city. */
export function sharedServer(): Promise<RunningServer> {
  shared ??= (async () => {
    dataDir = mkdtempSync(join(tmpdir(), "rongqiao-test-"));
    const options = ["--data-dir", dataDir, "--port", "0", "--sample-enterprises", String(SAMPLE_ENTERPRISES)];
    return startServer(readConfig({}, [...options, "--log-level", "error", ...(await chainOptions())]));
  })();
  return shared;
}

after("stop the shared server", async function () {
  this.timeout(30_000);
  const server = await shared?.catch(() => undefined);
  await server?.stop();
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
});
