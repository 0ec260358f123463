import { createHash } from "node:crypto";
import type { AnchoringService } from "./features/anchoring/anchoring-service.ts";
import type { ProofService } from "./features/audit/proof-service.ts";
import type { ConsentService } from "./features/consents/consent-service.ts";
import type { CopyService } from "./features/consents/copy-service.ts";
import { coversPeriod } from "./features/consents/domain/consent-rules.ts";
import type { CatalogRegistry } from "./features/data-exchange/catalog-registry.ts";
import type { DataExchangeService } from "./features/data-exchange/data-exchange-service.ts";
import { YUXI_DISTRICTS } from "./features/data-exchange/domain/districts.ts";
import { recordDocument } from "./features/data-exchange/domain/record-commitment.ts";
import { compareVersions } from "./features/data-exchange/domain/record-versions.ts";
import { STANDARD_DEPARTMENTS } from "./features/data-exchange/domain/standard-catalogs.ts";
import type { ErasureService } from "./features/objections/erasure-service.ts";
import type { ObjectionService } from "./features/objections/objection-service.ts";
import type { ParticipantService } from "./features/participants/participant-service.ts";
import { INDICATORS } from "./features/profiles/domain/indicators.ts";
import { type CatalogLabel, freshDays } from "./features/profiles/domain/profile-view.ts";
import type { CatalogFacts } from "./features/profiles/domain/sources.ts";
import type { StoredRecord } from "./features/profiles/profile-content.ts";
import type { RecordVersion, VisibleBatch } from "./features/profiles/profile-inputs-store.ts";
import { createProfileReader } from "./features/profiles/profile-reader.ts";
import { createProfileService } from "./features/profiles/profile-service.ts";
import { createRecomputeService } from "./features/profiles/recompute-service.ts";
import type { SubjectService } from "./features/subjects/subject-service.ts";
import type { Actor } from "./lib/actor.ts";
import type { Clock } from "./lib/clock.ts";
import { DomainError } from "./lib/errors.ts";
import type { AnchorState } from "./lib/schemas.ts";
import type { Stores } from "./stores.ts";

interface Parts {
  stores: Stores;
  catalogRegistry: CatalogRegistry;
  exchange: Pick<DataExchangeService, "recordsOf" | "recordProof">;
  objections: Pick<ObjectionService, "markerFor">;
  erasures: Pick<ErasureService, "kept">;
  anchoring: Pick<AnchoringService, "batchAnchor">;
  subjects: Pick<SubjectService, "linked" | "sharing">;
  participants: Pick<ParticipantService, "requireActive" | "byUsccs">;
  consents: Pick<ConsentService, "use">;
  copies: Pick<CopyService, "openFor">;
  /** Made later than the profiles. */
  proofs(): Pick<ProofService, "leaf" | "leafAt">;
  clock: Clock;
  onWork: () => void;
}

/** The most anchors of batches that are remembered: what is confirmed doesn't change. */
const REMEMBERED_ANCHORS = 50_000;

/** Credit profiles: read, exported, and all of them worked out again. */
export function profilesOf(parts: Parts) {
  const {
    stores,
    catalogRegistry,
    exchange,
    objections,
    erasures,
    anchoring,
    subjects,
    participants,
    consents,
    copies,
    clock,
    onWork,
  } = parts;
  const departmentName = new Map(STANDARD_DEPARTMENTS.map(({ code, name }) => [code, name]));
  const catalogs: ReadonlyMap<string, CatalogFacts> = catalogRegistry.byId;
  const catalogsVersion = catalogRegistry.derived((list) =>
    createHash("sha256")
      .update(
        JSON.stringify(
          list.map(({ id, updateFrequency, periodField, licence }) => [id, updateFrequency, periodField, licence]),
        ),
      )
      .digest("hex")
      .slice(0, 16),
  );
  function labelOf(catalogId: string): CatalogLabel {
    const catalog = catalogRegistry.find(catalogId);
    const code = catalog?.departmentCode ?? "";
    return {
      catalogName: catalog?.name ?? { zh: catalogId, en: catalogId },
      departmentName: departmentName.get(code) ?? { zh: code, en: code },
    };
  }
  const districtName = (code: string) => YUXI_DISTRICTS.find((district) => district.code === code)?.name.zh ?? code;

  /** The same choice as the exchange's own, over records that were read in bulk. */
  function newestVisible(versions: readonly RecordVersion[]): StoredRecord[] {
    const newest = new Map<string, { version: RecordVersion; batch: VisibleBatch }>();
    for (const version of versions) {
      const batch = stores.profileInputs.batch(version.batchId);
      if (!batch) continue;
      const name = `${version.catalogId}|${version.key}`;
      const before = newest.get(name);
      if (!before || compareVersions(version, batch, before.version, before.batch) > 0)
        newest.set(name, { version, batch });
    }
    return [...newest.values()].flatMap(({ version, batch }) =>
      version.deleted || version.moved ? [] : [{ ...version, receivedAt: batch.receivedAt }],
    );
  }

  const confirmed = new Map<string, AnchorState>();
  async function anchorOf(batchId: string): Promise<AnchorState> {
    const known = confirmed.get(batchId);
    if (known) return known;
    const anchor = await anchoring.batchAnchor(batchId);
    if (anchor.state === "confirmed") {
      if (confirmed.size >= REMEMBERED_ANCHORS) confirmed.clear();
      confirmed.set(batchId, anchor);
    }
    return anchor;
  }

  const reader = createProfileReader(
    stores.profiles,
    {
      recordsOf: exchange.recordsOf,
      state: stores.profileInputs.state,
      markerFor: objections.markerFor,
      ties: subjects,
      anchorsOf: async (ids) => new Map(await Promise.all(ids.map(async (id) => [id, await anchorOf(id)] as const))),
      catalogLabel: labelOf,
      districtName,
      catalogs,
      catalogsVersion,
    },
    clock,
  );
  const profiles = createProfileService(
    stores.snapshots,
    reader,
    {
      async outline(uscc) {
        await stores.profileInputs.state();
        const fields = newestVisible(await stores.profileInputs.registration(uscc))[0]?.fields ?? {};
        const text = (name: string) => (typeof fields[name] === "string" ? (fields[name] as string) : undefined);
        const code = text("districtCode");
        return {
          district: code === undefined ? "" : districtName(code),
          industry: text("industryName") ?? text("industryCode") ?? "",
        };
      },
      enterprise: participants.requireActive,
      async request(_institutionId, requestId) {
        const request = await stores.requests.find(requestId);
        if (!request) throw new DomainError("notFound", "there is no such request");
        return { enterpriseId: request.enterpriseId, uscc: request.terms.enterprise.uscc };
      },
      readUnderConsent: (who, subject, read) =>
        consents.use(who, subject, ({ terms }) =>
          read({
            catalogs: new Set(terms.catalogs),
            covers: (period) => coversPeriod(terms, period),
            period: {
              ...(terms.dataFrom ? { dataFrom: terms.dataFrom } : {}),
              ...(terms.dataTo ? { dataTo: terms.dataTo } : {}),
            },
            bounded: terms.dataFrom !== undefined || terms.dataTo !== undefined,
          }),
        ),
      mayOpenCopy: copies.openFor,
      async holderOf(uscc) {
        return (await participants.byUsccs([uscc]))[0]?._id ?? "";
      },
      async recordOpening(holderId, recordId) {
        const holder: Actor = { role: "enterprise", participantId: holderId, accountId: "", sessionId: "" };
        try {
          const { anchor: _, root, path, ...opening } = await exchange.recordProof(holder, recordId);
          return { proof: await parts.proofs().leafAt({ root, path }, "records", opening) };
        } catch (error) {
          const code = error instanceof DomainError ? error.code : "";
          // Erased, or of a batch that was taken back: nobody reads it any more.
          if (code === "notFound") return {};
          if (code !== "record.notAnchored" && code !== "proof.notConfirmed") throw error;
          const record = await stores.records.find(recordId);
          return record ? { document: recordDocument(record) } : {};
        }
      },
      copyProof: (id, opening) => parts.proofs().leaf(`snapshot:${id}`, "snapshots", opening),
    },
    clock,
    onWork,
  );
  /** Of all versions of an enterprise's records, what may be seen. */
  const seen = (versions: readonly RecordVersion[]): StoredRecord[] => erasures.kept(newestVisible(versions));
  const recomputing = createRecomputeService(
    stores.profiles,
    stores.profileInputs,
    {
      seen,
      catalogs,
      catalogsVersion,
      enterprises: async () => (await stores.batches.summaries()).get("business-registration")?.net ?? 0,
    },
    clock,
    onWork,
  );
  const indicators = () => ({
    items: INDICATORS.map(({ rule: _, catalogId, ...indicator }) => ({
      ...indicator,
      source: { catalogId, ...labelOf(catalogId) },
      freshDays: freshDays(catalogs, catalogId),
    })),
  });
  return { profiles, recomputing, indicators, seen };
}
