import type { SourcePage } from "../../backend/features/data-sources/readers/source-page.ts";
import type { Table } from "../../backend/features/data-sources/resource-store.ts";

export const NO_RULES = { mapping: [] };

/** Every page until the end, as the puller asks for them. */
export async function allPages(
  read: (cursor: string | null) => Promise<SourcePage>,
  from: string | null = null,
): Promise<{ rows: Record<string, unknown>[]; pages: number; cursor: string | null }> {
  const rows: Record<string, unknown>[] = [];
  let cursor = from;
  for (let pages = 1; ; pages++) {
    const page = await read(cursor);
    rows.push(...page.rows);
    cursor = page.next ?? cursor;
    if (page.done) return { rows, pages, cursor };
    if (pages > 1_000) throw new Error("there is no end");
  }
}

export const tableOf = (set: Partial<Table>): Table => ({
  engine: "postgresql",
  host: "127.0.0.1",
  database: "shared",
  user: "reader",
  tls: "off",
  table: "payments",
  keyColumn: "id",
  settleSeconds: 0,
  pageRows: 7,
  timeoutSeconds: 10,
  ...set,
});
