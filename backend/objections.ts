import { Readable } from "node:stream";
import type { AnchoringService } from "./features/anchoring/anchoring-service.ts";
import type { CatalogRegistry } from "./features/data-exchange/catalog-registry.ts";
import type { DataExchangeService } from "./features/data-exchange/data-exchange-service.ts";
import { recordCommitment } from "./features/data-exchange/domain/record-commitment.ts";
import { mapRow } from "./features/data-exchange/domain/row-mapping.ts";
import { STANDARD_DEPARTMENTS } from "./features/data-exchange/domain/standard-catalogs.ts";
import type { IngestionService } from "./features/data-exchange/ingestion-service.ts";
import type { RowCheck } from "./features/objections/correction-check.ts";
import { createErasureService } from "./features/objections/erasure-service.ts";
import { createObjectionService } from "./features/objections/objection-service.ts";
import type { ParticipantService } from "./features/participants/participant-service.ts";
import type { Clock } from "./lib/clock.ts";
import type { Stores } from "./stores.ts";

interface Parts {
  stores: Stores;
  catalogRegistry: CatalogRegistry;
  dataExchange: DataExchangeService;
  ingestion: IngestionService;
  anchoring: AnchoringService;
  participants: ParticipantService;
  clock: Clock;
  onWork: () => void;
}

/** Erasure, objections, and the data exchange as everybody else may see it: without what is erased, with the marks. */
export function objectionsOf({
  stores,
  catalogRegistry,
  dataExchange,
  ingestion,
  anchoring,
  participants,
  clock,
  onWork,
}: Parts) {
  const departmentName = new Map(STANDARD_DEPARTMENTS.map(({ code, name }) => [code, name]));
  const erasures = createErasureService(
    stores.erasures,
    {
      rules: catalogRegistry.derived((list) =>
        list.flatMap(({ id, erasedAfterYears, endedField }) =>
          erasedAfterYears && endedField ? [{ catalogId: id, years: erasedAfterYears, endedField }] : [],
        ),
      ),
      currentRecords: dataExchange.recordsOf,
      findRecord: stores.records.find,
      async digestOf(record) {
        const batch = await stores.batches.find(record.batchId);
        if (!batch) throw new Error(`record ${record._id} is of no batch`);
        return recordCommitment(batch.salt, record._id, record);
      },
      anchorsOf: anchoring.anchorsOf,
      eraseTexts: stores.objections.eraseTexts,
    },
    clock,
    onWork,
  );
  const recordsOf: DataExchangeService["recordsOf"] = async (uscc) => erasures.kept(await dataExchange.recordsOf(uscc));
  const objections = createObjectionService(
    stores.objections,
    {
      enterprise: participants.requireActive,
      departmentOf: async (participantId) => (await participants.find(participantId))?.departmentCode,
      catalogOf(catalogId) {
        const { name, departmentCode, fields, key, subjectField } = catalogRegistry.require(catalogId);
        return {
          name,
          departmentCode,
          departmentName: departmentName.get(departmentCode)!,
          fields,
          fixedFields: [...key, subjectField],
        };
      },
      departments: STANDARD_DEPARTMENTS,
      currentRecords: recordsOf,
      findRecord: stores.records.find,
      checkRow: (catalogId, row) =>
        mapRow(catalogRegistry.require(catalogId), Object.keys(row), Object.values(row)) as RowCheck,
      receive: (catalogId, fileName, content) =>
        ingestion.receive(catalogRegistry.require(catalogId), fileName, Readable.from([Buffer.from(content)]), {
          kind: "correction",
        }),
      batch: stores.batches.find,
      anchorsOf: anchoring.anchorsOf,
    },
    clock,
    onWork,
  );
  const exchange: DataExchangeService = {
    ...dataExchange,
    recordsOf,
    async record(actor, id, purpose) {
      await erasures.requireKept(id);
      const record = await dataExchange.record(actor, id, purpose);
      return { ...record, objections: await objections.beside(id) };
    },
    async recordProof(actor, id, purpose) {
      await erasures.requireKept(id);
      return dataExchange.recordProof(actor, id, purpose);
    },
  };
  return { exchange, objections, erasures };
}
