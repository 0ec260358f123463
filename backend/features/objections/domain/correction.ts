type FieldValue = string | number | boolean;

export interface CorrectableField {
  readonly name: string;
  readonly type: string;
}

/** Fen as a cell that names its unit, so that no column's unit can change it. */
function yuanCell(fen: string): string {
  const digits = fen.padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}元`;
}

/** A stored value as a department would write it in a file. */
export const cellOf = (type: string, value: FieldValue): string =>
  type === "amount" ? yuanCell(String(value)) : String(value);

/** The whole row after the changes: field name → cell. An empty cell means no value. */
export const correctedRow = (
  fields: readonly CorrectableField[],
  current: Readonly<Record<string, FieldValue>>,
  changes: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(
    fields.map(({ name, type }) => {
      const value = current[name];
      return [name, Object.hasOwn(changes, name) ? changes[name]! : value === undefined ? "" : cellOf(type, value)];
    }),
  );

/** The row that deletes a record, marked as a department's file marks it. */
export const removalRow = (
  fields: readonly CorrectableField[],
  current: Readonly<Record<string, FieldValue>>,
): Record<string, string> => ({ ...correctedRow(fields, current, {}), 删除标志: "是" });

/** The fields whose values differ. */
export const changedFields = (
  before: Readonly<Record<string, FieldValue>>,
  after: Readonly<Record<string, FieldValue>>,
): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]);
