import { commitment, derivedSalt, type Hex32 } from "../../../lib/hash.ts";
import type { FieldValue } from "./catalog.ts";

export interface CommittedRecord {
  readonly catalogId: string;
  readonly key: string;
  readonly uscc: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/** What a record's commitment hides, in the one form that is hashed and shown in proofs. */
export const recordDocument = ({ catalogId, key, uscc, fields }: CommittedRecord) => ({ catalogId, key, uscc, fields });

/** The salt of one record, out of its batch's secret. */
export const recordSalt = (batchSalt: Hex32, recordId: string): Hex32 => derivedSalt(batchSalt, recordId);

export const recordCommitment = (batchSalt: Hex32, recordId: string, record: CommittedRecord): Hex32 =>
  commitment(recordSalt(batchSalt, recordId), recordDocument(record));
