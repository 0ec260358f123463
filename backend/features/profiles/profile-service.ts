import type { Actor } from "../../lib/actor.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";
import type { Clock } from "../../lib/clock.ts";
import { commitment } from "../../lib/commitment.ts";
import { leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { ConsentPurpose } from "../consents/consent-schemas.ts";
import { computeProfile, type ProfileRecord } from "./domain/indicators.ts";
import type { ProfileView } from "./profile-schemas.ts";
import type { SnapshotFields, SnapshotStore } from "./snapshot-store.ts";

/** The most record ids shown with one indicator; the count tells the rest. */
const SHOWN_RECORDS = 40;

interface Bilingual {
  zh: string;
  en: string;
}

/** What of an enterprise's records may be seen. */
interface Scope {
  readonly catalogs: ReadonlySet<string>;
  covers(period: string | undefined): boolean;
}

type StoredRecord = Omit<ProfileRecord, "id" | "receivedAt"> & { _id: string; key: string; receivedAt: Date };
/** What was objected to a record: an open objection's id, a statement beside it. */
interface Mark {
  disputed?: string;
  statement?: { objectionId: string; text: string };
}

function marksOf(recordIds: readonly string[], markOf: (recordId: string) => Mark) {
  const marks = recordIds.map(markOf);
  const disputed = marks.find((mark) => mark.disputed)?.disputed;
  const statements = marks.flatMap(({ statement }) => (statement ? [statement] : []));
  return { ...(disputed ? { disputed } : {}), ...(statements.length > 0 ? { statements } : {}) };
}

interface Ports {
  recordsOf(uscc: string): Promise<StoredRecord[]>;
  markerFor(uscc: string): Promise<(record: StoredRecord) => Mark>;
  receivedCatalogs(): Promise<Map<string, string>>;
  catalogLabel(catalogId: string): { catalogName: Bilingual; departmentName: Bilingual };
  districtName(code: string): string;
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
}

export interface ProfileService {
  own(participantId: string): Promise<ProfileView>;
  ofUscc(uscc: string): Promise<ProfileView>;
  /** An institution's reading for a request: under consent, logged, frozen and anchored. */
  read(institution: { id: string; name: string }, requestId: string, purpose: ConsentPurpose): Promise<ProfileView>;
  /** What a snapshot's commitment hides, for who read it, whom it is about, and the regulator. */
  snapshotOpening(actor: Actor, id: string): Promise<{ document?: unknown; salt: string; commitment: string }>;
  outline(uscc: string): Promise<{ district: string; industry: string }>;
}

export function createProfileService(
  snapshots: SnapshotStore,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): ProfileService {
  async function gather(uscc: string, scope?: Scope): Promise<{ profile: ProfileView; records: number }> {
    const [all, received, markOf] = await Promise.all([
      ports.recordsOf(uscc),
      ports.receivedCatalogs(),
      ports.markerFor(uscc),
    ]);
    const recordOf = new Map(all.map((record) => [record._id, record]));
    const covered = (catalogId: string) => !scope || scope.catalogs.has(catalogId);
    const records = all
      .filter(({ catalogId, period }) => covered(catalogId) && (!scope || scope.covers(period)))
      .map(({ _id, receivedAt, ...rest }) => ({ ...rest, id: _id, receivedAt: receivedAt.toISOString() }));
    const now = clock.now();
    const { enterprise, indicators, series } = computeProfile({
      asOf: now.toISOString().slice(0, 10),
      records,
      receivedCatalogs: new Map([...received].filter(([id]) => covered(id))),
    });
    const profile: ProfileView = {
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
          ...marksOf(recordIds, (id) => markOf(recordOf.get(id)!)),
        })),
      series,
    };
    return { profile, records: records.length };
  }
  const compute = async (uscc: string): Promise<ProfileView> => (await gather(uscc)).profile;

  return {
    async own(participantId) {
      const { uscc } = await ports.enterprise(participantId);
      if (!uscc) throw new DomainError("notFound", "you have no credit profile");
      return compute(uscc);
    },
    ofUscc: (uscc) => compute(uscc),
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
          const gathered = await gather(uscc, scope);
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
      const { content, salt, digest } = found;
      const open = (await ports.mayOpenCopy(actor, { ...found, id })) && content !== undefined;
      return { ...(open ? { document: JSON.parse(content) as unknown } : {}), salt, commitment: digest };
    },
    async outline(uscc) {
      const records = await ports.recordsOf(uscc);
      if (records.length === 0) return { district: "", industry: "" };
      const { enterprise } = await compute(uscc);
      return { district: enterprise.district, industry: enterprise.industry };
    },
  };
}
