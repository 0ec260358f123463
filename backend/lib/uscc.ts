/**
 * Unified social credit code 统一社会信用代码, GB 32100-2015.
 * 18 characters: authority (1), organisation kind (1), district (6, GB/T 2260), organisation code (9, GB 11714, its own
 * check digit mod 11), check character (mod 31).
 */
const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS_31 = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
const WEIGHTS_11 = [3, 7, 9, 10, 5, 8, 4, 2];
const ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The GB 11714 check character of the first eight characters of an organisation code. */
export function organisationCheckCharacter(body: string): string {
  let sum = 0;
  for (let i = 0; i < 8; i++) sum += ORG_ALPHABET.indexOf(body[i]!) * WEIGHTS_11[i]!;
  const check = 11 - (sum % 11);
  return check === 10 ? "X" : check === 11 ? "0" : String(check);
}

/** The GB 32100-2015 check character of the first seventeen characters. */
export function usccCheckCharacter(body: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += ALPHABET.indexOf(body[i]!) * WEIGHTS_31[i]!;
  return ALPHABET[(31 - (sum % 31)) % 31]!;
}

export type UsccFault = "length" | "character" | "organisationCheck" | "check";

/** Why `code` is not a USCC, or null when it is one. Expects upper case with no spaces. */
export function usccFault(code: string): UsccFault | null {
  if (code.length !== 18) return "length";
  for (const character of code) if (!ALPHABET.includes(character)) return "character";
  if (!/^\d{6}$/.test(code.slice(2, 8))) return "character";
  if (organisationCheckCharacter(code.slice(8, 16)) !== code[16]) return "organisationCheck";
  if (usccCheckCharacter(code.slice(0, 17)) !== code[17]) return "check";
  return null;
}

export const isUscc = (code: string): boolean => usccFault(code) === null;

/** Builds a valid USCC. `district` is six digits, `organisation` eight characters of 0-9A-Z without I, O, S, V, Z. */
export function makeUscc(authority: string, kind: string, district: string, organisation: string): string {
  const body = authority + kind + district + organisation + organisationCheckCharacter(organisation);
  return body + usccCheckCharacter(body);
}
