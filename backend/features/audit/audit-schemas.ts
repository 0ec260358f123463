import { z } from "zod";
import { contractNames } from "../../lib/proof/acts.ts";
import { grantPack } from "../../lib/proof/pack.ts";
import { address, hex32, isoTime } from "../../lib/schemas.ts";
import { RECONCILED } from "./domain/reconciliation.ts";

/** One comparison, as the check of a proof pack makes it. */
export const proofLine = z.object({
  id: z.string().describe('Such as "bid.path": the part of the pack, and what was compared'),
  state: z.enum(["pass", "fail", "skipped"]),
  detail: z.string().optional(),
  optional: z.literal(true).optional(),
});
export const grantCheck = z
  .object({
    grantId: hex32,
    verdict: z.enum(["valid", "invalid", "incomplete"]),
    checkedAt: isoTime,
    blockNumber: z.int(),
    lines: z.array(proofLine),
  })
  .openapi("GrantCheck");
export type GrantCheckView = z.infer<typeof grantCheck>;
const kind = z.enum(RECONCILED);
/** Something that store and chain don't agree on, after what is merely on its way was left out. */
export const difference = z.object({
  kind,
  /** Account, request key or grant id. */
  key: z.string(),
  /** Of the stored document. */
  id: z.string().optional(),
  what: z.enum(["notInStore", "notOnChain", "differs"]),
  fields: z.array(z.object({ name: z.string(), stored: z.string(), onChain: z.string() })),
});
const counts = { stored: z.int(), onChain: z.int(), matching: z.int(), pending: z.int() };
/** A part of one kind, in the order of keys; `next` is where the following part begins. */
export const reconciliationPage = z
  .object({
    kind,
    checkedAt: isoTime,
    /** How far the chain was read. */
    indexedBlock: z.int(),
    ...counts,
    differences: z.array(difference),
    next: z.string().optional(),
  })
  .openapi("ReconciliationPage");
export const reconciliationQuery = z.object({
  after: z.string().max(66).default(""),
  size: z.coerce.number().int().min(1).max(1_000).default(200),
});
export const reconciliationParams = z.object({ kind });
export const reconciliation = z
  .object({
    checkedAt: isoTime,
    indexedBlock: z.int(),
    grants: z.int(),
    matching: z.int(),
    pending: z.int(),
    /** Grants that differ or aren't on chain, with what the full check finds wrong; the first hundred. */
    differing: z.array(z.object({ id: z.string(), grantId: hex32, lines: z.array(proofLine) })),
    /** Grants on chain that the store does not hold; the first hundred. */
    missing: z.array(hex32),
    kinds: z.array(z.object({ kind, ...counts, differing: z.int() })),
    /** Of all kinds, the first hundred of each. */
    differences: z.array(difference),
  })
  .openapi("Reconciliation");

export const grantProof = grantPack.openapi("GrantProof");
/** The chain and the contracts that proof packs are compared with. */
export const deployment = z
  .object({ chainId: z.int(), genesisHash: hex32, contracts: z.record(z.enum(contractNames), address) })
  .openapi("Deployment");
export type Deployment = z.infer<typeof deployment>;

export const platformStatus = z
  .object({
    blockNumber: z.int(),
    /** How far the events of the contracts were read; it stays behind `blockNumber` by the confirmations. */
    indexedBlock: z.int(),
    /** Events after that block, as far as the next range of blocks goes. */
    eventsWaiting: z.int(),
    queuedActs: z.int(),
    openTransactions: z.int(),
    failedActs: z.array(z.object({ id: hex32, kind: z.string(), reason: z.string(), at: isoTime })),
    waitingLeaves: z.int(),
    oldestWaitingSeconds: z.int(),
    outboxWaiting: z.int(),
  })
  .openapi("PlatformStatus");
export const totals = z
  .object({
    departments: z.int(),
    catalogs: z.int(),
    records: z.int(),
    enterprises: z.int(),
    admittedEnterprises: z.int(),
    institutions: z.int(),
    products: z.int(),
    requests: z.int(),
    requestedFen: z.string(),
    grants: z.int(),
    grantedFen: z.string(),
    blockNumber: z.int(),
  })
  .openapi("Totals");
