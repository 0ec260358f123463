import { concat, Interface, id, type Signer } from "ethers";
import type { Artifact, ContractName } from "./artifacts.ts";

/** Role ids in the access manager. 0 is its administrator: the deployer. */
export const roles = {
  /** Addresses whose signature admits and suspends participants, and issues and suspends seals. */
  operator: 1n,
  /** The Relay contract: may vouch for requests and pledges. */
  relay: 2n,
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
  /** Accounts that pay for gas and may hand batches to the Relay. */
  relayers: readonly string[];
}

/** The first four bytes of a signature's hash, by name, out of the ABI: a renamed function fails here, not silently. */
function selectorOf(abi: Interface, name: string): string {
  const fragment = abi.getFunction(name);
  if (fragment === null) throw new RangeError(`no function ${name} in the ABI`);
  return id(fragment.format("sighash")).slice(0, 10);
}

/** One transaction of a deployment. */
export interface DeploymentStep {
  name: ContractName | "roles";
  /** Under which the new contract's address is kept; absent where nothing is created. */
  creates?: keyof Addresses;
  /** From the addresses of the steps before. */
  transaction(deployed: Addresses): { to: string | null; data: string };
}

export type Artifacts = (name: ContractName) => Artifact | Promise<Artifact>;

const CREATED = {
  AccessManager: "accessManager",
  ParticipantRegistry: "participants",
  AnchorRegistry: "anchors",
  ConsentRegistry: "consents",
  FinancingLedger: "financing",
  PledgeRegistry: "pledges",
  SealRegistry: "seals",
  Relay: "relay",
} as const satisfies Record<ContractName, keyof Addresses>;

/** A hash of all that can be asked of the contracts and heard from them: another one means other contracts. */
export async function interfacesHash(artifacts: Artifacts): Promise<string> {
  const texts: string[] = [];
  for (const name of Object.keys(CREATED) as ContractName[]) {
    const { abi } = await artifacts(name);
    texts.push(`${name}: ${Interface.from(abi).format(true).sort().join("; ")}`);
  }
  return id(texts.join("\n"));
}

/** What a deployment sends, in its order. `administrator` sends it, and becomes the access manager's administrator. */
export async function deploymentSteps(
  administrator: string,
  artifacts: Artifacts,
  members: RoleMembers,
): Promise<DeploymentStep[]> {
  const loaded = Object.fromEntries(
    await Promise.all(
      (Object.keys(CREATED) as ContractName[]).map(async (name) => {
        const { abi, bytecode } = await artifacts(name);
        return [name, { abi: new Interface(abi as string[]), bytecode }];
      }),
    ),
  ) as Record<ContractName, { abi: Interface; bytecode: string }>;

  const create = (name: ContractName, args: (deployed: Addresses) => unknown[]): DeploymentStep => ({
    name,
    creates: CREATED[name],
    transaction: (deployed) => {
      const { abi, bytecode } = loaded[name];
      return { to: null, data: concat([bytecode, abi.encodeDeploy(args(deployed))]) };
    },
  });

  const encode = (name: string, args: unknown[]) => loaded.AccessManager.abi.encodeFunctionData(name, args);
  const restrict = (deployed: Addresses, contract: ContractName, names: string[], role: bigint) =>
    encode("setTargetFunctionRole", [
      deployed[CREATED[contract]],
      names.map((name) => selectorOf(loaded[contract].abi, name)),
      role,
    ]);
  const administer = (deployed: Addresses, contract: ContractName, name: string, args: unknown[]) =>
    encode("execute", [deployed[CREATED[contract]], loaded[contract].abi.encodeFunctionData(name, args)]);
  // One transaction: the roles are all there or none, so an interrupted deployment can't leave half of them.
  const giveRoles = (deployed: Addresses): string =>
    encode("multicall", [
      [
        restrict(deployed, "ParticipantRegistry", ["enrol", "setStatus"], roles.operator),
        restrict(deployed, "SealRegistry", ["issue", "setStatus"], roles.operator),
        restrict(deployed, "FinancingLedger", ["openRequest"], roles.relay),
        restrict(deployed, "PledgeRegistry", ["reserve"], roles.relay),
        encode("grantRole", [roles.relay, deployed.relay, 0]),
        ...members.operators.map((account) => encode("grantRole", [roles.operator, account, 0])),
        administer(deployed, "AnchorRegistry", "setAnchorer", [deployed.relay, true]),
        ...members.relayers.map((account) => administer(deployed, "Relay", "setRelayer", [account, true])),
      ],
    ]);

  return [
    create("AccessManager", () => [administrator]),
    create("ParticipantRegistry", ({ accessManager }) => [accessManager]),
    create("AnchorRegistry", ({ accessManager }) => [accessManager]),
    create("ConsentRegistry", ({ participants }) => [participants]),
    create("FinancingLedger", ({ accessManager, participants, anchors }) => [accessManager, participants, anchors]),
    create("PledgeRegistry", ({ accessManager, participants }) => [accessManager, participants]),
    create("SealRegistry", ({ accessManager, participants }) => [accessManager, participants]),
    create("Relay", ({ accessManager, participants, anchors, consents, financing, pledges, seals }) => [
      accessManager,
      [participants, anchors, consents, financing, pledges, seals],
    ]),
    {
      name: "roles",
      transaction: (deployed) => ({ to: deployed.accessManager, data: giveRoles(deployed) }),
    },
  ];
}

/**
 * Carries the steps out, one confirmed transaction at a time. `deployer` becomes the administrator. `onStep` hears each
 * contract's name and address as it stands, then "roles".
 */
export async function deployAll(
  deployer: Signer,
  artifacts: Artifacts,
  members: RoleMembers,
  onStep: (step: ContractName | "roles", address: string) => void = () => {},
): Promise<Addresses> {
  const deployed = {} as Addresses;
  for (const step of await deploymentSteps(await deployer.getAddress(), artifacts, members)) {
    const response = await deployer.sendTransaction(step.transaction(deployed));
    const receipt = await response.wait();
    if (step.creates) deployed[step.creates] = receipt!.contractAddress!;
    onStep(step.name, receipt?.contractAddress ?? deployed.accessManager);
  }
  return deployed;
}
