import type { Actor } from "../../lib/actor.ts";
import { DomainError } from "../../lib/errors.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import type { ConsentPurpose } from "../consents/consent-schemas.ts";
import type { BatchStore } from "./batch-store.ts";
import type { RecordVersion } from "./data-exchange-schemas.ts";
import type { Catalog } from "./domain/catalog.ts";
import { recordCommitment } from "./domain/record-commitment.ts";
import { timeOfVersion } from "./domain/record-versions.ts";
import type { RecordDocument, RecordStore } from "./record-store.ts";
import { newestRecords, type VisibleVersion, visibleVersions } from "./visible-records.ts";

const MOST_RECORDS = 200;

export interface HistoryService {
  /** Every version of the record that one of them belongs to, the newest first. */
  history(actor: Actor, id: string, purpose?: ConsentPurpose): Promise<{ items: RecordVersion[] }>;
  /** A department's own current records of one enterprise, or of one key. */
  ownRecords(
    actor: Actor,
    catalogId: string,
    by: { uscc?: string | undefined; key?: string | undefined },
  ): Promise<{ items: RecordVersion[] }>;
}

interface Ports {
  batches: BatchStore;
  records: RecordStore;
  ownCatalog(actor: Actor, catalogId: string): Promise<Catalog>;
  batchAnchor(batchId: string): Promise<AnchorState>;
  mayRead(actor: Actor, record: RecordDocument, purpose?: ConsentPurpose): Promise<boolean>;
  /** Throws notFound for a record that is erased. */
  requireKept(recordId: string): Promise<void>;
  /** Of these, those that are not erased. */
  kept<T extends RecordDocument>(records: T[]): T[];
}

export function createHistoryService(ports: Ports): HistoryService {
  const { batches, records } = ports;

  async function viewOf({ record, batch }: VisibleVersion, current: boolean): Promise<RecordVersion> {
    const { _id, key, uscc, fields, deleted, row, entry } = record;
    return {
      id: _id,
      current,
      deleted: deleted === true,
      uscc,
      key,
      asOf: timeOfVersion(record, batch),
      fields,
      source: {
        batchId: batch._id,
        fileName: entry ?? batch.fileName,
        row,
        receivedAt: batch.receivedAt.toISOString(),
      },
      commitment: recordCommitment(batch.salt, _id, record),
      anchor: await ports.batchAnchor(`${batch._id}:${record.chunk}`),
    };
  }

  async function isAllowed(actor: Actor, record: RecordDocument, purpose?: ConsentPurpose): Promise<boolean> {
    if (actor.role !== "department") return ports.mayRead(actor, record, purpose);
    return ports.ownCatalog(actor, record.catalogId).then(
      () => true,
      () => false,
    );
  }

  return {
    async history(actor, id, purpose) {
      await ports.requireKept(id);
      const record = await records.find(id);
      if (!record || record.moved || !(await isAllowed(actor, record, purpose))) {
        throw new DomainError("notFound", "there is no such record");
      }
      const found = (await records.versions(record.catalogId, [record.key])).filter(({ moved }) => !moved);
      const all = await visibleVersions(batches, found);
      if (!all.some((version) => version.record._id === id))
        throw new DomainError("notFound", "there is no such record");
      // What another enterprise had before or has now is not this one's to see.
      const seen = actor.role === "department" ? all : all.filter((version) => version.record.uscc === record.uscc);
      return { items: await Promise.all(seen.map((version) => viewOf(version, version === all[0]))) };
    },
    async ownRecords(actor, catalogId, { uscc, key }) {
      await ports.ownCatalog(actor, catalogId);
      const found = key
        ? (await records.versions(catalogId, [key])).filter(({ moved }) => !moved)
        : uscc
          ? (await records.ofEnterprise(uscc.toUpperCase())).filter((record) => record.catalogId === catalogId)
          : [];
      const newest = ports.kept(await newestRecords(batches, found)).slice(0, MOST_RECORDS);
      const visible = await batches.visible(newest.map(({ batchId }) => batchId));
      return {
        items: await Promise.all(newest.map((record) => viewOf({ record, batch: visible.get(record.batchId)! }, true))),
      };
    },
  };
}
