import { createHmac } from "node:crypto";

/*
 * A natural person is known by a keyed hash of the identity number alone: equal numbers meet, and without the
 * installation's keys nobody can try numbers out. Keys are rotated by a new one on top of the old ones: hash n is
 * HMAC(key n, hash n-1), so that what was hashed before is brought up to date without the number, which is nowhere.
 */

export interface PersonHasher {
  /** Of an identity number: 64 hex digits, the first two of them the generation of the newest key. */
  hash(value: string): string;
  /** The same person's hash under the newest key; undefined for what is no hash of these keys. */
  upgrade(hash: string): string | undefined;
}

const HASH = /^[0-9a-f]{64}$/;
const MOST_KEYS = 255;
const MIN_KEY_BYTES = 32;

const step = (key: Uint8Array, generation: number, text: string): string =>
  generation.toString(16).padStart(2, "0") + createHmac("sha256", key).update(text).digest("hex").slice(0, 62);

/** `keys`: the oldest first, each of at least 32 bytes. */
export function createPersonHasher(keys: readonly Uint8Array[]): PersonHasher {
  if (keys.length === 0 || keys.length > MOST_KEYS) throw new RangeError("a person hasher has 1 to 255 keys");
  if (keys.some(({ length }) => length < MIN_KEY_BYTES)) throw new RangeError("a key has at least 32 bytes");
  /** `from`: how many of the keys were applied already. */
  const apply = (text: string, from: number): string =>
    keys.slice(from).reduce((before, key, i) => step(key, from + i + 1, before), text);
  return {
    hash: (value) => apply(`person:${value.normalize("NFKC").replace(/\s+/gu, "").toUpperCase()}`, 0),
    upgrade(hash) {
      const generation = Number.parseInt(hash.slice(0, 2), 16);
      return HASH.test(hash) && generation >= 1 && generation <= keys.length ? apply(hash, generation) : undefined;
    },
  };
}
