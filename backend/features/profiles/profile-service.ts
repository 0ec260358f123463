import type { Actor } from "../../lib/actor.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { LeafPack } from "../../lib/proof/pack.ts";
import type { ConsentPurpose } from "../consents/consent-schemas.ts";
import type { ExplainedProfile, ProfileReader, Scope } from "./profile-reader.ts";
import { PROFILE_FORMAT, type ProfilePack, type ProfileView } from "./profile-schemas.ts";
import type { SnapshotFields, SnapshotStore } from "./snapshot-store.ts";

interface Ports {
  outline(uscc: string): Promise<{ district: string; industry: string }>;
  enterprise(participantId: string): Promise<{ name: string; uscc?: string | undefined }>;
  request(institutionId: string, requestId: string): Promise<{ enterpriseId: string; uscc: string }>;
  /** `read` gathers what the consent lets see; then the read is counted and logged. Throws consent.required. */
  readUnderConsent(
    reader: { id: string; name: string },
    subject: { holderId: string; requestId: string; what: string; purpose: ConsentPurpose },
    read: (scope: Scope) => Promise<{ value: ProfileView; records: number; copyId: string }>,
  ): Promise<{ consent: { _id: string }; value: ProfileView }>;
  /** Whether the actor may see a copy's content; logged. Throws consent.required for an institution that may not. */
  mayOpenCopy(actor: Actor, copy: { id: string; consentId: string; takenAt: Date }): Promise<boolean>;
  /** The participant whom records of this code are about; "" for none. */
  holderOf(uscc: string): Promise<string>;
  /**
   * A record as its holder shows it: the proof pack, what it says while its batch isn't on the chain, or nothing when
   * nobody may read it any more. Neither counted nor logged: who asks has been allowed and logged for the whole.
   */
  recordOpening(holderId: string, recordId: string): Promise<{ proof?: LeafPack; document?: unknown }>;
  /** A copy's own proof. Throws proof.notConfirmed until the chain has it. */
  copyProof(id: string, opening: { salt: string; commitment: string }): Promise<LeafPack>;
}

export interface ProfileService {
  own(participantId: string): Promise<ProfileView>;
  ofUscc(uscc: string): Promise<ProfileView>;
  /** An institution's reading for a request: under consent, logged, frozen and anchored. */
  read(institution: { id: string; name: string }, requestId: string, purpose: ConsentPurpose): Promise<ProfileView>;
  /** What a snapshot's commitment hides, for who read it, whom it is about, and the regulator. */
  snapshotOpening(actor: Actor, id: string): Promise<{ document?: unknown; salt: string; commitment: string }>;
  /** District and industry, without working out a profile. */
  outline(uscc: string): Promise<{ district: string; industry: string }>;
  /** The enterprise's own profile with the proof pack of every record that it is worked out of. */
  export(actor: Actor): Promise<ProfilePack>;
  /** The same of a copy, with its own proof, for who may see it. Throws proof.notConfirmed until the chain has it. */
  exportCopy(actor: Actor, id: string): Promise<ProfilePack>;
}

/** Proofs read at a time: a Merkle path is a few reads. */
const PROOFS_AT_ONCE = 8;

export function createProfileService(
  snapshots: SnapshotStore,
  reader: ProfileReader,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): ProfileService {
  async function packOf(profile: ExplainedProfile, holderId: string): Promise<ProfilePack> {
    const records: ProfilePack["records"] = [];
    const ids = profile.basis.records.map(({ id }) => id);
    for (let at = 0; at < ids.length; at += PROOFS_AT_ONCE) {
      const some = ids.slice(at, at + PROOFS_AT_ONCE);
      records.push(
        ...(await Promise.all(some.map(async (id) => ({ id, ...(await ports.recordOpening(holderId, id)) })))),
      );
    }
    return { format: PROFILE_FORMAT, exportedAt: clock.now().toISOString(), profile, records };
  }

  const service: ProfileService = {
    async own(participantId) {
      const { uscc } = await ports.enterprise(participantId);
      if (!uscc) throw new DomainError("notFound", "you have no credit profile");
      return reader.whole(uscc);
    },
    ofUscc: reader.whole,
    async read(institution, requestId, purpose) {
      const { enterpriseId, uscc } = await ports.request(institution.id, requestId);
      const id = newId();
      const salt = randomSalt();
      const takenAt = clock.now();
      let records = 0;
      const { consent, value: profile } = await ports.readUnderConsent(
        institution,
        { holderId: enterpriseId, requestId, what: "profile", purpose },
        async (scope) => {
          const gathered = await reader.scoped(uscc, scope);
          records = gathered.records;
          return { value: gathered.profile, records, copyId: id };
        },
      );
      const digest = commitment(salt, profile);
      const fields: SnapshotFields = {
        consentId: consent._id,
        institutionId: institution.id,
        uscc,
        content: canonicalJson(profile),
        salt,
        digest,
        takenAt,
      };
      await snapshots.insert(id, fields, [
        leafEffect({ id: `snapshot:${id}`, kind: "snapshots", commitment: digest }),
        {
          type: "copy.taken",
          payload: { id, consentId: consent._id, digest, records, takenAt: takenAt.toISOString() },
        },
      ]);
      onWork();
      return { ...profile, snapshot: { id, digest, consentId: consent._id, anchor: { state: "waiting" } } };
    },
    async snapshotOpening(actor, id) {
      const found = await snapshots.find(id);
      const may =
        actor.role === "regulator" ||
        (actor.role === "institution"
          ? found?.institutionId === actor.participantId
          : found && (await ports.enterprise(actor.participantId)).uscc === found.uscc);
      if (!found || !may) throw new DomainError("notFound", "there is no such snapshot");
      const { content, salt, digest } = found;
      const open = (await ports.mayOpenCopy(actor, { ...found, id })) && content !== undefined;
      return { ...(open ? { document: JSON.parse(content) as unknown } : {}), salt, commitment: digest };
    },
    outline: ports.outline,
    async export(actor) {
      const { uscc } = await ports.enterprise(actor.participantId);
      if (!uscc) throw new DomainError("notFound", "you have no credit profile");
      return packOf(await reader.explained(uscc), actor.participantId);
    },
    async exportCopy(actor, id) {
      const { document, ...opening } = await service.snapshotOpening(actor, id);
      const profile = document as ExplainedProfile | undefined;
      if (!profile?.basis)
        throw new DomainError("consent.copyEnded", "this copy's content is deleted, or it was made without its basis", {
          fix: "what proves that it was made is in GET /snapshots/:id/proof",
        });
      const { file: _, ...snapshot } = await ports.copyProof(id, opening);
      return { ...(await packOf(profile, await ports.holderOf(profile.enterprise.uscc))), snapshot };
    },
  };
  return service;
}
