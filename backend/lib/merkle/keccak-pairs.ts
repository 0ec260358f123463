/*
 * Keccak-256 of many short messages, two at a time in the lanes of WebAssembly's 128-bit vectors: what Merkle trees
 * spend their time on. The module is put together here, byte by byte, because a compiler would be a build step.
 */

/** So many messages a call. */
export const MESSAGES = 1_024;
const DIGEST = 32;
const IN = 1_024;
const OUT = IN + MESSAGES * 64;
const PAGE = 65_536;

const LANES = 25;
const ROUNDS = 24;
const ROTATIONS = [
  0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
] as const;

/** The round constants, out of the linear feedback shift register that defines them. */
function roundConstants(): BigUint64Array {
  let register = 1;
  const bit = (): bigint => {
    const out = register & 1;
    register = register & 0x80 ? ((register << 1) ^ 0x71) & 0xff : register << 1;
    return BigInt(out);
  };
  return BigUint64Array.from({ length: ROUNDS }, () => {
    let constant = 0n;
    for (let j = 0n; j < 7n; j++) constant |= bit() << ((1n << j) - 1n);
    return constant;
  });
}

type Code = readonly number[];
const unsigned = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...unsigned(Math.floor(value / 128))];
const sized = (...parts: Code[]): number[] => {
  const body = parts.flat();
  return [...unsigned(body.length), ...body];
};
const signed = (value: number): number[] =>
  value < 64 ? [value] : [(value & 127) | 128, ...signed(Math.floor(value / 128))];
const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number): Code => [0x21, ...unsigned(local)];
const i32 = (value: number): Code => [0x41, ...signed(value)];
const vector = (opcode: number, ...rest: number[]): Code => [0xfd, ...unsigned(opcode), ...rest];
const xor = vector(0x51);
const splat = (low: number, high: number): Code => {
  const word = [low, 0, 0, 0, 0, 0, 0, high];
  return vector(0x0c, ...word, ...word);
};
const rotated = (local: number, by: number): Code =>
  by === 0
    ? get(local)
    : [get(local), i32(by), vector(0xcb), get(local), i32(64 - by), vector(0xcd), vector(0x50)].flat();
const advance = (local: number, by: number): Code => [get(local), i32(by), [0x6a], set(local)].flat();

// Locals: three addresses, the state, its copy after the rotations, and the columns' parities.
const [IN_AT, OUT_AT, END, ROUND] = [0, 1, 2, 3];
const STATE = 4;
const MOVED = STATE + LANES;
const PARITY = MOVED + LANES;
const VECTORS = 2 * LANES + 5;

/** One round, with the constant at the address in ROUND. */
function round(): Code {
  const code: Code[] = [];
  for (let x = 0; x < 5; x++) {
    code.push(get(STATE + x));
    for (let y = 1; y < 5; y++) code.push(get(STATE + x + 5 * y), xor);
    code.push(set(PARITY + x));
  }
  for (let x = 0; x < 5; x++) {
    // The parity of the two columns beside it, kept in the place of a lane that is not needed until later.
    code.push(get(PARITY + ((x + 4) % 5)), rotated(PARITY + ((x + 1) % 5), 1), xor, set(MOVED + x));
  }
  for (let i = 0; i < LANES; i++) code.push(get(STATE + i), get(MOVED + (i % 5)), xor, set(STATE + i));
  for (let x = 0; x < 5; x++) {
    for (let y = 0; y < 5; y++) {
      const to = y + 5 * ((2 * x + 3 * y) % 5);
      code.push(rotated(STATE + x + 5 * y, ROTATIONS[x + 5 * y]!), set(MOVED + to));
    }
  }
  for (let y = 0; y < 5; y++) {
    for (let x = 0; x < 5; x++) {
      const lane = (dx: number): Code => get(MOVED + ((x + dx) % 5) + 5 * y);
      // v128.andnot keeps what is in its first operand and not in its second.
      code.push(lane(0), lane(2), lane(1), vector(0x4f), xor, set(STATE + x + 5 * y));
    }
  }
  code.push(get(STATE), get(ROUND), vector(0x0a, 3, 0), xor, set(STATE));
  return code.flat();
}

/** Hashes messages of `words` eight-byte words: (from, to, end of the messages). */
function hashFunction(words: number): Code {
  const size = 8 * words;
  const code: Code[] = [[0x03, 0x40]];
  for (let i = 0; i < LANES; i++) {
    if (i < words) {
      const second = vector(0x57, 3, ...unsigned(size + 8 * i), 1);
      code.push(get(IN_AT), get(IN_AT), vector(0x5d, 3, ...unsigned(8 * i)), second);
    } else code.push(splat(i === words ? 1 : 0, i === 16 ? 0x80 : 0));
    code.push(set(STATE + i));
  }
  code.push(i32(0), set(ROUND), [0x03, 0x40], round(), advance(ROUND, 8));
  code.push(get(ROUND), i32(8 * ROUNDS), [0x47], [0x0d, 0], [0x0b]);
  for (let i = 0; i < 4; i++) {
    code.push(get(OUT_AT), get(STATE + i), vector(0x5b, 3, ...unsigned(8 * i), 0));
    code.push(get(OUT_AT), get(STATE + i), vector(0x5b, 3, ...unsigned(DIGEST + 8 * i), 1));
  }
  code.push(advance(IN_AT, 2 * size), advance(OUT_AT, 2 * DIGEST));
  code.push(get(IN_AT), get(END), [0x49], [0x0d, 0], [0x0b], [0x0b]);
  const locals = [2, 1, 0x7f, ...unsigned(VECTORS), 0x7b];
  return sized(locals, ...code);
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const name = (text: string): number[] => sized([...text].map((letter) => letter.charCodeAt(0)));
  const section = (id: number, ...parts: Code[]): number[] => [id, ...sized(...parts)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0]),
    ...section(3, [2, 0, 0]),
    ...section(5, [1, 0, Math.ceil((OUT + MESSAGES * DIGEST) / PAGE)]),
    ...section(7, [3], name("memory"), [2, 0], name("hash32"), [0, 0], name("hash64"), [0, 1]),
    ...section(10, [2], hashFunction(4), hashFunction(8)),
  ]);
}

/** What is used of it here: Node's types leave WebAssembly to the browser's. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object) => { readonly exports: unknown };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  hash32(from: number, to: number, end: number): void;
  hash64(from: number, to: number, end: number): void;
}

export interface PairHasher {
  /** MESSAGES messages, one after the other. */
  readonly messages: Uint32Array;
  /** Their digests, eight words each. */
  readonly digests: Uint32Array;
  /** Hashes the first `count` messages of 64 bytes. */
  hash64(count: number): void;
  /** Hashes the first `count` messages of 32 bytes, and the digests again. */
  hash32Twice(count: number): void;
}

let hasher: PairHasher | undefined;

/** One for the whole thread: a call leaves nothing behind, and none is interrupted. */
export function pairHasher(): PairHasher {
  if (hasher) return hasher;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
  const { memory, hash32, hash64 } = instance.exports as Exports;
  new BigUint64Array(memory.buffer, 0, ROUNDS).set(roundConstants());
  const messages = new Uint32Array(memory.buffer, IN, MESSAGES * 16);
  const digests = new Uint32Array(memory.buffer, OUT, MESSAGES * 8);
  hasher = {
    messages,
    digests,
    hash64: (count) => hash64(IN, OUT, IN + count * 64),
    hash32Twice(count) {
      hash32(IN, OUT, IN + count * 32);
      hash32(OUT, IN, OUT + count * 32);
      digests.set(messages.subarray(0, count * 8));
    },
  };
  return hasher;
}
