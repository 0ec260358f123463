import { isError, type JsonRpcProvider, Transaction, type TransactionReceipt } from "ethers";
import type { ActOutcome, OpenTransaction, TransactionOutcome } from "./relay-store.ts";
import { relayInterface } from "./relay-transaction.ts";
import type { ReasonDecoder } from "./revert-reason.ts";

/** What the relay's events say of each act of a mined transaction. */
export function outcomeOf(
  transaction: OpenTransaction,
  receipt: TransactionReceipt,
  timestamp: number,
  relayAddress: string,
  decode: ReasonDecoder,
): TransactionOutcome {
  const told = new Map<string, ActOutcome>();
  for (const log of receipt.logs) {
    if (log.address.toLowerCase() !== relayAddress.toLowerCase()) continue;
    const event = relayInterface.parseLog(log);
    if (!event) continue;
    const actId = String(event.args.actId).toLowerCase();
    const logIndex = log.index;
    if (event.name === "ActDone") told.set(actId, { actId, ok: true, logIndex });
    else if (event.name === "ActFailed") {
      told.set(actId, { actId, ok: false, reason: decode(String(event.args.reason)), logIndex });
    }
  }
  const acts = transaction.actIds.map((actId): ActOutcome => {
    const outcome = told.get(actId.toLowerCase());
    return outcome ? { ...outcome, actId } : { actId, ok: false, reason: "the relay tells no outcome", logIndex: -1 };
  });
  const { blockNumber, blockHash, hash: transactionHash } = receipt;
  return { blockNumber, blockHash, transactionHash, timestamp, acts };
}

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
