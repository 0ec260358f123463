import type { Quarantine } from "./batch-queries.ts";
import { csvText } from "./csv.ts";
import { localized } from "./format.ts";

/** The quarantined rows as the department sent them, behind the row number and what is wrong, ready to be corrected. */
export function quarantineCsv(quarantine: Quarantine, titles: { file: string; row: string; reason: string }): string {
  const rows = quarantine.items.map((item) => [
    item.fileName,
    String(item.row),
    item.faults.map((fault) => [fault.column, localized(fault.message)].filter(Boolean).join("：")).join("；"),
    ...item.cells,
  ]);
  return csvText([[titles.file, titles.row, titles.reason, ...quarantine.headings], ...rows]);
}
