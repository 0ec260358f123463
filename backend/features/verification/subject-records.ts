import type { Clock } from "../../lib/clock.ts";
import { type FactRecord, type Facts, registerOf } from "./domain/check-facts.ts";
import type { Bilingual } from "./domain/check-params.ts";
import type { Scope } from "./grounds.ts";

export interface StoredRecord {
  _id: string;
  catalogId: string;
  key: string;
  period?: string | undefined;
  fields: Record<string, string | number | boolean>;
}

/** A catalog as answers show it. */
export interface ShownCatalog {
  readonly id: string;
  readonly name: Bilingual;
  readonly departmentName: Bilingual;
  readonly sensitivity: string;
  readonly updateFrequency: string;
  readonly group?: string;
  readonly subjectField: string;
  readonly periodField?: string | undefined;
  readonly fields: readonly { readonly name: string; readonly label: Bilingual; readonly type: string }[];
}

export interface RecordPorts {
  /** The newest visible version of each of the subject's records. */
  recordsOf(uscc: string): Promise<StoredRecord[]>;
  markerFor(uscc: string): Promise<(record: StoredRecord) => { disputed?: string }>;
  /** When the last batch of each catalog came. */
  receivedCatalogs(): Promise<Map<string, string>>;
  /** A person's keyed hash under the newest key. */
  upgradePerson(hash: string): string | undefined;
  /** Those in use today, by id. */
  catalogs(): ReadonlyMap<string, ShownCatalog>;
}

export interface SubjectRecords {
  readonly facts: Facts;
  /** The subject's records of a catalog that the scope lets see, as they are stored. */
  of(catalogId: string): readonly StoredRecord[];
  disputed(recordId: string): boolean;
}

const SHANGHAI_MS = 8 * 3_600_000;
export const shanghaiDay = (at: Date): string => new Date(at.getTime() + SHANGHAI_MS).toISOString().slice(0, 10);

/** All of a subject that a scope lets see. */
export async function gatherSubject(
  ports: RecordPorts,
  uscc: string,
  scope: Scope,
  clock: Clock,
): Promise<SubjectRecords> {
  const [all, markOf, received] = await Promise.all([
    ports.recordsOf(uscc),
    ports.markerFor(uscc),
    ports.receivedCatalogs(),
  ]);
  const today = shanghaiDay(clock.now());
  const seen = new Map<string, StoredRecord[]>();
  for (const record of all) {
    if (!scope.catalogs.has(record.catalogId) || !scope.covers(record.period)) continue;
    const same = seen.get(record.catalogId);
    if (same) same.push(record);
    else seen.set(record.catalogId, [record]);
  }
  const catalogs = ports.catalogs();
  const byId = new Map([...seen.values()].flat().map((record) => [record._id, record]));
  const of = (catalogId: string) => seen.get(catalogId) ?? [];
  /** Hashes of persons under one key, so that the same person's are equal. */
  const withPersons = (catalogId: string, fields: StoredRecord["fields"]): StoredRecord["fields"] => {
    const persons = catalogs.get(catalogId)?.fields.filter(({ type }) => type === "person-id");
    if (!persons?.length) return fields;
    const known = persons.flatMap(({ name }) => {
      const hash = typeof fields[name] === "string" ? ports.upgradePerson(fields[name]) : undefined;
      return hash === undefined ? [] : [[name, hash] as const];
    });
    return { ...fields, ...Object.fromEntries(known) };
  };
  return {
    of,
    disputed: (recordId) => {
      const record = byId.get(recordId);
      return record !== undefined && markOf(record).disputed !== undefined;
    },
    facts: {
      today,
      of: (catalogId) =>
        of(catalogId).map(
          ({ _id, fields }): FactRecord => ({ id: _id, catalogId, fields: withPersons(catalogId, fields) }),
        ),
      register: (catalogId) =>
        registerOf(received.get(catalogId), catalogs.get(catalogId)?.updateFrequency ?? "monthly", today),
      covers: (period) => scope.covers(period),
    },
  };
}
