import type { Connection } from "mongoose";
import type { StoredBid, StoredGrant, StoredParticipant, StoredRequest } from "./domain/reconciliation.ts";

/* What lies in the collections, as it lies there, past every service: an auditor looks for what they would not show. */

export interface StoredOf {
  participants: StoredParticipant;
  requests: StoredRequest;
  grants: StoredGrant;
}

/** Ids of acts that wait in a document's outbox. */
interface WithOutbox {
  outbox?: { type: string; payload?: { id?: string } }[];
}

export interface StoredFactsStore {
  /** In the order of their keys on the chain, after a key ("" for the first). */
  page<Kind extends keyof StoredOf>(kind: Kind, after: string, size: number): Promise<(StoredOf[Kind] & WithOutbox)[]>;
  byKeys<Kind extends keyof StoredOf>(kind: Kind, keys: readonly string[]): Promise<(StoredOf[Kind] & WithOutbox)[]>;
  bids(ids: readonly string[]): Promise<Map<string, StoredBid>>;
  requests(ids: readonly string[]): Promise<Map<string, StoredRequest & WithOutbox>>;
  grantsOf(requestIds: readonly string[]): Promise<Pick<StoredGrant, "requestId" | "actId">[]>;
}

/** By this field an entity is known on the chain; a unique index keeps each in order. */
export const KEY_OF = { participants: "address", requests: "requestKey", grants: "grantId" } as const;

const FIELDS = {
  participants: ["address", "kind", "status", "idCommitment", "enrolActId", "outbox"],
  requests: [
    ...["requestKey", "state", "terms", "salt", "termsCommitment", "closesAt", "expiresAt", "grantedFen"],
    ...["actId", "award", "outbox"],
  ],
  grants: [
    ...["grantId", "requestId", "bidId", "requestKey", "institution", "amountFen", "terms", "termsSalt"],
    ...["termsCommitment", "bidHash", "salt", "expiresAt", "actId", "outbox"],
  ],
  bids: ["institution", "terms", "termsSalt", "validUntil", "salt"],
} as const;

const projectionOf = (fields: readonly string[]) => Object.fromEntries(fields.map((field) => [field, 1]));

export function createStoredFactsStore(connection: Connection): StoredFactsStore {
  const find = <T>(collection: keyof typeof FIELDS, filter: object) =>
    connection
      .collection(collection)
      .find(filter as never, { projection: projectionOf(FIELDS[collection]) }) as unknown as {
      sort(by: object): { limit(count: number): { toArray(): Promise<T[]> } };
      toArray(): Promise<T[]>;
    };
  const byId = async <T extends { _id: string }>(collection: keyof typeof FIELDS, ids: readonly string[]) =>
    new Map((await find<T>(collection, { _id: { $in: [...new Set(ids)] } }).toArray()).map((item) => [item._id, item]));
  return {
    page: (kind, after, size) =>
      find<StoredOf[typeof kind] & WithOutbox>(kind, { [KEY_OF[kind]]: { $gt: after } })
        .sort({ [KEY_OF[kind]]: 1 })
        .limit(size)
        .toArray(),
    byKeys: (kind, keys) =>
      find<StoredOf[typeof kind] & WithOutbox>(kind, { [KEY_OF[kind]]: { $in: [...keys] } }).toArray(),
    bids: (ids) => byId<StoredBid>("bids", ids),
    requests: (ids) => byId<StoredRequest & WithOutbox>("requests", ids),
    grantsOf: (requestIds) =>
      find<Pick<StoredGrant, "requestId" | "actId">>("grants", { requestId: { $in: [...requestIds] } }).toArray(),
  };
}
