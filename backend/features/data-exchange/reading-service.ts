import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import type { readingInput, readingView } from "./data-exchange-schemas.ts";
import type { Catalog } from "./domain/catalog.ts";
import { DELETION } from "./domain/special-columns.ts";
import type { ReadingStore } from "./reading-store.ts";

type Reading = z.output<typeof readingInput>;
type ReadingAnswer = z.input<typeof readingView>;

export interface ReadingService {
  find(actor: Actor, catalogId: string): Promise<ReadingAnswer>;
  /** From now on; batches that are in already are read as they would have been. */
  save(actor: Actor, catalogId: string, reading: Reading): Promise<ReadingAnswer>;
}

export function createReadingService(
  store: ReadingStore,
  ownCatalog: (actor: Actor, catalogId: string) => Promise<Catalog>,
  clock: Clock,
): ReadingService {
  return {
    async find(actor, catalogId) {
      await ownCatalog(actor, catalogId);
      const saved = await store.find(catalogId);
      return {
        ...((saved?.options as Reading | undefined) ?? { headings: [] }),
        ...(saved ? { savedAt: saved.at.toISOString() } : {}),
      };
    },
    async save(actor, catalogId, reading) {
      const catalog = await ownCatalog(actor, catalogId);
      const known = new Set(["", DELETION, ...catalog.fields.map(({ name }) => name)]);
      const strange = reading.headings.findIndex(({ field }) => !known.has(field));
      if (strange >= 0) {
        throw new DomainError("reading.field", `the catalog has no field "${reading.headings[strange]!.field}"`, {
          status: 422,
          field: `headings.${strange}.field`,
          fix: `use one of ${catalog.fields.map(({ name }) => name).join(", ")}, ${DELETION}`,
        });
      }
      const at = clock.now();
      await store.save({ _id: catalogId, options: { ...reading }, by: actor.participantId, at });
      return { ...reading, savedAt: at.toISOString() };
    },
  };
}
