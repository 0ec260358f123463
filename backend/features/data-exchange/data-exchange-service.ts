import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import { DomainError } from "../../lib/errors.ts";
import type { Hex32 } from "../../lib/hex.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import type { ConsentPurpose } from "../consents/consent-schemas.ts";
import type { BatchDocument, BatchStore } from "./batch-store.ts";
import type { BatchView, catalogList, recordView } from "./data-exchange-schemas.ts";
import type { Catalog, DepartmentEntry } from "./domain/catalog.ts";
import type { CodeWords } from "./domain/code-words.ts";
import { recordCommitment, recordDocument, recordSalt } from "./domain/record-commitment.ts";
import type { RecordDocument, RecordStore } from "./record-store.ts";
import { newestRecords, type VisibleRecord } from "./visible-records.ts";

export type { VisibleRecord } from "./visible-records.ts";

const PAGE_SIZE = 50;

export interface DataExchangeService {
  catalogs(actor: Actor): Promise<z.infer<typeof catalogList>>;
  /** Throws notFound unless the actor may see the batches of this catalog. */
  ownCatalog(actor: Actor, catalogId: string): Promise<Catalog>;
  batches(actor: Actor, catalogId: string | undefined, page: number): Promise<{ items: BatchView[]; total: number }>;
  batch(actor: Actor, id: string): Promise<BatchView>;
  viewOf(batch: BatchDocument): Promise<BatchView>;
  /** The batch itself. Throws notFound unless the actor may see it. */
  ownBatch(actor: Actor, id: string): Promise<BatchDocument>;
  /** The newest version of each record, in batches that may be read. */
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
  /** What the codes of each catalog are called. */
  words: ReadonlyMap<string, CodeWords>;
  departments: readonly DepartmentEntry[];
  departmentOf(participantId: string): Promise<string | undefined>;
  batchAnchor(batchId: string): Promise<AnchorState>;
  proofInBatch(batchId: string, commitment: Hex32): Promise<{ root: Hex32; path: Hex32[]; anchor: AnchorState } | null>;
  /** May this actor read this record, for this purpose? Counted and logged. */
  mayRead(actor: Actor, record: RecordDocument, purpose?: ConsentPurpose): Promise<boolean>;
}

function stateOf({ state, startedAt }: BatchDocument, anchor: AnchorState): BatchView["state"] {
  if (state === "received") return startedAt ? "validated" : "received";
  return state === "stored" && anchor.state === "confirmed" ? "anchored" : state;
}

function originOf({ origin: { kind, resourceId, sourceTime, replayOf } }: BatchDocument): BatchView["origin"] {
  return {
    kind,
    ...(resourceId ? { resourceId } : {}),
    ...(sourceTime ? { sourceTime } : {}),
    ...(replayOf ? { replayOf } : {}),
  };
}

export function createDataExchangeService(ports: Ports): DataExchangeService {
  const { batches, records } = ports;
  // Departments register catalogs while this runs: the list is asked each time.
  const catalogOf = (id: string) => ports.catalogs.find((catalog) => catalog.id === id);
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
      state: stateOf(batch, anchor),
      origin: originOf(batch),
      mode: batch.options.mode,
      rows: batch.rows,
      stored: batch.stored,
      duplicates: batch.duplicates,
      quarantined: batch.quarantined,
      corrected: batch.corrected,
      late: batch.late,
      deleted: batch.deleted,
      replayed: batch.replayed,
      bytesRead: batch.bytesRead,
      ...(batch.fault ? { fault: batch.fault } : {}),
      receivedAt: batch.receivedAt.toISOString(),
      ...(batch.startedAt ? { startedAt: batch.startedAt.toISOString() } : {}),
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
      const summary = await batches.summaries();
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
            recordCount: known?.net ?? 0,
            ...(known?.lastBatchAt ? { lastBatchAt: known.lastBatchAt.toISOString() } : {}),
          };
        },
      );
      const rank = (item: { departmentCode: string }) => (item.departmentCode === own ? 0 : 1);
      return { items: items.sort((a, b) => rank(a) - rank(b)) };
    },
    async ownCatalog(actor, catalogId) {
      const catalog = catalogOf(catalogId);
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
    ownBatch,
    recordsOf: async (uscc) => newestRecords(batches, await records.ofEnterprise(uscc)),
    async receivedCatalogs() {
      return new Map(
        [...(await batches.summaries())].flatMap(([id, { lastBatchAt }]) =>
          lastBatchAt ? [[id, lastBatchAt.toISOString()] as const] : [],
        ),
      );
    },
    searchRegistrations: async (query) => newestRecords(batches, await records.registrations(query, 30)),
    async record(actor, id, purpose) {
      const { record, batch } = await readable(actor, id, purpose);
      const catalog = catalogOf(record.catalogId)!;
      return {
        id,
        catalogId: catalog.id,
        catalogName: catalog.name,
        departmentName: nameOf(catalog.departmentCode),
        uscc: record.uscc,
        fields: catalog.fields.map(({ name, label, type }) => {
          const value = record.fields[name] ?? null;
          const word = ports.words.get(catalog.id)?.[name]?.[String(value)];
          return { name, label, type, value, ...(word ? { word } : {}) };
        }),
        source: {
          batchId: batch._id,
          fileName: record.entry ?? batch.fileName,
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
      const summary = await batches.summaries();
      const count = [...summary.values()].reduce((sum, { net = 0 }) => sum + net, 0);
      return {
        catalogs: ports.catalogs.length,
        departments: new Set(ports.catalogs.map(({ departmentCode }) => departmentCode)).size,
        records: count,
        enterprises: summary.get("business-registration")?.net ?? 0,
      };
    },
  };
}
