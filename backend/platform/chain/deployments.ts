import { type AbstractProvider, Contract, type JsonRpcProvider, NonceManager, Wallet } from "ethers";
import { type Addresses, type Artifacts, deploymentSteps, interfacesHash, roles } from "../../../contracts/deploy.ts";
import { DomainError } from "../../lib/errors.ts";
import { type Deployment, deploymentFile, type Entry, isUnfinished } from "./deployment-file.ts";
import { carryOut } from "./deployment-journal.ts";
import { requireCancun } from "./evm-level.ts";

export type { Deployment } from "./deployment-file.ts";

export interface EnsureDeployedOptions {
  provider: JsonRpcProvider;
  deployerKey: string;
  /** JSON, keyed by chain id. */
  dataFile: string;
  artifacts: Artifacts;
  operators: readonly string[];
  relayers: readonly string[];
  /** Hears of each contract that stands, and of the roles at the end, while it deploys. */
  onStep?: (step: string, address: string) => void;
  /** How long to wait for a transaction before its fees are raised. */
  patienceMs?: number;
}

/** A relayer below the first gets the second, in wei, when the deployer has plenty. */
const FUND_BELOW = 10n ** 20n;
const FUND_WITH = 10n ** 24n;

function checkChain(found: Entry, genesisHash: string, dataFile: string): void {
  if (found.genesisHash === genesisHash) return;
  throw new DomainError(
    "CHAIN_REPLACED",
    `the chain with id ${found.chainId} is another one than the contracts in ${dataFile} were deployed to; point CHAIN_RPC_URL back to that chain, or use a new data folder`,
    { chainId: found.chainId, expected: found.genesisHash, actual: genesisHash },
  );
}

/** Contracts can't be replaced, and what they keep can't be moved: an installation stays with those it began with. */
function checkInterfaces(found: Entry, interfaces: string, dataFile: string): void {
  if (found.interfaces === interfaces) return;
  throw new DomainError(
    "CONTRACTS_CHANGED",
    `the contracts in ${dataFile} were deployed by another version of this program, which they still belong to; go on with that version, or begin a new installation with a new data folder (on another chain, or without this chain's entry in the file)`,
    { chainId: found.chainId, expected: interfaces, actual: found.interfaces },
  );
}

async function checkContracts(provider: AbstractProvider, found: Deployment, dataFile: string): Promise<void> {
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
async function grantMissingRoles(options: EnsureDeployedOptions, signer: NonceManager, addresses: Addresses) {
  const { artifacts, operators, relayers } = options;
  const manager = new Contract(addresses.accessManager, (await artifacts("AccessManager")).abi, signer);
  const relay = new Contract(addresses.relay, (await artifacts("Relay")).abi, signer);
  for (const account of operators) {
    const [isMember] = (await manager.getFunction("hasRole")(roles.operator, account)) as [boolean, bigint];
    if (!isMember) await (await manager.getFunction("grantRole")(roles.operator, account, 0)).wait();
  }
  for (const account of relayers) {
    if (!(await relay.getFunction("isRelayer")(account))) {
      await (await relay.getFunction("setRelayer")(account, true)).wait();
    }
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

/** The contracts on the chain behind `provider`: as deployed before, or deployed now, from where a crash left it. */
export async function ensureDeployed(options: EnsureDeployedOptions): Promise<Deployment> {
  const { provider, dataFile, artifacts, onStep = () => undefined, patienceMs = 30_000 } = options;
  const chainId = Number((await provider.getNetwork()).chainId);
  const genesis = await provider.getBlock(0);
  if (!genesis?.hash) throw new DomainError("CHAIN_UNREADABLE", "the chain doesn't show its first block", { chainId });

  const file = deploymentFile(dataFile);
  const wallet = new Wallet(options.deployerKey, provider);
  const found = file.get(chainId);
  const interfaces = await interfacesHash(artifacts);
  if (found) {
    checkChain(found, genesis.hash, dataFile);
    checkInterfaces(found, interfaces, dataFile);
  }
  let deployment: Deployment;
  // Numbers its transactions itself and starts afresh on each call: nothing else uses this key meanwhile.
  const signer = new NonceManager(wallet);
  if (found && !isUnfinished(found)) {
    await checkContracts(provider, found, dataFile);
    deployment = found;
  } else {
    if (found && found.deployer !== wallet.address) {
      throw new DomainError(
        "DEPLOYMENT_UNFINISHED",
        `the deployment in ${dataFile} was begun by ${found.deployer}; go on with that account's key, or take the chain's entry out of the file`,
        { chainId, deployer: found.deployer },
      );
    }
    await requireCancun(provider);
    const base = { chainId, genesisHash: genesis.hash, interfaces };
    const entry = found ?? {
      ...base,
      startBlock: await provider.getBlockNumber(),
      deployer: wallet.address,
      steps: [],
    };
    const steps = await deploymentSteps(wallet.address, artifacts, options);
    const addresses = await carryOut({ provider, wallet, file, entry, patienceMs }, steps, onStep);
    deployment = { ...base, startBlock: entry.startBlock, addresses };
    file.put(deployment);
  }
  // Members may have joined the configuration since, also while a deployment was broken off.
  await grantMissingRoles(options, signer, deployment.addresses);
  await fundRelayers(options, signer);
  return deployment;
}
