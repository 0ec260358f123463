import type { AnchorState } from "../../../lib/schemas.ts";
import { INDICATOR_GROUPS, type IndicatorView, type ProfileView } from "../profile-schemas.ts";
import { INDICATORS, type ProfileContent, type RecordTrace } from "./indicators.ts";
import { SERIES } from "./series.ts";
import { type CatalogFacts, type Finding, STALE_DAYS } from "./sources.ts";

/** The most record ids shown with one indicator; the count tells the rest. */
const SHOWN_RECORDS = 40;
const DAY_MS = 86_400_000;

interface Bilingual {
  zh: string;
  en: string;
}
export interface CatalogLabel {
  catalogName: Bilingual;
  departmentName: Bilingual;
}

/** What was objected to a record: an open objection's id, a statement beside it. */
export interface Mark {
  disputed?: string;
  statement?: { objectionId: string; text: string };
}

/** What is said of the records beside what they say. */
export interface Beside {
  readonly uscc: string;
  readonly computedAt: string;
  markOf(record: { _id: string; catalogId: string; key: string }): Mark;
  anchorOf(trace: RecordTrace): AnchorState;
  labelOf(catalogId: string): CatalogLabel;
  districtName(code: string): string;
  readonly catalogs: ReadonlyMap<string, CatalogFacts>;
  /** Catalogs that the reader may see; all without. */
  readonly covered?: ReadonlySet<string> | undefined;
}

function trendOf({ value, before }: Finding): IndicatorView["trend"] {
  if (!before) return undefined;
  const { value: was, asOf: beforeAsOf } = before;
  if ((typeof value !== "string" && typeof value !== "number") || !/^-?\d+$/.test(`${value}${was}`.replaceAll("-", "")))
    return { before: was, beforeAsOf };
  const [now, then] = [BigInt(value), BigInt(was)];
  if (then === 0n) return { before: was, beforeAsOf };
  const changeBps = Number(((now - then) * 10_000n) / (then < 0n ? -then : then));
  return { before: was, beforeAsOf, ...(Number.isSafeInteger(changeBps) ? { changeBps } : {}) };
}

export const freshDays = (catalogs: ReadonlyMap<string, CatalogFacts>, catalogId: string): number =>
  STALE_DAYS[catalogs.get(catalogId)?.updateFrequency ?? "monthly"];

export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** A profile in words, for one reader. */
export function viewOf(content: ProfileContent, beside: Beside): ProfileView {
  const { catalogs, labelOf } = beside;
  const covered = (catalogId: string): boolean => beside.covered?.has(catalogId) ?? true;
  const traceOf = new Map(content.records.map((trace) => [trace.id, trace]));
  const marks = new Map(
    content.records.map(({ id, catalogId, key }) => [id, beside.markOf({ _id: id, catalogId, key })]),
  );
  const shown = new Set<string>();

  const indicators = INDICATORS.flatMap(({ id, group, name, unit, catalogId }, at): IndicatorView[] => {
    const finding = content.findings[at];
    if (!finding || !covered(catalogId)) return [];
    const { value, asOf, recordIds, periods, why } = finding;
    const ids = recordIds.slice(0, SHOWN_RECORDS);
    for (const recordId of ids) shown.add(recordId);
    const own = recordIds.map((recordId) => marks.get(recordId) ?? {});
    const disputed = own.find((mark) => mark.disputed)?.disputed;
    const statements = own.flatMap(({ statement }) => (statement ? [statement] : []));
    const trend = trendOf(finding);
    const known = value !== null;
    return [
      {
        id,
        group,
        name,
        unit,
        value,
        ...(known || !why ? {} : { why }),
        ...(known && asOf ? { asOf, freshUntil: dayAfter(asOf, freshDays(catalogs, catalogId)) } : {}),
        ...(trend ? { trend } : {}),
        ...(periods === undefined ? {} : { periods }),
        source: { catalogId, ...labelOf(catalogId) },
        recordIds: ids,
        recordCount: recordIds.length,
        ...(disputed ? { disputed } : {}),
        ...(statements.length > 0 ? { statements } : {}),
      },
    ];
  });
  const { events, ties, licences } = content.facts;
  for (const { recordId } of [...events, ...ties, ...licences]) shown.add(recordId);
  const pointsOf = new Map(content.series.map(({ id, points }) => [id, points]));
  return {
    enterprise: content.enterprise
      ? { ...content.enterprise, uscc: beside.uscc, district: beside.districtName(content.enterprise.district) }
      : { uscc: beside.uscc, name: "", district: "", industry: "" },
    computedAt: beside.computedAt,
    indicators,
    series: SERIES.flatMap(({ id, group, name, unit, catalogId }) => {
      const points = pointsOf.get(id);
      return points ? [{ id, group, name, unit, catalogId, points: [...points] }] : [];
    }),
    completeness: INDICATOR_GROUPS.flatMap((group) => {
      const own = indicators.filter((indicator) => indicator.group === group);
      return own.length === 0
        ? []
        : [{ group, known: own.filter(({ value }) => value !== null).length, total: own.length }];
    }),
    events,
    ties,
    licences,
    evidence: [...shown].flatMap((recordId) => {
      const trace = traceOf.get(recordId);
      if (!trace) return [];
      const { catalogId, period, batchId, row, receivedAt } = trace;
      const disputed = marks.get(recordId)?.disputed;
      return [
        {
          recordId,
          catalogId,
          ...labelOf(catalogId),
          ...(period ? { period } : {}),
          batchId,
          row,
          receivedAt,
          proof: `/records/${recordId}/proof`,
          anchor: beside.anchorOf(trace),
          ...(disputed ? { disputed } : {}),
        },
      ];
    }),
  };
}
