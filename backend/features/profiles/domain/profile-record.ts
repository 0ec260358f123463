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

export const idsOf = (records: readonly ProfileRecord[]): string[] => records.map((record) => record.id);

/** The latest of some dates or periods in text form; undefined of none. */
export const latest = (dates: readonly string[]): string | undefined =>
  dates.reduce<string | undefined>(
    (newest, date) => (newest === undefined || date > newest ? date : newest),
    undefined,
  );
