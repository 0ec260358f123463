import type { AmountUnit } from "./domain/catalog.ts";
import type { FaultReason } from "./domain/faults.ts";

/** How a batch came in. Kept with it, so that every record can be followed back to its door. */
export interface BatchOrigin {
  kind: "file" | "push" | "pull" | "table" | "correction" | "replay";
  /** The resource that a push, a pull or a table belongs to. */
  resourceId?: string | undefined;
  /** When the source says that these rows are from, ISO. Latency is counted from it. */
  sourceTime?: string | undefined;
  /** Of a replay: the batch whose quarantined rows are mended, and by which participant. */
  replayOf?: string | undefined;
  by?: string | undefined;
}

/**
 * How the file is to be read; fixed when it is received, so that a restart reads it in the same way.
 * append: rows are added or correct earlier ones · replace: the file is the catalog's whole state, and records that are
 * not in it are deleted.
 */
export interface BatchOptions {
  mode: "append" | "replace";
  encoding?: string | undefined;
  /** A sheet's name, or its place from 1. The first with rows when absent. */
  sheet?: string | undefined;
  /** The row with the headings, from 1. Found when absent. */
  headingRow?: number | undefined;
  /** What the department said of its own headings: heading → field name, "" not to read it. */
  headings?: { heading: string; field: string }[] | undefined;
  /** Of amounts whose heading names none. Named above the table otherwise. */
  unit?: AmountUnit | undefined;
}

/** What was read of a batch so far, or in all. Every row is in exactly one of stored, duplicates and quarantined. */
export interface BatchCounts {
  rows: number;
  stored: number;
  /** Rows that say again what an earlier row of the file, or the record's newest version, says. */
  duplicates: number;
  quarantined: number;
  /** Of the stored: an earlier version is kept beside it. */
  corrected: number;
  /** Of the stored: older than what is known already, so kept as history and not read. */
  late: number;
  /** Deletions: rows with a deletion mark (they count as stored), and records missing from a whole state. */
  deleted: number;
  /** By how many the catalog's current records became more. */
  net: number;
  /** How many Merkle batches its records were cut into. */
  chunks: number;
  /** Of the file. */
  bytesRead: number;
  /** Quarantined rows by the reason of each of their faults. */
  reasons: Partial<Record<FaultReason, number>>;
  /** Of the stored rows, how many have a value in the field: what completeness is counted from. */
  filled: Record<string, number>;
}

export interface BatchFields extends BatchCounts {
  catalogId: string;
  departmentCode: string;
  fileName: string;
  path: string;
  bytes: number;
  sha256: string;
  /** Secret: each record's salt is derived from it. */
  salt: string;
  state: "received" | "stored" | "rejected";
  origin: BatchOrigin;
  options: BatchOptions;
  headings: string[];
  /** The unit that was named above the table. */
  unit?: AmountUnit | undefined;
  /** Up to here (its number in the whole file) every row is written and counted: a restart goes on after it. */
  checkpoint: number;
  /** Counts up with each claim: who was overtaken finds out by it. */
  attempt: number;
  /** How many of its quarantined rows were mended and taken since. */
  replayed: number;
  fault?: { code: string; message: string } | undefined;
  leaseUntil: Date;
  receivedAt: Date;
  startedAt?: Date | undefined;
  finishedAt?: Date | undefined;
  /** Set once its counts are in the catalog's summary. */
  summed: boolean;
}
export interface BatchDocument extends BatchFields {
  _id: string;
}

export const NO_COUNTS: BatchCounts = {
  rows: 0,
  stored: 0,
  duplicates: 0,
  quarantined: 0,
  corrected: 0,
  late: 0,
  deleted: 0,
  net: 0,
  chunks: 0,
  bytesRead: 0,
  reasons: {},
  filled: {},
};

/**
 * One document a catalog, kept up with every batch: what a scoreboard needs, without a scan. Read with
 * BatchStore.summaries(). Error rate = quarantined ÷ rows; completeness of a field = filled[field] ÷ stored;
 * mean latency = latencyMs ÷ batches, from the source's time (or the receipt, where the source told none) to visible.
 */
export interface CatalogSummary {
  _id: string;
  batches: number;
  rejected: number;
  rows: number;
  stored: number;
  duplicates: number;
  quarantined: number;
  corrected: number;
  late: number;
  deleted: number;
  /** The current records. */
  net: number;
  replayed: number;
  reasons: Partial<Record<FaultReason, number>>;
  filled: Record<string, number>;
  latencyMs: number;
  lastLatencyMs: number;
  maxLatencyMs: number;
  /** When the newest stored batch was received, and what time its source gave. */
  lastBatchAt?: Date | undefined;
  lastSourceTime?: Date | undefined;
  /** The newest batches that are in: a repeated write counts nothing twice. */
  applied: string[];
}
