import type { Hex32 } from "../hex.ts";
import { MESSAGES, pairHasher } from "./keccak-pairs.ts";

/** A hash's size in bytes. */
export const HASH = 32;
const WORDS = HASH / 4;
const MOST_BUCKETS = 22;
/** The most leaves of one tree: its nodes are then 8 GB. */
const MOST_LEAVES = 2 ** 27;

/**
 * A tree as one flat array of hashes: node 1 is the root, the children of node i are 2i and 2i + 1, the leaves are the
 * nodes from `count` on, the highest hash first. That is the tree of @openzeppelin/merkle-tree, whose index is one less.
 */
export interface MerkleNodes {
  readonly count: number;
  /** 2 × count hashes; the first is no node. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface MerkleTreeBuilder {
  /** Takes the next values, 32 bytes each. */
  add(values: Uint8Array): void;
  /** Builds the tree of exactly `count` values. */
  finish(): MerkleNodes;
}

const DIGITS = Int8Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? -1 : digit;
});

/** Writes 0x-prefixed hashes as bytes, one after the other. Throws RangeError at what is no hash. */
export function writeHashes(into: Uint8Array, hashes: readonly Hex32[], from = 0): void {
  let at = from;
  for (const hash of hashes) {
    let bad = hash.length !== 2 + 2 * HASH || !hash.startsWith("0x") ? -1 : 0;
    for (let i = 2; i < 2 + 2 * HASH; i += 2) {
      const byte = ((DIGITS[hash.charCodeAt(i)] ?? -1) << 4) | (DIGITS[hash.charCodeAt(i + 1)] ?? -1);
      bad |= byte;
      into[at++] = byte;
    }
    if (bad < 0) throw new RangeError(`${hash} is no hash of 32 bytes`);
  }
}

/** The bytes of node i. */
export const nodeOf = ({ bytes }: MerkleNodes, i: number): Uint8Array => bytes.subarray(i * HASH, (i + 1) * HASH);

const above = (bytes: Uint8Array, a: number, b: number): boolean => {
  let i = 0;
  while (i < HASH - 1 && bytes[a + i] === bytes[b + i]) i++;
  return bytes[a + i]! > bytes[b + i]!;
};

/**
 * Sorts the hashes of the array's first half into its second, the highest first: dealt out by their leading bits, which
 * leaves a few in each place, as hashes are spread evenly.
 */
function sortIntoSecondHalf(bytes: Uint8Array<ArrayBuffer>, count: number): void {
  const view = new DataView(bytes.buffer);
  const words = new Uint32Array(bytes.buffer);
  const shift = 32 - Math.min(MOST_BUCKETS, Math.max(1, 31 - Math.clz32(count)));
  const bucketOf = (i: number): number => ~view.getUint32(i * HASH) >>> shift;
  const ends = new Uint32Array(2 ** (32 - shift) + 1);
  for (let i = 0; i < count; i++) ends[bucketOf(i) + 1]!++;
  for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!;
  for (let i = 0; i < count; i++) {
    const to = (count + ends[bucketOf(i)]!++) * WORDS;
    for (let w = 0; w < WORDS; w++) words[to + w] = words[i * WORDS + w]!;
  }
  for (let bucket = 0, from = 0; bucket < ends.length - 1; bucket++) {
    const end = ends[bucket]!;
    for (let i = from + 1; i < end; i++) {
      for (let j = count + i; j > count + from && above(bytes, j * HASH, (j - 1) * HASH); j--) {
        for (let w = j * WORDS; w < (j + 1) * WORDS; w++) {
          const higher = words[w]!;
          words[w] = words[w - WORDS]!;
          words[w - WORDS] = higher;
        }
      }
    }
    from = end;
  }
}

/** Hashes the pairs of children, from the last inner node up to the root. */
function hashInnerNodes(bytes: Uint8Array<ArrayBuffer>, count: number): void {
  const { messages, digests, hash64 } = pairHasher();
  const words = new Uint32Array(bytes.buffer);
  let last = count - 1;
  while (last > 0) {
    // No node of a round is the parent of another.
    const first = Math.max((last >>> 1) + 1, last - MESSAGES + 1);
    for (let i = first, to = 0; i <= last; i++) {
      const left = 2 * i * WORDS;
      // The lower one goes first: a proof then needs no sides.
      const swap = above(bytes, left * 4, left * 4 + HASH) ? WORDS : 0;
      for (let w = 0; w < WORDS; w++) messages[to++] = words[left + swap + w]!;
      for (let w = 0; w < WORDS; w++) messages[to++] = words[left + WORDS - swap + w]!;
    }
    hash64(last - first + 1);
    words.set(digests.subarray(0, (last - first + 1) * WORDS), first * WORDS);
    last = first - 1;
  }
}

/** Builds a tree of `count` values in 64 bytes a value, with no object for any of them. */
export function merkleTreeBuilder(count: number): MerkleTreeBuilder {
  if (!Number.isInteger(count) || count < 1 || count > MOST_LEAVES)
    throw new RangeError(`a Merkle tree has 1 to ${MOST_LEAVES} values, not ${count}`);
  const bytes = new Uint8Array(2 * count * HASH);
  const hasher = pairHasher();
  const messages = new Uint8Array(hasher.messages.buffer, hasher.messages.byteOffset, MESSAGES * HASH);
  const digests = new Uint8Array(hasher.digests.buffer, hasher.digests.byteOffset, MESSAGES * HASH);
  let added = 0;
  return {
    add(values) {
      if (values.length % HASH !== 0 || added + values.length / HASH > count)
        throw new RangeError(
          `the tree takes ${count - added} more values of ${HASH} bytes, not ${values.length} bytes`,
        );
      for (let at = 0; at < values.length; at += messages.length) {
        const some = values.subarray(at, at + messages.length);
        messages.set(some);
        hasher.hash32Twice(some.length / HASH);
        bytes.set(digests.subarray(0, some.length), added * HASH);
        added += some.length / HASH;
      }
    },
    finish() {
      if (added !== count) throw new RangeError(`the tree has ${added} of its ${count} values`);
      sortIntoSecondHalf(bytes, count);
      hashInnerNodes(bytes, count);
      bytes.fill(0, 0, HASH);
      return { count, bytes };
    },
  };
}

/** The tree of values that are at hand, 32 bytes each. */
export function buildMerkleNodes(values: Uint8Array): MerkleNodes {
  const builder = merkleTreeBuilder(values.length / HASH);
  builder.add(values);
  return builder.finish();
}
