import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { type ComputedProfile, computeProfile, INDICATORS, type ProfileRecord } from "./domain/indicators.ts";
import { SERIES } from "./domain/series.ts";
import type { CatalogFacts, PeriodScope } from "./domain/sources.ts";

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

/** What a profile has to say of a record without its content. */
export interface RecordTrace {
  readonly id: string;
  readonly catalogId: string;
  readonly key: string;
  readonly period?: string;
  readonly batchId: string;
  readonly chunk: number;
  readonly row: number;
  readonly receivedAt: string;
}

/** A profile without the words of any language, and without what others say of its records: the part that is kept. */
export interface ProfileContent extends ComputedProfile {
  readonly records: RecordTrace[];
}

/** Changed with every rule that gives other values from the same records: what was kept before is then worked out anew. */
const RULES = 1;
export const DEFINITIONS = createHash("sha256")
  .update(JSON.stringify([RULES, INDICATORS.map(({ id, catalogId }) => [id, catalogId]), SERIES.map(({ id }) => id)]))
  .digest("hex")
  .slice(0, 16);

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
