import type { Catalog } from "./features/data-exchange/domain/catalog.ts";
import type { SubjectNames } from "./features/data-exchange/domain/row-mapping.ts";
import type { ResolvedSubject } from "./features/data-exchange/ingestion-ports.ts";

/* What the thread that reads batches and the one that started it say to each other. */

export interface ThreadOptions {
  readonly mongodbUri: string;
  readonly anchorsAddress: string;
  readonly anchorsAbi: string;
  /** Of the hashes of natural persons, the oldest first. */
  readonly personKeys: readonly Uint8Array[];
}

export type ToThread =
  | { readonly type: "read"; readonly batchId: string; readonly catalog: Catalog }
  | { readonly type: "resolved"; readonly id: number; readonly answers: readonly ResolvedSubject[] }
  | { readonly type: "notResolved"; readonly id: number; readonly message: string };

export type FromThread =
  | { readonly type: "progress"; readonly rows: number }
  | {
      readonly type: "resolve";
      readonly id: number;
      readonly catalogId: string;
      readonly rows: readonly SubjectNames[];
    }
  /** A tree is on its way to the chain. */
  | { readonly type: "work" }
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly message: string; readonly stack?: string | undefined };
