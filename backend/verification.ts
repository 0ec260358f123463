import type { AnchoringService } from "./features/anchoring/anchoring-service.ts";
import type { AccessService } from "./features/consents/access-service.ts";
import type { ConsentService } from "./features/consents/consent-service.ts";
import type { CopyService } from "./features/consents/copy-service.ts";
import { coversPeriod } from "./features/consents/domain/consent-rules.ts";
import type { CatalogRegistry } from "./features/data-exchange/catalog-registry.ts";
import type { DataExchangeService } from "./features/data-exchange/data-exchange-service.ts";
import { parsePersonId } from "./features/data-exchange/domain/person-id.ts";
import { STANDARD_DEPARTMENTS } from "./features/data-exchange/domain/standard-catalogs.ts";
import type { ObjectionService } from "./features/objections/objection-service.ts";
import type { ParticipantService } from "./features/participants/participant-service.ts";
import { createAnswerService } from "./features/verification/answer-service.ts";
import { createCheckService } from "./features/verification/check-service.ts";
import { CHECK_KINDS } from "./features/verification/domain/check-kinds.ts";
import { createQueryService } from "./features/verification/query-service.ts";
import type { RecordPorts } from "./features/verification/subject-records.ts";
import type { Clock } from "./lib/clock.ts";
import type { PersonHasher } from "./lib/person-hash.ts";
import type { Stores } from "./stores.ts";

interface Parts {
  stores: Stores;
  catalogRegistry: CatalogRegistry;
  exchange: Pick<DataExchangeService, "recordsOf" | "receivedCatalogs">;
  objections: Pick<ObjectionService, "markerFor">;
  consents: ConsentService;
  copies: CopyService;
  access: AccessService;
  anchoring: AnchoringService;
  participants: ParticipantService;
  persons: PersonHasher;
  clock: Clock;
  onWork: () => void;
}

/** Checks, the one-click query, and the answers that both give. */
export function verificationOf({
  stores,
  catalogRegistry,
  exchange,
  objections,
  consents,
  participants,
  persons,
  ...parts
}: Parts) {
  const departmentName = new Map(STANDARD_DEPARTMENTS.map(({ code, name }) => [code, name]));
  const questions = new Map(CHECK_KINDS.map(({ code, question }) => [code, question]));
  const { clock, onWork } = parts;
  const answers = createAnswerService(
    stores.answers,
    {
      asker: participants.requireActive,
      async subject(uscc) {
        const holder = (await participants.byUsccs([uscc])).find(({ status }) => status === "active");
        return { uscc, ...(holder ? { holderId: holder._id, name: holder.name } : {}) };
      },
      usccOf: async (participantId) => (await participants.requireActive(participantId)).uscc ?? "",
      catalogs: catalogRegistry.list,
      async underConsent(reader, wanted, read) {
        const { value } = await consents.use(reader, wanted, ({ _id, terms }) =>
          read(
            {
              catalogs: new Set(terms.catalogs),
              covers: (period) => coversPeriod(terms, period),
              from: terms.dataFrom,
              to: terms.dataTo,
            },
            _id,
          ),
        );
        return value;
      },
      async logLawful(reader, { parts: read, withheldUntil, ...rest }) {
        await Promise.all(
          read.map(({ what, records }, i) =>
            parts.access.recordLawful(reader, {
              ...rest,
              what,
              records,
              purpose: "legalDuty",
              ...(withheldUntil ? { withheldUntil: withheldUntil.toISOString() } : {}),
              ...(i > 0 ? { unnoticed: true } : {}),
            }),
          ),
        );
      },
      mayOpenCopy: parts.copies.openFor,
      anchorsOf: parts.anchoring.anchorsOf,
      questionOf: (kind) => questions.get(kind),
    },
    clock,
    onWork,
  );
  const records: RecordPorts = {
    recordsOf: exchange.recordsOf,
    markerFor: objections.markerFor,
    receivedCatalogs: exchange.receivedCatalogs,
    upgradePerson: persons.upgrade,
    catalogs: catalogRegistry.derived(
      (list) =>
        new Map(
          list.map((catalog) => [
            catalog.id,
            { ...catalog, departmentName: departmentName.get(catalog.departmentCode)! },
          ]),
        ),
    ),
  };
  const checks = createCheckService(
    answers,
    {
      ...records,
      personHash(number) {
        const parsed = parsePersonId(number);
        return "value" in parsed ? persons.hash(String(parsed.value)) : undefined;
      },
      departmentOf: async (participantId) => (await participants.find(participantId))?.departmentCode,
    },
    clock,
  );
  return { answers, checks, queries: createQueryService(answers, records, clock) };
}
