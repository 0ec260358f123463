import { availableParallelism, cpus, totalmem } from "node:os";

export interface BenchRow {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  /** value ÷ the value of the row `against`: what can be compared between machines. */
  readonly ratio?: number;
  readonly against?: string;
  readonly target?: string;
  readonly met?: boolean;
}

/** Measures, and tells its progress through `note`. */
export type Bench = (note: (text: string) => void) => Promise<BenchRow[]>;

export interface BenchResult {
  readonly name: string;
  readonly machine: string;
  readonly rows: readonly Record<keyof BenchRow, string | number | boolean | null>[];
}

export function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} × ${model}, ${gigabytes} GB, ${process.platform}, Node ${process.version}`;
}

/** Every row with every field, in one order: what isn't there is null. */
export const resultOf = (name: string, rows: readonly BenchRow[]): BenchResult => ({
  name,
  machine: machine(),
  rows: rows.map(({ id, value, unit, ratio, against, target, met }) => ({
    id,
    value: rounded(value),
    unit,
    ratio: ratio === undefined ? null : rounded(ratio),
    against: against ?? null,
    target: target ?? null,
    met: met ?? null,
  })),
});

/** Four significant digits: more would be noise. */
export const rounded = (value: number): number => Number(value.toPrecision(4));

export function table({ name, machine: on, rows }: BenchResult): string {
  const heading = ["id", "value", "unit", "ratio", "against", "target", "met"] as const;
  const cells = rows.map((row) => heading.map((field) => String(row[field] ?? "")));
  const widths = heading.map((field, i) => Math.max(field.length, ...cells.map((line) => line[i]!.length)));
  const line = (values: readonly string[]) =>
    values.map((value, i) => (i === 1 || i === 3 ? value.padStart(widths[i]!) : value.padEnd(widths[i]!))).join("  ");
  return [`${name} on ${on}`, line(heading), ...cells.map(line)].map((text) => text.trimEnd()).join("\n");
}

/** The value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
