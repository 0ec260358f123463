import type { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { noticeEffect } from "./access-service.ts";
import type { ConsentRequestDocument, ConsentRequestStore } from "./consent-request-store.ts";
import type { ConsentRequestView, consentRequestInput, consentRequestList, consentTerms } from "./consent-schemas.ts";
import { purposeRule } from "./domain/consent-purposes.ts";
import { beyondAsked, DAY_MS, faultOfTerms } from "./domain/consent-rules.ts";
import { shownAskedState } from "./domain/consent-states.ts";

const PAGE_SIZE = 50;

export interface ConsentRequestService {
  /** An institution asks an enterprise, within its caps for the purpose. */
  ask(institutionId: string, input: z.output<typeof consentRequestInput>): Promise<ConsentRequestView>;
  list(
    party: { holderId: string } | { institutionId: string },
    page: number,
  ): Promise<z.infer<typeof consentRequestList>>;
  reject(holderId: string, id: string, reason: string): Promise<ConsentRequestView>;
  /** Throws unless the request waits for an answer of these terms' parties and asks for no less. */
  requireAsked(id: string, terms: z.output<typeof consentTerms>, days: number): Promise<void>;
  /** Outbox handler: giving wins over all else that became of the request. */
  markGiven(id: string, consentId: string): Promise<void>;
}

interface Party {
  _id: string;
  name: string;
  uscc?: string | undefined;
}

export function createConsentRequestService(
  store: ConsentRequestStore,
  ports: {
    requireActive(participantId: string): Promise<Party>;
    /** An active enterprise by its code. */
    byUscc(uscc: string): Promise<Party | undefined>;
    /** Who stands behind a financing request that is open for institutions; undefined where there is none. */
    holderOfRequest(requestId: string): Promise<string | undefined>;
    knownCatalogs: ReadonlySet<string>;
  },
  clock: Clock,
  onWork: () => void,
): ConsentRequestService {
  const quotaOf = ({ institution, wish }: Pick<ConsentRequestDocument, "institution" | "wish">): string =>
    `${institution.id}|${wish.purpose}`;

  function viewOf(request: ConsentRequestDocument, reader: "holder" | "institution"): ConsentRequestView {
    const { _id, institution, holder, wish, requestedAt, lapsesAt, decidedAt, reason, consentId } = request;
    const state = shownAskedState(request.state, lapsesAt, clock.now());
    const named = reader === "holder" || request.askedBy === "uscc" || state === "active";
    return {
      id: _id,
      state,
      institution,
      ...(named ? { holder } : {}),
      ...wish,
      requestedAt: requestedAt.toISOString(),
      lapsesAt: lapsesAt.toISOString(),
      ...(decidedAt ? { decidedAt: decidedAt.toISOString() } : {}),
      ...(reason ? { reason } : {}),
      ...(state === "rejected" && request.placeUntil ? { askAgainFrom: request.placeUntil.toISOString() } : {}),
      ...(consentId ? { consentId } : {}),
    };
  }

  async function holderOf({ uscc, requestId }: z.output<typeof consentRequestInput>): Promise<Party> {
    // Not both: the answer would tell whose request it is.
    if ((uscc === undefined) === (requestId === undefined))
      throw new DomainError("consent.invalid", "an enterprise is asked by its code or by its financing request", {
        field: "uscc",
        fix: "send either uscc or requestId",
        status: 400,
      });
    if (uscc !== undefined) {
      const found = await ports.byUscc(uscc);
      if (!found) throw new DomainError("notFound", "no enterprise on the platform has this code");
      return found;
    }
    const owner = await ports.holderOfRequest(requestId!);
    if (!owner) throw new DomainError("notFound", "there is no such open financing request");
    return ports.requireActive(owner);
  }

  return {
    async ask(institutionId, input) {
      const institution = await ports.requireActive(institutionId);
      const { uscc, days, message, ...scope } = input;
      const unknown = scope.catalogs.find((catalog) => !ports.knownCatalogs.has(catalog));
      const fault = unknown
        ? { field: "catalogs", reason: `there is no catalog ${unknown}`, fix: "use ids of GET /catalogs" }
        : faultOfTerms(scope, days);
      if (fault) {
        const field = fault.field === "expiresAt" ? "days" : fault.field.replace("terms.", "");
        throw new DomainError("consent.invalid", fault.reason, { field, fix: fault.fix, status: 400 });
      }
      const holder = await holderOf(input);
      const { asking } = purposeRule(scope.purpose);
      const now = clock.now();
      const id = newId();
      const lapsesAt = new Date(now.getTime() + asking.answerDays * DAY_MS);
      const party = { id: institutionId, name: institution.name };
      // Apart for each financing request: a refusal must not tell that an enterprise asked by its code is behind one.
      const whom = scope.requestId === undefined ? holder._id : `request:${scope.requestId}`;
      const place = `${institutionId}|${whom}|${scope.purpose}`;
      const quota = quotaOf({ institution: party, wish: input });
      const dayStart = new Date(now.getTime() - DAY_MS);
      if (!(await store.takeQuota(quota, asking, { id, until: lapsesAt }, now, dayStart)))
        throw new DomainError("consent.tooManyRequests", "no more requests for consent for this purpose now", {
          status: 429,
          fix: `at most ${asking.open} may wait for an answer, and ${asking.perDay} be made a day`,
        });
      const request = await store.insert(
        id,
        {
          state: "requested",
          institution: party,
          holder: { id: holder._id, name: holder.name, uscc: holder.uscc ?? "" },
          askedBy: uscc === undefined ? "requestId" : "uscc",
          wish: { ...scope, days, message },
          requestedAt: now,
          lapsesAt,
          place,
          placeUntil: lapsesAt,
        },
        now,
        [
          noticeEffect({
            _id: `asked:${id}`,
            partyId: holder._id,
            at: now.toISOString(),
            kind: "consentRequested",
            who: institution.name,
            purpose: scope.purpose,
            about: id,
          }),
        ],
      );
      if (!request) {
        await store.freeQuota(quota, id);
        const other = await store.byPlace(place);
        const until = other?.placeUntil?.toISOString();
        if (other?.state === "rejected")
          throw new DomainError("consent.quiet", `the enterprise rejected this; you may ask again from ${until}`);
        throw new DomainError("consent.asked", "your request for this purpose waits for the enterprise's answer");
      }
      onWork();
      return viewOf(request, "institution");
    },

    async list(party, page) {
      const { items, total } = await store.list(party, page, PAGE_SIZE);
      const reader = "holderId" in party ? "holder" : "institution";
      return { items: items.map((request) => viewOf(request, reader)), total };
    },

    async reject(holderId, id, reason) {
      const found = await store.find(id);
      if (found?.holder.id !== holderId) throw new DomainError("notFound", "you have no such request for consent");
      const at = clock.now();
      const quietUntil = new Date(at.getTime() + purposeRule(found.wish.purpose).asking.quietDays * DAY_MS);
      const rejected = await store.reject(id, { reason, at, quietUntil }, [
        noticeEffect({
          _id: `rejected:${id}`,
          partyId: found.institution.id,
          at: at.toISOString(),
          kind: "consentRejected",
          // Who it is stays hidden from an institution that doesn't know.
          who: found.askedBy === "uscc" ? found.holder.name : "",
          purpose: found.wish.purpose,
          about: id,
        }),
      ]);
      if (!rejected)
        throw new DomainError("consent.answered", "this request doesn't wait for an answer any more", {
          fix: "load the requests again",
        });
      await store.freeQuota(quotaOf(found), id);
      onWork();
      return viewOf(rejected, "holder");
    },

    async requireAsked(id, terms, days) {
      const asked = await store.find(id);
      const bad = (field: string, reason: string, fix: string) =>
        new DomainError("consent.invalid", reason, { field, fix, status: 400 });
      if (asked?.holder.id !== terms.holder.id)
        throw bad("terms.consentRequestId", "there is no such request to you", "leave it out");
      if (asked.institution.id !== terms.recipient.id)
        throw bad("terms.recipient", "another institution asked", `name ${asked.institution.name}`);
      if (shownAskedState(asked.state, asked.lapsesAt, clock.now()) !== "requested")
        throw new DomainError("consent.answered", "this request doesn't wait for an answer any more");
      const field = beyondAsked(asked.wish, terms, days);
      if (field) {
        const where = field === "expiresAt" ? field : `terms.${field}`;
        throw bad(where, "this goes beyond what was asked for", "give what was asked for, or less");
      }
    },

    async markGiven(id, consentId) {
      const asked = await store.find(id);
      if (!asked) return;
      await store.markGiven(id, consentId, clock.now());
      await store.freeQuota(quotaOf(asked), id);
    },
  };
}
