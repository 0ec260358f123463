import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import { DomainError } from "../../lib/errors.ts";
import { cellText, DELETION_COLUMN, mappedRow } from "./domain/source-rows.ts";
import type { SourcePorts } from "./ports.ts";
import type { preview, ResourceInput } from "./resource-schemas.ts";
import { separateSecrets } from "./resource-secrets.ts";
import type { ResourceService } from "./resource-service.ts";
import type { Sealing } from "./sealing.ts";
import type { SourceReader } from "./source-reader.ts";

const SHOWN_ROWS = 10;
const SHOWN_CHARACTERS = 200;

/** Calls the source once and shows its first rows, and what they would become. Nothing of it is kept. */
export function createPreview(
  resources: Pick<ResourceService, "own">,
  ports: SourcePorts,
  reader: Pick<SourceReader, "read">,
  sealing: Sealing,
) {
  return async (actor: Actor, input: ResourceInput, id: string | undefined): Promise<z.infer<typeof preview>> => {
    const catalog = await ports.ownCatalog(actor, input.catalogId);
    const before = id === undefined ? undefined : await resources.own(actor, id);
    const { pull, table, secrets } = separateSecrets(input, before, sealing);
    if (!pull && !table) {
      throw new DomainError("source.none", "this kind of resource fetches nothing that could be shown", {
        status: 422,
      });
    }
    const rules = { mapping: input.mapping, deletion: input.deletion };
    const startedAt = performance.now();
    // All columns: what isn't mapped yet is what a mapping is made from.
    const page = await reader.read({ pull, table, rules: { mapping: [] } }, secrets, null, SHOWN_ROWS);
    const tookMs = Math.round(performance.now() - startedAt);
    const rows = page.rows.slice(0, SHOWN_ROWS);
    const mapped = rows.map((row) => mappedRow(row, rules));
    const headings = [...new Set(mapped.flatMap((row) => Object.keys(row)))];
    const checked = await ports.checkRows(
      catalog.id,
      mapped.map((row) => Object.fromEntries(headings.map((heading) => [heading, row[heading] ?? ""]))),
    );
    return {
      columns: [...new Set(rows.flatMap((row) => Object.keys(row)))],
      rows: rows.map((row, index) => ({
        source: Object.fromEntries(
          Object.entries(row).map(([column, value]) => [column, cellText(value).slice(0, SHOWN_CHARACTERS)]),
        ),
        ...(checked.rows[index]?.record ? { record: checked.rows[index].record } : {}),
        deleted: mapped[index]![DELETION_COLUMN] !== undefined,
        faults: checked.rows[index]?.faults ?? [],
      })),
      faults: checked.faults,
      tookMs,
    };
  };
}
