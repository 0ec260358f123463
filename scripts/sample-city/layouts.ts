import { STANDARD_CATALOGS } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { derivedLayout } from "./derived-layouts.ts";
import { HANDMADE_LAYOUTS, type Layout } from "./handmade-layouts.ts";

export type { DateForm, Format, Layout, LayoutColumn, Style } from "./handmade-layouts.ts";

const byHand = new Map(HANDMADE_LAYOUTS.map((layout) => [layout.catalogId, layout]));

/** One file layout for every catalog; the registration of enterprises first, since others refer to it. */
export const LAYOUTS: readonly Layout[] = STANDARD_CATALOGS.map(
  (catalog) => byHand.get(catalog.id) ?? derivedLayout(catalog),
);
