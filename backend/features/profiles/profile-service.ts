import type { Actor } from "../../lib/actor.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { type Effect, leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import { computeProfile, type ProfileRecord } from "./domain/indicators.ts";
import type { ProfileView } from "./profile-schemas.ts";
import type { SnapshotFields, SnapshotStore } from "./snapshot-store.ts";

/** The most record ids shown with one indicator; the count tells the rest. */
const SHOWN_RECORDS = 40;

interface Bilingual {
  zh: string;
  en: string;
}

interface Ports {
  recordsOf(uscc: string): Promise<(Omit<ProfileRecord, "id" | "receivedAt"> & { _id: string; receivedAt: Date })[]>;
  receivedCatalogs(): Promise<Map<string, string>>;
  catalogLabel(catalogId: string): { catalogName: Bilingual; departmentName: Bilingual };
  districtName(code: string): string;
  enterprise(participantId: string): Promise<{ name: string; uscc?: string | undefined }>;
  request(institutionId: string, requestId: string): Promise<{ enterpriseId: string; uscc: string }>;
  /** Counts and logs one read in one write with the effects. Throws consent.required. */
  readUnderConsent(
    reader: { id: string; name: string },
    subject: { holderId: string; requestId: string; what: string },
    effects: readonly Effect[],
  ): Promise<{ _id: string; terms: { catalogs: string[] } }>;
}

export interface ProfileService {
  own(participantId: string): Promise<ProfileView>;
  ofUscc(uscc: string): Promise<ProfileView>;
  /** An institution's reading for a request: under consent, logged, frozen and anchored. */
  read(institution: { id: string; name: string }, requestId: string): Promise<ProfileView>;
  /** What a snapshot's commitment hides, for who read it, whom it is about, and the regulator. */
  snapshotOpening(actor: Actor, id: string): Promise<{ document: unknown; salt: string; commitment: string }>;
  outline(uscc: string): Promise<{ district: string; industry: string }>;
}

export function createProfileService(
  snapshots: SnapshotStore,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): ProfileService {
  async function compute(uscc: string, catalogs?: ReadonlySet<string>): Promise<ProfileView> {
    const [all, received] = await Promise.all([ports.recordsOf(uscc), ports.receivedCatalogs()]);
    const covered = (catalogId: string) => !catalogs || catalogs.has(catalogId);
    const records = all
      .filter(({ catalogId }) => covered(catalogId))
      .map(({ _id, receivedAt, ...rest }) => ({ ...rest, id: _id, receivedAt: receivedAt.toISOString() }));
    const now = clock.now();
    const { enterprise, indicators, series } = computeProfile({
      asOf: now.toISOString().slice(0, 10),
      records,
      receivedCatalogs: new Map([...received].filter(([id]) => covered(id))),
    });
    return {
      enterprise: enterprise
        ? { ...enterprise, district: ports.districtName(enterprise.district) }
        : { uscc, name: "", district: "", industry: "" },
      computedAt: now.toISOString(),
      indicators: indicators
        .filter(({ catalogId }) => covered(catalogId))
        .map(({ catalogId, recordIds, ...rest }) => ({
          ...rest,
          source: { catalogId, ...ports.catalogLabel(catalogId) },
          recordIds: recordIds.slice(0, SHOWN_RECORDS),
          recordCount: recordIds.length,
        })),
      series,
    };
  }

  return {
    async own(participantId) {
      const { uscc } = await ports.enterprise(participantId);
      if (!uscc) throw new DomainError("notFound", "you have no credit profile");
      return compute(uscc);
    },
    ofUscc: (uscc) => compute(uscc),
    async read(institution, requestId) {
      const { enterpriseId, uscc } = await ports.request(institution.id, requestId);
      const id = newId();
      const salt = randomSalt();
      const takenAt = clock.now();
      // The permission first, then the data: a refused reader must not even cause a computation.
      const consent = await ports.readUnderConsent(
        institution,
        { holderId: enterpriseId, requestId, what: "profile" },
        [],
      );
      const profile = await compute(uscc, new Set(consent.terms.catalogs));
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
      await snapshots.insert(id, fields, [leafEffect({ id: `snapshot:${id}`, kind: "snapshots", commitment: digest })]);
      onWork();
      return { ...profile, snapshot: { id, digest, anchor: { state: "waiting" } } };
    },
    async snapshotOpening(actor, id) {
      const found = await snapshots.find(id);
      const may =
        actor.role === "regulator" ||
        (actor.role === "institution"
          ? found?.institutionId === actor.participantId
          : found && (await ports.enterprise(actor.participantId)).uscc === found.uscc);
      if (!found || !may) throw new DomainError("notFound", "there is no such snapshot");
      return { document: JSON.parse(found.content) as unknown, salt: found.salt, commitment: found.digest };
    },
    async outline(uscc) {
      const records = await ports.recordsOf(uscc);
      if (records.length === 0) return { district: "", industry: "" };
      const { enterprise } = await compute(uscc);
      return { district: enterprise.district, industry: enterprise.industry };
    },
  };
}
