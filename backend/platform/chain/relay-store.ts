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

export interface ActFailure {
  actId: string;
  reason: string;
}

export interface TransactionOutcome {
  /** Acts of a transaction that is done are done, but for the failed ones. One that reverted did nothing. */
  kind: "done" | "reverted";
  blockNumber: number;
  blockHash: string;
  transactionHash: string;
  /** The block's time, unix seconds. */
  timestamp: number;
  failed: ActFailure[];
}

/** Whose nonces they are: one key on one chain. */
export interface Sender {
  chainId: bigint;
  address: string;
  /** Of the lease under which the caller works: higher than that of whoever held it before. */
  epoch: number;
}

/** Thrown by a store when another process has taken over: the caller must send nothing more. */
export class TakenOver extends Error {
  constructor(what: string) {
    super(`another process has taken over the relaying (${what})`);
    this.name = "TakenOver";
  }
}

/**
 * What the relayer needs of a store. Each method is atomic and durable when it resolves. One relayer at a time uses
 * it, under a lease; the store keeps out one that was paused while another took over: a nonce is taken once, and a
 * transaction is changed only under the epoch that it is held by.
 */
export interface RelayStore {
  /** Takes over what is open, and completes what a crash cut off. To be called before anything else, and after an error. */
  begin(sender: Sender): Promise<{ open: OpenTransaction[]; nextNonce: number }>;
  /** Acts in state queued, oldest first. Takes nothing away: saveTransaction does. */
  takeQueued(limit: number): Promise<Act[]>;
  /** Keeps the transaction before it is sent, and its acts are queued no more. Throws TakenOver when the nonce is taken. */
  saveTransaction(transaction: { nonce: number; hash: string; raw: string; actIds: string[] }): Promise<void>;
  /** Same nonce and acts with a higher fee; the former hash joins the earlier ones. */
  replaceTransaction(nonce: number, next: { hash: string; raw: string }): Promise<void>;
  /** Mined. Acts whose outcome it doesn't tell are queued again, in their old places. */
  settle(nonce: number, outcome: TransactionOutcome): Promise<void>;
  /** Can never be mined. The acts in `failed` are final; the transaction's other acts are queued again. */
  abandon(transaction: Pick<OpenTransaction, "nonce" | "hash">, failed: ActFailure[]): Promise<void>;
}
