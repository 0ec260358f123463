import type { BinnedCategory, BinnedNumber } from "./binning.ts";
import type { Column } from "./outcomes.ts";

export type BinnedColumn = (BinnedNumber | BinnedCategory) & { readonly id: string };

/** The weight of evidence of each row. */
export function weightsOf(binned: BinnedColumn, column: Column): number[] {
  if (binned.kind === "number" && column.kind === "number")
    return column.values.map((value) =>
      value === null ? binned.unknown.woe : binned.bins.find(({ below }) => below === null || value < below)!.woe,
    );
  if (binned.kind === "category" && column.kind === "category") {
    const weights = new Map(binned.bins.flatMap(({ values, woe }) => values.map((value) => [value, woe])));
    return column.values.map((value) => (value === null ? undefined : weights.get(value)) ?? binned.unknown.woe);
  }
  throw new Error(`the column "${binned.id}" is of another kind than its bins`);
}
