import { type InterfaceAbi, type JsonRpcProvider, Transaction, Wallet } from "ethers";
import { createLoop } from "./loop.ts";
import { createGrouping } from "./relay-grouping.ts";
import { simulate } from "./relay-outcome.ts";
import { createRelayQueue } from "./relay-queue.ts";
import { createSettling, mayNotRelay, type RelayerStatus, type RelayState } from "./relay-settling.ts";
import type { Act, OpenTransaction, RelayStore } from "./relay-store.ts";
import {
  blockOf,
  bumpedFees,
  currentFees,
  encodeExecute,
  gasLimitOf,
  type Head,
  sendRaw,
} from "./relay-transaction.ts";
import { createReasonDecoder } from "./revert-reason.ts";
import { signed } from "./sign-transaction.ts";

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
  /** Bounds of one transaction. Gas: a quarter of a block's where nothing is given. */
  maxActs?: number;
  maxBytes?: number;
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

export type { RelayerStatus };

export interface Relayer {
  /** One round: settles what was mined, sends what is queued. True when something moved. */
  runOnce(): Promise<boolean>;
  /** Under this epoch of the lease. */
  start(epoch: number): void;
  stop(): Promise<void>;
  wake(): void;
  status(): RelayerStatus;
}

const IDLE_BEGIN_MS = 5_000;
const byNonce = (a: OpenTransaction, b: OpenTransaction) => a.nonce - b.nonce;

export function createRelayer(options: RelayerOptions): Relayer {
  const { provider, relayAddress, store, confirmations, log, abis = [] } = options;
  const { maxActs = 250, maxBytes = 120_000, maxOpen = 16, pollMs = 250 } = options;
  const { resendAfterMs = 10_000, stuckAfterMs = 60_000, maxFeePerGas = 10n ** 13n } = options;
  const { foreignNonceAfterMs = 15_000 } = options;
  /** So long a small batch waits for company while others are on their way. */
  const companyMs = Math.max(4 * pollMs, 500);
  const wallet = new Wallet(options.key);
  const decode = createReasonDecoder(abis);
  const grouping = createGrouping();
  const queue = createRelayQueue(store, maxActs, Math.min(1_000, 10 * pollMs));

  const state: RelayState = {
    open: undefined,
    floor: 0,
    doubted: false,
    status: {
      ...{ address: wallet.address, openTransactions: 0, transactionsSent: 0, actsDone: 0, actsFailed: 0 },
      ...{ lastSettledAt: null, lastError: null },
    },
  };
  const { status } = state;
  const settling = createSettling(
    {
      provider,
      store,
      address: wallet.address,
      relayAddress,
      confirmations,
      decode,
      grouping,
      queue,
      log,
      foreignNonceAfterMs,
    },
    state,
  );
  const { findReceipt } = settling;
  let epoch = 0;
  let chainId = 0n;
  let begunAt = 0;
  /** Sends on their way: not waited for, so that the next batch is made while a block is. */
  const sends = new Map<string, Promise<void>>();
  let trouble: Error | undefined;
  let resendDue = true;
  let lastResendAt = 0;
  let lastSentAt = 0;

  async function begin(): Promise<OpenTransaction[]> {
    chainId ||= (await provider.getNetwork()).chainId;
    const begun = await store.begin({ chainId, address: wallet.address, epoch });
    const used = Math.max(begun.nextNonce, await provider.getTransactionCount(wallet.address, "latest"));
    state.floor = Math.min(used, ...begun.open.map(({ nonce }) => nonce));
    settling.forget();
    queue.forget();
    resendDue = true;
    begunAt = Date.now();
    return begun.open.toSorted(byNonce);
  }

  /** The lowest nonce that no transaction of ours has. */
  function freeNonce(transactions: readonly OpenTransaction[]): number {
    let nonce = state.floor;
    while (transactions.some((one) => one.nonce === nonce)) nonce += 1;
    return nonce;
  }

  async function deliver(transaction: OpenTransaction): Promise<void> {
    const outcome = await sendRaw(provider, transaction.raw);
    if (outcome.kind === "later") throw new Error(`the chain doesn't take transactions now: ${outcome.reason}`);
    if (outcome.kind !== "refused" || (await findReceipt(transaction))) return;
    // Another may have its nonce by now.
    if (!state.open?.includes(transaction)) return;
    log(`the chain refuses a transaction with ${transaction.actIds.length} acts: ${outcome.reason}`);
    const failed = settling.blame(transaction, `the chain refuses it: ${outcome.reason}`);
    await store.abandon(transaction, failed);
    settling.closed(transaction, failed.length, 0);
  }

  function send(transaction: OpenTransaction): void {
    if (sends.has(transaction.hash)) return;
    const { hash } = transaction;
    const sending = deliver(transaction)
      .catch((error: Error) => {
        trouble ??= error;
      })
      .finally(() => {
        sends.delete(hash);
        loop.wake();
      });
    sends.set(hash, sending);
  }

  /** The fee of what has waited too long is raised, under the same nonce, so that at most one version is mined. */
  async function unstick(head: Head, transactions: readonly OpenTransaction[]): Promise<void> {
    const oldest = transactions[0];
    if (!oldest) {
      resendDue = false;
      return;
    }
    const age = (transaction: OpenTransaction) => Date.now() - Date.parse(transaction.sentAt);
    if (age(oldest) >= stuckAfterMs && !(await findReceipt(oldest))) {
      const now = await currentFees(provider, head);
      for (const transaction of transactions.filter((one) => age(one) >= stuckAfterMs)) {
        const before = Transaction.from(transaction.raw);
        const fees = bumpedFees(before, now);
        if (fees.maxFee > maxFeePerGas) {
          log(`transaction ${transaction.hash} is stuck and its fee is at the limit`);
          continue;
        }
        const { nonce, to, data, gasLimit } = before;
        const next = signed(wallet, { chainId, nonce, to: to ?? relayAddress, data, gasLimit }, fees);
        await store.replaceTransaction(nonce, next);
        log(`transaction ${transaction.hash} is stuck; ${next.hash} with a higher fee replaces it`);
        transaction.earlierHashes.push(transaction.hash);
        Object.assign(transaction, next, { sentAt: new Date().toISOString() });
      }
      resendDue = true;
    }
    if (resendDue || Date.now() - Math.max(lastResendAt, Date.parse(oldest.sentAt)) >= resendAfterMs) {
      for (const transaction of transactions) send(transaction);
      lastResendAt = Date.now();
    }
    resendDue = false;
  }

  async function sendBatch(acts: readonly Act[], nonce: number, head: Head): Promise<void> {
    const data = encodeExecute(acts);
    const unsigned = { chainId, nonce, to: relayAddress, data, gasLimit: gasLimitOf(acts, data) };
    const { hash, raw } = signed(wallet, unsigned, await currentFees(provider, head));
    if (state.doubted) {
      const { reason } = await simulate(provider, wallet.address, raw, decode);
      if (mayNotRelay(reason)) {
        throw new Error(
          `${wallet.address} may not use the relay ${relayAddress}; its administrator must set it as a relayer`,
        );
      }
      state.doubted = false;
    }
    const actIds = acts.map(({ id }) => id);
    await store.saveTransaction({ nonce, hash, raw, actIds });
    queue.taken(acts.length);
    lastSentAt = Date.now();
    status.transactionsSent += 1;
    const sentAt = new Date(lastSentAt).toISOString();
    const transaction: OpenTransaction = { nonce, hash, raw, actIds, earlierHashes: [], sentAt };
    state.open = [...(state.open ?? []), transaction].toSorted(byNonce);
    send(transaction);
  }

  /** One nonce after the other: whoever has lost the lease fails at the first, before anything is sent. */
  async function fill(head: Head): Promise<number> {
    const bounds = { acts: maxActs, bytes: maxBytes, gas: options.maxGas ?? Math.floor(head.gasLimit / 4) };
    let sent = 0;
    while (state.open && state.open.length < maxOpen) {
      const { open } = state;
      const nonce = freeNonce(open);
      const fillsGap = open.some((one) => one.nonce > nonce);
      const { acts, full } = grouping.choose(await queue.look(), bounds);
      if (acts.length === 0 && !fillsGap) break;
      const inCompany = open.length > 0 && !full && Date.now() - lastSentAt < companyMs;
      if (inCompany && !fillsGap) break;
      await sendBatch(acts, nonce, head);
      sent += 1;
    }
    return sent;
  }

  /** Nonces that another program used with our key. If one did, it may have been a relayer, and our queue is its past. */
  async function heedOthers(): Promise<void> {
    const used = await provider.getTransactionCount(wallet.address, "latest");
    if (used <= state.floor) return;
    state.floor = used;
    queue.forget();
  }

  function idle(): boolean {
    status.openTransactions = 0;
    status.lastError = null;
    return false;
  }

  async function runOnce(): Promise<boolean> {
    try {
      if (trouble) throw trouble;
      // Now and then anew while idle: a predecessor in its last breath may have left something.
      if (state.open?.length === 0 && Date.now() - begunAt > IDLE_BEGIN_MS) state.open = undefined;
      state.open ??= await begin();
      const { open } = state;
      if (open.length === 0 && (await queue.look()).length === 0) return idle();
      const head = await blockOf(provider, "latest");
      if (!head) throw new Error("the chain shows no block");
      if (open.length === 0) await heedOthers();
      const settled = await settling.settleMined(head, open);
      await unstick(head, state.open ?? []);
      const sent = await fill(head);
      status.openTransactions = state.open?.length ?? 0;
      status.lastError = null;
      return settled + sent > 0;
    } catch (error) {
      trouble = undefined;
      state.open = undefined; // what the node held may be gone when it comes back, and the store may know more than we do
      status.lastError = (error as Error).message;
      throw error;
    }
  }

  const loop = createLoop({
    step: runOnce,
    idleMs: pollMs,
    // What is polled quickly is near, and back within moments of a restart.
    maxBackoffMs: Math.min(15_000, 20 * pollMs),
    onError: (error, failures) => {
      if (failures === 1 || failures % 20 === 0) log(`relayer, attempt ${failures}: ${(error as Error).message}`);
    },
  });
  return {
    runOnce,
    start(under) {
      epoch = under;
      state.open = undefined;
      loop.start();
    },
    async stop() {
      await loop.stop();
      await Promise.all(sends.values());
    },
    wake() {
      queue.wake();
      loop.wake();
    },
    status: () => ({ ...status }),
  };
}
