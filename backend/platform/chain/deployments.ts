import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type AbstractProvider, Contract, type JsonRpcProvider, NonceManager, Wallet } from "ethers";
import type { Artifact, ContractName } from "../../../contracts/artifacts.ts";
import { type Addresses, deployAll, roles } from "../../../contracts/deploy.ts";
import { DomainError } from "../../lib/errors.ts";

export interface Deployment {
  chainId: number;
  /** Two chains may share an id; they don't share this. */
  genesisHash: string;
  /** The block before the first contract: where a reader of logs starts. */
  startBlock: number;
  addresses: Addresses;
}

export interface EnsureDeployedOptions {
  provider: JsonRpcProvider;
  deployerKey: string;
  /** JSON, keyed by chain id. */
  dataFile: string;
  artifacts: (name: ContractName) => Artifact | Promise<Artifact>;
  operators: readonly string[];
  relayers: readonly string[];
  onStep?: (step: string, address: string) => void;
}

/** A relayer below the first gets the second, in wei, when the deployer has plenty. */
const FUND_BELOW = 10n ** 20n;
const FUND_WITH = 10n ** 24n;

type Stored = Record<string, Deployment>;

const readAll = (path: string): Stored => {
  if (!existsSync(path)) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Stored;
  } catch {
    throw new DomainError("DEPLOYMENTS_UNREADABLE", `${path} is not JSON; restore it from a backup`, { path });
  }
};

/** Only a finished deployment is ever written, and whole: a crash before leaves contracts that nobody uses. */
function writeAll(path: string, stored: Stored): void {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(`${path}.new`, "w", 0o600);
  try {
    writeSync(fd, `${JSON.stringify(stored, null, 2)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(`${path}.new`, path);
}

async function checkDeployment(provider: AbstractProvider, found: Deployment, genesisHash: string, dataFile: string) {
  if (found.genesisHash !== genesisHash) {
    throw new DomainError(
      "CHAIN_REPLACED",
      `the chain with id ${found.chainId} is another one than the contracts in ${dataFile} were deployed to; point CHAIN_RPC_URL back to that chain, or use a new data folder`,
      { chainId: found.chainId, expected: found.genesisHash, actual: genesisHash },
    );
  }
  for (const [name, address] of Object.entries(found.addresses) as [string, string][]) {
    if ((await provider.getCode(address)) === "0x") {
      throw new DomainError(
        "CONTRACT_MISSING",
        `the chain has no contract ${name} at ${address}, where ${dataFile} says it was deployed; was the chain set back?`,
        { chainId: found.chainId, contract: name, address },
      );
    }
  }
}

/** Members that were added to the configuration after the deployment. Nobody loses a role here. */
async function grantMissingRoles(options: EnsureDeployedOptions, signer: NonceManager, manager: string) {
  const { abi } = await options.artifacts("AccessManager");
  const contract = new Contract(manager, abi, signer);
  const wanted: [bigint, string][] = [
    ...options.operators.map((account): [bigint, string] => [roles.operator, account]),
    ...options.relayers.map((account): [bigint, string] => [roles.relayer, account]),
  ];
  for (const [role, account] of wanted) {
    const [isMember] = (await contract.getFunction("hasRole")(role, account)) as [boolean, bigint];
    if (isMember) continue;
    const sent = await contract.getFunction("grantRole")(role, account, 0);
    await sent.wait();
  }
}

async function fundRelayers({ provider, relayers }: EnsureDeployedOptions, signer: NonceManager): Promise<void> {
  for (const relayer of relayers) {
    if ((await provider.getBalance(relayer)) >= FUND_BELOW) continue;
    if ((await provider.getBalance(signer)) < 100n * FUND_WITH) continue;
    const sent = await signer.sendTransaction({ to: relayer, value: FUND_WITH });
    await sent.wait();
  }
}

/** The contracts on the chain behind `provider`: as deployed before, or deployed now. */
export async function ensureDeployed(options: EnsureDeployedOptions): Promise<Deployment> {
  const { provider, dataFile, onStep } = options;
  const chainId = Number((await provider.getNetwork()).chainId);
  const genesis = await provider.getBlock(0);
  if (!genesis?.hash) throw new DomainError("CHAIN_UNREADABLE", "the chain doesn't show its first block", { chainId });

  const stored = readAll(dataFile);
  // Numbers its transactions itself and starts afresh on each call: nothing else uses this key meanwhile.
  const signer = new NonceManager(new Wallet(options.deployerKey, provider));
  let deployment = stored[chainId];
  if (deployment) {
    await checkDeployment(provider, deployment, genesis.hash, dataFile);
    await grantMissingRoles(options, signer, deployment.addresses.accessManager);
  } else {
    const startBlock = await provider.getBlockNumber();
    const addresses = await deployAll(signer, options.artifacts, options, onStep);
    deployment = { chainId, genesisHash: genesis.hash, startBlock, addresses };
    writeAll(dataFile, { ...stored, [chainId]: deployment });
  }
  await fundRelayers(options, signer);
  return deployment;
}
