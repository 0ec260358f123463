import type { Hex32 } from "../../lib/hash.ts";
import type { BatchStore } from "./batch-store.ts";
import type { SubjectNames } from "./domain/row-mapping.ts";
import type { QuarantineStore } from "./quarantine-store.ts";
import type { RecordStore } from "./record-store.ts";

/** Which enterprise a row means, or why that can't be told. */
export type ResolvedSubject =
  | { readonly uscc: string; readonly certainty: number }
  | { readonly unknown: true }
  | { readonly ambiguous: true };

export type ResolveSubjects = (rows: readonly SubjectNames[], catalogId: string) => Promise<readonly ResolvedSubject[]>;

/** What reading a batch needs of the world; it runs in a thread of its own. */
export interface IngestionPorts {
  batches: Pick<BatchStore, "progress" | "visible" | "ofCatalog" | "setReplayed" | "sum" | "find">;
  records: RecordStore;
  quarantine: QuarantineStore;
  anchors: {
    maxLeaves: number;
    anchorBatch(batchId: string, kind: "records", commitments: readonly Hex32[]): Promise<void>;
  };
  resolveSubjects: ResolveSubjects;
  /** Smaller than usual where a test wants many steps of few rows. */
  pace?: { readonly group: number; readonly checkpointRows: number };
  /** The keyed hash that stands for a natural person's id number. */
  personHash(value: string): string;
}

/** Another has claimed the batch since: whoever finds that out stops, and writes nothing more. */
export class Overtaken extends Error {
  override readonly name = "Overtaken";
}
