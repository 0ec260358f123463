import type { JsonRpcProvider } from "ethers";
import type { Grouping } from "./relay-grouping.ts";
import { outcomeOf, placeOf, type RawReceipt, receiptOf, simulate } from "./relay-outcome.ts";
import type { RelayQueue } from "./relay-queue.ts";
import type { ActFailure, OpenTransaction, RelayStore } from "./relay-store.ts";
import { blockOf, type Head } from "./relay-transaction.ts";
import { errorNameOf, type ReasonDecoder } from "./revert-reason.ts";

export interface RelayerStatus {
  address: string;
  openTransactions: number;
  transactionsSent: number;
  actsDone: number;
  actsFailed: number;
  lastSettledAt: string | null;
  /** Null while all is well. */
  lastError: string | null;
}

/** What the parts of a relayer share. */
export interface RelayState {
  /** What this process knows to be open; undefined before it has taken over, and after any error. */
  open: OpenTransaction[] | undefined;
  /** All nonces below are used up. */
  floor: number;
  /** The relay didn't take our sender: nothing is sent until a trial call passes. */
  doubted: boolean;
  readonly status: RelayerStatus;
}

export interface SettlingParts {
  provider: JsonRpcProvider;
  store: RelayStore;
  address: string;
  relayAddress: string;
  confirmations: number;
  foreignNonceAfterMs: number;
  decode: ReasonDecoder;
  grouping: Grouping;
  queue: Pick<RelayQueue, "forget">;
  log: (line: string) => void;
}

export interface Settling {
  findReceipt(transaction: OpenTransaction): Promise<RawReceipt | null>;
  /** Acts of a transaction that reverted or was refused as a whole: the one at fault, when it is known. */
  blame(transaction: OpenTransaction, reason: string, culprit?: string): ActFailure[];
  closed(transaction: OpenTransaction, failed: number, done: number): void;
  /** In the order of nonces, up to the first that is not mined or not deep enough. Answers how many. */
  settleMined(head: Head, transactions: readonly OpenTransaction[]): Promise<number>;
  /** Looks again, even if the head is the one of before. */
  forget(): void;
}

/** The relay doesn't take this sender. */
export const mayNotRelay = (reason: string): boolean => errorNameOf(reason) === "RelayNotRelayer";

/** With an unchanged head nothing new is found, unless the node had not everything ready. */
const LOOK_AGAIN_MS = 1_000;

/** What became of transactions that were sent. */
export function createSettling(parts: SettlingParts, state: RelayState): Settling {
  const { provider, store, address, relayAddress, confirmations, decode, grouping, log } = parts;
  const { status } = state;
  let looked = { hash: "", at: 0 };
  let foreignSince: { nonce: number; at: number } | undefined;

  async function findReceipt(transaction: OpenTransaction): Promise<RawReceipt | null> {
    for (const hash of [transaction.hash, ...transaction.earlierHashes.toReversed()]) {
      const receipt = await receiptOf(provider, hash);
      if (receipt) return receipt;
    }
    return null;
  }

  function blame(transaction: OpenTransaction, reason: string, culprit?: string): ActFailure[] {
    const id = transaction.actIds.length === 1 ? transaction.actIds[0] : culprit;
    if (id && transaction.actIds.includes(id)) return [{ actId: id, reason }];
    grouping.split(transaction.actIds);
    return [];
  }

  function closed({ nonce, actIds }: OpenTransaction, failed: number, done: number): void {
    state.open = state.open?.filter((one) => one.nonce !== nonce);
    if (done > 0) grouping.forget(actIds);
    // Those of the others that may go again are back in their old places.
    if (done < actIds.length) parts.queue.forget();
    status.actsFailed += failed;
    status.actsDone += done;
  }

  async function settle(transaction: OpenTransaction, receipt: RawReceipt, timestamp: number): Promise<void> {
    const { nonce, actIds } = transaction;
    if (Number(receipt.status) === 1) {
      const outcome = outcomeOf(transaction, receipt, timestamp, relayAddress, decode);
      await store.settle(nonce, outcome);
      closed(transaction, outcome.failed.length, actIds.length - outcome.failed.length);
    } else {
      const { reason, actId } = await simulate(provider, address, transaction.raw, decode);
      const unauthorized = mayNotRelay(reason);
      // The relayer's own fault, so every act goes back and nothing is sent until a trial call passes.
      const failed = unauthorized ? [] : blame(transaction, reason, actId);
      state.doubted = unauthorized;
      await store.settle(nonce, { kind: "reverted", ...placeOf(receipt), timestamp, failed });
      closed(transaction, failed.length, 0);
      log(`transaction ${receipt.transactionHash} with ${actIds.length} acts reverted: ${reason}`);
    }
    state.floor = Math.max(state.floor, nonce + 1);
    status.lastSettledAt = new Date().toISOString();
  }

  /** Someone else used this nonce with our key, so ours can never be mined. Waits, as nodes differ for a moment. */
  async function checkForeign(transaction: OpenTransaction): Promise<boolean> {
    const used = await provider.getTransactionCount(address, "latest");
    if (used <= transaction.nonce || (await findReceipt(transaction))) {
      foreignSince = undefined;
      return false;
    }
    if (foreignSince?.nonce !== transaction.nonce) foreignSince = { nonce: transaction.nonce, at: Date.now() };
    if (Date.now() - foreignSince.at < parts.foreignNonceAfterMs) return false;
    log(`nonce ${transaction.nonce} of ${address} was used by another program; is the key used elsewhere?`);
    await store.abandon(transaction, []);
    closed(transaction, 0, 0);
    state.floor = Math.max(state.floor, used);
    foreignSince = undefined;
    return true;
  }

  async function settleMined(head: Head, transactions: readonly OpenTransaction[]): Promise<number> {
    const unchanged = head.hash === looked.hash && Date.now() - looked.at < LOOK_AGAIN_MS && !foreignSince;
    if (transactions.length === 0 || unchanged) return 0;
    const receipts = await Promise.all(transactions.map(findReceipt));
    const timestamps = new Map<string, number>([[head.hash, head.timestamp]]);
    let count = 0;
    for (const [i, transaction] of transactions.entries()) {
      const receipt = receipts[i];
      if (!receipt) {
        if (await checkForeign(transaction)) count += 1;
        break; // those behind it have later nonces
      }
      if (head.number - Number(receipt.blockNumber) + 1 < confirmations) break;
      const { blockHash } = receipt;
      if (!timestamps.has(blockHash)) {
        const block = await blockOf(provider, { hash: blockHash });
        if (!block) break; // reorganised away in this moment
        timestamps.set(blockHash, block.timestamp);
      }
      await settle(transaction, receipt, timestamps.get(blockHash)!);
      count += 1;
    }
    looked = { hash: head.hash, at: Date.now() };
    return count;
  }

  return {
    findReceipt,
    blame,
    closed,
    settleMined,
    forget: () => {
      looked = { hash: "", at: 0 };
    },
  };
}
