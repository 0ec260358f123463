import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { computeProfile, type ProfileContent, type ProfileRecord } from "./domain/indicators.ts";
import type { CatalogFacts, PeriodScope } from "./domain/sources.ts";

export { DEFINITIONS, type ProfileContent, type RecordTrace } from "./domain/indicators.ts";

/** A record as the exchange gives it: its newest visible version. */
export type StoredRecord = Omit<ProfileRecord, "id" | "receivedAt"> & {
  _id: string;
  uscc: string;
  key: string;
  batchId: string;
  chunk: number;
  row: number;
  receivedAt: Date;
};

export interface ContentInput {
  readonly day: string;
  readonly records: readonly StoredRecord[];
  readonly received: ReadonlyMap<string, string>;
  readonly catalogs: ReadonlyMap<string, CatalogFacts>;
  readonly scope?: PeriodScope | undefined;
}

export function contentOf({ day, records, received, catalogs, scope }: ContentInput): ProfileContent {
  const sorted = records.toSorted((a, b) => (a._id < b._id ? -1 : 1));
  const computed = computeProfile({
    asOf: day,
    records: sorted.map(({ _id, catalogId, period, fields, receivedAt }) => ({
      id: _id,
      catalogId,
      period,
      fields,
      receivedAt: receivedAt.toISOString(),
    })),
    receivedCatalogs: received,
    catalogs,
    scope,
  });
  return {
    ...computed,
    records: sorted.map(({ _id, catalogId, key, period, batchId, chunk, row, receivedAt }) => ({
      id: _id,
      catalogId,
      key,
      ...(period ? { period } : {}),
      batchId,
      chunk,
      row,
      receivedAt: receivedAt.toISOString(),
    })),
  };
}

/* Most of a profile is ids that repeat: squeezed, it is a sixth of its size on the wire and on the disk. */
const LEVEL = 1;
export const pack = (json: string): Buffer => deflateRawSync(json, { level: LEVEL });
export const unpack = (bytes: Uint8Array): ProfileContent =>
  JSON.parse(inflateRawSync(bytes).toString("utf8")) as ProfileContent;
export const digestOf = (json: string): string => createHash("sha256").update(json).digest("hex");
