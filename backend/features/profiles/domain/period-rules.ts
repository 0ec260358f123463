import { daysBetween, type MonthSeries, monthEnd, recordsOf, yearOf } from "./periods.ts";
import { idsOf, type Measure, type ProfileRecord, said, total } from "./profile-record.ts";
import { type Finding, type Rule, type Sources, unknown, type Value } from "./sources.ts";

/*
 * What an enterprise reports month by month, quarter by quarter or year by year. A year is the 12 months up to the newest
 * period reported, not up to today: departments report late, and a month that isn't in yet is no month without sales.
 */

/** Fen stay bigint up to here and leave as decimal text. */
export const asFen = (sum: bigint): string => sum.toString();
export const asCount = (sum: bigint): number => Number(sum);
type Form = (sum: bigint) => string | number;

/** The catalog's series, or why there is none. */
function read(sources: Sources, catalogId: string): MonthSeries | Finding {
  const { today } = sources;
  const series = sources.series(catalogId);
  if (!series) return unknown(sources.received(catalogId) ? "noRecord" : "notReceived");
  const tooOld = daysBetween(monthEnd(series.newest), today) > sources.staleDays(catalogId);
  return tooOld ? unknown("stale") : series;
}
const isFinding = (read: MonthSeries | Finding): read is Finding => "recordIds" in read;

/** Runs `find` on a series that is there. */
const on =
  (find: (series: MonthSeries, sources: Sources, catalogId: string) => Finding): Rule =>
  (sources, catalogId) => {
    const series = read(sources, catalogId);
    return isFinding(series) ? series : find(series, sources, catalogId);
  };

function sumOver(series: MonthSeries, months: readonly number[], measure: Measure, form: Form): Finding {
  const used = said(recordsOf(series, months), measure);
  if (used.length === 0) return unknown("notStated");
  const periods = months.filter((month) => said(recordsOf(series, [month]), measure).length > 0).length;
  return { value: form(total(used, measure)), asOf: series.asOf, recordIds: idsOf(used), periods };
}

/** The year before, when it is told of for at least three quarters of the periods of this one. */
function yearBefore(series: MonthSeries, periods: number, measure: Measure, form: Form): Finding["before"] {
  const last = series.newest - 12;
  const before = sumOver(series, yearOf(series, last), measure, form);
  if (before.value === null || (before.periods ?? 0) * 4 < periods * 3) return undefined;
  return { value: before.value as string | number, asOf: monthEnd(last) };
}

/** The sum of the 12 months up to the newest period. Unknown where a consent's period cuts one of them. */
export const yearSum = (measure: Measure, form: Form): Rule =>
  on((series, sources, catalogId) => {
    const { newest } = series;
    if (!sources.whole(catalogId, newest - 11, newest)) return unknown("outsideConsent");
    const found = sumOver(series, yearOf(series, newest), measure, form);
    if (found.value === null || !sources.whole(catalogId, newest - 23, newest)) return found;
    return { ...found, before: yearBefore(series, found.periods ?? 0, measure, form) };
  });

/** What is still open, over all periods. */
export const openSum = (measure: Measure, form: Form): Rule =>
  on((series, sources, catalogId) =>
    sources.whole(catalogId, null, series.newest)
      ? sumOver(series, [...series.byMonth.keys()], measure, form)
      : unknown("outsideConsent"),
  );

/** The newest period, beside the same one a year before. */
export const newest = (measure: Measure, form: Form): Rule =>
  on((series, sources, catalogId) => {
    const found = sumOver(series, [series.newest], measure, form);
    const last = series.newest - 12;
    if (found.value === null || !sources.whole(catalogId, last, last)) return found;
    const before = sumOver(series, [last], measure, form);
    if (before.value === null) return found;
    return { ...found, before: { value: before.value as string | number, asOf: monthEnd(last) } };
  });

/** Division rounded half away from zero, of any numerator. */
export function roundedRatio(numerator: bigint, denominator: bigint): bigint {
  const half = numerator < 0n ? -denominator : denominator;
  return (2n * numerator + half) / (2n * denominator);
}

/**
 * Growth in basis points, like for like: (sum of the months ÷ sum of the same months a year before − 1) × 10,000, over
 * months that both years have. Five or more periods in the last year mean monthly reports (12 expected), two to four
 * quarterly ones (4), a single one yearly (1). Unknown below three quarters of those, or when the year before sums to
 * zero. The base is the same period of the year before, as in the National Bureau of Statistics' 同比.
 */
export const growth = (measure: Measure, yearly = false): Rule =>
  on((series, sources, catalogId) => {
    if (!sources.whole(catalogId, series.newest - 23, series.newest)) return unknown("outsideConsent");
    const hasValue = (month: number): boolean => said(recordsOf(series, [month]), measure).length > 0;
    const reported = yearOf(series, series.newest).filter(hasValue);
    if (reported.length === 0) return unknown("notStated");
    const pairs = reported.filter((month) => hasValue(month - 12));
    const expected = reported.length > 4 ? 12 : yearly ? 1 : 4;
    if (pairs.length * 4 < expected * 3) return unknown("notStated");
    const now = said(recordsOf(series, pairs), measure);
    const before = said(
      recordsOf(
        series,
        pairs.map((month) => month - 12),
      ),
      measure,
    );
    const base = total(before, measure);
    if (base <= 0n) return unknown("notStated");
    const bps = roundedRatio((total(now, measure) - base) * 10_000n, base);
    return {
      value: Number(bps),
      asOf: series.asOf,
      recordIds: [...idsOf(before), ...idsOf(now)],
      periods: pairs.length,
    };
  });

/** Part ÷ whole in basis points over the 12 months up to the newest, of periods that tell both. */
export const yearRatio = (part: Measure, whole: Measure): Rule =>
  on((series, sources, catalogId) => {
    const { newest: last } = series;
    if (!sources.whole(catalogId, last - 11, last)) return unknown("outsideConsent");
    const ratio = (end: number): Finding => {
      const used = said(said(recordsOf(series, yearOf(series, end)), part), whole);
      const base = total(used, whole);
      if (base <= 0n) return unknown("notStated");
      const value = Number(roundedRatio(total(used, part) * 10_000n, base));
      return { value, asOf: series.asOf, recordIds: idsOf(used), periods: used.length };
    };
    const found = ratio(last);
    if (found.value === null || !sources.whole(catalogId, last - 23, last)) return found;
    const before = ratio(last - 12);
    return before.value === null
      ? found
      : { ...found, before: { value: before.value as number, asOf: monthEnd(last - 12) } };
  });

/** How many of the 12 months up to the newest have a record that counts. */
export const monthsWith = (counts: (record: ProfileRecord) => boolean): Rule =>
  on((series, sources, catalogId) => {
    const { newest: last } = series;
    if (!sources.whole(catalogId, last - 11, last)) return unknown("outsideConsent");
    const months = yearOf(series, last);
    const value = months.filter((month) => recordsOf(series, [month]).some(counts)).length;
    return { value, asOf: series.asOf, recordIds: idsOf(recordsOf(series, months)), periods: months.length };
  });

/**
 * The lowest of the last 12 months as a share of their mean, in basis points: 10,000 is as even as can be. Unknown below
 * nine months.
 */
export const evenness = (measure: Measure): Rule =>
  on((series, sources, catalogId) => {
    const { newest: last } = series;
    if (!sources.whole(catalogId, last - 11, last)) return unknown("outsideConsent");
    const months = yearOf(series, last).flatMap((month) => {
      const used = said(recordsOf(series, [month]), measure);
      return used.length > 0 ? [{ used, sum: total(used, measure) }] : [];
    });
    const sum = months.reduce((all, month) => all + month.sum, 0n);
    if (months.length < 9 || sum <= 0n) return unknown("notStated");
    const [least = 0n] = months.map((month) => month.sum).sort((a, b) => (a < b ? -1 : 1));
    const value = Number(roundedRatio(least * BigInt(months.length) * 10_000n, sum));
    return {
      value,
      asOf: series.asOf,
      recordIds: months.flatMap(({ used }) => idsOf(used)),
      periods: months.length,
    };
  });

/** A field of the newest period's record; of several, of the one received last. */
export const newestField = (pick: (record: ProfileRecord) => Value): Rule =>
  on((series) => {
    const record = recordsOf(series, [series.newest]).reduce((best, each) =>
      each.receivedAt > best.receivedAt || (each.receivedAt === best.receivedAt && each.id > best.id) ? each : best,
    );
    const value = pick(record);
    return value === null ? unknown("notStated") : { value, asOf: series.asOf, recordIds: [record.id] };
  });

/** How many periods before the newest one, without a gap, had what `holds` asks for; the newest included. */
export const streak = (holds: (record: ProfileRecord) => boolean, stepMonths: number): Rule =>
  on((series, sources, catalogId) => {
    if (!sources.whole(catalogId, null, series.newest)) return unknown("outsideConsent");
    const used: ProfileRecord[] = [];
    for (let month = series.newest; recordsOf(series, [month]).some(holds); month -= stepMonths) {
      used.push(...recordsOf(series, [month]));
    }
    const value = new Set(
      used.map((record) => String(record.period ?? record.fields[sources.periodField(catalogId)!])),
    );
    return {
      value: value.size,
      asOf: series.asOf,
      recordIds: idsOf(used.length > 0 ? used : recordsOf(series, [series.newest])),
    };
  });

/** What the records of the newest period say together: `take` of those that count. Null is unknown. */
export const ofNewest = (
  counts: (record: ProfileRecord) => boolean,
  take: (taken: readonly ProfileRecord[]) => Value,
): Rule =>
  on((series) => {
    const taken = recordsOf(series, [series.newest]).filter(counts);
    const value = taken.length === 0 ? null : take(taken);
    return value === null ? unknown("notStated") : { value, asOf: series.asOf, recordIds: idsOf(taken) };
  });
