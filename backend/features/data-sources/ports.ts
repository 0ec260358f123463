import type { Readable } from "node:stream";
import type { Actor } from "../../lib/actor.ts";

export interface Bilingual {
  zh: string;
  en: string;
}

/** What the sources need to know of a catalog. */
export interface SourceCatalog {
  readonly id: string;
  readonly name: Bilingual;
  readonly departmentCode: string;
  readonly updateFrequency: string;
  readonly fields: readonly { readonly name: string; readonly label: Bilingual; readonly required: boolean }[];
}

export interface CheckedRow {
  readonly record?: Record<string, string | number | boolean>;
  readonly deleted: boolean;
  readonly faults: { column: string; value: string; message: Bilingual }[];
}

/** One file for the ingestion, whichever door its rows came through. */
export interface Delivery {
  readonly catalogId: string;
  readonly fileName: string;
  readonly content: Readable;
  readonly origin: {
    readonly kind: "file" | "push" | "pull" | "table";
    readonly resourceId: string;
    readonly sourceTime?: string | undefined;
  };
}

export interface SourcePorts {
  departmentOf(participantId: string): Promise<string | undefined>;
  /** Throws notFound or role.notAllowed unless the catalog is the actor's department's. */
  ownCatalog(actor: Actor, catalogId: string): Promise<SourceCatalog>;
  catalogs(): Promise<readonly SourceCatalog[]>;
  /** Checks rows as the ingestion will. `faults` are of the columns as a whole. */
  checkRows(
    catalogId: string,
    rows: readonly Readonly<Record<string, string>>[],
  ): Promise<{ faults: Bilingual[]; rows: CheckedRow[] }>;
  /** The same bytes of the same catalog again are the same batch. */
  receive(delivery: Delivery): Promise<{ id: string }>;
  batch(id: string): Promise<{ state: string; rows: number; stored: number; quarantined: number } | undefined>;
}
