/** Money is a bigint of fen (分) in code and a decimal string of fen in JSON and in the store. */
export type Fen = bigint;

export const parseFen = (text: string): Fen => {
  if (!/^-?\d{1,20}$/.test(text)) throw new RangeError(`not an amount in fen: ${text}`);
  return BigInt(text);
};

/** "1234567" yuan text with up to two decimals, optional thousands commas, to fen. Null when it is not an amount. */
export function yuanToFen(text: string, unit: 1n | 10_000n = 1n): Fen | null {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,8}))?$/.exec(text.trim().replaceAll(",", "").replaceAll("，", ""));
  if (!match) return null;
  const decimals = (match[3] ?? "").padEnd(8, "0");
  const scaled = (BigInt(match[2]!) * 100_000_000n + BigInt(decimals)) * unit * 100n;
  if (scaled % 100_000_000n !== 0n) return null;
  const fen = scaled / 100_000_000n;
  return match[1] ? -fen : fen;
}

/** Division of non-negative integers, rounded half up. */
export const divideRoundedHalfUp = (numerator: bigint, denominator: bigint): bigint =>
  (2n * numerator + denominator) / (2n * denominator);
