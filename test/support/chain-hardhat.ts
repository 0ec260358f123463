import { type ChildProcess, spawn } from "node:child_process";
import { freePort } from "../../scripts/client/child-server.ts";

/**
 * Another node program in the embedded chain's place, for a whole run of tests:
 * `mocha --require ./test/support/chain-hardhat.ts 'test/features/*.test.ts'`
 */
const HARDHAT = "node_modules/hardhat/dist/src/cli.js";
/** The first account of every Hardhat node. */
const FUNDED_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

let node: ChildProcess | undefined;

export async function mochaGlobalSetup(): Promise<void> {
  const port = String(await freePort());
  const child = spawn(
    process.execPath,
    [HARDHAT, "--network", "node", "node", "--hostname", "127.0.0.1", "--port", port],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "", HARDHAT_DISABLE_TELEMETRY: "true", NO_COLOR: "1" },
    },
  );
  node = child;
  await new Promise<void>((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (data: Buffer) => {
      said = (said + data.toString()).slice(-2_000);
      if (said.includes("Started HTTP")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`the Hardhat node ended with ${code}: ${said}`)));
  });
  process.env.CHAIN_RPC_URL = `http://127.0.0.1:${port}`;
  process.env.CHAIN_KEY = FUNDED_KEY;
}

export async function mochaGlobalTeardown(): Promise<void> {
  if (!node || node.exitCode !== null) return;
  const gone = new Promise((resolve) => node?.once("exit", resolve));
  node.kill("SIGKILL");
  await gone;
}
