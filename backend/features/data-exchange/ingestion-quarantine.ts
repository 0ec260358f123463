import type { Fault } from "./domain/faults.ts";
import type { Mapping } from "./domain/heading-mapping.ts";
import { isKeyedPersonId, parsePersonId } from "./domain/person-id.ts";

const ID_NUMBER = /(?<!\d)[1-9]\d{5}(?:\d{8}|\d{11})[\dXx](?![\dXx])/g;
const masked = (text: string): string =>
  text.length < 6 ? "*".repeat(text.length) : `${text.slice(0, 2)}…${text.slice(-2)}`;

/**
 * Id numbers of natural persons are never kept, in quarantine neither: a good one becomes its keyed hash, which is taken
 * again when the row is replayed; of a bad one so much is left as its department needs to find it.
 */
export function personGuard(
  mapping: Mapping,
  personHash: (value: string) => string,
): (cells: string[], faults: readonly Fault[]) => { cells: string[]; faults: Fault[] } {
  const columns = new Set(
    mapping.columns
      .filter(({ field }) => field.type === "person-id")
      .map(({ index, heading }) => `${index}:${heading}`),
  );
  if (columns.size === 0) return (cells, faults) => ({ cells, faults: [...faults] });
  const headings = new Set([...columns].map((column) => column.slice(column.indexOf(":") + 1)));
  const indexes = new Set([...columns].map((column) => Number(column.split(":")[0])));
  const guarded = (cell: string, isPerson: boolean): string => {
    if (cell.trim() === "") return cell;
    const parsed = parsePersonId(cell);
    if ("value" in parsed) {
      const value = String(parsed.value);
      return isKeyedPersonId(value) ? value : personHash(value);
    }
    return isPerson ? masked(cell.trim()) : cell.replace(ID_NUMBER, masked);
  };
  return (cells, faults) => ({
    cells: cells.map((cell, i) => guarded(cell, indexes.has(i))),
    faults: faults.map((fault) => ({
      ...fault,
      value: headings.has(fault.column) ? masked(fault.value) : fault.value.replace(ID_NUMBER, masked),
    })),
  });
}
