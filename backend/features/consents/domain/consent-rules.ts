import { type ConsentPurpose, type Frequency, purposeRule } from "./consent-purposes.ts";

export const DAY_MS = 86_400_000;
const WINDOW_DAYS: Record<Frequency["per"], number> = { day: 1, week: 7, month: 30 };

/** What a consent says about its reads. */
export interface ReadTerms {
  readonly requestId?: string | undefined;
  readonly purpose: ConsentPurpose;
  readonly catalogs: readonly string[];
  readonly mode: "once" | "periodic";
  /** Days, both included: records whose whole period lies between them may be seen. */
  readonly dataFrom?: string | undefined;
  readonly dataTo?: string | undefined;
  readonly frequency?: Frequency | undefined;
  readonly dataLifeDays?: number | undefined;
}

/** What a reader wants to see, and what for. */
export interface WantedRead {
  readonly purpose: ConsentPurpose;
  /** Absent where it isn't for one financing request: then a consent for any request will do. */
  readonly requestId?: string | undefined;
  readonly catalogId?: string | undefined;
  /** Several at once: one consent has to cover them all. */
  readonly catalogIds?: readonly string[] | undefined;
  readonly period?: string | undefined;
}

export interface Fault {
  readonly field: string;
  readonly reason: string;
  readonly fix: string;
}

/** The limits that hold: the consent's own, or the purpose's where it names none. */
export function limitsOf(terms: ReadTerms): { frequency?: Frequency; dataLifeDays: number } {
  const rule = purposeRule(terms.purpose);
  return {
    ...(terms.mode === "periodic" ? { frequency: terms.frequency ?? { count: rule.maxReads.day, per: "day" } } : {}),
    dataLifeDays: terms.dataLifeDays ?? rule.maxDataLifeDays,
  };
}

export const windowStart = ({ per }: Frequency, now: Date): Date => new Date(now.getTime() - WINDOW_DAYS[per] * DAY_MS);

/** The first and last day of "2025", "2025-03" or "2025-03-07". */
function daysOf(period: string): [string, string] | null {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(period);
  if (!match) return null;
  const [, year, month, day] = match;
  if (day) return [period, period];
  if (!month) return [`${year}-01-01`, `${year}-12-31`];
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return [`${period}-01`, `${period}-${last}`];
}

/** A record without a period says what is so today, and is not cut by time. A period that can't be read is not shown. */
export function coversPeriod({ dataFrom, dataTo }: ReadTerms, period: string | undefined): boolean {
  if (period === undefined || (dataFrom === undefined && dataTo === undefined)) return true;
  const days = daysOf(period);
  if (!days) return false;
  return (dataFrom === undefined || days[0] >= dataFrom) && (dataTo === undefined || days[1] <= dataTo);
}

export const coversRead = (terms: ReadTerms, wanted: WantedRead): boolean =>
  terms.purpose === wanted.purpose &&
  (wanted.requestId === undefined || terms.requestId === undefined || terms.requestId === wanted.requestId) &&
  (wanted.catalogId === undefined || terms.catalogs.includes(wanted.catalogId)) &&
  (wanted.catalogIds === undefined || wanted.catalogIds.every((id) => terms.catalogs.includes(id))) &&
  coversPeriod(terms, wanted.period);

/** When a copy has to go: its data life or its consent ends, whichever is first. */
export const endOfCopy = (terms: ReadTerms, consentEnds: Date, takenAt: Date): Date =>
  new Date(Math.min(consentEnds.getTime(), takenAt.getTime() + limitsOf(terms).dataLifeDays * DAY_MS));

/** What of these terms goes beyond their purpose, or contradicts itself. */
export function faultOfTerms(terms: ReadTerms, days: number): Fault | undefined {
  const { maxDays, maxReads, maxDataLifeDays } = purposeRule(terms.purpose);
  const { frequency, dataLifeDays, dataFrom, dataTo, mode } = terms;
  if (days > maxDays)
    return { field: "expiresAt", reason: "this is longer than the purpose allows", fix: `at most ${maxDays} days` };
  if (frequency && mode === "once")
    return { field: "terms.frequency", reason: "one reading has no frequency", fix: "leave it out" };
  if (frequency && frequency.count > maxReads[frequency.per])
    return {
      field: "terms.frequency",
      reason: "this is more often than the purpose allows",
      fix: `at most ${maxReads[frequency.per]} reads a ${frequency.per}`,
    };
  if (dataLifeDays !== undefined && dataLifeDays > maxDataLifeDays)
    return {
      field: "terms.dataLifeDays",
      reason: "copies would be kept longer than the purpose allows",
      fix: `at most ${maxDataLifeDays} days`,
    };
  if (dataFrom !== undefined && dataTo !== undefined && dataTo < dataFrom)
    return { field: "terms.dataTo", reason: "the data's period ends before it begins", fix: "turn the dates around" };
  return undefined;
}

/** The field of the given terms that goes beyond what was asked for. An answer may be narrower, never wider. */
export function beyondAsked(asked: ReadTerms & { days: number }, given: ReadTerms, days: number): string | undefined {
  if (given.purpose !== asked.purpose) return "purpose";
  if (asked.requestId !== undefined && given.requestId !== asked.requestId) return "requestId";
  if (given.catalogs.some((catalog) => !asked.catalogs.includes(catalog))) return "catalogs";
  if (given.mode === "periodic" && asked.mode === "once") return "mode";
  if (asked.dataFrom !== undefined && (given.dataFrom === undefined || given.dataFrom < asked.dataFrom))
    return "dataFrom";
  if (asked.dataTo !== undefined && (given.dataTo === undefined || given.dataTo > asked.dataTo)) return "dataTo";
  if (days > asked.days) return "expiresAt";
  if (limitsOf(given).dataLifeDays > limitsOf(asked).dataLifeDays) return "dataLifeDays";
  const most = limitsOf(asked).frequency;
  const own = limitsOf(given).frequency;
  // Counted over a window at least as long, as few reads are within the asked limit at every moment.
  if (most && own && (WINDOW_DAYS[own.per] < WINDOW_DAYS[most.per] || own.count > most.count)) return "frequency";
  return undefined;
}
