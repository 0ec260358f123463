/** A stored record as checks read it. */
export interface FactRecord {
  readonly id: string;
  readonly catalogId: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

/** How a register stands: the day up to which it speaks, or why it says nothing. */
export type Register = { readonly asOf: string } | "notReceived" | "stale";

/** All that a check may look at: the registers, and the subject's records in them. */
export interface Facts {
  readonly today: string;
  /** The newest visible version of each of the subject's records in a catalog. */
  of(catalogId: string): readonly FactRecord[];
  register(catalogId: string): Register;
  /** Whether the reader may see what concerns this day, month or year. */
  covers(period: string): boolean;
}

export type UnknownReason = "notReceived" | "stale" | "notReported" | "periodNotCovered" | "noValue";

/** What a rule finds. The records are those that the answer rests on; none where it rests on there being none. */
export type Finding =
  | { readonly answer: "yes" | "no"; readonly records: readonly FactRecord[] }
  | { readonly answer: "unknown"; readonly reason: UnknownReason; readonly records: readonly FactRecord[] };

export const yes = (records: readonly FactRecord[] = []): Finding => ({ answer: "yes", records });
export const no = (records: readonly FactRecord[] = []): Finding => ({ answer: "no", records });
export const unknown = (reason: UnknownReason, records: readonly FactRecord[] = []): Finding => ({
  answer: "unknown",
  reason,
  records,
});

/* A field that is absent, or not of the type asked for, reads as undefined: unknown, never zero. */

export function textOf({ fields }: FactRecord, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberOf({ fields }: FactRecord, name: string): number | undefined {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function fenOf(record: FactRecord, name: string): bigint | undefined {
  const value = textOf(record, name);
  return value !== undefined && /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
}

const DAY_MS = 86_400_000;

export const daysAfter = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The last day of a month. */
export function endOfMonth(month: string): string {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year!, number!, 0)).toISOString().slice(0, 10);
}

/** The day so many months before; where that month is shorter, its last day. */
export function monthsBefore(date: string, months: number): string {
  const index = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 - months;
  const month = `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}`;
  const end = endOfMonth(month);
  const same = `${month}-${date.slice(8, 10)}`;
  return same < end ? same : end;
}

/** How long after its last batch a register still speaks for the present. */
const SPEAKS_DAYS: Readonly<Record<string, number>> = {
  daily: 15,
  weekly: 35,
  monthly: 75,
  quarterly: 200,
  yearly: 550,
};

/** How long after a month's end the register has to be sent for it to be complete for that month. */
export const REPORTED_AFTER_DAYS = 20;

/** `receivedAt` is when the catalog's last batch came; undefined where there was none. */
export function registerOf(receivedAt: string | undefined, updateFrequency: string, today: string): Register {
  if (receivedAt === undefined) return "notReceived";
  const asOf = receivedAt.slice(0, 10);
  return daysAfter(asOf, SPEAKS_DAYS[updateFrequency] ?? SPEAKS_DAYS.monthly!) < today ? "stale" : { asOf };
}
