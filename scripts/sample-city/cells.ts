import type { TrueRow, TrueValue } from "./city.ts";
import type { DateForm, Layout, LayoutColumn } from "./layouts.ts";
import type { Random } from "./random.ts";

/** What stands in a cell: a sheet tells numbers and dates from text, the other formats don't. */
export type Cell = string | number | Date;

export function dateText(iso: string, form: DateForm, random: Random): string {
  const [year, month, day] = iso.split("-") as [string, string, string | undefined];
  const chosen = form === "mixed" ? random.pick(["iso", "slash", "compact", "chinese"] as const) : form;
  switch (chosen) {
    case "slash":
      return `${year}/${Number(month)}${day ? `/${Number(day)}` : ""}`;
    case "compact":
      return year + month + (day ?? "");
    case "chinese":
      return `${year}年${Number(month)}月${day ? `${Number(day)}日` : ""}`;
    default:
      return iso;
  }
}

/** Fen as yuan, or as 万元 with as many decimals as it takes. */
function amountText(fen: bigint, places: 2 | 6): string {
  const digits = fen.toString().padStart(places + 1, "0");
  const whole = digits.slice(0, -places);
  const decimals = digits.slice(-places);
  if (places === 2) return `${whole}.${decimals}`;
  const trimmed = decimals.replace(/0+$/, "");
  return trimmed === "" ? whole : `${whole}.${trimmed}`;
}

function cell(value: TrueValue, column: LayoutColumn, layout: Layout, random: Random): Cell {
  if (value === null) return column.field?.emptyWords?.includes("长期") ? "长期" : "";
  const { style } = column;
  if (column.words) return column.words[String(value)] ?? String(value);
  const numbers = layout.format === "xlsx" || layout.format === "ndjson";
  if (style === "yuan" || style === "wanyuan") {
    const text = amountText(value as bigint, style === "yuan" ? 2 : 6);
    return numbers ? Number(text) : text;
  }
  if (style === "integer" || style === "decimal") return numbers ? (value as number) : String(value);
  // 长期 stands where a date would: it is passed on as it is.
  if (!style.includes(":") || !/^\d{4}-\d{2}/.test(String(value))) return String(value);
  const form = style.split(":")[1] as DateForm;
  return form === "cell" ? new Date(`${value}T00:00:00Z`) : dateText(String(value), form, random);
}

/** A true row as the department writes it. `serial` is the running number for those who number their rows. */
export function cellsOf(row: TrueRow, layout: Layout, serial: number, random: Random): Cell[] {
  return layout.columns.map((column) => {
    if (column.style === "serial") return serial;
    return column.from === "" ? "" : cell(row[column.from] ?? null, column, layout, random);
  });
}
