import { YUXI_DISTRICTS } from "./features/data-exchange/domain/districts.ts";
import type { FactSource } from "./features/subjects/domain/facts.ts";
import { createNameReader } from "./features/subjects/domain/names.ts";
import { createSubjectIndex } from "./features/subjects/subject-index.ts";
import { createSubjectService } from "./features/subjects/subject-service.ts";
import type { Actor } from "./lib/actor.ts";
import type { Clock } from "./lib/clock.ts";
import type { PersonHasher } from "./lib/person-hash.ts";
import type { Stores } from "./stores.ts";

/** Which records of the standard catalogs say who an enterprise is. */
const SOURCES: readonly FactSource[] = [
  {
    catalogId: "business-registration",
    currentNameField: "name",
    registrationNumberFields: ["registrationNumber"],
    people: [{ role: "legalRepresentative", field: "legalRepresentativeId" }],
  },
  { catalogId: "registration-changes", when: { field: "item", value: "name" }, nameFields: ["before", "after"] },
  { catalogId: "shareholders", people: [{ role: "shareholder", field: "personId" }] },
  {
    catalogId: "key-personnel",
    when: { field: "position", value: "legal-representative" },
    people: [{ role: "legalRepresentative", field: "personId" }],
  },
];

/** Names of this city's enterprises begin with these places. */
const PLACES = {
  above: ["云南省", "云南", "玉溪市", "玉溪"],
  districts: YUXI_DISTRICTS.map(({ short, name }) => ({
    short,
    forms: [name.zh, `${short}区`, `${short}县`, `${short}市`],
  })),
};

interface Parts {
  stores: Stores;
  persons: PersonHasher;
  requireOwnCatalog(actor: Actor, catalogId: string): Promise<unknown>;
  clock: Clock;
}

/** The index of enterprises, and what it answers: whom a row means, and who belongs together. */
export function subjectsOf({ stores, persons, requireOwnCatalog, clock }: Parts) {
  const readName = createNameReader(PLACES);
  const subjectIndex = createSubjectIndex(stores.subjects, stores.subjectSources, SOURCES, readName, persons.upgrade);
  const subjects = createSubjectService(
    stores.subjects,
    readName,
    { index: subjectIndex, upgradeHash: persons.upgrade, requireOwnCatalog },
    clock,
  );
  return { subjects, subjectIndex };
}
