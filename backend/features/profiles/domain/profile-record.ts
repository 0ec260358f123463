import { type Fen, parseFen } from "../../../lib/money.ts";

/** A stored record as the profile reads it. */
export interface ProfileRecord {
  readonly id: string;
  readonly catalogId: string;
  readonly period?: string | undefined;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
  /** ISO time. */
  readonly receivedAt: string;
}

/* A field that is absent, or not of the type asked for, reads as null: unknown, never zero. */

export const textOf = ({ fields }: ProfileRecord, name: string): string | null => {
  const value = fields[name];
  return typeof value === "string" ? value : null;
};

export const numberOf = ({ fields }: ProfileRecord, name: string): number | null => {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
};

export const fenOf = (record: ProfileRecord, name: string): Fen | null => {
  const value = textOf(record, name);
  return value !== null && /^-?\d{1,20}$/.test(value) ? parseFen(value) : null;
};

/** A record's amount or count as bigint, null when the record doesn't say. */
export type Measure = (record: ProfileRecord) => bigint | null;

export const amountIn =
  (field: string): Measure =>
  (record) =>
    fenOf(record, field);

export const countIn =
  (field: string): Measure =>
  (record) => {
    const value = numberOf(record, field);
    return value !== null && Number.isSafeInteger(value) ? BigInt(value) : null;
  };

/** Of the records that say. */
export const total = (records: readonly ProfileRecord[], measure: Measure): bigint =>
  records.reduce((sum, record) => sum + (measure(record) ?? 0n), 0n);

export const said = (records: readonly ProfileRecord[], measure: Measure): ProfileRecord[] =>
  records.filter((record) => measure(record) !== null);

export const idsOf = (records: readonly ProfileRecord[]): string[] => records.map((record) => record.id);

/** The latest of some dates or periods in text form; undefined of none. */
export const latest = (dates: readonly string[]): string | undefined =>
  dates.reduce<string | undefined>(
    (newest, date) => (newest === undefined || date > newest ? date : newest),
    undefined,
  );
