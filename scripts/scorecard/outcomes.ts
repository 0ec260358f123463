import { parse } from "csv-parse/sync";

/* Labelled outcomes: one row an enterprise, one column an indicator, one column that tells what became of it. */

export type Column =
  | { readonly kind: "number"; readonly id: string; readonly values: readonly (bigint | null)[] }
  | { readonly kind: "category"; readonly id: string; readonly values: readonly (string | null)[] };

export interface Outcomes {
  readonly columns: readonly Column[];
  readonly bads: readonly boolean[];
}

const WHOLE = /^(0|-?[1-9]\d{0,29})$/;
const FRACTION = /^-?\d+\.\d+$/;

export interface ReadOptions {
  readonly target: string;
  /** Codes that look like numbers, such as an industry's. */
  readonly categories?: ReadonlySet<string>;
}

/** Reads outcomes from CSV with a header. An empty cell is unknown; the target is 1 for bad and 0 for good. */
export function readOutcomes(csv: string | Buffer, { target, categories = new Set() }: ReadOptions): Outcomes {
  const [header, ...rows] = parse(csv, { bom: true, skip_empty_lines: true, trim: true }) as string[][];
  if (!header) throw new Error("the file is empty");
  const twice = header.find((id, index) => header.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`the column "${twice}" is there twice`);
  for (const id of [target, ...categories])
    if (!header.includes(id)) throw new Error(`there is no column "${id}"; there are ${header.join(", ")}`);
  const cellsOf = (id: string): string[] => rows.map((row) => row[header.indexOf(id)]!);
  const bads = cellsOf(target).map((cell, index) => {
    if (cell !== "0" && cell !== "1")
      throw new Error(`row ${index + 2}: the target is "${cell}" where it must be 1 (bad) or 0 (good)`);
    return cell === "1";
  });
  const columns = header
    .filter((id) => id !== target)
    .map((id): Column => {
      const cells = cellsOf(id);
      const known = cells.filter((cell) => cell !== "");
      if (!categories.has(id) && known.length > 0 && known.every((cell) => WHOLE.test(cell) || FRACTION.test(cell))) {
        const odd = known.find((cell) => FRACTION.test(cell));
        if (odd !== undefined)
          throw new Error(`the column "${id}" has fractions (${odd}): give whole numbers, such as fen or basis points`);
        return { kind: "number", id, values: cells.map((cell) => (cell === "" ? null : BigInt(cell))) };
      }
      return { kind: "category", id, values: cells.map((cell) => (cell === "" ? null : cell)) };
    });
  return { columns, bads };
}

/** Some of the rows. */
export const pick = (outcomes: Outcomes, rows: readonly number[]): Outcomes => ({
  columns: outcomes.columns.map((column) =>
    column.kind === "number"
      ? { ...column, values: rows.map((row) => column.values[row]!) }
      : { ...column, values: rows.map((row) => column.values[row]!) },
  ),
  bads: rows.map((row) => outcomes.bads[row]!),
});
