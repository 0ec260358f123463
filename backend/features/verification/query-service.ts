import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import type { AnswerService, Given } from "./answer-types.ts";
import { type QuerySection, sectionsOf } from "./domain/query-sections.ts";
import type { Scope } from "./grounds.ts";
import { queryWorkbook } from "./query-workbook.ts";
import { gatherSubject, type RecordPorts, type ShownCatalog, type SubjectRecords } from "./subject-records.ts";
import type { Grounds, QueryContent, QueryPart } from "./verification-schemas.ts";

/** The most rows shown of a catalog, newest first; the count tells the rest. */
const SHOWN_ROWS = 500;

export interface QueryService {
  query(actor: Actor, input: { uscc: string } & Grounds, idempotencyKey?: string): Promise<Given<QueryContent>>;
  /** The frozen copy as a spreadsheet; a read like any other. Throws answer.ended when its content is over. */
  workbook(actor: Actor, id: string, language: "zh" | "en"): Promise<{ fileName: string; bytes: Buffer }>;
}

export function createQueryService(answers: AnswerService, ports: RecordPorts, clock: Clock): QueryService {
  function partOf(
    catalog: ShownCatalog,
    scope: Scope,
    lawful: boolean,
    { facts, of, disputed }: SubjectRecords,
  ): QueryPart {
    const head = { catalogId: catalog.id, name: catalog.name, departmentName: catalog.departmentName };
    const nothing = { columns: [], rows: [] };
    if (!scope.catalogs.has(catalog.id)) return { ...head, state: lawful ? "notLawful" : "notCovered", ...nothing };
    const register = facts.register(catalog.id);
    if (register === "notReceived") return { ...head, state: "notReceived", ...nothing };
    const records = [...of(catalog.id)].sort((a, b) =>
      (b.period ?? "") === (a.period ?? "")
        ? b._id.localeCompare(a._id)
        : (b.period ?? "").localeCompare(a.period ?? ""),
    );
    // The subject stands above the table; a person's keyed hash tells a reader nothing.
    const columns = catalog.fields.filter(
      ({ name, type }) => type !== "person-id" && name !== catalog.subjectField && name !== "enterpriseName",
    );
    const cut = catalog.periodField && (scope.from || scope.to) ? { cut: periodOf(scope) } : {};
    return {
      ...head,
      state: records.length > 0 ? "some" : "none",
      ...(typeof register === "object" ? { asOf: register.asOf } : { stale: true }),
      ...cut,
      count: records.length,
      columns: records.length > 0 ? columns.map(({ name, label, type }) => ({ name, label, type })) : [],
      rows: records.slice(0, SHOWN_ROWS).map(({ _id, fields }) => ({
        recordId: _id,
        ...(disputed(_id) ? { disputed: true } : {}),
        cells: columns.map(({ name }) => fields[name] ?? null),
      })),
    };
  }
  const periodOf = ({ from, to }: Scope) => ({ ...(from ? { from } : {}), ...(to ? { to } : {}) });

  const filled = (section: QuerySection, parts: readonly QueryPart[]) => ({
    code: section.code,
    name: section.name,
    parts: [...parts],
  });

  return {
    query: (actor, { uscc, purpose, legalBasis }, idempotencyKey) =>
      answers.give<QueryContent>(actor, {
        kind: "query",
        uscc,
        grounds: { purpose, legalBasis },
        idempotencyKey,
        asked: {},
        async find(scope, { number, at, subject, asker, basis }) {
          const gathered = await gatherSubject(ports, subject.uscc, scope, clock);
          const catalogs = ports.catalogs();
          const found = sectionsOf([...catalogs.values()]).map((section) =>
            filled(
              section,
              section.catalogs.map((id) => partOf(catalogs.get(id)!, scope, basis.kind === "law", gathered)),
            ),
          );
          const [registration] = gathered.of("business-registration");
          const name = typeof registration?.fields.name === "string" ? registration.fields.name : (subject.name ?? "");
          const logged = found
            .map(({ code, parts }) => ({
              what: `query:${code}`,
              read: parts.some(({ state }) => state === "some" || state === "none"),
              records: parts.reduce((sum, { count = 0 }) => sum + count, 0),
            }))
            .filter(({ read }) => read)
            .map(({ what, records }) => ({ what, records }));
          return {
            content: { number, at, subject: { uscc: subject.uscc, name }, sections: found, asker, basis },
            records: logged.reduce((sum, { records }) => sum + records, 0),
            parts: logged.length > 0 ? logged : [{ what: "query", records: 0 }],
          };
        },
      }),
    async workbook(actor, id, language) {
      const { content, number } = await answers.open<QueryContent>(actor, id, "query");
      if (!content)
        throw new DomainError("answer.ended", "the content of this answer is deleted: its time is over", {
          fix: "ask again, under a live consent or legal basis",
        });
      return { fileName: `${number}.xlsx`, bytes: await queryWorkbook(content, language) };
    },
  };
}
