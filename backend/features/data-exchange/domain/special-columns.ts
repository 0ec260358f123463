import { plainHeading } from "./plain-heading.ts";
import { narrow } from "./value-parsers.ts";

/* Columns that say something about the row, not about the enterprise. */

/** What stands for a deletion mark in a department's own list of headings. */
export const DELETION = "$deleted";

/** Of a file of mended rows: the row's number in the batch that quarantined it, and why it was. */
export const REPLAY_ROW = "隔离行号";
export const REPLAY_REASON = "隔离原因";

const DELETION_HEADINGS = new Set(
  ["删除标志", "删除标记", "是否删除", "操作类型", "deleted", "_deleted"].map(plainHeading),
);
export const isDeletionHeading = (plain: string): boolean => DELETION_HEADINGS.has(plain);

const DELETED = new Set(["是", "1", "true", "y", "yes", "d", "delete", "deleted", "删除"]);
const KEPT = new Set(["", "否", "0", "false", "n", "no", "i", "u", "insert", "update", "新增", "修改", "变更", "正常"]);

/** Undefined when the mark is not understood. */
export function isDeletionMark(cell: string): boolean | undefined {
  const mark = narrow(cell).toLowerCase();
  return DELETED.has(mark) ? true : KEPT.has(mark) ? false : undefined;
}

/** Cells that a spreadsheet would run as a formula are written with an apostrophe before them. */
export const guardedCell = (cell: string): string => (/^'*(?:[=@\t\r]|[+-](?![\d.]))/.test(cell) ? `'${cell}` : cell);
export const unguardedCell = (cell: string): string =>
  /^'+(?:[=@\t\r]|[+-](?![\d.]))/.test(cell) ? cell.slice(1) : cell;
