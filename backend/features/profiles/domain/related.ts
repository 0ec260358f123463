import { idsOf, type ProfileRecord, textOf } from "./profile-record.ts";
import type { Sources, UnknownWhy } from "./sources.ts";

/*
 * Natural persons through whom the enterprise is tied to others: known by keyed hashes alone. Which enterprises these are
 * is not in its own records, so that is asked when a profile is read.
 */

export type TiedRole = "legalRepresentative" | "shareholder";

interface PersonSource {
  readonly role: TiedRole;
  readonly catalogId: string;
  /** The field with the keyed hash of an identity number. */
  readonly field: string;
  /** Which records name a natural person in this role. */
  readonly names: (record: ProfileRecord) => boolean;
}

export const PERSON_SOURCES: readonly PersonSource[] = [
  {
    role: "legalRepresentative",
    catalogId: "key-personnel",
    field: "personId",
    names: (record) => textOf(record, "position") === "legal-representative",
  },
  {
    role: "shareholder",
    catalogId: "shareholders",
    field: "personId",
    names: (record) => textOf(record, "shareholderKind") === "person",
  },
];

/** What the enterprise's own records say of its persons in one role. */
export interface PersonsInRole {
  readonly role: TiedRole;
  readonly catalogId: string;
  /** Why nothing can be said of them. */
  readonly why?: UnknownWhy;
  readonly asOf?: string;
  /** Each person once. */
  readonly hashes: readonly string[];
  /** The records that name them, or that say there is none. */
  readonly recordIds: readonly string[];
  /** A person without an identity number is among them: what is found is no whole answer. */
  readonly unnumbered: boolean;
}

export const personsOf = ({ of, registerDate, received }: Sources): PersonsInRole[] =>
  PERSON_SOURCES.map(({ role, catalogId, field, names }): PersonsInRole => {
    const none = { role, catalogId, hashes: [], recordIds: [], unnumbered: false };
    const asOf = registerDate(catalogId);
    if (asOf === null) return { ...none, why: received(catalogId) ? "stale" : "notReceived" };
    const entries = of(catalogId);
    const persons = entries.filter(names);
    // Every enterprise has somebody in charge, and an owner: no entry is no zero. Owners may all be enterprises.
    if (entries.length === 0 || (role === "legalRepresentative" && persons.length === 0))
      return { ...none, why: "noRecord" };
    const hashes = [...new Set(persons.flatMap((record) => textOf(record, field) ?? []))];
    const unnumbered = persons.some((record) => textOf(record, field) === null);
    if (persons.length > 0 && hashes.length === 0) return { ...none, why: "notStated" };
    return { role, catalogId, asOf, hashes, recordIds: idsOf(persons.length > 0 ? persons : entries), unnumbered };
  });
