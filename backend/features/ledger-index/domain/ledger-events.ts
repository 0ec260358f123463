import { Interface } from "ethers";

/** A contract whose events are kept. */
export interface IndexedContract {
  /** As in the addresses of the deployment: the first half of an event's name. */
  readonly name: string;
  readonly address: string;
  readonly abi: Interface;
}

/** An event of one of the contracts, decoded. Every argument as text: numbers in decimals, bytes in hex. */
export interface LedgerEvent {
  /** Block hash and log index: where it stands, on this branch of the chain. */
  _id: string;
  blockNumber: number;
  blockHash: string;
  /** Unix seconds. */
  blockTime: number;
  transactionHash: string;
  logIndex: number;
  /** contract.Event */
  name: string;
  args: Record<string, string>;
}

/** A log as a node gives it, with the time of its block. */
interface RawLog {
  address: string;
  topics: readonly string[];
  data: string;
  blockNumber: number;
  blockHash: string;
  transactionHash: string;
  index: number;
}

/** One line a contract: all events of its ABI are kept. */
const CONTRACTS = ["participants", "consents", "financing", "pledges", "seals", "anchors"] as const;

const RELAY = new Interface([
  "event ActFailed(bytes32 indexed actId, bytes reason)",
  "event TargetSet(address indexed target, bool allowed)",
  "event RelayerSet(address indexed account, bool allowed)",
  "event AuthorityUpdated(address authority)",
]);

type Chain = { readonly contracts: Record<(typeof CONTRACTS)[number] | "relay", string> } & Record<
  (typeof CONTRACTS)[number],
  Interface
>;

export const indexedContracts = (chain: Chain): IndexedContract[] => [
  ...CONTRACTS.map((name) => ({ name, address: chain.contracts[name], abi: chain[name] })),
  { name: "relay", address: chain.contracts.relay, abi: RELAY },
];

/** First topics of all events that are kept. */
export function topicsOf(contracts: readonly IndexedContract[]): string[] {
  const topics = new Set<string>();
  for (const { abi } of contracts) abi.forEachEvent(({ topicHash }) => topics.add(topicHash));
  return [...topics];
}

/** Undefined for a log that isn't one of the contract's known events (two contracts may share a topic). */
export function createDecoder(contracts: readonly IndexedContract[]) {
  const byAddress = new Map(contracts.map((contract) => [contract.address.toLowerCase(), contract]));
  return (log: RawLog, blockTime: number): LedgerEvent | undefined => {
    const contract = byAddress.get(log.address.toLowerCase());
    const fragment = contract?.abi.getEvent(log.topics[0] ?? "");
    if (!contract || !fragment) return undefined;
    const values = contract.abi.decodeEventLog(fragment, log.data, log.topics);
    return {
      _id: `${log.blockHash}:${log.index}`,
      blockNumber: log.blockNumber,
      blockHash: log.blockHash,
      blockTime,
      transactionHash: log.transactionHash,
      logIndex: log.index,
      name: `${contract.name}.${fragment.name}`,
      args: Object.fromEntries(fragment.inputs.map(({ name }, i) => [name, String(values[i])])),
    };
  };
}
