import { monthIndex, monthsBefore } from "./periods.ts";
import { fenOf, idsOf, numberOf, type ProfileRecord, textOf } from "./profile-record.ts";
import { type Finding, type Rule, type Sources, unknown, type Value } from "./sources.ts";

/*
 * What registers of the whole city say. In a register that was received, and not too long ago, no entry means none;
 * before that it is unknown.
 */

/** Whether an entry counts, on a day. */
export type Counts = (record: ProfileRecord, today: string) => boolean;
type Take = (taken: readonly ProfileRecord[]) => Value;

interface Options {
  /** Months back from today that the entries are taken from; all that there is without. */
  readonly months?: number;
  /** The field with the day of an event. With it the figure is told for a year ago too. */
  readonly on?: string;
}

/** Takes the entries that count; the records used are those. */
export const fromRegister =
  (counts: Counts, take: Take, { months, on }: Options = {}): Rule =>
  (sources, catalogId) => {
    const { today } = sources;
    const asOf = sources.registerDate(catalogId);
    if (asOf === null) return unknown(sources.received(catalogId) ? "stale" : "notReceived");
    const last = monthIndex(today);
    // A register with a period speaks of it: a period that the consent cuts leaves no zero.
    const first = (back: number) => (months === undefined ? null : monthIndex(monthsBefore(today, months + back)));
    if (!sources.whole(catalogId, first(0), last)) return unknown("outsideConsent");
    const takenOn = (day: string): ProfileRecord[] => {
      const after = months === undefined ? "" : monthsBefore(day, months);
      return sources.of(catalogId).filter((record) => {
        if (!counts(record, day)) return false;
        if (on === undefined) return true;
        const date = textOf(record, on) ?? "";
        return date > after && date <= day;
      });
    };
    const taken = takenOn(today);
    const value = take(taken);
    if (value === null) return unknown("notStated");
    const found: Finding = { value, asOf, recordIds: idsOf(taken) };
    if (on === undefined || months === undefined || typeof value === "boolean") return found;
    if (!sources.whole(catalogId, first(12), last)) return found;
    const yearAgo = monthsBefore(today, 12);
    return { ...found, before: { value: take(takenOn(yearAgo)) as string | number, asOf: yearAgo } };
  };

export const count: Take = (taken) => taken.length;
export const any: Take = (taken) => taken.length > 0;
/** An entry without the amount adds nothing: a warning carries no fine. */
export const sumFen =
  (field: string): Take =>
  (taken) =>
    taken.reduce((sum, record) => sum + (fenOf(record, field) ?? 0n), 0n).toString();
export const sumCount =
  (field: string): Take =>
  (taken) =>
    taken.reduce((sum, record) => sum + (numberOf(record, field) ?? 0), 0);
/** Decimals have up to six places: summed as whole millionths, shown to the hundredth. */
export const sumDecimal =
  (field: string): Take =>
  (taken) => {
    const millionths = taken.reduce((sum, record) => sum + Math.round((numberOf(record, field) ?? 0) * 1e6), 0);
    return Math.round(millionths / 1e4) / 100;
  };
/** The largest amount; "0" of none. */
export const largestFen =
  (field: string): Take =>
  (taken) =>
    taken
      .reduce((most, record) => ((fenOf(record, field) ?? 0n) > most ? (fenOf(record, field) ?? 0n) : most), 0n)
      .toString();
/** How many different texts. */
export const distinct =
  (field: string): Take =>
  (taken) =>
    new Set(taken.flatMap((record) => textOf(record, field) ?? [])).size;

export const every: Counts = () => true;
export const has =
  (field: string, ...values: (string | boolean)[]): Counts =>
  (record) =>
    values.includes(record.fields[field] as string | boolean);
export const hasNot =
  (field: string, ...values: (string | boolean)[]): Counts =>
  (record) =>
    !values.includes(record.fields[field] as string | boolean);
export const all =
  (...conditions: Counts[]): Counts =>
  (record, today) =>
    conditions.every((holds) => holds(record, today));
/** From its first to its last day; no last day is no limit of time. */
export const inForce =
  (from: string | undefined, to: string | undefined): Counts =>
  (record, today) => {
    const first = from === undefined ? null : textOf(record, from);
    const last = to === undefined ? null : textOf(record, to);
    return (first === null || first <= today) && (last === null || last >= today);
  };
/** Ends within so many months from the day. */
export const endsWithin =
  (to: string, months: number): Counts =>
  (record, today) => {
    const last = textOf(record, to);
    return last !== null && last >= today && last <= monthsBefore(today, -months);
  };

/** The newest entry; a register holds one, corrections may bring more. */
export const newestEntry = (sources: Sources, catalogId: string): ProfileRecord | null =>
  sources
    .of(catalogId)
    .reduce<ProfileRecord | null>(
      (newest, record) =>
        newest === null ||
        record.receivedAt > newest.receivedAt ||
        (record.receivedAt === newest.receivedAt && record.id > newest.id)
          ? record
          : newest,
      null,
    );

/** What a register's one entry of the enterprise says. No entry is unknown: an enterprise without a name has none. */
export const ofEntry =
  (pick: (record: ProfileRecord, today: string) => Value): Rule =>
  (sources, catalogId) => {
    const asOf = sources.registerDate(catalogId);
    if (asOf === null) return unknown(sources.received(catalogId) ? "stale" : "notReceived");
    const record = newestEntry(sources, catalogId);
    if (!record) return unknown("noRecord");
    const value = pick(record, sources.today);
    return value === null ? unknown("notStated") : { value, asOf, recordIds: [record.id] };
  };
export const textField = (field: string): Rule => ofEntry((record) => textOf(record, field));
export const fenField = (field: string): Rule => ofEntry((record) => fenOf(record, field)?.toString() ?? null);
export const numberField = (field: string): Rule => ofEntry((record) => numberOf(record, field));
