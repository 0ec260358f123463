import type { z } from "zod";
import { consentStates, LAST_CONSENT_SECOND } from "../../../contracts/codes.ts";
import { consentGrantHash, structHash } from "../../../contracts/typed-data.ts";
import type { ChainContext } from "../../lib/chain-context.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { actEffect, type Effect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Receipt } from "../../lib/schemas.ts";
import { wholeSeconds } from "../../lib/signatures.ts";
import { type AccessRecord, accessEffect, noticeEffect } from "./access-service.ts";
import type { ConsentView, consentChangeInput, consentInput, consentTerms } from "./consent-schemas.ts";
import type { ConsentDocument, ConsentStore } from "./consent-store.ts";
import { coversRead, DAY_MS, faultOfTerms, limitsOf, type WantedRead, windowStart } from "./domain/consent-rules.ts";
import { canChangeConsent } from "./domain/consent-states.ts";

const GAS_LIMIT = 300_000;

const changedMeanwhile = () =>
  new DomainError("conflict", "the consent was changed meanwhile", { field: "nonce", fix: "load it and sign again" });

interface Party {
  _id: string;
  name: string;
  uscc?: string | undefined;
  address: string;
}

/** Who reads what of whom, and what for. */
export interface ReadSubject extends WantedRead {
  readonly holderId: string;
  readonly what: string;
  readonly recordId?: string | undefined;
}
/** What a read brought. */
export interface ReadResult<T> {
  readonly value: T;
  readonly records: number;
  readonly copyId?: string;
  /** What the read was made of, each a line of the access log; one line for all of it where absent. */
  readonly parts?: readonly { readonly what: string; readonly records: number }[];
}

export interface ConsentService {
  give(holderId: string, input: z.output<typeof consentInput>): Promise<ConsentView>;
  /** Pauses, resumes or revokes; it holds from the next read on. Saying again what holds already changes nothing. */
  change(holderId: string, id: string, input: z.output<typeof consentChangeInput>): Promise<ConsentView>;
  list(party: { holderId: string } | { recipientId: string }): Promise<ConsentView[]>;
  liveFor(recipientId: string, filter: { holderId?: string; requestId?: string }): Promise<ConsentDocument[]>;
  /**
   * One read under a live consent that covers it: `read` gets the consent and gathers what it lets see; then the read is
   * counted and logged in one write, and only then given out. Throws consent.required or consent.tooOften, which is
   * logged as well; a refused reader gathers nothing.
   */
  use<T>(
    reader: { id: string; name: string },
    subject: ReadSubject,
    read: (consent: ConsentDocument) => Promise<ReadResult<T>>,
  ): Promise<{ consent: ConsentDocument; value: T }>;
  find(id: string): Promise<ConsentDocument | null>;
  /** The consent, for its two parties. */
  visible(participantId: string, id: string): Promise<ConsentDocument>;
}

export function createConsentService(
  store: ConsentStore,
  chain: ChainContext,
  ports: {
    requireActive(participantId: string): Promise<Party>;
    knownCatalogs: ReadonlySet<string>;
    ownsRequest(holderId: string, requestId: string): Promise<boolean>;
    /** Throws unless the institution's request waits and asks for no less. */
    requireAsked(id: string, terms: z.output<typeof consentTerms>, days: number): Promise<void>;
    markGiven(consentRequestId: string, consentId: string): Promise<void>;
    /** The log entry of a refusal. */
    logRefused(entry: AccessRecord): Promise<void>;
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
      limits: limitsOf(consent.terms),
      holder: consent.holder,
      recipient: consent.recipient,
      startsAt: consent.startsAt.toISOString(),
      expiresAt: consent.expiresAt.toISOString(),
      ...(consent.revokedAt ? { revokedAt: consent.revokedAt.toISOString() } : {}),
      reads: consent.reads,
      readsInWindow: readsInWindow(consent),
      receipt: receipts[i]!,
    }));
  }

  function readsInWindow({ terms, recentReads = [] }: ConsentDocument): number {
    const { frequency } = limitsOf(terms);
    if (!frequency) return 0;
    const start = windowStart(frequency, clock.now());
    return recentReads.filter((at) => at > start).length;
  }
  const readTooOften = (consent: ConsentDocument): boolean =>
    readsInWindow(consent) >= (limitsOf(consent.terms).frequency?.count ?? Number.POSITIVE_INFINITY);

  const accessOf = (
    reader: { id: string; name: string },
    { holderId, what, purpose, recordId }: ReadSubject,
    outcome: Pick<AccessRecord, "allowed" | "consentId" | "records" | "copyId" | "reason">,
  ): AccessRecord => ({
    id: newId(),
    at: clock.now().toISOString(),
    holderId,
    reader,
    what,
    purpose,
    ...(recordId === undefined ? {} : { recordId }),
    ...outcome,
  });
  const noticeOf = (party: { id: string }, kind: "consentGiven" | "consentChanged", who: string, id: string): Effect =>
    noticeEffect({ _id: newId(), partyId: party.id, at: clock.now().toISOString(), kind, who, about: id });

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
      if (expiresAt > LAST_CONSENT_SECOND)
        throw bad("expiresAt", "the consent would last beyond what the registry keeps", "let it end before 2106");
      const days = ((expiresAt - startsAt) * 1000) / DAY_MS;
      const fault = faultOfTerms(terms, days);
      if (fault) throw bad(fault.field, fault.reason, fault.fix);
      const message = { holder: holder.address, commitment: commitment(salt, terms), startsAt, expiresAt };
      await chain.requireSignature(chain.consentsDomain, "ConsentGrant", message, input.signature, holder.address);
      const id = consentGrantHash(message);
      if (terms.consentRequestId) await ports.requireAsked(terms.consentRequestId, terms, days);
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
          recentReads: [],
        },
        [
          actEffect({ id, kind: "consent.give", target: chain.contracts.consents, data, gasLimit: GAS_LIMIT }),
          noticeOf({ id: recipient._id }, "consentGiven", holder.name, id),
          ...(terms.consentRequestId
            ? [{ type: "consent.answered", payload: { consentRequestId: terms.consentRequestId, consentId: id } }]
            : []),
        ],
      );
      // The effect does it again where this is cut off.
      if (terms.consentRequestId) await ports.markGiven(terms.consentRequestId, id);
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
      const changed = await store.change(consent, { actId, state, nonce, at: clock.now(), signature }, [
        act,
        noticeOf(consent.recipient, "consentChanged", consent.holder.name, id),
        ...(state === "revoked" ? [{ type: "copies.end", payload: { consentId: id } }] : []),
      ]);
      if (!changed) throw changedMeanwhile();
      onWork();
      return (await viewsOf([changed]))[0]!;
    },

    list: async (party) => viewsOf(await store.list(party)),
    async liveFor(recipientId, filter) {
      const live = await store.live({ recipientId, ...filter }, clock.now());
      return live.filter((consent) => stateOf(consent) === "active");
    },

    async use(reader, subject, read) {
      const fitting = async () =>
        (await service.liveFor(reader.id, { holderId: subject.holderId })).filter(({ terms }) =>
          coversRead(terms, subject),
        );
      for (const candidate of await fitting()) {
        if (readTooOften(candidate)) continue;
        const { value, records, copyId, parts } = await read(candidate);
        const entries = (parts ?? [{ what: subject.what, records }]).map((part, i) => ({
          ...accessOf(
            reader,
            { ...subject, what: part.what },
            {
              allowed: true,
              consentId: candidate._id,
              records: part.records,
              ...(copyId === undefined ? {} : { copyId }),
            },
          ),
          // Many lines of one read are one notice.
          ...(i > 0 ? { unnoticed: true } : {}),
        }));
        // Live, and not too often, is asked again inside the write: after a revocation nothing more is given out.
        const used = await store.countRead(candidate, clock.now(), entries.map(accessEffect));
        if (used) {
          onWork();
          return { consent: used, value };
        }
      }
      const live = await fitting();
      const reason = live.length > 0 ? "tooOften" : "noConsent";
      await ports.logRefused(accessOf(reader, subject, { allowed: false, reason }));
      if (reason === "tooOften")
        throw new DomainError("consent.tooOften", "the consent was read as often as it allows", {
          status: 429,
          fix: "wait until the consent's day, week or month has passed",
        });
      throw new DomainError("consent.required", "there is no live consent of this enterprise that covers this reading");
    },

    find: store.find,
    async visible(participantId, id) {
      const consent = await store.find(id);
      if (consent?.holder.id !== participantId && consent?.recipient.id !== participantId)
        throw new DomainError("notFound", "there is no such consent");
      return consent;
    },
  };
  return service;
}
