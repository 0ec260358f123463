import { isRegistrationNumber } from "../../lib/registration-number.ts";
import type { Field } from "./domain/catalog.ts";
import type { Fault } from "./domain/faults.ts";
import type { Mapping } from "./domain/heading-mapping.ts";
import { isNumberField, masked, withoutPersons } from "./domain/person-guard.ts";
import { isKeyedPersonId, parsePersonId } from "./domain/person-id.ts";

/** Of catalogs with persons: whatever has the digits of an identity number, old ones and wrong ones too. */
const LOOKS_LIKE_ONE = /(?<!\d)[1-9]\d{5}(?:\d{8}|\d{11})[\dXx](?![\dXx])/g;
/** A long value is cut, perhaps within a number. */
const CUT_OFF = /\d{5,}…$/;
const NUMBERS: ReadonlySet<Field["type"]> = new Set(["amount", "integer", "decimal"]);

/**
 * Numbers of natural persons are never kept, in quarantine neither, in whatever column they are. In its own column, or alone
 * in another one, a good identity number becomes its keyed hash, which is taken again when the row is replayed; within a text
 * it becomes a mark; of a bad one so much is left as its department needs to find it.
 */
export function personGuard(
  mapping: Mapping,
  personHash: (value: string) => string,
): (cells: string[], faults: readonly Fault[]) => { cells: string[]; faults: Fault[] } {
  const fieldAt = new Map(mapping.columns.map(({ index, field }) => [index, field]));
  const fieldUnder = new Map(mapping.columns.map(({ heading, field }) => [heading, field]));
  const hasPersons = mapping.columns.some(({ field }) => field.type === "person-id");

  const textGuarded = (text: string, field: Field | undefined): string => {
    const phones = !field || !(NUMBERS.has(field.type) || isNumberField(field.name));
    const guarded = withoutPersons(text, { hash: personHash, phones, slips: true });
    return hasPersons
      ? guarded.replace(LOOKS_LIKE_ONE, (number) => (isRegistrationNumber(number) ? number : masked(number)))
      : guarded;
  };
  function cellGuarded(cell: string, field: Field | undefined): string {
    const text = cell.trim();
    if (text === "" || isKeyedPersonId(text)) return cell;
    const isPerson = field?.type === "person-id";
    const parsed = parsePersonId(text);
    // Fifteen digits without a check may be anything where no person is expected.
    if ("value" in parsed && (isPerson || text.normalize("NFKC").replace(/\D/gu, "").length >= 17))
      return personHash(String(parsed.value));
    return isPerson ? masked(text) : textGuarded(cell, field);
  }
  return (cells, faults) => ({
    cells: cells.map((cell, i) => cellGuarded(cell, fieldAt.get(i))),
    faults: faults.map((fault) => {
      const field = fieldUnder.get(fault.column);
      const value =
        field?.type === "person-id"
          ? masked(fault.value)
          : textGuarded(fault.value, field).replace(CUT_OFF, (end) => masked(end));
      return { ...fault, value };
    }),
  });
}
