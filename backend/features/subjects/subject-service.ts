import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import { CERTAINTY, LINK_FROM } from "./domain/certainty.ts";
import type { PersonRole } from "./domain/facts.ts";
import type { NameReader } from "./domain/names.ts";
import {
  type KnownSubject,
  lookupKeys,
  type ReadRow,
  type Resolution,
  readRow,
  resolveRow,
  type SubjectRow,
  settlementKey,
} from "./domain/resolution.ts";
import type { SubjectIndex } from "./subject-index.ts";
import type { RelatedEnterprise, settlementAnswer, settlementInput, subjectAnswer } from "./subject-schemas.ts";
import type { SubjectStore } from "./subject-store.ts";

const ROWS_A_QUERY = 1_000;
const MOST_RELATED = 200;

export interface SubjectService {
  /**
   * Which enterprise each row means, in the rows' order. Catches up with the registrations that are visible first.
   * `catalogId`: whose settled cases count.
   */
  resolveSubjects(rows: readonly SubjectRow[], catalogId?: string): Promise<Resolution[]>;
  /** One row as a department would have it in this catalog of its own, with all candidates. */
  ask(actor: Actor, catalogId: string, row: SubjectRow): Promise<z.infer<typeof subjectAnswer>>;
  /** The department says which enterprise these words of its catalog mean, from now on. */
  settle(
    actor: Actor,
    catalogId: string,
    input: z.output<typeof settlementInput>,
  ): Promise<z.infer<typeof settlementAnswer>>;
  /** Enterprises that share a legal representative or a shareholder with this one; by keyed hashes alone. */
  relatedOf(uscc: string): Promise<RelatedEnterprise[]>;
  /** Whether all records that are visible are in the index. */
  linked(): Promise<boolean>;
  /**
   * Enterprises other than this one in which these persons are legal representative or shareholder, as far as the index is.
   * `hashes` may be of older keys.
   */
  sharing(uscc: string, hashes: readonly string[], shown: number): Promise<SharedPersons>;
  names(usccs: readonly string[]): Promise<Map<string, string>>;
}

export interface SharedPersons {
  total: number;
  items: { uscc: string; name?: string; roles: PersonRole[] }[];
}

interface Ports {
  index: Pick<SubjectIndex, "catchUp" | "isWhole">;
  /** The same person's hash under the newest key; undefined for what is none. */
  upgradeHash(hash: string): string | undefined;
  /** Throws unless the catalog is the actor's. */
  requireOwnCatalog(actor: Actor, catalogId: string): Promise<unknown>;
}

export function createSubjectService(
  store: SubjectStore,
  readName: NameReader,
  ports: Ports,
  clock: Clock,
): SubjectService {
  async function resolveSome(rows: readonly SubjectRow[], catalogId: string | undefined): Promise<Resolution[]> {
    const read = rows.map((row) => readRow(row, readName));
    const keys = [...new Set(read.flatMap(lookupKeys))];
    const words = read.flatMap((row) => (row.uscc ? [] : [settlementKey(row)])).filter(Boolean);
    const [found, settled] = await Promise.all([
      store.underKeys(keys),
      catalogId === undefined ? new Map<string, string>() : store.settlements(catalogId, [...new Set(words)]),
    ]);
    const byKey = new Map<string, KnownSubject[]>();
    for (const { _id, keys: own, ...subject } of found) {
      for (const key of own) byKey.set(key, [...(byKey.get(key) ?? []), { uscc: _id, ...subject }]);
    }
    return read.map((row) => {
      const decided = row.uscc ? undefined : settled.get(settlementKey(row));
      if (decided) return { uscc: decided, certainty: CERTAINTY.settlement, by: "settlement" };
      const candidates = lookupKeys(row).flatMap((key) => byKey.get(key) ?? []);
      const unique = [...new Map(candidates.map((subject) => [subject.uscc, subject])).values()];
      return resolveRow(row, unique, readName);
    });
  }

  const service: SubjectService = {
    async resolveSubjects(rows, catalogId) {
      await ports.index.catchUp();
      const resolved: Resolution[] = [];
      for (let from = 0; from < rows.length; from += ROWS_A_QUERY)
        resolved.push(...(await resolveSome(rows.slice(from, from + ROWS_A_QUERY), catalogId)));
      return resolved;
    },

    async ask(actor, catalogId, row) {
      await ports.requireOwnCatalog(actor, catalogId);
      const [found] = await service.resolveSubjects([row], catalogId);
      if (!found || "unknown" in found) return { state: "unknown", candidates: [], linkFrom: LINK_FROM };
      if ("ambiguous" in found) return { state: "ambiguous", candidates: [...found.candidates], linkFrom: LINK_FROM };
      const name = (await service.names([found.uscc])).get(found.uscc);
      const candidate = { ...found, ...(name ? { name } : {}) };
      return { state: "linked", linked: found, candidates: [candidate], linkFrom: LINK_FROM };
    },

    async settle(actor, catalogId, { uscc, ...row }) {
      await ports.requireOwnCatalog(actor, catalogId);
      const words = settlementKey(readRow(row, readName) satisfies ReadRow);
      if (!words)
        throw new DomainError("input.invalid", "the registration number has fifteen digits", {
          field: "registrationNumber",
          status: 400,
          fix: "correct it, or send the name",
        });
      await ports.index.catchUp();
      const name = (await service.names([uscc])).get(uscc);
      if (!name)
        throw new DomainError("subject.unknown", `no registration is known of ${uscc}`, {
          field: "uscc",
          status: 422,
          fix: "choose one of the candidates",
        });
      await store.settle({
        _id: `${catalogId}|${words}`,
        catalogId,
        words,
        uscc,
        by: actor.participantId,
        at: clock.now(),
      });
      return { catalogId, uscc, name };
    },

    async relatedOf(uscc) {
      const own = await store.find(uscc);
      if (!own || own.persons.length === 0) return [];
      const found = await store.withPersons(own.persons, MOST_RELATED + 1);
      return found
        .filter(({ _id }) => _id !== uscc)
        .slice(0, MOST_RELATED)
        .map(({ _id, name, people }) => {
          const shared = own.people.flatMap(({ role, hash }) =>
            people.filter((other) => other.hash === hash).map((other) => ({ role, roleThere: other.role })),
          );
          const distinct = new Map(shared.map((one) => [`${one.role}|${one.roleThere}`, one]));
          return { uscc: _id, name, shared: [...distinct.values()] };
        });
    },

    linked: ports.index.isWhole,
    async sharing(uscc, hashes, shown) {
      const newest = new Set(hashes.flatMap((hash) => ports.upgradeHash(hash) ?? []));
      if (newest.size === 0) return { total: 0, items: [] };
      // One more for the enterprise itself, and one to tell whether there are more.
      const found = await store.withPersons([...newest], shown + 2);
      const others = found.filter(({ _id }) => _id !== uscc);
      return {
        total: others.length > shown ? await store.countOthers(uscc, [...newest]) : others.length,
        items: others.slice(0, shown).map(({ _id, name, people }) => ({
          uscc: _id,
          ...(name ? { name } : {}),
          roles: [...new Set(people.filter(({ hash }) => newest.has(hash)).map(({ role }) => role))].sort(),
        })),
      };
    },

    async names(usccs) {
      const found = await store.findMany(usccs);
      return new Map([...found].flatMap(([uscc, { name }]) => (name ? [[uscc, name] as const] : [])));
    },
  };
  return service;
}
