/** A signed act on its way to the chain. */
export interface Act {
  /** 32 bytes as 0x-prefixed hex. */
  id: string;
  target: string;
  data: string;
  /** Gas given to the act's own call. */
  gasLimit: number;
}

export interface OpenTransaction {
  nonce: number;
  hash: string;
  raw: string;
  /** Hashes under the same nonce with lower fees: any one of them may be the one that is mined. */
  earlierHashes: string[];
  actIds: string[];
  /** ISO 8601, of the latest version. */
  sentAt: string;
}

export interface ActOutcome {
  actId: string;
  ok: boolean;
  reason?: string;
  /** Of the event that tells the outcome, in its block; -1 where the whole transaction reverted. */
  logIndex: number;
}

export interface TransactionOutcome {
  blockNumber: number;
  blockHash: string;
  transactionHash: string;
  /** The block's time, unix seconds. */
  timestamp: number;
  acts: ActOutcome[];
}

export interface ActFailure {
  actId: string;
  reason: string;
}

/**
 * What the relayer needs of a store. Each method is atomic and durable when it resolves. One relayer at a time uses
 * it: the caller holds the lease.
 */
export interface RelayStore {
  /** Acts in state queued, oldest first. Takes nothing away: saveTransaction does. */
  takeQueued(limit: number): Promise<Act[]>;
  /** Keeps the transaction before it is sent, and its acts are queued no more. */
  saveTransaction(transaction: { nonce: number; hash: string; raw: string; actIds: string[] }): Promise<void>;
  /** Neither settled nor abandoned, by nonce. */
  openTransactions(): Promise<OpenTransaction[]>;
  /** Same nonce and acts with a higher fee; the former hash joins the earlier ones. */
  replaceTransaction(nonce: number, next: { hash: string; raw: string }): Promise<void>;
  /** Mined. The acts in the outcome are final; the transaction's other acts are queued again, in their old places. */
  settle(nonce: number, outcome: TransactionOutcome): Promise<void>;
  /** Can never be mined. The acts in `failed` are final; the transaction's other acts are queued again. */
  abandon(nonce: number, failed: ActFailure[]): Promise<void>;
}
