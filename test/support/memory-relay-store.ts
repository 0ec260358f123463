import {
  type Act,
  type ActFailure,
  type OpenTransaction,
  type RelayStore,
  TakenOver,
  type TransactionOutcome,
} from "../../backend/platform/chain/relay-store.ts";

type Entry = { act: Act; state: "queued" | "sent" | "done" | "failed"; reason?: string };

export interface MemoryRelayStore extends RelayStore {
  add(...acts: Act[]): void;
  entries: Map<string, Entry>;
  outcomes: TransactionOutcome[];
  replaced: string[];
  inState(state: Entry["state"]): string[];
  open(): OpenTransaction[];
}

/** Keeps the promises of RelayStore but durability: it outlives the relayers of a test, not the process. */
export function createMemoryRelayStore(): MemoryRelayStore {
  const entries = new Map<string, Entry>();
  const open = new Map<number, OpenTransaction>();
  const outcomes: TransactionOutcome[] = [];
  const replaced: string[] = [];

  let nextNonce = 0;
  const inOrder = () => [...open.values()].sort((a, b) => a.nonce - b.nonce);

  const take = (nonce: number): OpenTransaction => {
    const transaction = open.get(nonce);
    if (!transaction) throw new Error(`no open transaction ${nonce}`);
    open.delete(nonce);
    return transaction;
  };
  const entryOf = (id: string): Entry => {
    const entry = entries.get(id);
    if (!entry) throw new Error(`no act ${id}`);
    return entry;
  };
  const finish = (transaction: OpenTransaction, final: { actId: string; ok: boolean; reason?: string }[]) => {
    for (const id of transaction.actIds) entryOf(id).state = "queued";
    for (const { actId, ok, reason } of final) {
      const entry = entryOf(actId);
      entry.state = ok ? "done" : "failed";
      if (reason !== undefined) entry.reason = reason;
    }
  };

  return {
    entries,
    open: inOrder,
    outcomes,
    replaced,
    add(...acts) {
      for (const act of acts) entries.set(act.id, { act, state: "queued" });
    },
    inState: (state) => [...entries.values()].filter((entry) => entry.state === state).map(({ act }) => act.id),
    async begin() {
      // Copies: what a relayer keeps in mind must not be what is stored.
      return { open: structuredClone(inOrder()), nextNonce };
    },
    async takeQueued(limit) {
      const found: Act[] = [];
      for (const { act, state } of entries.values()) {
        if (found.length >= limit) break;
        if (state === "queued") found.push(act);
      }
      return found;
    },
    async saveTransaction({ nonce, hash, raw, actIds }) {
      if (open.has(nonce) || nonce < nextNonce) throw new TakenOver(`nonce ${nonce}`);
      for (const id of actIds) {
        const entry = entryOf(id);
        if (entry.state !== "queued") throw new Error(`act ${id} is ${entry.state}`);
        entry.state = "sent";
      }
      open.set(nonce, { nonce, hash, raw, actIds, earlierHashes: [], sentAt: new Date().toISOString() });
    },
    async replaceTransaction(nonce, next) {
      const before = take(nonce);
      replaced.push(before.hash);
      const earlierHashes = [...before.earlierHashes, before.hash];
      open.set(nonce, { ...before, ...next, earlierHashes, sentAt: new Date().toISOString() });
    },
    async settle(nonce, outcome) {
      outcomes.push(outcome);
      const transaction = take(nonce);
      nextNonce = nonce + 1;
      const reasons = new Map(outcome.failed.map(({ actId, reason }) => [actId, reason]));
      const done = outcome.kind === "done" ? transaction.actIds.filter((id) => !reasons.has(id)) : [];
      finish(transaction, [
        ...done.map((actId) => ({ actId, ok: true })),
        ...outcome.failed.map((failure) => ({ ...failure, ok: false })),
      ]);
    },
    async abandon({ nonce, hash }, failed: ActFailure[]) {
      if (open.get(nonce)?.hash !== hash) throw new Error(`no open transaction ${hash}`);
      finish(
        take(nonce),
        failed.map((failure) => ({ ...failure, ok: false })),
      );
    },
  };
}
