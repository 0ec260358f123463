// `npm run deploy`: the contracts on any chain. Broken off at any moment, the same command goes on where it stopped.
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { computeAddress, getAddress } from "ethers";
import { DomainError } from "../backend/lib/errors.ts";
import { ensureDeployed } from "../backend/platform/chain/deployments.ts";
import { connectProvider } from "../backend/platform/chain/provider.ts";
import { artifactsFrom } from "../contracts/artifacts.ts";
import { ensureContracts } from "./lib/build.ts";

const HELP = `Usage: DEPLOYER_KEY=0x… npm run deploy -- --rpc URL [options]

  --rpc URL           JSON-RPC of the chain: EVM of Cancun or later
  --out FILE          file of the contracts' addresses, by chain id (default data/deployments.json)
  --operators A,B     accounts whose signature admits participants
  --relayers A,B      accounts that deliver acts (default: the deployer)
  --json              print the deployment as JSON

DEPLOYER_KEY deploys, pays, and administers the roles afterwards. It is read from the environment only, since other
users of the machine can see a command's arguments. On contracts that stand, the command adds missing members.`;

class UsageError extends Error {}

const addressList = (option: string, text: string | undefined): string[] | undefined =>
  text?.split(",").map((one) => {
    try {
      return getAddress(one.trim().toLowerCase());
    } catch {
      throw new UsageError(`${option}: "${one}" is not an address`);
    }
  });

function readOptions() {
  const { values } = parseArgs({
    options: {
      ...{ rpc: { type: "string" }, out: { type: "string" }, operators: { type: "string" } },
      ...{ relayers: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    },
  });
  if (values.help) {
    process.stdout.write(`${HELP}\n`);
    process.exit(0);
  }
  if (!values.rpc || !URL.canParse(values.rpc)) throw new UsageError("--rpc takes the address of a chain's JSON-RPC");
  const key = process.env.DEPLOYER_KEY?.trim() ?? "";
  if (!/^0x[0-9a-fA-F]{64}$/.test(key)) throw new UsageError("DEPLOYER_KEY must hold 0x and 64 hex digits");
  return {
    rpcUrl: values.rpc,
    deployerKey: key,
    dataFile: resolve(values.out ?? "data/deployments.json"),
    operators: addressList("--operators", values.operators) ?? [],
    relayers: addressList("--relayers", values.relayers) ?? [computeAddress(key)],
    json: values.json === true,
  };
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
try {
  const { rpcUrl, json, ...options } = readOptions();
  const provider = await connectProvider(rpcUrl);
  await ensureContracts(() => say("Compiling the contracts …"));
  const artifacts = artifactsFrom(join(import.meta.dirname, "..", "artifacts"));
  const onStep = (step: string, address: string) => say(`${step.padEnd(20)} ${step === "roles" ? "given" : address}`);
  const deployment = await ensureDeployed({ ...options, provider, artifacts, onStep });
  provider.destroy();
  if (json) process.stdout.write(`${JSON.stringify(deployment)}\n`);
  else say(`The contracts stand on chain ${deployment.chainId}; their addresses are in ${options.dataFile}`);
} catch (error) {
  if (
    !(
      error instanceof DomainError ||
      error instanceof UsageError ||
      (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS")
    )
  ) {
    throw error;
  }
  say((error as Error).message);
  process.exitCode = error instanceof DomainError ? 1 : 2;
}
