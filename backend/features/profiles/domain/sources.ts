import type { ProfileRecord } from "./profile-record.ts";

/** An indicator's value and what it rests on. */
export interface Finding {
  readonly value: string | number | boolean | null;
  readonly asOf?: string | undefined;
  readonly recordIds: string[];
}

export type Findings = Record<string, Finding>;

export interface Sources {
  readonly today: string;
  /** The enterprise's records of a catalog. */
  of(catalogId: string): readonly ProfileRecord[];
  /**
   * The day up to which a register of the whole city speaks: that of its last batch. Null when the catalog was never
   * received, so that having no entry says nothing.
   */
  registerDate(catalogId: string): string | null;
}
