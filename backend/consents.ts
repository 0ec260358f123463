import type { AnchoringService } from "./features/anchoring/anchoring-service.ts";
import { createAccessService } from "./features/consents/access-service.ts";
import { createConsentRequestService } from "./features/consents/consent-request-service.ts";
import type { ConsentPurpose } from "./features/consents/consent-schemas.ts";
import { createConsentService } from "./features/consents/consent-service.ts";
import { createCopyService } from "./features/consents/copy-service.ts";
import type { ParticipantService } from "./features/participants/participant-service.ts";
import type { Actor } from "./lib/actor.ts";
import type { ChainContext } from "./lib/chain-context.ts";
import type { Clock } from "./lib/clock.ts";
import { DomainError } from "./lib/errors.ts";
import type { Stores } from "./stores.ts";

interface Parts {
  stores: Stores;
  chain: ChainContext;
  participants: ParticipantService;
  anchoring: AnchoringService;
  knownCatalogs: ReadonlySet<string>;
  nameOf(participantId: string): Promise<string>;
  /** How long entries of the access log are kept. */
  accessLogMonths: number;
  clock: Clock;
  onWork: () => void;
}

interface ReadRecord {
  _id: string;
  uscc: string;
  catalogId: string;
  period?: string | undefined;
}

/** Consents, the requests for them, the copies read under them, and the log of all reads. */
export function consentsOf({
  stores,
  chain,
  participants,
  anchoring,
  knownCatalogs,
  nameOf,
  accessLogMonths,
  clock,
  onWork,
}: Parts) {
  const access = createAccessService(
    stores.accesses,
    {
      usccOf: async (participantId) => (await participants.find(participantId))?.uscc,
      anchorsOf: anchoring.anchorsOf,
    },
    clock,
    onWork,
    accessLogMonths,
  );
  const consentRequests = createConsentRequestService(
    stores.consentRequests,
    {
      requireActive: participants.requireActive,
      byUscc: async (uscc) => (await participants.byUsccs([uscc])).find(({ status }) => status === "active"),
      async holderOfRequest(requestId) {
        const request = await stores.requests.find(requestId);
        return request?.state === "open" ? request.enterpriseId : undefined;
      },
      knownCatalogs,
    },
    clock,
    onWork,
  );
  const consents = createConsentService(
    stores.consents,
    chain,
    {
      requireActive: participants.requireActive,
      knownCatalogs,
      ownsRequest: async (holderId, requestId) => (await stores.requests.find(requestId))?.enterpriseId === holderId,
      requireAsked: consentRequests.requireAsked,
      markGiven: consentRequests.markGiven,
      logRefused: access.record,
      receiptsOf: anchoring.receiptsOf,
    },
    clock,
    onWork,
  );
  const copies = createCopyService(
    stores.copies,
    {
      consent: consents.find,
      access,
      nameOf,
      content: async (copyId) =>
        (await stores.snapshots.find(copyId))?.content ?? (await stores.answers.find(copyId))?.content,
      async deleteContent(copyId) {
        await stores.snapshots.deleteContent(copyId);
        await stores.answers.deleteContent(copyId);
      },
      anchorsOf: anchoring.anchorsOf,
    },
    clock,
    onWork,
  );

  /** One record, by any role's door. */
  async function mayRead(actor: Actor, record: ReadRecord, purpose: ConsentPurpose = "creditReview"): Promise<boolean> {
    const { _id: recordId, uscc, catalogId, period } = record;
    const what = `record:${catalogId}`;
    const [subject] = await participants.byUsccs([uscc]);
    if (actor.role === "enterprise") return subject?._id === actor.participantId;
    const reader = { id: actor.participantId, name: await nameOf(actor.participantId) };
    if (actor.role === "regulator") {
      await access.recordLawful(reader, { holderId: subject?._id ?? uscc, what, recordId, records: 1 });
      return true;
    }
    if (actor.role !== "institution" || !subject) return false;
    const wanted = { holderId: subject._id, what, purpose, recordId, catalogId, period };
    try {
      await consents.use(reader, wanted, async () => ({ value: true, records: 1 }));
      return true;
    } catch (error) {
      // To who may not read it, a record isn't there.
      if (error instanceof DomainError && error.code === "consent.required") return false;
      throw error;
    }
  }

  return { access, consentRequests, consents, copies, mayRead };
}
