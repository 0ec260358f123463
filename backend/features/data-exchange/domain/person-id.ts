import type { FieldValue } from "./catalog.ts";

/*
 * Resident identity numbers, GB 11643-1999: district (6, GB/T 2260), date of birth (8), sequence (3), check character
 * (ISO 7064 mod 11-2). Numbers of the 1989 edition have 15 digits: no century, no check character.
 */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

/** The check character of the first seventeen digits. */
export function personIdCheckCharacter(body: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += Number(body[i]) * WEIGHTS[i]!;
  return CHECKS[sum % 11]!;
}

export function makePersonId(district: string, bornOn: string, sequence: number): string {
  const body = district + bornOn.replaceAll("-", "") + String(sequence).padStart(3, "0");
  return body + personIdCheckCharacter(body);
}

/** YYYYMMDD of the calendar. */
export function isDay(digits: string): boolean {
  const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)].map(Number) as [
    number,
    number,
    number,
  ];
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1900 && year <= 2100 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** What a record holds in place of an id number; taken as it is, so that a record can be handed in again. */
const KEYED = /^[0-9a-f]{64}$/;
export const isKeyedPersonId = (value: string): boolean => KEYED.test(value);

/** Old numbers become the eighteen digits that the same person has today, so that both give one keyed hash. */
export function parsePersonId(
  cell: string,
): { readonly value: FieldValue } | { readonly reason: "personIdFormat" | "personIdCheck" } {
  const text = cell.normalize("NFKC").replace(/\s+/gu, "");
  if (KEYED.test(text)) return { value: text };
  const number = text.toUpperCase();
  if (/^[1-9]\d{14}$/.test(number)) {
    const body = `${number.slice(0, 6)}19${number.slice(6)}`;
    return isDay(body.slice(6, 14)) ? { value: body + personIdCheckCharacter(body) } : { reason: "personIdFormat" };
  }
  if (!/^[1-9]\d{16}[\dX]$/.test(number) || !isDay(number.slice(6, 14))) return { reason: "personIdFormat" };
  return personIdCheckCharacter(number) === number[17] ? { value: number } : { reason: "personIdCheck" };
}
