import { DomainError } from "../../../lib/errors.ts";
import type { SourceRow } from "../domain/source-rows.ts";

export interface SourcePage {
  readonly rows: readonly SourceRow[];
  readonly next: string | null;
  readonly done: boolean;
  /** When the newest of these rows was changed at the source, where it says so. */
  readonly sourceTime?: string | undefined;
}

/** A document of the store holds at most 16 MB. */
export const MAX_PAGE_BYTES = 8 * 1024 ** 2;

/** A source's time as an instant; a time without a zone is China's. */
export function sourceInstant(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (/^\d{10}$|^\d{13}$/.test(text)) return new Date(Number(text.padEnd(13, "0"))).toISOString();
  const plain = text.replace(" ", "T").replace(/([+-]\d{2})$/, "$1:00");
  const time = Date.parse(
    /(Z|[+-]\d{2}:?\d{2})$/.test(plain) ? plain : `${plain.length === 10 ? `${plain}T00:00:00` : plain}+08:00`,
  );
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

export interface RawTable {
  readonly columns: readonly string[];
  /** As the database writes them, null for NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** As the row should show it, where that is not what the database writes. */
  readonly shown?: (column: number, text: string) => string;
}

/** Cuts at the size limit: the cursor is that of the last row that is kept. */
export function tablePage(raw: RawTable, order: readonly string[], limit: number, updated: boolean): SourcePage {
  const at = order.map((column) => {
    const index = raw.columns.indexOf(column);
    if (index < 0) throw new DomainError("source.table", `the table gives no column ${column}`);
    return index;
  });
  const rows: SourceRow[] = [];
  let last: readonly (string | null)[] | undefined;
  let bytes = 0;
  for (const cells of raw.rows) {
    bytes += cells.reduce((sum, cell) => sum + 40 + Buffer.byteLength(cell ?? ""), 0);
    if (bytes > MAX_PAGE_BYTES && rows.length > 0) break;
    if (bytes > MAX_PAGE_BYTES) throw new DomainError("source.tooLarge", "a row of the table is larger than 8 MB");
    rows.push(
      Object.fromEntries(
        raw.columns.map((column, index) => {
          const cell = cells[index] ?? null;
          return [column, cell !== null && raw.shown ? raw.shown(index, cell) : cell];
        }),
      ),
    );
    last = cells;
  }
  const next = last ? JSON.stringify(at.map((index) => last[index])) : null;
  return {
    rows,
    next,
    done: rows.length < limit && rows.length === raw.rows.length,
    ...(updated && last ? { sourceTime: sourceInstant(last[at[0]!] ?? undefined) } : {}),
  };
}

/** What a database says when it refuses: by its SQLSTATE, whether trying again can help. */
export function tableFault(error: unknown, state: string | undefined): DomainError {
  const { message, code } = error as { message?: string; code?: string };
  const text = `the database says: ${message || code || "no answer"}`;
  const final = /^(22|23|25|28|3D|3F|42|0A)/.test(state ?? "");
  return new DomainError("source.table", text.slice(0, 500), final ? {} : { retry: true });
}
