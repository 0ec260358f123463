import { DomainError } from "../../lib/errors.ts";
import type { Receipt } from "../../lib/schemas.ts";
import type { FailedAct } from "./act-schemas.ts";
import type { ActDocument, ActStore } from "./act-store.ts";
import { receiptOfAct } from "./anchoring-service.ts";

const PAGE_SIZE = 50;

export interface FailedActs {
  /** Newest failure first, those before a time. */
  list(before?: string): Promise<{ items: FailedAct[]; total: number }>;
  /** Into the queue again, in its old place. */
  retry(id: string): Promise<Receipt>;
}

const viewOf = ({ _id, kind, reason = "", failedAt, createdAt, transactionHash }: ActDocument): FailedAct => ({
  id: _id,
  kind,
  reason,
  askedAt: createdAt.toISOString(),
  failedAt: (failedAt ?? createdAt).toISOString(),
  ...(transactionHash ? { transactionHash } : {}),
});

/** Acts that the chain refused for good, for the operator to see why, and to send again when the cause is gone. */
export const createFailedActs = (store: ActStore): FailedActs => ({
  async list(before) {
    const [items, total] = await Promise.all([
      store.failed(PAGE_SIZE, before ? new Date(before) : undefined),
      store.countFailed(),
    ]);
    return { items: items.map(viewOf), total };
  },
  async retry(id) {
    const act = await store.retry(id);
    if (!act)
      throw new DomainError("act.notFailed", "there is no failed act with this id", { fix: "load the list again" });
    return receiptOfAct(act);
  },
});
