import { isError, type JsonRpcProvider, Transaction } from "ethers";
import type { ActFailure, OpenTransaction, TransactionOutcome } from "./relay-store.ts";
import { relayInterface } from "./relay-transaction.ts";
import type { ReasonDecoder } from "./revert-reason.ts";

/** A receipt as nodes give it. Not ethers' own: parsing the hundreds of logs of a batch would be most of the work. */
export interface RawReceipt {
  status: string;
  transactionHash: string;
  blockHash: string;
  blockNumber: string;
  logs: { address: string; topics: string[]; data: string }[];
}

export const receiptOf = (provider: JsonRpcProvider, hash: string): Promise<RawReceipt | null> =>
  provider.send("eth_getTransactionReceipt", [hash]);

const FAILED = relayInterface.getEvent("ActFailed")!;

/** What became of each act of a mined transaction that didn't revert: the relay tells of those that failed. */
export function outcomeOf(
  transaction: OpenTransaction,
  receipt: RawReceipt,
  timestamp: number,
  relayAddress: string,
  decode: ReasonDecoder,
): TransactionOutcome {
  const relay = relayAddress.toLowerCase();
  const reasons = new Map<string, string>();
  for (const { address, topics, data } of receipt.logs) {
    if (topics[0] !== FAILED.topicHash || address.toLowerCase() !== relay) continue;
    const { actId, reason } = relayInterface.decodeEventLog(FAILED, data, topics);
    reasons.set(String(actId).toLowerCase(), decode(String(reason)));
  }
  const failed = transaction.actIds.flatMap((actId): ActFailure[] => {
    const reason = reasons.get(actId.toLowerCase());
    return reason === undefined ? [] : [{ actId, reason }];
  });
  return { kind: "done", ...placeOf(receipt), timestamp, failed };
}

export const placeOf = ({ blockNumber, blockHash, transactionHash }: RawReceipt) => ({
  blockNumber: Number(blockNumber),
  blockHash,
  transactionHash,
});

/** Why the whole transaction reverts, by a trial call; with the act that the relay names, if it names one. */
export async function simulate(
  provider: JsonRpcProvider,
  from: string,
  raw: string,
  decode: ReasonDecoder,
): Promise<{ reason: string; actId?: string }> {
  const { to, data, gasLimit } = Transaction.from(raw);
  try {
    await provider.call({ from, to, data, gasLimit });
    return { reason: "reverted, though a trial call passes (out of gas, most likely)" };
  } catch (error) {
    if (!isError(error, "CALL_EXCEPTION")) throw error;
    const bytes = error.data ?? "0x";
    const named = bytes.length >= 10 ? relayInterface.getError(bytes.slice(0, 10)) : null;
    if (!named) return { reason: decode(bytes) };
    const values = relayInterface.decodeErrorResult(named, bytes);
    const reason = `${named.name}(${named.inputs.map(({ name }, i) => `${name}: ${values[i]}`).join(", ")})`;
    return named.name === "RelayInsufficientGas" ? { reason, actId: String(values[0]) } : { reason };
  }
}
