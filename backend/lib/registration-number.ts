/**
 * The registration number of enterprises before the USCC (工商注册号), GS 15-2006: authority (6), sequence (8), check digit
 * (GB/T 17710-1999, that is ISO/IEC 7064 MOD 11,10).
 */

/** The check digit of the first fourteen digits. */
export function registrationCheckDigit(body: string): string {
  let product = 10;
  for (const digit of body) {
    const sum = (product + Number(digit)) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return String((11 - product) % 10);
}

export type RegistrationNumberFault = "length" | "character" | "check";

/** Why `number` is no registration number of fifteen digits, or null when it is one. */
export function registrationNumberFault(number: string): RegistrationNumberFault | null {
  if (number.length !== 15) return "length";
  if (!/^\d{15}$/.test(number)) return "character";
  return registrationCheckDigit(number.slice(0, 14)) === number[14] ? null : "check";
}

export const isRegistrationNumber = (number: string): boolean => registrationNumberFault(number) === null;
