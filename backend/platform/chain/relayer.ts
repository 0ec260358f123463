import {
  type Block,
  type InterfaceAbi,
  type JsonRpcProvider,
  Transaction,
  type TransactionReceipt,
  Wallet,
} from "ethers";
import { createLoop } from "./loop.ts";
import { createGrouping } from "./relay-grouping.ts";
import { outcomeOf, simulate } from "./relay-outcome.ts";
import type { ActFailure, OpenTransaction, RelayStore } from "./relay-store.ts";
import { bumpedFees, currentFees, encodeExecute, gasLimitOf, sendRaw, signed } from "./relay-transaction.ts";
import { createReasonDecoder, errorNameOf } from "./revert-reason.ts";

export interface RelayerOptions {
  provider: JsonRpcProvider;
  key: string;
  relayAddress: string;
  store: RelayStore;
  /** 1: being in a block is enough. */
  confirmations: number;
  log: (line: string) => void;
  /** Of the contracts that acts call: their errors make the reasons readable. */
  abis?: readonly InterfaceAbi[];
  /** Bounds of one transaction. */
  maxActs?: number;
  maxGas?: number;
  /** Transactions sent and not yet settled, at most. */
  maxOpen?: number;
  pollMs?: number;
  /** Not mined for so long: sent again as it is; and, after the second, with a higher fee. */
  resendAfterMs?: number;
  stuckAfterMs?: number;
  /** No higher fee than this, in wei a unit of gas. */
  maxFeePerGas?: bigint;
  /** A nonce that someone else has used is given up after this. */
  foreignNonceAfterMs?: number;
}

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

export interface Relayer {
  /** One round: settles what was mined, sends what is queued. True when something moved. */
  runOnce(): Promise<boolean>;
  start(): void;
  stop(): Promise<void>;
  wake(): void;
  status(): RelayerStatus;
}

export function createRelayer(options: RelayerOptions): Relayer {
  const { provider, relayAddress, store, confirmations, log, abis = [], maxActs = 100, maxGas = 30_000_000 } = options;
  const { maxOpen = 4, pollMs = 250, resendAfterMs = 10_000, stuckAfterMs = 60_000 } = options;
  const { maxFeePerGas = 10n ** 13n, foreignNonceAfterMs = 15_000 } = options;
  const wallet = new Wallet(options.key);
  const decode = createReasonDecoder(abis);
  const grouping = createGrouping(maxActs, maxGas);

  let open: OpenTransaction[] = [];
  let minNonce = 0;
  let resendDue = true;
  let lastResendAt = 0;
  let lastSentAt = 0;
  let foreignSince: { nonce: number; at: number } | undefined;
  let doubted = false;
  const status: RelayerStatus = {
    address: wallet.address,
    openTransactions: 0,
    transactionsSent: 0,
    actsDone: 0,
    actsFailed: 0,
    lastSettledAt: null,
    lastError: null,
  };

  async function receiptOf(transaction: OpenTransaction): Promise<TransactionReceipt | null> {
    for (const hash of [transaction.hash, ...transaction.earlierHashes.toReversed()]) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt) return receipt;
    }
    return null;
  }

  /** Acts of a transaction that reverted or was refused as a whole: the one at fault, when it is known. */
  function blame(transaction: OpenTransaction, reason: string, culprit?: string): ActFailure[] {
    const id = transaction.actIds.length === 1 ? transaction.actIds[0] : culprit;
    if (id && transaction.actIds.includes(id)) return [{ actId: id, reason }];
    grouping.split(transaction.actIds);
    return [];
  }

  async function settleReverted(transaction: OpenTransaction, receipt: TransactionReceipt, timestamp: number) {
    const { reason, actId } = await simulate(provider, wallet.address, transaction.raw, decode);
    const unauthorized = errorNameOf(reason) === "AccessManagedUnauthorized";
    // The relayer's own fault, so every act goes back and nothing is sent until a trial call passes.
    const failed = unauthorized ? [] : blame(transaction, reason, actId);
    doubted = unauthorized;
    await store.settle(transaction.nonce, {
      ...{ blockNumber: receipt.blockNumber, blockHash: receipt.blockHash, transactionHash: receipt.hash, timestamp },
      acts: failed.map((failure) => ({ ...failure, ok: false, logIndex: -1 })),
    });
    status.actsFailed += failed.length;
    log(`transaction ${receipt.hash} with ${transaction.actIds.length} acts reverted: ${reason}`);
  }

  async function settle(transaction: OpenTransaction, receipt: TransactionReceipt, timestamp: number): Promise<void> {
    if (receipt.status === 1) {
      const outcome = outcomeOf(transaction, receipt, timestamp, relayAddress, decode);
      await store.settle(transaction.nonce, outcome);
      grouping.forget(transaction.actIds);
      for (const { ok } of outcome.acts) {
        if (ok) status.actsDone += 1;
        else status.actsFailed += 1;
      }
    } else {
      await settleReverted(transaction, receipt, timestamp);
    }
    minNonce = Math.max(minNonce, transaction.nonce + 1);
    status.lastSettledAt = new Date().toISOString();
  }

  /** Someone else used this nonce with our key, so ours can never be mined. Waits, as nodes differ for a moment. */
  async function checkForeign(transaction: OpenTransaction): Promise<boolean> {
    const used = await provider.getTransactionCount(wallet.address, "latest");
    if (used <= transaction.nonce || (await receiptOf(transaction))) {
      foreignSince = undefined;
      return false;
    }
    if (foreignSince?.nonce !== transaction.nonce) foreignSince = { nonce: transaction.nonce, at: Date.now() };
    if (Date.now() - foreignSince.at < foreignNonceAfterMs) return false;
    log(`nonce ${transaction.nonce} of ${wallet.address} was used by another program; is the key used elsewhere?`);
    await store.abandon(transaction.nonce, []);
    foreignSince = undefined;
    return true;
  }

  async function settleMined(head: Block): Promise<number> {
    open = (await store.openTransactions()).toSorted((a, b) => a.nonce - b.nonce);
    const timestamps = new Map<string, number>([[head.hash ?? "", head.timestamp]]);
    let count = 0;
    for (const transaction of open) {
      const receipt = await receiptOf(transaction);
      if (!receipt) {
        if (await checkForeign(transaction)) count += 1;
        break; // those behind it have later nonces
      }
      if (head.number - receipt.blockNumber + 1 < confirmations) break;
      if (!timestamps.has(receipt.blockHash)) {
        const block = await provider.getBlock(receipt.blockHash);
        if (!block) break; // reorganised away in this moment
        timestamps.set(receipt.blockHash, block.timestamp);
      }
      await settle(transaction, receipt, timestamps.get(receipt.blockHash) as number);
      count += 1;
    }
    if (count > 0) open = (await store.openTransactions()).toSorted((a, b) => a.nonce - b.nonce);
    return count;
  }

  async function deliver(transaction: OpenTransaction): Promise<void> {
    const outcome = await sendRaw(provider, transaction.raw);
    if (outcome.kind === "later") throw new Error(`the chain doesn't take transactions now: ${outcome.reason}`);
    if (outcome.kind !== "refused" || (await receiptOf(transaction))) return;
    log(`the chain refuses a transaction with ${transaction.actIds.length} acts: ${outcome.reason}`);
    const failed = blame(transaction, `the chain refuses it: ${outcome.reason}`);
    await store.abandon(transaction.nonce, failed);
    status.actsFailed += failed.length;
  }

  async function resendOpen(): Promise<void> {
    for (const transaction of open) await deliver(transaction);
    lastResendAt = Date.now();
    resendDue = false;
  }

  /** The fee of what has waited too long is raised, under the same nonce, so that at most one version is mined. */
  async function unstick(head: Block): Promise<void> {
    const oldest = open[0];
    if (!oldest) return;
    const age = (transaction: OpenTransaction) => Date.now() - Date.parse(transaction.sentAt);
    if (age(oldest) >= stuckAfterMs && !(await receiptOf(oldest))) {
      const now = await currentFees(provider, head);
      for (const transaction of open.filter((one) => age(one) >= stuckAfterMs)) {
        const before = Transaction.from(transaction.raw);
        const fees = bumpedFees(before, now);
        if (fees.maxFee > maxFeePerGas) {
          log(`transaction ${transaction.hash} is stuck and its fee is at the limit`);
          continue;
        }
        const { chainId, nonce, to, data, gasLimit } = before;
        const next = await signed(wallet, { chainId, nonce, to: to ?? relayAddress, data, gasLimit }, fees);
        await store.replaceTransaction(nonce, next);
        log(`transaction ${transaction.hash} is stuck; ${next.hash} with a higher fee replaces it`);
      }
      open = (await store.openTransactions()).toSorted((a, b) => a.nonce - b.nonce);
      resendDue = true;
    }
    if (resendDue || Date.now() - Math.max(lastResendAt, Date.parse(oldest.sentAt)) >= resendAfterMs) {
      await resendOpen();
    }
  }

  async function fill(head: Block): Promise<number> {
    if (open.length >= maxOpen) return 0;
    const chainNonce = await provider.getTransactionCount(wallet.address, "latest");
    const nonces = new Set(open.map(({ nonce }) => nonce));
    const { chainId } = await provider.getNetwork();
    const fees = await currentFees(provider, head);
    const deliveries: Promise<void>[] = [];

    while (nonces.size < maxOpen) {
      let nonce = Math.max(chainNonce, minNonce);
      while (nonces.has(nonce)) nonce += 1;
      const fillsGap = [...nonces].some((other) => other > nonce);
      const acts = grouping.choose(await store.takeQueued(maxActs));
      if (acts.length === 0 && !fillsGap) break;
      // A small batch waits for company as long as others are on their way.
      if (!fillsGap && nonces.size > 0 && acts.length < maxActs / 2 && Date.now() - lastSentAt < 4 * pollMs) break;

      const data = encodeExecute(acts);
      const gasLimit = gasLimitOf(acts, data);
      const { hash, raw } = await signed(wallet, { chainId, nonce, to: relayAddress, data, gasLimit }, fees);
      if (doubted) {
        const { reason } = await simulate(provider, wallet.address, raw, decode);
        if (errorNameOf(reason) === "AccessManagedUnauthorized") {
          throw new Error(`${wallet.address} may not use the relay ${relayAddress}; grant it the relayer's role`);
        }
        doubted = false;
      }
      const actIds = acts.map(({ id }) => id);
      await store.saveTransaction({ nonce, hash, raw, actIds });
      nonces.add(nonce);
      lastSentAt = Date.now();
      status.transactionsSent += 1;
      const sentAt = new Date(lastSentAt).toISOString();
      deliveries.push(deliver({ nonce, hash, raw, actIds, earlierHashes: [], sentAt }));
    }
    const failed = (await Promise.allSettled(deliveries)).find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    return deliveries.length;
  }

  async function runOnce(): Promise<boolean> {
    try {
      const head = await provider.getBlock("latest");
      if (!head) throw new Error("the chain shows no block");
      const settled = await settleMined(head);
      await unstick(head);
      const sent = await fill(head);
      status.openTransactions = open.length + sent;
      status.lastError = null;
      return settled + sent > 0;
    } catch (error) {
      // What the node held may be gone when it comes back.
      resendDue = true;
      status.lastError = (error as Error).message;
      throw error;
    }
  }

  const loop = createLoop({
    step: runOnce,
    idleMs: pollMs,
    onError: (error, failures) => {
      if (failures === 1 || failures % 20 === 0) log(`relayer, attempt ${failures}: ${(error as Error).message}`);
    },
  });
  return { runOnce, ...loop, status: () => ({ ...status }) };
}
