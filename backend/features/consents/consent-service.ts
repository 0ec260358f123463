import type { z } from "zod";
import { consentGrantHash, consentStates, structHash } from "../../../contracts/typed-data.ts";
import type { ChainContext } from "../../lib/chain-context.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { actEffect, type Effect, leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { AnchorState, Receipt } from "../../lib/schemas.ts";
import { wholeSeconds } from "../../lib/signatures.ts";
import type { accessLog, ConsentView, consentChangeInput, consentInput } from "./consent-schemas.ts";
import type { ConsentDocument, ConsentStore } from "./consent-store.ts";
import { canChangeConsent } from "./domain/consent-states.ts";

const PAGE_SIZE = 50;
const GAS_LIMIT = 300_000;

const changedMeanwhile = () =>
  new DomainError("conflict", "the consent was changed meanwhile", { field: "nonce", fix: "load it and sign again" });

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
  /** Pauses, resumes or revokes; it holds from the next read on. Saying again what holds already changes nothing. */
  change(holderId: string, id: string, input: z.output<typeof consentChangeInput>): Promise<ConsentView>;
  list(party: { holderId: string } | { recipientId: string }): Promise<ConsentView[]>;
  liveFor(recipientId: string, filter: { holderId?: string; requestId?: string }): Promise<ConsentDocument[]>;
  /** Counts and logs one read under a live consent, in one write. Throws consent.required, which is logged as well. */
  use(
    reader: { id: string; name: string },
    subject: { holderId: string; requestId: string; what: string },
    effects?: readonly Effect[],
  ): Promise<ConsentDocument>;
  accessLog(holderId: string, page: number): Promise<z.infer<typeof accessLog>>;
  /** What an entry's commitment hides, and its salt. Throws notFound unless it is about this holder. */
  accessOpening(holderId: string, id: string): Promise<{ document: object; salt: string; commitment: string }>;
  /** The consent, for its two parties. */
  visible(participantId: string, id: string): Promise<ConsentDocument>;
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
    receiptsOf(acts: readonly { actId: string; kind: string; createdAt: Date }[]): Promise<Receipt[]>;
  },
  clock: Clock,
  onWork: () => void,
): ConsentService {
  const stateOf = (consent: ConsentDocument): ConsentView["state"] => {
    if (consent.state === "revoked") return "revoked";
    if (consent.expiresAt <= clock.now()) return "expired";
    return consent.terms.mode === "once" && consent.reads > 0 ? "used" : consent.state;
  };
  function latestAct({ _id, changes, givenAt }: ConsentDocument): { actId: string; kind: string; createdAt: Date } {
    const last = changes.at(-1);
    return last
      ? { actId: last.actId, kind: "consent.change", createdAt: last.at }
      : { actId: _id, kind: "consent.give", createdAt: givenAt };
  }

  async function viewsOf(consents: readonly ConsentDocument[]): Promise<ConsentView[]> {
    const receipts = await ports.receiptsOf(consents.map(latestAct));
    return consents.map((consent, i) => ({
      id: consent._id,
      state: stateOf(consent),
      nonce: consent.nonce,
      terms: consent.terms,
      holder: consent.holder,
      recipient: consent.recipient,
      startsAt: consent.startsAt.toISOString(),
      expiresAt: consent.expiresAt.toISOString(),
      ...(consent.revokedAt ? { revokedAt: consent.revokedAt.toISOString() } : {}),
      reads: consent.reads,
      receipt: receipts[i]!,
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
      const { terms, salt } = input;
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
      const message = { holder: holder.address, commitment: commitment(salt, terms), startsAt, expiresAt };
      await chain.requireSignature(chain.consentsDomain, "ConsentGrant", message, input.signature, holder.address);
      const id = consentGrantHash(message);
      const data = chain.consents.encodeFunctionData("give", [message, input.signature]);
      const consent = await store.insert(
        id,
        {
          terms,
          salt,
          holder: { id: holderId, name: holder.name, uscc: holder.uscc!, address: holder.address },
          recipient: { id: recipient._id, name: recipient.name, address: recipient.address },
          startsAt: new Date(startsAt * 1000),
          expiresAt: new Date(expiresAt * 1000),
          givenAt: clock.now(),
          signature: input.signature,
          state: "active",
          nonce: 0,
          changes: [],
          reads: 0,
        },
        [actEffect({ id, kind: "consent.give", target: chain.contracts.consents, data, gasLimit: GAS_LIMIT })],
      );
      onWork();
      return (await viewsOf([consent]))[0]!;
    },

    async change(holderId, id, { state, nonce, signature }) {
      const consent = await store.find(id);
      if (consent?.holder.id !== holderId) throw new DomainError("notFound", "you gave no such consent");
      if (consent.state === state) return (await viewsOf([consent]))[0]!;
      if (!canChangeConsent(consent.state, state))
        throw new DomainError("consent.final", `a consent that is ${consent.state} can't become ${state}`, {
          field: "state",
          fix: "give a new consent",
        });
      if (consent.nonce !== nonce) throw changedMeanwhile();
      const holder = await ports.requireActive(holderId);
      const message = { consentId: id, state: consentStates[state], nonce: BigInt(nonce) };
      await chain.requireSignature(chain.consentsDomain, "ConsentChange", message, signature, holder.address);
      const actId = structHash("ConsentChange", message);
      const data = chain.consents.encodeFunctionData("change", [message, signature]);
      const act = actEffect({
        id: actId,
        kind: "consent.change",
        target: chain.contracts.consents,
        data,
        gasLimit: GAS_LIMIT,
      });
      const changed = await store.change(consent, { actId, state, nonce, at: clock.now(), signature }, [act]);
      if (!changed) throw changedMeanwhile();
      onWork();
      return (await viewsOf([changed]))[0]!;
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

    async accessOpening(holderId, id) {
      const entry = await store.findAccess(id);
      if (entry?.holderId !== holderId) throw new DomainError("notFound", "your access log has no such entry");
      const { _id, at, reader, what, purpose, consentId, allowed, salt } = entry;
      const document: AccessRecord = {
        id: _id,
        at: at.toISOString(),
        holderId,
        reader: { id: reader.id, name: reader.name },
        what,
        purpose,
        ...(consentId ? { consentId } : {}),
        allowed,
      };
      return { document, salt, commitment: commitment(salt, document) };
    },

    async visible(participantId, id) {
      const consent = await store.find(id);
      if (consent?.holder.id !== participantId && consent?.recipient.id !== participantId)
        throw new DomainError("notFound", "there is no such consent");
      return consent;
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
