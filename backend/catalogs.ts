import { type CatalogRegistry, createCatalogRegistry } from "./features/data-exchange/catalog-registry.ts";
import { createCatalogService } from "./features/data-exchange/catalog-service.ts";
import { STANDARD_CATALOGS, STANDARD_DEPARTMENTS } from "./features/data-exchange/domain/standard-catalogs.ts";
import type { ParticipantService } from "./features/participants/participant-service.ts";
import type { Clock } from "./lib/clock.ts";
import type { Stores } from "./stores.ts";

interface Parts {
  stores: Stores;
  participants: ParticipantService;
  nameOf(participantId: string): Promise<string>;
  clock: Clock;
}

/** The catalogs in use, and the door through which departments register and change theirs. */
export function catalogsOf({ stores, participants, nameOf, clock }: Parts) {
  const catalogRegistry: CatalogRegistry = createCatalogRegistry(stores.catalogs, STANDARD_CATALOGS);
  const departmentName = new Map(STANDARD_DEPARTMENTS.map(({ code, name }) => [code, name]));
  const catalogs = createCatalogService(
    stores.catalogs,
    catalogRegistry,
    {
      departmentOf: async (participantId) => (await participants.find(participantId))?.departmentCode,
      departmentName: (code) => departmentName.get(code) ?? { zh: code, en: code },
      participantName: nameOf,
      async contents(catalogId) {
        const summary = (await stores.batches.summaries()).get(catalogId);
        return { records: summary?.net ?? 0, filled: summary?.filled ?? {} };
      },
    },
    clock,
  );
  return { catalogRegistry, catalogs };
}
