import { Interface } from "ethers";
import { type ContractName, contractNames, eventsOf } from "./acts.ts";
import { same } from "./lines.ts";
import { type ChainReader, type RpcLog, receiptOf } from "./node.ts";

/** Something that the trusted contracts have said, and where it stands in the chain. */
export interface Sighting {
  readonly contract: ContractName;
  readonly event: string;
  readonly args: Readonly<Record<string, string>>;
  readonly transactionHash: string;
  readonly blockNumber: number;
}

type FoundLog = RpcLog & { transactionHash: string; blockNumber: string; logIndex: string };

const MOST = 50;

/**
 * What the chain has of a hash: the events of a transaction, or those that name it as a root, an act, a bid, a consent,
 * a seal or a sealed document. A commitment inside a batch is not on the chain: for that it takes a proof pack.
 */
export async function lookUp(
  chain: ChainReader,
  hash: string,
  contracts: Readonly<Partial<Record<ContractName, string>>>,
): Promise<Sighting[]> {
  const known = contractNames.flatMap((name) => {
    const address = contracts[name];
    return address ? [{ name, address, events: new Interface(eventsOf(name).map((event) => `event ${event}`)) }] : [];
  });
  const receipt = await receiptOf(chain, hash);
  const logs: FoundLog[] = [...((receipt?.logs ?? []) as FoundLog[])];
  const address = known.map((contract) => contract.address);
  for (const before of [[null], [null, null], [null, null, null]]) {
    const filter = { address, fromBlock: "0x0", toBlock: "latest", topics: [...before, hash] };
    if (!receipt) logs.push(...((await chain("eth_getLogs", [filter])) as FoundLog[]));
  }
  return logs.slice(0, MOST).flatMap((log) => {
    const from = known.find((contract) => same(contract.address, log.address));
    const parsed = from?.events.parseLog(log);
    if (!from || !parsed) return [];
    const args = parsed.fragment.inputs.map(({ name }, i): [string, string] => [name, String(parsed.args[i])]);
    return [
      {
        contract: from.name,
        event: parsed.name,
        args: Object.fromEntries(args),
        transactionHash: log.transactionHash,
        blockNumber: Number(log.blockNumber),
      },
    ];
  });
}
