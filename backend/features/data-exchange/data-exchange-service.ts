import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import { DomainError } from "../../lib/errors.ts";
import type { Hex32 } from "../../lib/hex.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import type { ConsentPurpose } from "../consents/consent-schemas.ts";
import type { BatchDocument, BatchStore } from "./batch-store.ts";
import type { BatchView, catalogList, quarantineList, recordView } from "./data-exchange-schemas.ts";
import type { Catalog, DepartmentEntry } from "./domain/catalog.ts";
import { recordCommitment, recordDocument, recordSalt } from "./domain/record-commitment.ts";
import type { RecordDocument, RecordStore } from "./record-store.ts";

const PAGE_SIZE = 50;

export interface VisibleRecord extends RecordDocument {
  readonly receivedAt: Date;
}

export interface DataExchangeService {
  catalogs(actor: Actor): Promise<z.infer<typeof catalogList>>;
  /** Throws notFound unless the actor may see the batches of this catalog. */
  ownCatalog(actor: Actor, catalogId: string): Promise<Catalog>;
  batches(actor: Actor, catalogId: string | undefined, page: number): Promise<{ items: BatchView[]; total: number }>;
  batch(actor: Actor, id: string): Promise<BatchView>;
  viewOf(batch: BatchDocument): Promise<BatchView>;
  quarantine(actor: Actor, id: string, page: number): Promise<z.infer<typeof quarantineList>>;
  /** The newest visible row of each key. */
  recordsOf(uscc: string): Promise<VisibleRecord[]>;
  receivedCatalogs(): Promise<Map<string, string>>;
  searchRegistrations(query: string): Promise<VisibleRecord[]>;
  record(actor: Actor, id: string, purpose?: ConsentPurpose): Promise<z.infer<typeof recordView>>;
  recordProof(
    actor: Actor,
    id: string,
    purpose?: ConsentPurpose,
  ): Promise<{ document: unknown; salt: Hex32; commitment: Hex32; path: Hex32[]; root: Hex32; anchor: AnchorState }>;
  totals(): Promise<{ catalogs: number; departments: number; records: number; enterprises: number }>;
}

interface Ports {
  batches: BatchStore;
  records: RecordStore;
  catalogs: readonly Catalog[];
  departments: readonly DepartmentEntry[];
  departmentOf(participantId: string): Promise<string | undefined>;
  batchAnchor(batchId: string): Promise<AnchorState>;
  proofInBatch(batchId: string, commitment: Hex32): Promise<{ root: Hex32; path: Hex32[]; anchor: AnchorState } | null>;
  /** May this actor read this record, for this purpose? Counted and logged. */
  mayRead(actor: Actor, record: RecordDocument, purpose?: ConsentPurpose): Promise<boolean>;
}

export function createDataExchangeService(ports: Ports): DataExchangeService {
  const { batches, records } = ports;
  const catalogById = new Map(ports.catalogs.map((catalog) => [catalog.id, catalog]));
  const departmentName = new Map(ports.departments.map(({ code, name }) => [code, name]));
  const nameOf = (code: string) => departmentName.get(code) ?? { zh: code, en: code };

  async function viewOf(batch: BatchDocument): Promise<BatchView> {
    const anchor =
      batch.chunks > 0 ? await ports.batchAnchor(`${batch._id}:${batch.chunks - 1}`) : { state: "waiting" as const };
    return {
      id: batch._id,
      catalogId: batch.catalogId,
      fileName: batch.fileName,
      bytes: batch.bytes,
      sha256: batch.sha256,
      state: batch.state === "stored" && anchor.state === "confirmed" ? "anchored" : batch.state,
      rows: batch.rows,
      stored: batch.stored,
      duplicates: batch.duplicates,
      quarantined: batch.quarantined,
      ...(batch.fault ? { fault: batch.fault } : {}),
      receivedAt: batch.receivedAt.toISOString(),
      ...(batch.finishedAt ? { finishedAt: batch.finishedAt.toISOString() } : {}),
      anchor,
    };
  }

  async function ownBatch(actor: Actor, id: string): Promise<BatchDocument> {
    const batch = await batches.find(id);
    const own =
      actor.role !== "department" || (await ports.departmentOf(actor.participantId)) === batch?.departmentCode;
    if (!batch || !own) throw new DomainError("notFound", "there is no such batch");
    return batch;
  }

  async function visibleOnly(found: readonly RecordDocument[]): Promise<VisibleRecord[]> {
    const visible = await batches.visible(found.map(({ batchId }) => batchId));
    const newest = new Map<string, VisibleRecord>();
    for (const record of found) {
      const batch = visible.get(record.batchId);
      if (!batch) continue;
      const name = `${record.catalogId}|${record.key}`;
      const before = newest.get(name);
      // Batch ids and row numbers grow with time: the larger id is the later word.
      if (!before || record._id > before._id) newest.set(name, { ...record, receivedAt: batch.receivedAt });
    }
    return [...newest.values()];
  }

  async function readable(
    actor: Actor,
    id: string,
    purpose?: ConsentPurpose,
  ): Promise<{ record: RecordDocument; batch: BatchDocument }> {
    const record = await records.find(id);
    const batch = record && (await batches.visible([record.batchId])).get(record.batchId);
    if (!record || !batch || !(await ports.mayRead(actor, record, purpose))) {
      throw new DomainError("notFound", "there is no such record");
    }
    return { record, batch };
  }

  return {
    async catalogs(actor) {
      const own = actor.role === "department" ? await ports.departmentOf(actor.participantId) : undefined;
      const summary = await batches.summary();
      const items = ports.catalogs.map(
        ({ id, name, departmentCode, sensitivity, shareType, updateFrequency, legalBasis, fields }) => {
          const known = summary.get(id);
          return {
            id,
            name,
            departmentCode,
            departmentName: nameOf(departmentCode),
            sensitivity,
            shareType,
            updateFrequency,
            legalBasis,
            fields: fields.map((field) => ({
              name: field.name,
              label: field.label,
              headings: [...field.headings],
              type: field.type,
              required: field.required,
            })),
            recordCount: known?.records ?? 0,
            ...(known ? { lastBatchAt: known.lastBatchAt.toISOString() } : {}),
          };
        },
      );
      const rank = (item: { departmentCode: string }) => (item.departmentCode === own ? 0 : 1);
      return { items: items.sort((a, b) => rank(a) - rank(b)) };
    },
    async ownCatalog(actor, catalogId) {
      const catalog = catalogById.get(catalogId);
      if (!catalog) throw new DomainError("notFound", `there is no catalog ${catalogId}`);
      if ((await ports.departmentOf(actor.participantId)) !== catalog.departmentCode) {
        throw new DomainError("role.notAllowed", `the catalog ${catalogId} belongs to another department`);
      }
      return catalog;
    },
    async batches(actor, catalogId, page) {
      const departmentCode =
        actor.role === "department" ? ((await ports.departmentOf(actor.participantId)) ?? "none") : undefined;
      const { items, total } = await batches.list({ catalogId, departmentCode }, page, PAGE_SIZE);
      return { items: await Promise.all(items.map(viewOf)), total };
    },
    batch: async (actor, id) => viewOf(await ownBatch(actor, id)),
    viewOf,
    async quarantine(actor, id, page) {
      const batch = await ownBatch(actor, id);
      const rows = await records.quarantined(id, page, PAGE_SIZE);
      return {
        headings: batch.headings,
        total: batch.quarantined,
        items: rows.map(({ row, cells, faults }) => ({ fileName: batch.fileName, row, cells, faults })),
      };
    },
    recordsOf: async (uscc) => visibleOnly(await records.ofEnterprise(uscc)),
    async receivedCatalogs() {
      return new Map([...(await batches.summary())].map(([id, { lastBatchAt }]) => [id, lastBatchAt.toISOString()]));
    },
    searchRegistrations: async (query) => visibleOnly(await records.registrations(query, 30)),
    async record(actor, id, purpose) {
      const { record, batch } = await readable(actor, id, purpose);
      const catalog = catalogById.get(record.catalogId)!;
      return {
        id,
        catalogId: catalog.id,
        catalogName: catalog.name,
        departmentName: nameOf(catalog.departmentCode),
        uscc: record.uscc,
        fields: catalog.fields.map(({ name, label, type }) => ({
          name,
          label,
          type,
          value: record.fields[name] ?? null,
        })),
        source: {
          batchId: batch._id,
          fileName: batch.fileName,
          row: record.row,
          receivedAt: batch.receivedAt.toISOString(),
        },
        commitment: recordCommitment(batch.salt, id, record),
        anchor: await ports.batchAnchor(`${batch._id}:${record.chunk}`),
      };
    },
    async recordProof(actor, id, purpose) {
      const { record, batch } = await readable(actor, id, purpose);
      const commitment = recordCommitment(batch.salt, id, record);
      const proof = await ports.proofInBatch(`${batch._id}:${record.chunk}`, commitment).catch(() => null);
      if (!proof)
        throw new DomainError(
          "record.notAnchored",
          "this record's batch isn't anchored, or the record was changed since",
          { fix: "try again in a minute" },
        );
      return { document: recordDocument(record), salt: recordSalt(batch.salt, id), commitment, ...proof };
    },
    async totals() {
      const summary = await batches.summary();
      const count = [...summary.values()].reduce((sum, { records: some }) => sum + some, 0);
      return {
        catalogs: ports.catalogs.length,
        departments: new Set(ports.catalogs.map(({ departmentCode }) => departmentCode)).size,
        records: count,
        enterprises: summary.get("business-registration")?.records ?? 0,
      };
    },
  };
}
