/*
 * The number of an answer that was given: HY, the day in Shanghai, and sixteen characters of chance with a check character.
 * Nobody finds one by trying: there are 31^15 of a day.
 */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY";
const PLACES = 15;

function checkCharacter(body: string): string {
  let sum = 0;
  for (const [i, character] of [...body].entries())
    sum = (sum + (i + 1) * ALPHABET.indexOf(character)) % ALPHABET.length;
  return ALPHABET[sum]!;
}

/** `chance` holds at least 32 random bytes. */
export function answerNumber(at: Date, chance: Uint8Array): string {
  const day = new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll("-", "");
  // Bytes from 248 on would make some characters likelier.
  const fair = [...chance].filter((byte) => byte < 248).slice(0, PLACES);
  if (fair.length < PLACES) throw new RangeError("too little chance");
  const body = fair.map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
  const text = body + checkCharacter(body);
  return `HY${day}-${text.match(/.{4}/g)!.join("-")}`;
}

/** A number as it is stored, of one that was typed by hand; undefined when it can't be one. */
export function readAnswerNumber(text: string): string | undefined {
  const plain = text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, "")
    .replace(/^HY/, "");
  if (!/^\d{8}[0-9A-Z]{16}$/.test(plain)) return undefined;
  const [day, code] = [plain.slice(0, 8), plain.slice(8).replaceAll("O", "0").replace(/[IL]/g, "1")];
  if (checkCharacter(code.slice(0, PLACES)) !== code[PLACES]) return undefined;
  return `HY${day}-${code.match(/.{4}/g)!.join("-")}`;
}
