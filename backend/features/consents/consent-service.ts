import type { z } from "zod";
import { type Consent, consentHash, consentRevocationHash } from "../../../contracts/typed-data.ts";
import type { ChainContext } from "../../lib/chain-context.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { type Effect, leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import { wholeSeconds } from "../../lib/signatures.ts";
import type { accessLog, ConsentView, consentInput, revocationInput } from "./consent-schemas.ts";
import type { ConsentDocument, ConsentStore } from "./consent-store.ts";

const PAGE_SIZE = 50;
/** A revocation is signed for the moment it is sent. */
const REVOCATION_SLACK_MS = 5 * 60_000;

interface Party {
  _id: string;
  name: string;
  uscc?: string | undefined;
  address: string;
}

/** One read, as it goes into the access log. */
export interface AccessRecord {
  id: string;
  at: string;
  holderId: string;
  reader: { id: string; name: string };
  what: string;
  purpose: string;
  consentId?: string | undefined;
  allowed: boolean;
}

export interface ConsentService {
  give(holderId: string, input: z.output<typeof consentInput>): Promise<ConsentView>;
  revoke(holderId: string, id: string, input: z.output<typeof revocationInput>): Promise<ConsentView>;
  list(party: { holderId: string } | { recipientId: string }): Promise<ConsentView[]>;
  liveFor(recipientId: string, filter: { holderId?: string; requestId?: string }): Promise<ConsentDocument[]>;
  /** Counts and logs one read under a live consent, in one write. Throws consent.required, which is logged as well. */
  use(
    reader: { id: string; name: string },
    subject: { holderId: string; requestId: string; what: string },
    effects?: readonly Effect[],
  ): Promise<ConsentDocument>;
  accessLog(holderId: string, page: number): Promise<z.infer<typeof accessLog>>;
  /** Outbox handler: the log entry and its leaf. */
  logAccess(entry: AccessRecord): Promise<void>;
}

export function createConsentService(
  store: ConsentStore,
  chain: ChainContext,
  ports: {
    requireActive(participantId: string): Promise<Party>;
    knownCatalogs: ReadonlySet<string>;
    ownsRequest(holderId: string, requestId: string): Promise<boolean>;
    anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
  },
  clock: Clock,
  onWork: () => void,
): ConsentService {
  const stateOf = (consent: ConsentDocument): ConsentView["state"] => {
    if (consent.revokedAt) return "revoked";
    if (consent.expiresAt <= clock.now()) return "expired";
    return consent.terms.mode === "once" && consent.reads > 0 ? "used" : "active";
  };
  const leafIdOf = (consent: ConsentDocument): string =>
    consent.revokedAt ? `consent-revocation:${consent._id}` : `consent:${consent._id}`;

  async function viewsOf(consents: readonly ConsentDocument[]): Promise<ConsentView[]> {
    const anchors = await ports.anchorsOf(consents.map(leafIdOf));
    return consents.map((consent) => ({
      id: consent._id,
      state: stateOf(consent),
      terms: consent.terms,
      holder: consent.holder,
      recipient: consent.recipient,
      startsAt: consent.startsAt.toISOString(),
      expiresAt: consent.expiresAt.toISOString(),
      ...(consent.revokedAt ? { revokedAt: consent.revokedAt.toISOString() } : {}),
      reads: consent.reads,
      anchor: anchors.get(leafIdOf(consent)) ?? { state: "waiting" },
    }));
  }

  const accessOf = (
    reader: { id: string; name: string },
    subject: { holderId: string; what: string },
    allowed: boolean,
    consent?: ConsentDocument,
  ): AccessRecord => ({
    id: newId(),
    at: clock.now().toISOString(),
    holderId: subject.holderId,
    reader,
    what: subject.what,
    purpose: consent?.terms.purpose ?? "none",
    ...(consent ? { consentId: consent._id } : {}),
    allowed,
  });

  const service: ConsentService = {
    async give(holderId, input) {
      const { terms, salt, id } = input;
      const bad = (field: string, reason: string, fix: string) =>
        new DomainError("consent.invalid", reason, { field, fix, status: 400 });
      const holder = await ports.requireActive(holderId);
      if (terms.holder.id !== holderId || terms.holder.uscc !== holder.uscc)
        throw bad("terms.holder", "the holder is not you", "send your own id and uscc");
      const recipient = await ports.requireActive(terms.recipient.id);
      if (terms.recipient.name !== recipient.name)
        throw bad("terms.recipient.name", "this is not the recipient's name", `send ${recipient.name}`);
      const unknown = terms.catalogs.find((catalog) => !ports.knownCatalogs.has(catalog));
      if (unknown) throw bad("terms.catalogs", `there is no catalog ${unknown}`, "use ids of GET /catalogs");
      if (terms.requestId && !(await ports.ownsRequest(holderId, terms.requestId)))
        throw bad("terms.requestId", "this is not a request of yours", "leave it out, or use a request of yours");
      const startsAt = wholeSeconds(input.startsAt, "startsAt");
      const expiresAt = wholeSeconds(input.expiresAt, "expiresAt");
      if (expiresAt <= startsAt || expiresAt * 1000 <= clock.now().getTime())
        throw bad("expiresAt", "the consent would never be live", "let it end after it starts, in the future");
      const message: Consent = {
        id,
        holder: holder.address,
        recipient: recipient.address,
        termsCommitment: commitment(salt, terms),
        startsAt,
        expiresAt,
      };
      await chain.requireSignature(chain.consentsDomain, "Consent", message, input.signature, holder.address);
      const consent = await store.insert(
        id,
        {
          terms,
          salt,
          holder: { id: holderId, name: holder.name, uscc: holder.uscc!, address: holder.address },
          recipient: { id: recipient._id, name: recipient.name, address: recipient.address },
          startsAt: new Date(startsAt * 1000),
          expiresAt: new Date(expiresAt * 1000),
          signature: input.signature,
          reads: 0,
        },
        [leafEffect({ id: `consent:${id}`, kind: "consents", commitment: consentHash(message) })],
      );
      onWork();
      return (await viewsOf([consent]))[0]!;
    },

    async revoke(holderId, id, input) {
      const consent = await store.find(id);
      if (consent?.holder.id !== holderId) throw new DomainError("notFound", "you gave no such consent");
      const revokedAt = wholeSeconds(input.revokedAt, "revokedAt");
      if (Math.abs(revokedAt * 1000 - clock.now().getTime()) > REVOCATION_SLACK_MS) {
        throw new DomainError("consent.invalid", "revokedAt is not now", {
          field: "revokedAt",
          status: 400,
          fix: "sign the present time",
        });
      }
      const message = { id, holder: consent.holder.address, revokedAt };
      await chain.requireSignature(
        chain.consentsDomain,
        "ConsentRevocation",
        message,
        input.signature,
        consent.holder.address,
      );
      const leaf = leafEffect({
        id: `consent-revocation:${id}`,
        kind: "consents",
        commitment: consentRevocationHash(message),
      });
      const revoked = await store.revoke(
        id,
        { revokedAt: new Date(revokedAt * 1000), revocationSignature: input.signature },
        [leaf],
      );
      onWork();
      // Revoked before: revocation is final, and saying it again changes nothing.
      return (await viewsOf([revoked ?? (await store.find(id))!]))[0]!;
    },

    list: async (party) => viewsOf(await store.list(party)),
    async liveFor(recipientId, filter) {
      const live = await store.live({ recipientId, ...filter }, clock.now());
      return live.filter((consent) => stateOf(consent) === "active");
    },

    async use(reader, subject, effects = []) {
      const candidates = await service.liveFor(reader.id, { holderId: subject.holderId });
      const fitting = candidates.filter(({ terms }) => !terms.requestId || terms.requestId === subject.requestId);
      for (const candidate of fitting) {
        const entry = accessOf(reader, subject, true, candidate);
        // Live is asked again inside the write: a revocation that comes between finds no read after it.
        const used = await store.countRead(candidate, clock.now(), [{ type: "access", payload: entry }, ...effects]);
        if (used) {
          onWork();
          return used;
        }
      }
      await service.logAccess(accessOf(reader, subject, false));
      throw new DomainError("consent.required", "there is no live consent of this enterprise that covers this reading");
    },

    async accessLog(holderId, page) {
      const { items, total } = await store.accesses(holderId, page, PAGE_SIZE);
      const anchors = await ports.anchorsOf(items.map(({ _id }) => `access:${_id}`));
      return {
        total,
        items: items.map(({ _id, at, reader, what, purpose, consentId, allowed }) => ({
          id: _id,
          at: at.toISOString(),
          reader,
          what,
          purpose,
          ...(consentId ? { consentId } : {}),
          allowed,
          anchor: anchors.get(`access:${_id}`) ?? { state: "waiting" as const },
        })),
      };
    },

    async logAccess({ id, at, ...entry }) {
      const salt = randomSalt();
      const leaf = leafEffect({
        id: `access:${id}`,
        kind: "accessLog",
        commitment: commitment(salt, { id, at, ...entry }),
      });
      await store.addAccess({ ...entry, at: new Date(at), salt }, id, [leaf]);
      onWork();
    },
  };
  return service;
}
