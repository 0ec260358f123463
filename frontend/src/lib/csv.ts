/*
 * CSV for spreadsheets: RFC 4180 with a byte order mark. Cells come from files that others sent, so a cell which a
 * spreadsheet would run as a formula gets an apostrophe in front.
 */

const FORMULA_START = /^[=+\-@\t\r\n＝＋－＠]/;
const PLAIN_NUMBER = /^[+-]?\d{1,15}(\.\d+)?$/;

/** One cell, quoted when needed and never a formula. */
export function csvCell(text: string): string {
  const safe = FORMULA_START.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows of cells as a file's text. */
export const csvText = (rows: readonly (readonly string[])[]): string =>
  `\ufeff${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
