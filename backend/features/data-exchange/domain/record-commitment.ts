import { getBytes } from "ethers";
import { hmacWriter } from "../../../lib/fast-hash.ts";
import { keccakHex } from "../../../lib/fast-keccak.ts";
import { commitment, derivedSalt, type Hex32 } from "../../../lib/hash.ts";
import type { Catalog, FieldValue } from "./catalog.ts";

export interface CommittedRecord {
  readonly catalogId: string;
  readonly key: string;
  readonly uscc: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
  readonly deleted?: boolean | undefined;
}

/** What a record's commitment hides, in the one form that is hashed and shown in proofs. */
export const recordDocument = ({ catalogId, key, uscc, fields, deleted }: CommittedRecord) => ({
  catalogId,
  key,
  uscc,
  fields,
  ...(deleted ? { deleted } : {}),
});

/** The salt of one record, out of its batch's secret. */
export const recordSalt = (batchSalt: Hex32, recordId: string): Hex32 => derivedSalt(batchSalt, recordId);

export const recordCommitment = (batchSalt: Hex32, recordId: string, record: CommittedRecord): Hex32 =>
  commitment(recordSalt(batchSalt, recordId), recordDocument(record));

/** RFC 8785 JSON of the records of one catalog, whose field names are known beforehand: a third of the usual time. */
export function recordWriter(catalog: Catalog): (record: CommittedRecord) => string {
  const names = catalog.fields.map(({ name }) => name).toSorted();
  const keys = names.map((name) => `${JSON.stringify(name)}:`);
  const start = `{"catalogId":${JSON.stringify(catalog.id)},`;
  return ({ key, uscc, fields, deleted }) => {
    let text = deleted ? `${start}"deleted":true,"fields":{` : `${start}"fields":{`;
    let comma = "";
    for (let i = 0; i < names.length; i++) {
      const value = fields[names[i]!];
      if (value === undefined) continue;
      text += comma + keys[i] + JSON.stringify(value);
      comma = ",";
    }
    return `${text}},"key":${JSON.stringify(key)},"uscc":${JSON.stringify(uscc)}}`;
  };
}

const SALT_BYTES = 32;

/** The same commitments as recordCommitment gives, for the many records of one batch. */
export function recordCommitter(batchSalt: Hex32): (recordId: string, canonical: string) => Hex32 {
  const writeSalt = hmacWriter(getBytes(batchSalt));
  let buffer = Buffer.alloc(4096);
  return (recordId, canonical) => {
    const most = SALT_BYTES + canonical.length * 3;
    if (buffer.length < most) buffer = Buffer.alloc(most * 2);
    writeSalt(recordId, buffer);
    const end = SALT_BYTES + buffer.write(canonical, SALT_BYTES);
    return keccakHex(buffer.subarray(0, end));
  };
}
