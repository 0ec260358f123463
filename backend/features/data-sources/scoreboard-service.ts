import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { catalogGrade, filledPart, freshnessOf, ratio } from "./domain/scoring.ts";
import type { Bilingual, SourceCatalog } from "./ports.ts";
import type { CatalogScore, DepartmentScore, Scoreboard } from "./scoreboard-schemas.ts";
import { type BatchDay, dayStart, type ReadDay, type ScoreboardStore } from "./scoreboard-store.ts";

const DAY_MS = 86_400_000;
const CACHE_MS = 15_000;
const SHOWN_REASONS = 10;

/** The counters that the ingestion keeps of each catalog. */
export interface CatalogCounts {
  readonly batches?: number | undefined;
  readonly rejected?: number | undefined;
  readonly rows?: number | undefined;
  readonly stored?: number | undefined;
  readonly deleted?: number | undefined;
  readonly quarantined?: number | undefined;
  readonly reasons?: Readonly<Record<string, number | undefined>> | undefined;
  readonly filled?: Readonly<Record<string, number>> | undefined;
  readonly latencyMs?: number | undefined;
  readonly lastLatencyMs?: number | undefined;
  readonly maxLatencyMs?: number | undefined;
  readonly lastBatchAt?: Date | undefined;
}

export interface ScoreboardPorts {
  departmentOf(participantId: string): Promise<string | undefined>;
  departments(): Promise<readonly { code: string; name: Bilingual }[]>;
  catalogs(): Promise<readonly SourceCatalog[]>;
  counts(): Promise<ReadonlyMap<string, CatalogCounts>>;
  activeResources(): Promise<ReadonlyMap<string, number>>;
  /** The catalogs that a reading of this name looked at, where the name tells. */
  catalogsOfRead(what: string): readonly string[] | undefined;
}

export interface ScoreboardService {
  read(
    actor: Actor,
    filter: { departmentCode?: string | undefined; catalogId?: string | undefined; days: number },
  ): Promise<Scoreboard>;
}

interface Reading {
  readonly day: string;
  readonly catalogId: string;
  readonly purpose: string;
  readonly allowed: boolean;
  readonly count: number;
}
interface Whole {
  readonly at: Date;
  readonly catalogs: readonly CatalogScore[];
  readonly departments: readonly DepartmentScore[];
  readonly batchDays: readonly BatchDay[];
  readonly readings: readonly Reading[];
  readonly days: readonly string[];
}

/** A day in Beijing. */
const dayOf = (time: Date): string => new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((all, item) => all + of(item), 0);

function tally<T>(items: readonly T[], keyOf: (item: T) => string, countOf: (item: T) => number): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + countOf(item));
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

export function createScoreboard(store: ScoreboardStore, ports: ScoreboardPorts, clock: Clock): ScoreboardService {
  /** A reading whose name tells no catalogs is of those that its consent covers. */
  async function readingsOf(days: Map<string, ReadDay[]>): Promise<Reading[]> {
    const all = [...days].flatMap(([day, reads]) => reads.map((read) => ({ ...read, day })));
    const underConsent = new Set(all.flatMap(({ consentId }) => (consentId ? [consentId] : [])));
    const covered = await store.consentCatalogs([...underConsent]);
    return all.flatMap(({ day, what, purpose, consentId, allowed, count }) => {
      const catalogs = ports.catalogsOfRead(what) ?? (consentId ? (covered.get(consentId) ?? []) : []);
      return catalogs.map((catalogId) => ({ day, catalogId, purpose, allowed, count }));
    });
  }

  function scoreOf(
    catalog: SourceCatalog,
    counts: CatalogCounts,
    readings: readonly Reading[],
    objections: { open: number; late: number },
    resources: number,
    now: Date,
  ): CatalogScore {
    const { batches = 0, rows = 0, quarantined = 0, stored = 0, deleted = 0, filled = {} } = counts;
    const fieldsThat = (required: boolean) =>
      catalog.fields.filter((field) => field.required === required).map(({ name }) => name);
    const kept = Math.max(0, stored - deleted);
    const completeness = {
      // A row without one is in quarantine, not among the stored.
      required: filledPart(fieldsThat(true), filled, kept, counts.reasons?.required),
      optional: filledPart(fieldsThat(false), filled, kept),
    };
    const errorRate = ratio(quarantined, rows);
    const freshness = freshnessOf(counts.lastBatchAt, catalog.updateFrequency, now);
    return {
      catalogId: catalog.id,
      name: catalog.name,
      departmentCode: catalog.departmentCode,
      resources,
      batches,
      rejected: counts.rejected ?? 0,
      rows,
      quarantined,
      errorRate,
      reasons: tally(
        Object.entries(counts.reasons ?? {}),
        ([reason]) => reason,
        ([, count]) => count ?? 0,
      )
        .slice(0, SHOWN_REASONS)
        .map(([reason, count]) => ({ reason, count })),
      completeness,
      latency:
        batches > 0
          ? {
              meanMs: Math.round((counts.latencyMs ?? 0) / batches),
              lastMs: counts.lastLatencyMs ?? 0,
              maxMs: counts.maxLatencyMs ?? 0,
            }
          : null,
      freshness: {
        ...freshness,
        ...(counts.lastBatchAt ? { lastBatchAt: counts.lastBatchAt.toISOString() } : {}),
      },
      use: {
        reads: sum(readings, ({ allowed, count }) => (allowed ? count : 0)),
        refused: sum(readings, ({ allowed, count }) => (allowed ? 0 : count)),
        byPurpose: tally(
          readings.filter(({ allowed }) => allowed),
          ({ purpose }) => purpose,
          ({ count }) => count,
        ).map(([purpose, count]) => ({ purpose, count })),
      },
      objections,
      score: catalogGrade({ freshness, errorRate, completeness, lateObjections: objections.late }),
    };
  }

  function departmentOf(code: string, name: Bilingual, own: readonly CatalogScore[]): DepartmentScore {
    const batches = sum(own, (catalog) => catalog.batches);
    const rows = sum(own, (catalog) => catalog.rows);
    const quarantined = sum(own, (catalog) => catalog.quarantined);
    const complete = own.flatMap(({ completeness: { required, optional } }) => optional ?? required ?? []);
    return {
      departmentCode: code,
      name,
      rank: null,
      catalogs: own.length,
      fresh: own.filter(({ freshness }) => freshness.state === "fresh").length,
      batches,
      rows,
      quarantined,
      errorRate: ratio(quarantined, rows),
      completeness:
        complete.length > 0
          ? ratio(
              sum(complete, (part) => part),
              complete.length,
            )
          : null,
      meanLatencyMs:
        batches > 0
          ? Math.round(sum(own, ({ latency, batches: some }) => (latency?.meanMs ?? 0) * some) / batches)
          : null,
      reads: sum(own, ({ use }) => use.reads),
      objections: {
        open: sum(own, ({ objections }) => objections.open),
        late: sum(own, ({ objections }) => objections.late),
      },
      // A catalog that nothing came for counts as nothing: who shares one of ten isn't at the top.
      score: own.some(({ score }) => score !== null)
        ? Math.round(sum(own, ({ score }) => score ?? 0) / own.length)
        : null,
    };
  }

  function ranked(departments: readonly DepartmentScore[]): DepartmentScore[] {
    const sorted = departments.toSorted(
      (a, b) => (b.score ?? -1) - (a.score ?? -1) || (a.departmentCode < b.departmentCode ? -1 : 1),
    );
    return sorted.map((department, index) => ({ ...department, rank: department.score === null ? null : index + 1 }));
  }

  async function compute(dayCount: number): Promise<Whole> {
    const now = clock.now();
    const days = Array.from({ length: dayCount }, (_, n) =>
      dayOf(new Date(now.getTime() - (dayCount - 1 - n) * DAY_MS)),
    );
    // Entries of the log may come some hours late; after a day a day is complete.
    const closedBefore = dayOf(new Date(now.getTime() - DAY_MS));
    const [catalogs, departments, counts, resources, objections, batchDays, reads] = await Promise.all([
      ports.catalogs(),
      ports.departments(),
      ports.counts(),
      ports.activeResources(),
      store.objections(now),
      store.batchDays(dayStart(days[0]!)),
      store.readDays(days, closedBefore),
    ]);
    const readings = await readingsOf(reads);
    const byCatalog = Map.groupBy(readings, ({ catalogId }) => catalogId);
    const scores = catalogs.map((catalog) =>
      scoreOf(
        catalog,
        counts.get(catalog.id) ?? {},
        byCatalog.get(catalog.id) ?? [],
        objections.get(catalog.id) ?? { open: 0, late: 0 },
        resources.get(catalog.id) ?? 0,
        now,
      ),
    );
    const owned = Map.groupBy(scores, ({ departmentCode }) => departmentCode);
    const grades = departments
      .filter(({ code }) => owned.has(code))
      .map(({ code, name }) => departmentOf(code, name, owned.get(code)!));
    return { at: now, catalogs: scores, departments: ranked(grades), batchDays, readings, days };
  }

  const cache = new Map<number, { until: number; whole: Promise<Whole> }>();
  function wholeOf(days: number): Promise<Whole> {
    const known = cache.get(days);
    if (known && known.until > Date.now()) return known.whole;
    const whole = compute(days);
    cache.set(days, { until: Date.now() + CACHE_MS, whole });
    whole.catch(() => cache.delete(days));
    return whole;
  }

  return {
    async read(actor, { departmentCode, catalogId, days }) {
      const whole = await wholeOf(days);
      const own =
        actor.role === "department" ? ((await ports.departmentOf(actor.participantId)) ?? "none") : departmentCode;
      const catalogs = whole.catalogs.filter(
        (catalog) =>
          (own === undefined || catalog.departmentCode === own) &&
          (catalogId === undefined || catalog.catalogId === catalogId),
      );
      const shown = new Set(catalogs.map((catalog) => catalog.catalogId));
      const trend = whole.days.map((day) => {
        const came = whole.batchDays.filter((one) => one.day === day && shown.has(one.catalogId));
        const batches = sum(came, (one) => one.batches);
        return {
          day,
          rows: sum(came, ({ rows }) => rows),
          quarantined: sum(came, ({ quarantined }) => quarantined),
          reads: sum(
            whole.readings.filter((one) => one.day === day && one.allowed && shown.has(one.catalogId)),
            ({ count }) => count,
          ),
          latencyMs: batches > 0 ? Math.round(sum(came, ({ latencyMs }) => latencyMs) / batches) : null,
        };
      });
      return {
        at: whole.at.toISOString(),
        days,
        departments: whole.departments.filter((department) => own === undefined || department.departmentCode === own),
        catalogs: catalogs.toSorted(
          (a, b) => (a.score ?? -1) - (b.score ?? -1) || (a.catalogId < b.catalogId ? -1 : 1),
        ),
        trend,
      };
    },
  };
}
