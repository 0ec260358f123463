import type { z } from "zod";
import { type Bid, type Grant, grantHash } from "../../../contracts/typed-data.ts";
import type { Actor } from "../../lib/actor.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import type { ChainContext } from "../../lib/chain-context.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { actEffect, type Effect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import type { Receipt } from "../../lib/schemas.ts";
import { wholeSeconds } from "../../lib/signatures.ts";
import type { GrantView, grantInput } from "./grant-schemas.ts";
import type { GrantDocument, GrantFields, GrantStore } from "./grant-store.ts";

const PAGE_SIZE = 30;

interface GrantableRequest {
  _id: string;
  requestKey: string;
  enterpriseId: string;
  state: string;
  grantedFen: string;
  terms: { amountFen: string; enterprise: { uscc: string; name: string } };
  award?: { bidId: string; bidHash: string; institutionId: string; amountFen: string } | undefined;
}
interface GrantableBid {
  _id: string;
  terms: Record<string, unknown>;
  /** As it was signed: the ledger keeps its hash only. */
  message: Bid;
}

interface Ports<R extends GrantableRequest> {
  requireActive(participantId: string): Promise<{ _id: string; name: string; address: string }>;
  findRequest(id: string): Promise<R | null>;
  findBid(id: string): Promise<GrantableBid | null>;
  /** Counts the grant into its request together with the effects, in one write. */
  recordGrant(request: R, amountFen: bigint, effects: readonly Effect[]): Promise<void>;
  receiptsOf(acts: readonly { actId: string; kind: string; createdAt: Date }[]): Promise<Receipt[]>;
}

/** A grant on its way from its request's outbox to its own document: dates as text. */
export type GrantEffect = Omit<GrantFields, "expiresAt" | "grantedAt"> & {
  id: string;
  expiresAt: string;
  grantedAt: string;
};

export interface GrantService {
  grant(institutionId: string, requestId: string, input: z.output<typeof grantInput>): Promise<GrantView>;
  list(actor: Actor, page: number): Promise<{ items: GrantView[]; total: number }>;
  get(actor: Actor, id: string): Promise<GrantView>;
  /** The stored document, for those who may see it. */
  visible(actor: Actor, id: string): Promise<GrantDocument>;
  /** Outbox handler. */
  store(effect: GrantEffect): Promise<void>;
}

const messageOf = (
  grant: Pick<GrantFields, "requestKey" | "bidHash" | "termsCommitment" | "amountFen" | "expiresAt" | "salt">,
): Grant => ({
  requestKey: grant.requestKey,
  bidHash: grant.bidHash,
  termsCommitment: grant.termsCommitment,
  amountFen: BigInt(grant.amountFen),
  expiresAt: grant.expiresAt.getTime() / 1000,
  salt: grant.salt,
});

export function createGrantService<R extends GrantableRequest>(
  grants: GrantStore,
  chain: ChainContext,
  ports: Ports<R>,
  clock: Clock,
  onWork: () => void,
): GrantService {
  async function viewsOf(found: readonly GrantDocument[]): Promise<GrantView[]> {
    const receipts = await ports.receiptsOf(
      found.map(({ actId, grantedAt }) => ({ actId, kind: "grant", createdAt: grantedAt })),
    );
    return found.map((grant, i) => ({
      id: grant._id,
      grantId: grant.grantId,
      requestId: grant.requestId,
      bidId: grant.bidId,
      requestKey: grant.requestKey,
      state: grant.expiresAt <= clock.now() ? "expired" : grant.state,
      enterprise: grant.enterprise,
      institution: grant.institution,
      amountFen: grant.amountFen,
      terms: grant.terms,
      termsSalt: grant.termsSalt,
      termsCommitment: grant.termsCommitment,
      bidHash: grant.bidHash,
      salt: grant.salt,
      expiresAt: grant.expiresAt.toISOString(),
      grantedAt: grant.grantedAt.toISOString(),
      signature: grant.signature,
      receipt: receipts[i]!,
    }));
  }

  const service: GrantService = {
    async grant(institutionId, requestId, input) {
      const institution = await ports.requireActive(institutionId);
      const request = await ports.findRequest(requestId);
      const award = request?.award;
      // Whether a request was awarded, and to whom, is nobody else's business.
      if (!request || award?.institutionId !== institutionId)
        throw new DomainError("notFound", "no request with this id was awarded to you");
      const bid = await ports.findBid(award.bidId);
      if (!bid) throw new DomainError("notFound", "the awarded bid is gone");
      const { terms } = input;
      const bad = (field: string, reason: string, fix: string) =>
        new DomainError("grant.invalid", reason, { field, fix, status: 400 });
      const { bidId, contractNumber, ...offered } = terms;
      if (bidId !== award.bidId) throw bad("terms.bidId", "this is not the awarded bid", `send ${award.bidId}`);
      for (const [name, value] of Object.entries(bid.terms)) {
        const sent = (offered as Record<string, unknown>)[name];
        // A grant may be for less than the bid; everything else must be as offered.
        if (name !== "amountFen" && (sent === undefined || canonicalJson(sent) !== canonicalJson(value))) {
          throw bad(`terms.${name}`, "this differs from the awarded bid", "grant on the terms that were offered");
        }
      }
      const expiresAt = wholeSeconds(input.expiresAt, "expiresAt");
      if (expiresAt * 1000 <= clock.now().getTime())
        throw bad("expiresAt", "the grant would have expired already", "give the enterprise time to draw");
      const amountFen = BigInt(terms.amountFen);
      const fields = {
        requestId,
        bidId,
        requestKey: request.requestKey,
        state: "granted" as const,
        enterprise: { id: request.enterpriseId, ...request.terms.enterprise },
        institution: { id: institutionId, name: institution.name, address: institution.address },
        amountFen: terms.amountFen,
        terms,
        termsSalt: input.termsSalt,
        termsCommitment: commitment(input.termsSalt, terms),
        bidHash: award.bidHash,
        salt: input.salt,
        expiresAt: new Date(expiresAt * 1000),
        grantedAt: clock.now(),
        signature: input.signature,
      };
      const message = messageOf(fields);
      await chain.requireSignature(chain.financingDomain, "Grant", message, input.signature, institution.address);
      const grantId = grantHash(message);
      const before = await grants.byGrantId(grantId);
      if (before) return (await viewsOf([before]))[0]!;
      if (BigInt(request.grantedFen) + amountFen > BigInt(award.amountFen)) {
        throw bad(
          "terms.amountFen",
          "all grants together would exceed the awarded bid",
          `grant at most ${BigInt(award.amountFen) - BigInt(request.grantedFen)}`,
        );
      }
      const effect: GrantEffect = {
        ...fields,
        // Of its own hash, so that the same grant sent twice is one document.
        id: `grant-${grantId.slice(2, 34)}`,
        grantId,
        actId: grantId,
        expiresAt: fields.expiresAt.toISOString(),
        grantedAt: fields.grantedAt.toISOString(),
      };
      const data = chain.financing.encodeFunctionData("grant", [message, input.signature, bid.message]);
      await ports.recordGrant(request, amountFen, [
        { type: "grant.store", payload: effect },
        // In the request's outbox, behind its award: from the grant's own it could reach the ledger before that.
        actEffect({ id: grantId, kind: "grant", target: chain.contracts.financing, data, gasLimit: 400_000 }),
      ]);
      await service.store(effect);
      onWork();
      return (await viewsOf([(await grants.find(effect.id))!]))[0]!;
    },

    async list(actor, page) {
      const { items, total } = await grants.list(
        {
          ...(actor.role === "enterprise" ? { enterpriseId: actor.participantId } : {}),
          ...(actor.role === "institution" ? { institutionId: actor.participantId } : {}),
        },
        page,
        PAGE_SIZE,
      );
      return { items: await viewsOf(items), total };
    },

    get: async (actor, id) => (await viewsOf([await service.visible(actor, id)]))[0]!,

    async visible(actor, id) {
      const grant = await grants.find(id);
      const own =
        grant &&
        (actor.role === "regulator" || [grant.enterprise.id, grant.institution.id].includes(actor.participantId));
      if (!own) throw new DomainError("notFound", "there is no such grant");
      return grant;
    },

    async store({ id, expiresAt, grantedAt, ...rest }) {
      await grants.insert(id, { ...rest, expiresAt: new Date(expiresAt), grantedAt: new Date(grantedAt) });
    },
  };
  return service;
}
