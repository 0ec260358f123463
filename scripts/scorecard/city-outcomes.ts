import { mapHeadings } from "../../backend/features/data-exchange/domain/heading-mapping.ts";
import { mapRowWith } from "../../backend/features/data-exchange/domain/row-mapping.ts";
import { STANDARD_CATALOGS, standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { computeProfile, INDICATORS, type ProfileRecord } from "../../backend/features/profiles/domain/indicators.ts";
import { addDays, daysBetween, monthsUntil } from "../sample-city/calendar.ts";
import { cellsOf } from "../sample-city/cells.ts";
import { newCity, type RowsByCatalog } from "../sample-city/city.ts";
import { type Enterprise, randomEnterprise } from "../sample-city/enterprise.ts";
import { LAYOUTS } from "../sample-city/layouts.ts";
import { type Random, randomOf } from "../sample-city/random.ts";
import { rowsOf } from "../sample-city/records.ts";

/*
 * Labelled outcomes of the sample city: each row is an enterprise's profile on a day, worked out from its departments'
 * rows as the platform does it, and whether it failed in the twelve months after. That is drawn from the truth behind
 * the rows, which no indicator knows: whether business declines, and how young and small the enterprise is. Enterprises
 * that are closed on the day aren't among them: nobody gives them credit.
 */

export const CITY_TARGET = "failed12m";
const HISTORY_MONTHS = 36;
/** From the departments' closing day until the profile is looked at. */
const DAYS_LATER = 14;
const CODES: ReadonlySet<string> = new Set(["code", "text", "flag", "date"]);
/** One enterprise's own, such as its name: no bin of them would hold two. */
const MOST_CODES = 60;

/** The chance of failing, as log-odds. */
function riskOf({ declineFrom, establishedOn, size, insuredShare }: Enterprise, asOf: string): number {
  const years = daysBetween(establishedOn, asOf) / 365;
  return (
    -3.3 +
    (declineFrom === null ? 0 : 3) +
    (years < 2 ? 0.8 : years < 5 ? 0.3 : 0) +
    { micro: 0.4, small: 0, medium: -0.3 }[size] +
    (insuredShare === 0 ? 0.3 : 0)
  );
}

const catalogs = new Map(STANDARD_CATALOGS.map((catalog) => [catalog.id, catalog]));

/** The departments' rows as their records: written and read by the very rules that serve real files. */
function recordsOf(rows: RowsByCatalog, receivedAt: string, random: Random): ProfileRecord[] {
  const records: ProfileRecord[] = [];
  for (const layout of LAYOUTS) {
    const own = rows[layout.catalogId] ?? [];
    if (own.length === 0) continue;
    const catalog = standardCatalog(layout.catalogId);
    const headings = mapHeadings(
      catalog,
      layout.columns.map(({ heading }) => heading),
    );
    if (!headings.ok) throw new Error(`the headings of ${layout.catalogId} are not understood`);
    const newest = new Map<string, ProfileRecord>();
    for (const [index, row] of own.entries()) {
      const cells = cellsOf(row, layout, index + 1, random).map((cell) =>
        cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell),
      );
      const result = mapRowWith(headings.mapping, cells);
      if (!result.ok) continue;
      const { key, period, fields } = result.record;
      const id = `${layout.catalogId}:${String(index).padStart(6, "0")}`;
      newest.set(key, { id, catalogId: layout.catalogId, ...(period ? { period } : {}), fields, receivedAt });
    }
    records.push(...newest.values());
  }
  return records;
}

export interface CityOutcomes {
  readonly csv: string;
  readonly target: string;
  /** Columns that are codes. */
  readonly categories: readonly string[];
  /** Columns that an enterprise can't change. */
  readonly fixed: readonly string[];
  readonly population: string;
}

const cellText = (value: string | number | boolean | null): string => {
  const text = value === null ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** The same options give the same text. */
export function cityOutcomes({ enterprises = 8_000, seed = "training", asOf = "2026-10-31" } = {}): CityOutcomes {
  const months = monthsUntil(asOf, HISTORY_MONTHS);
  const city = newCity(seed, asOf, months);
  const receivedAt = `${addDays(asOf, 1)}T00:00:00.000Z`;
  const day = addDays(asOf, DAYS_LATER);
  const receivedCatalogs = new Map(STANDARD_CATALOGS.map(({ id }) => [id, receivedAt]));
  const taken = new Set<string>();
  const rows: (string | number | boolean | null)[][] = [];
  let bads = 0;
  for (let index = 0; index < enterprises; index++) {
    const enterprise = randomEnterprise(seed, index, months, asOf, taken);
    const random = randomOf(seed, "outcome", enterprise.uscc);
    const records = recordsOf(rowsOf(enterprise, city), receivedAt, random);
    if (enterprise.status !== "active") continue;
    const { findings } = computeProfile({ asOf: day, records, receivedCatalogs, catalogs });
    const bad = random.chance(1 / (1 + Math.exp(-riskOf(enterprise, asOf))));
    if (bad) bads++;
    // Bounds are whole numbers, so that a fraction falls into the bin of the whole number below it.
    const values = findings.map(({ value }) => (typeof value === "number" ? Math.floor(value) : value));
    rows.push([...values, bad ? 1 : 0]);
  }
  const categories = INDICATORS.flatMap(({ id, unit }) => (CODES.has(unit) ? [id] : []));
  const kept = INDICATORS.map(({ id }, column) => ({ id, column })).filter(
    ({ id, column }) => !categories.includes(id) || new Set(rows.map((row) => row[column])).size <= MOST_CODES,
  );
  const header = [...kept.map(({ id }) => id), CITY_TARGET];
  const lines = rows.map((row) => [...kept.map(({ column }) => row[column]!), row.at(-1)!].map(cellText).join(","));
  return {
    csv: `${[header.join(","), ...lines].join("\n")}\n`,
    target: CITY_TARGET,
    categories: kept.flatMap(({ id }) => (categories.includes(id) ? [id] : [])),
    fixed: kept.flatMap(({ id }) => (id.startsWith("identity.") ? [id] : [])),
    population: `The invented sample city (seed ${seed}): ${rows.length} enterprises in business on ${asOf}, ${bads} of which failed within twelve months by its own rules. No real enterprise was observed.`,
  };
}
