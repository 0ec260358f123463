import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Interface, id, type Wallet } from "ethers";
import { network } from "hardhat";
import { artifactsFrom, type ContractName } from "../../contracts/artifacts.ts";
import { type Addresses, deploymentSteps, roles } from "../../contracts/deploy.ts";
import {
  type ActName,
  consentsDomain,
  type Domain,
  financingDomain,
  type Messages,
  participantsDomain,
  pledgesDomain,
  sealsDomain,
  types,
} from "../../contracts/typed-data.ts";

const artifacts = artifactsFrom("artifacts");

/** Whatever is measured is the same tomorrow: keys, times and addresses are fixed. */
const START = "2026-01-01T00:00:00Z";
/** The embedded chain's. */
const HARDFORK = "prague";
/** More than any transaction here uses; what is left over costs nothing. */
const GAS_LIMIT = 55_000_000n;
const ACT_GAS_LIMIT = 400_000;
const INSTITUTIONS = 8;

export interface Call {
  to: string;
  data: string;
}

/** Anyone that signs typed data. */
export type Party = Pick<Wallet, "address" | "signTypedData">;

const DOMAINS = {
  participants: participantsDomain,
  financing: financingDomain,
  consents: consentsDomain,
  pledges: pledgesDomain,
  seals: sealsDomain,
} as const;

/** What an act is signed for, and the contract that takes it. */
export type Registry = keyof typeof DOMAINS;

const CONTRACTS: Record<Registry | "anchors", ContractName> = {
  participants: "ParticipantRegistry",
  financing: "FinancingLedger",
  consents: "ConsentRegistry",
  pledges: "PledgeRegistry",
  seals: "SealRegistry",
  anchors: "AnchorRegistry",
};

export interface GasWorld {
  /** Unix seconds: after the contracts stood, before the first act. */
  now: number;
  /** Signs as an operator. */
  operator: Party;
  /** Accounts without a record yet. */
  institutions: readonly HardhatEthersSigner[];
  /** In the order of the deployment; the last, "roles", is the access manager's one transaction. */
  deployment: readonly { step: string; gas: number }[];
  call(contract: Registry | "anchors", name: string, args: readonly unknown[]): Call;
  sign<Name extends ActName>(party: Party, registry: Registry, name: Name, message: Messages[Name]): Promise<string>;
  /** Gas of a transaction of its own, by an account that may do what the relay may. */
  send(call: Call, sender?: HardhatEthersSigner): Promise<number>;
  /** Gas of one relay transaction that delivers them all. Throws when an act fails. */
  relay(calls: readonly Call[]): Promise<number>;
  pass(seconds: number): Promise<void>;
}

/** The contracts as the project deploys them, on Hardhat's in-process network. Needs them compiled. */
export async function createGasWorld(): Promise<GasWorld> {
  const connection = await network.create({
    network: "default",
    override: { hardfork: HARDFORK, initialDate: START, blockGasLimit: 60_000_000n },
  });
  const { ethers, networkHelpers } = connection;
  const [admin, operator, relayer, sender, ...others] = await ethers.getSigners();
  const relays = new Interface(artifacts("Relay").abi as string[]);
  const failed = relays.getEvent("ActFailed")!.topicHash;
  const interfaces = Object.fromEntries(
    Object.entries(CONTRACTS).map(([name, contract]) => [name, new Interface(artifacts(contract).abi as string[])]),
  );

  async function transact(from: HardhatEthersSigner, transaction: { to: string | null; data: string }) {
    const sent = await from.sendTransaction({ ...transaction, gasLimit: GAS_LIMIT });
    const receipt = (await sent.wait())!;
    const failure = receipt.logs.find(({ topics }) => topics[0] === failed);
    if (failure) throw new Error(`an act failed: ${relays.parseLog(failure)!.args.reason}`);
    return receipt;
  }

  const addresses = {} as Addresses;
  const deployment: { step: string; gas: number }[] = [];
  const members = { operators: [operator!.address], relayers: [relayer!.address] };
  for (const step of await deploymentSteps(admin!.address, artifacts, members)) {
    const receipt = await transact(admin!, step.transaction(addresses));
    if (step.creates) addresses[step.creates] = receipt.contractAddress!;
    deployment.push({ step: step.name, gas: Number(receipt.gasUsed) });
  }
  const manager = new Interface(artifacts("AccessManager").abi as string[]);
  for (const [to, data] of [
    [addresses.accessManager, manager.encodeFunctionData("grantRole", [roles.relay, sender!.address, 0])],
    [addresses.anchors, interfaces.anchors!.encodeFunctionData("setAnchorer", [sender!.address, true])],
  ] as const)
    await transact(admin!, { to, data });

  const { chainId } = await ethers.provider.getNetwork();
  const domains = Object.fromEntries(
    Object.entries(DOMAINS).map(([name, domainOf]) => [name, domainOf(chainId, addresses[name as Registry])]),
  ) as Record<Registry, Domain>;

  return {
    now: await networkHelpers.time.latest(),
    operator: operator!,
    institutions: others.slice(0, INSTITUTIONS),
    deployment,
    call: (contract, name, args) => ({
      to: addresses[contract],
      data: interfaces[contract]!.encodeFunctionData(name, args),
    }),
    sign: (party, registry, name, message) => party.signTypedData(domains[registry], types[name], message),
    send: async (call, by = sender!) => Number((await transact(by, call)).gasUsed),
    relay: async (calls) => {
      const acts = calls.map(({ to, data }, i) => ({
        ...{ target: to, gasLimit: ACT_GAS_LIMIT, actId: id(`act ${i} ${data}`), data },
      }));
      const data = relays.encodeFunctionData("execute", [acts]);
      return Number((await transact(relayer!, { to: addresses.relay, data })).gasUsed);
    },
    pass: (seconds) => networkHelpers.time.increase(seconds).then(() => undefined),
  };
}
