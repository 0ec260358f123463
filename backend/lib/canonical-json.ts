import canonicalizeJson from "canonicalize";

/** RFC 8785 canonical JSON. Throws on values JSON can't hold (bigint, NaN): turn them into strings first. */
export function canonicalJson(value: unknown): string {
  const text = (canonicalizeJson as unknown as (value: unknown) => string | undefined)(value);
  if (text === undefined) throw new TypeError("canonicalJson: the value has no JSON form");
  return text;
}
