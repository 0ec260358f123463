import type { KnownSubject } from "./resolution.ts";

export type PersonRole = "legalRepresentative" | "shareholder";

/** What one department's record says of who an enterprise is. */
export interface SubjectFact {
  readonly record: string;
  /** The source's own time of this version, or when it came; among equals a later row has a larger record id. */
  readonly at: string;
  readonly catalogId: string;
  readonly key: string;
  /** A name that it has by this record, if it is a registration; else names that it had or has. */
  readonly current?: string;
  readonly names: readonly string[];
  readonly registrationNumbers: readonly string[];
  readonly people: readonly { readonly role: PersonRole; readonly hash: string }[];
}

/** Where a catalog says who an enterprise is; names of fields. */
export interface FactSource {
  readonly catalogId: string;
  /** Only rows with this value in this field. */
  readonly when?: { readonly field: string; readonly value: string };
  /** Of registrations: the field with the name of today. */
  readonly currentNameField?: string;
  /** Fields with a name that it had or has. */
  readonly nameFields?: readonly string[];
  readonly registrationNumberFields?: readonly string[];
  readonly people?: readonly { readonly role: PersonRole; readonly field: string }[];
}

interface SourceRecord {
  readonly _id: string;
  readonly catalogId: string;
  readonly key: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly asOf?: string | undefined;
  /** Of a version that says that the record is no more, or another enterprise's. */
  readonly deleted?: boolean | undefined;
  readonly moved?: boolean | undefined;
}

/** `hash` brings a person's hash up to date, or gives undefined for what is none. */
export function factOf(
  record: SourceRecord,
  cameAt: string,
  source: FactSource,
  readNumber: (text: string) => string | undefined,
  hash: (text: string) => string | undefined,
): SubjectFact {
  const texts = (names: readonly string[] = []): string[] =>
    names.flatMap((name) => {
      const value = record.fields[name];
      const text = typeof value === "string" ? value.trim() : "";
      return text ? [text] : [];
    });
  const { when } = source;
  const { _id, catalogId, key, asOf = cameAt } = record;
  const version = { record: _id, at: asOf, catalogId, key };
  if (record.deleted || record.moved || (when && record.fields[when.field] !== when.value))
    return { ...version, names: [], registrationNumbers: [], people: [] };
  const [current] = texts(source.currentNameField ? [source.currentNameField] : []);
  return {
    ...version,
    ...(current ? { current } : {}),
    names: texts(source.nameFields),
    registrationNumbers: texts(source.registrationNumberFields).flatMap((text) => readNumber(text) ?? []),
    people: (source.people ?? []).flatMap(({ role, field }) =>
      texts([field]).flatMap((text) => {
        const known = hash(text);
        return known ? [{ role, hash: known }] : [];
      }),
    ),
  };
}

/** An enterprise's history has an end: the oldest versions beyond this are forgotten. */
const MOST_FACTS = 200;

const inTime = (a: SubjectFact, b: SubjectFact): number =>
  a.at === b.at ? (a.record < b.record ? -1 : 1) : a.at < b.at ? -1 : 1;

/** The facts with others among them, the later word after the earlier; the same again changes nothing. */
export function mergeFacts(before: readonly SubjectFact[], more: readonly SubjectFact[]): SubjectFact[] {
  const byRecord = new Map([...before, ...more].map((fact) => [fact.record, fact]));
  return [...byRecord.values()].sort(inTime).slice(-MOST_FACTS);
}

export interface Subject extends KnownSubject {
  readonly people: readonly { readonly role: PersonRole; readonly hash: string }[];
}

/** Who the enterprise is by all its facts. Its name is empty while none of them tells it. */
export function subjectOf(uscc: string, facts: readonly SubjectFact[]): Subject {
  const registered = facts.findLast(({ current }) => current !== undefined)?.current;
  const names = facts.flatMap((fact) => [...(fact.current ? [fact.current] : []), ...fact.names]);
  const name = registered ?? names.at(-1) ?? "";
  const newest = new Map(facts.map((fact) => [`${fact.catalogId}|${fact.key}`, fact]));
  const people = new Map(
    [...newest.values()].flatMap((fact) => fact.people.map((person) => [`${person.role}|${person.hash}`, person])),
  );
  return {
    uscc,
    name,
    formerNames: [...new Set(names)].filter((one) => one !== name),
    registrationNumbers: [...new Set(facts.flatMap(({ registrationNumbers }) => registrationNumbers))],
    people: [...people.values()],
  };
}
