import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import { type AccessService, noticeEffect } from "./access-service.ts";
import type { CopyView, copyList } from "./consent-schemas.ts";
import type { ConsentDocument } from "./consent-store.ts";
import type { CopyDeletion, CopyDocument, CopyStore } from "./copy-store.ts";
import { endOfCopy } from "./domain/consent-rules.ts";

const PAGE_SIZE = 50;
const DELETIONS_A_STEP = 100;

/** A copy as the reader that made it tells of it. */
export interface TakenCopy {
  id: string;
  kind?: CopyView["kind"];
  consentId: string;
  digest: string;
  records: number;
  takenAt: string;
}

export interface CopyService {
  /** Outbox handler of a copy that was taken. */
  keep(copy: TakenCopy): Promise<void>;
  /** Outbox handler of a revocation. */
  endOf(consentId: string): Promise<void>;
  /**
   * May the actor see the content of a copy now? Written into the access log where it isn't the enterprise itself.
   * Throws consent.required for an institution that may not; for others the content is just left out.
   */
  openFor(actor: Actor, copy: { id: string; consentId: string; takenAt: Date }): Promise<boolean>;
  list(party: { holderId: string } | { institutionId: string }, page: number): Promise<z.infer<typeof copyList>>;
  /** The copy with its content, for its two parties. Throws consent.copyEnded or consent.required after its end. */
  open(actor: Actor, id: string): Promise<{ copy: CopyView; content: unknown }>;
  /** What a deletion record's commitment hides. */
  deletionOpening(actor: Actor, id: string): Promise<{ document: object; salt: string; commitment: string }>;
  /** Worker step: deletes what is over, and writes down that it did. True when there may be more. */
  deleteDue(): Promise<boolean>;
}

const deletionDocument = (copy: CopyDocument, { at, why }: CopyDeletion) => ({
  copyId: copy._id,
  digest: copy.digest,
  holderId: copy.holder.id,
  institution: { id: copy.institution.id, name: copy.institution.name },
  consentId: copy.consentId,
  takenAt: copy.takenAt.toISOString(),
  deletedAt: at.toISOString(),
  why,
});

export function createCopyService(
  store: CopyStore,
  ports: {
    consent(id: string): Promise<ConsentDocument | null>;
    access: Pick<AccessService, "record" | "recordLawful">;
    nameOf(participantId: string): Promise<string>;
    content(copyId: string): Promise<string | undefined>;
    deleteContent(copyId: string): Promise<void>;
    anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
  },
  clock: Clock,
  onWork: () => void,
): CopyService {
  const over = (consent: ConsentDocument, takenAt: Date): boolean =>
    consent.state === "revoked" || endOfCopy(consent.terms, consent.expiresAt, takenAt) <= clock.now();

  async function viewsOf(copies: readonly CopyDocument[]): Promise<CopyView[]> {
    const anchors = await ports.anchorsOf(
      copies.filter(({ deletion }) => deletion).map(({ _id }) => `deletion:${_id}`),
    );
    return copies.map(
      ({ _id, kind = "profile", consentId, holder, institution, purpose, digest, records, ...copy }) => ({
        id: _id,
        state: copy.state === "kept" && copy.keepUntil <= clock.now() ? "ended" : copy.state,
        kind,
        consentId,
        holder,
        institution,
        purpose,
        digest,
        records,
        takenAt: copy.takenAt.toISOString(),
        keepUntil: copy.keepUntil.toISOString(),
        ...(copy.deletion
          ? {
              deletion: {
                at: copy.deletion.at.toISOString(),
                why: copy.deletion.why,
                anchor: anchors.get(`deletion:${_id}`) ?? { state: "waiting" as const },
              },
            }
          : {}),
      }),
    );
  }

  async function visible({ participantId }: Actor, id: string): Promise<CopyDocument> {
    const copy = await store.find(id);
    if (!copy || (copy.holder.id !== participantId && copy.institution.id !== participantId))
      throw new DomainError("notFound", "there is no such copy");
    return copy;
  }

  async function whyOver({ consentId, keepUntil }: CopyDocument): Promise<CopyDeletion["why"]> {
    const consent = await ports.consent(consentId);
    if (consent?.state === "revoked") return "revoked";
    return consent && consent.expiresAt <= keepUntil ? "consentEnded" : "dataLifeOver";
  }

  const service: CopyService = {
    async keep({ id, kind = "profile", consentId, digest, records, takenAt }) {
      const consent = await ports.consent(consentId);
      if (!consent) throw new Error(`the consent ${consentId} of the copy ${id} is gone`);
      const taken = new Date(takenAt);
      await store.add(id, {
        kind,
        consentId,
        holder: { id: consent.holder.id, name: consent.holder.name },
        institution: { id: consent.recipient.id, name: consent.recipient.name },
        purpose: consent.terms.purpose,
        digest,
        records,
        takenAt: taken,
        keepUntil: endOfCopy(consent.terms, consent.expiresAt, taken),
        state: "kept",
      });
      // A revocation that came before this copy was written down didn't find it.
      if ((await ports.consent(consentId))?.state === "revoked") await service.endOf(consentId);
    },
    endOf: (consentId) => store.end(consentId, clock.now()),

    async openFor(actor, { id, consentId, takenAt }) {
      const consent = await ports.consent(consentId);
      const served = consent !== null && !over(consent, takenAt);
      if (actor.role === "institution") {
        const reader = { id: actor.participantId, name: await ports.nameOf(actor.participantId) };
        const allowed = served && consent.state === "active";
        const records = (await store.find(id))?.records;
        if (consent)
          await ports.access.record({
            id: newId(),
            at: clock.now().toISOString(),
            holderId: consent.holder.id,
            reader,
            what: "copy",
            purpose: consent.terms.purpose,
            consentId,
            copyId: id,
            ...(allowed && records !== undefined ? { records } : {}),
            allowed,
            ...(allowed ? {} : { reason: "noConsent" }),
          });
        if (!allowed) throw new DomainError("consent.required", "this copy's consent or its time is over, or it rests");
      } else if (actor.role === "regulator" && served) {
        const reader = { id: actor.participantId, name: await ports.nameOf(actor.participantId) };
        await ports.access.recordLawful(reader, { holderId: consent.holder.id, what: "copy", copyId: id });
      }
      return served;
    },

    async list(party, page) {
      const { items, total } = await store.list(party, page, PAGE_SIZE);
      return { items: await viewsOf(items), total };
    },

    async open(actor, id) {
      const copy = await visible(actor, id);
      const content = (await service.openFor(actor, { ...copy, id })) ? await ports.content(id) : undefined;
      if (content === undefined)
        throw new DomainError("consent.copyEnded", "this copy's time is over: its content is deleted", {
          fix: "its digest and the record of its deletion are in GET /copies",
        });
      return { copy: (await viewsOf([copy]))[0]!, content: JSON.parse(content) as unknown };
    },

    async deletionOpening(actor, id) {
      const copy = await visible(actor, id);
      if (!copy.deletion) throw new DomainError("notFound", "this copy isn't deleted");
      const document = deletionDocument(copy, copy.deletion);
      return { document, salt: copy.deletion.salt, commitment: commitment(copy.deletion.salt, document) };
    },

    async deleteDue() {
      const due = await store.due(clock.now(), DELETIONS_A_STEP);
      for (const copy of due) {
        const deletion: CopyDeletion = { at: clock.now(), why: await whyOver(copy), salt: randomSalt() };
        // The content first: a record of a deletion that wasn't done would be a lie.
        await ports.deleteContent(copy._id);
        const at = deletion.at.toISOString();
        const notice = { at, kind: "copyDeleted", purpose: copy.purpose, about: copy._id } as const;
        await store.markDeleted(copy._id, deletion, [
          leafEffect({
            id: `deletion:${copy._id}`,
            kind: "consents",
            commitment: commitment(deletion.salt, deletionDocument(copy, deletion)),
          }),
          noticeEffect({ ...notice, _id: `d:${copy._id}:h`, partyId: copy.holder.id, who: copy.institution.name }),
          noticeEffect({ ...notice, _id: `d:${copy._id}:i`, partyId: copy.institution.id, who: copy.holder.name }),
        ]);
      }
      if (due.length > 0) onWork();
      return due.length === DELETIONS_A_STEP;
    },
  };
  return service;
}
