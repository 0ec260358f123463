import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { addDays } from "./calendar.ts";
import type { City, TrueRow } from "./city.ts";
import { type Desk, otherwise } from "./desk.ts";
import type { Layout } from "./layouts.ts";
import { type Random, randomOf } from "./random.ts";

/* Files that come after the first: rows put right, rows that are late, and rows that have to go. */

const CHANGED_SHARE = 0.01;
const LATE_SHARE = 0.008;
const DELETED_SHARE = 0.004;

/** The word that marks a deletion; empty for a row that stays. */
export const DELETION_HEADING = "删除标志";
const DELETED = "deleted";

/** Catalogs whose rows tell when the source changed them: only there a late row can be told from a correction. */
export const hasSupplement = ({ catalogId }: Layout): boolean =>
  standardCatalog(catalogId).sourceTimeField !== undefined && catalogId !== "court-judgments";

export const supplementLayout = (layout: Layout): Layout => ({
  ...layout,
  fileName: `${layout.fileName}-补报`,
  format: layout.format === "xlsx" || layout.format === "csv-zip" ? "csv-utf8" : layout.format,
  titles: [],
  columns: [
    ...layout.columns,
    { heading: DELETION_HEADING, from: DELETED, style: "code", optional: true, words: { true: "是", false: "否" } },
  ],
});

export interface Supplement {
  readonly desk: Desk;
  see(row: TrueRow): Promise<void>;
}

export function supplementOf(desk: Desk, first: Layout, city: City): Supplement {
  const random: Random = randomOf(city.seed, "supplement", first.catalogId);
  const catalog = standardCatalog(first.catalogId);
  const time = catalog.sourceTimeField!;
  return {
    desk,
    async see(row) {
      const chance = random.next();
      const changed = otherwise(row, first) ?? row;
      if (chance < CHANGED_SHARE) {
        await desk.writePlain({ ...changed, [time]: addDays(city.asOf, 3), [DELETED]: "false" }, "correctedRows");
      } else if (chance < CHANGED_SHARE + LATE_SHARE) {
        const earlier = { ...changed, [time]: addDays(String(row[time]), -400), [DELETED]: "false" };
        await desk.writePlain(earlier, "lateRows");
      } else if (chance < CHANGED_SHARE + LATE_SHARE + DELETED_SHARE && catalog.id !== "business-registration") {
        await desk.writePlain({ ...row, [time]: addDays(city.asOf, 3), [DELETED]: "true" }, "deletions");
      }
    },
  };
}
