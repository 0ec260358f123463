import assert from "node:assert/strict";
import { deserialize, ObjectId, serialize } from "bson";

/** A record of about 300 bytes, in the mould of what a city's departments deliver. */
export interface Fields {
  owner: number;
  seq: number;
  sector: string;
  amount: number;
  closedAt: Date;
  version: number;
  uscc: string;
  name: string;
  note: string;
}

export const COLLECTION = "records";
/** The one secondary index. */
export const INDEX = { owner: 1, seq: 1 } as const;
export const PER_OWNER = 15;
export const SECTORS = 100;

const FIRST_SECOND = 1_700_000_000;
const FIRST_ID = 0x5afe;
const IDS_PER_SECOND = 1_000;
const NOTE = "Delivered by the department's monthly file; checked against the register of enterprises, no remark.";

const ownersOf = (count: number): number => Math.floor(count / PER_OWNER);
const sectorOf = (n: number): number => (n * 37) % SECTORS;
/** Sums of quarters are exact in any order; never whole, so that clients always send a double. */
const amountOf = (n: number): number => ((n * 7_919) % 1_000_003) + 0.25;

function writeId(buffer: Buffer, at: number, n: number): void {
  buffer.writeUInt32BE(FIRST_SECOND + Math.floor(n / IDS_PER_SECOND), at);
  buffer.writeUInt32BE(FIRST_ID, at + 4);
  buffer.writeUInt32BE(n, at + 8);
}

/** Rising, as the ids that clients make. */
export function idOf(n: number): Buffer {
  const id = Buffer.alloc(12);
  writeId(id, 0, n);
  return id;
}

/** Record `n` of `count`. An owner's records lie far from each other, and in the reverse of the index's order. */
export function fieldsOf(n: number, count: number): Fields {
  return {
    owner: n % ownersOf(count),
    seq: PER_OWNER - Math.floor(n / ownersOf(count)),
    sector: `S${digits(sectorOf(n), 3)}`,
    amount: amountOf(n),
    closedAt: new Date((FIRST_SECOND + n) * 1_000),
    version: 0,
    uscc: digits(n, 18),
    name: `玉溪市第${digits(n, 8)}号企业`,
    note: NOTE,
  };
}

const digits = (n: number, width: number): string => String(n).padStart(width, "0");

const random = (from: number, to: number): number => from + Math.floor(Math.random() * (to - from));
export const randomRecord = (count: number): number => random(0, count);
/** An owner of exactly PER_OWNER records: the first few have one more when `count` isn't a multiple. */
export const randomOwner = (count: number): number => random(count % ownersOf(count), ownersOf(count));

/** Makes the BSON of records at the speed of copying: one is serialized, the others differ in bytes at known places. */
export function rawRecords(count: number): (n: number) => Buffer {
  const template = Buffer.from(serialize({ _id: new ObjectId(idOf(0)), ...fieldsOf(0, count) }));
  const owners = ownersOf(count);
  const at = (field: string, skip = 0): number => template.indexOf(`${field}\0`, 4, "latin1") + field.length + 1 + skip;
  const [id, owner, seq, amount, closedAt] = [at("_id"), at("owner"), at("seq"), at("amount"), at("closedAt")];
  // Strings begin with four bytes of length.
  const [sector, uscc, name] = [at("sector", 5), at("uscc", 4), at("name", 4 + Buffer.byteLength("玉溪市第"))];
  const make = (n: number): Buffer => {
    const raw = Buffer.from(template);
    writeId(raw, id, n);
    raw.writeInt32LE(n % owners, owner);
    raw.writeInt32LE(PER_OWNER - Math.floor(n / owners), seq);
    raw.writeDoubleLE(amountOf(n), amount);
    raw.writeBigInt64LE(BigInt((FIRST_SECOND + n) * 1_000), closedAt);
    writeDigits(raw, sector, sectorOf(n), 3);
    writeDigits(raw, uscc, n, 18);
    writeDigits(raw, name, n, 8);
    return raw;
  };
  for (const n of [0, 1, Math.floor(count / 2), count - 1])
    assert.deepEqual(deserialize(make(n)), { _id: new ObjectId(idOf(n)), ...fieldsOf(n, count) });
  return make;
}

function writeDigits(buffer: Buffer, at: number, n: number, width: number): void {
  for (let i = at + width - 1, rest = n; i >= at; i--, rest = Math.floor(rest / 10)) buffer[i] = 48 + (rest % 10);
}
