import {
  type BaseContract,
  Contract,
  ContractFactory,
  type ContractTransactionResponse,
  id,
  type Signer,
} from "ethers";
import type { Artifact, ContractName } from "./artifacts.ts";

/** Role ids in the access manager. 0 is its administrator: the deployer. */
export const roles = {
  /** Addresses whose signature admits and suspends participants, and issues and suspends seals. */
  operator: 1n,
  /** The Relay contract: may anchor and vouch for requests and pledges. */
  relay: 2n,
  /** Accounts that pay for gas and may hand batches to the Relay. */
  relayer: 3n,
} as const;

export interface Addresses {
  accessManager: string;
  participants: string;
  anchors: string;
  consents: string;
  financing: string;
  pledges: string;
  seals: string;
  relay: string;
}

export interface RoleMembers {
  operators: readonly string[];
  relayers: readonly string[];
}

/** The first four bytes of a signature's hash, by name, out of the ABI: a renamed function fails here, not silently. */
function selectorOf(contract: BaseContract, name: string): string {
  const fragment = contract.interface.getFunction(name);
  if (fragment === null) throw new RangeError(`no function ${name} in the ABI`);
  return id(fragment.format("sighash")).slice(0, 10);
}

/**
 * Deploys the contracts and gives the roles, one confirmed transaction at a time. `deployer` becomes the administrator.
 * `onStep` hears each contract's name and address as it stands, then "roles".
 */
export async function deployAll(
  deployer: Signer,
  artifacts: (name: ContractName) => Artifact | Promise<Artifact>,
  members: RoleMembers,
  onStep: (step: ContractName | "roles", address: string) => void = () => {},
): Promise<Addresses> {
  const deploy = async (name: ContractName, ...args: unknown[]): Promise<{ contract: Contract; address: string }> => {
    const { abi, bytecode } = await artifacts(name);
    const deployed = await new ContractFactory(abi, bytecode, deployer).deploy(...args);
    await deployed.deploymentTransaction()!.wait();
    const address = await deployed.getAddress();
    onStep(name, address);
    return { contract: new Contract(address, abi, deployer), address };
  };

  const manager = await deploy("AccessManager", await deployer.getAddress());
  const participants = await deploy("ParticipantRegistry", manager.address);
  const anchors = await deploy("AnchorRegistry", manager.address);
  const consents = await deploy("ConsentRegistry", participants.address);
  const financing = await deploy("FinancingLedger", manager.address, participants.address, anchors.address);
  const pledges = await deploy("PledgeRegistry", manager.address, participants.address);
  const seals = await deploy("SealRegistry", manager.address, participants.address);
  const targets = [participants, anchors, consents, financing, pledges, seals].map(({ address }) => address);
  const relay = await deploy("Relay", manager.address, targets);

  const encode = (name: string, args: unknown[]) => manager.contract.interface.encodeFunctionData(name, args);
  const restrict = (on: { contract: Contract; address: string }, names: string[], role: bigint) =>
    encode("setTargetFunctionRole", [on.address, names.map((name) => selectorOf(on.contract, name)), role]);
  // One transaction: the roles are all there or none, so an interrupted deployment can't leave half of them.
  const multicall = manager.contract.getFunction("multicall");
  const response = (await multicall([
    restrict(participants, ["enrol", "setStatus"], roles.operator),
    restrict(seals, ["issue", "setStatus"], roles.operator),
    restrict(anchors, ["anchor"], roles.relay),
    restrict(financing, ["openRequest"], roles.relay),
    restrict(pledges, ["reserve"], roles.relay),
    restrict(relay, ["execute"], roles.relayer),
    encode("grantRole", [roles.relay, relay.address, 0]),
    ...members.operators.map((account) => encode("grantRole", [roles.operator, account, 0])),
    ...members.relayers.map((account) => encode("grantRole", [roles.relayer, account, 0])),
  ])) as ContractTransactionResponse;
  await response.wait();
  onStep("roles", manager.address);

  return {
    accessManager: manager.address,
    participants: participants.address,
    anchors: anchors.address,
    consents: consents.address,
    financing: financing.address,
    pledges: pledges.address,
    seals: seals.address,
    relay: relay.address,
  };
}
