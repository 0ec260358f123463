import type { Catalog, Field } from "../../backend/features/data-exchange/domain/catalog.ts";
import type { DateForm, Format, Layout, LayoutColumn, Style } from "./handmade-layouts.ts";
import { type Random, randomOf } from "./random.ts";

/*
 * Every department makes its file in its own way and keeps to it: form, encoding, headings, units and dates follow from
 * the catalog's id alone, so they are the same in every city.
 */

const FORMATS: readonly (readonly [Format, number])[] = [
  ["csv-utf8", 4],
  ["csv-utf8-bom", 5],
  ["csv-gb18030", 6],
  ["tsv-utf8", 2],
  ["tsv-gb18030", 2],
  ["csv-zip", 2],
  ["xlsx", 5],
  ["ndjson", 3],
];

/** Workbooks are made in memory and are what small offices send: not for series of months. */
const formatOf = (catalog: Catalog, random: Random): Format =>
  random.weighted(FORMATS.filter(([format]) => format !== "xlsx" || catalog.periodField !== "month"));

const isChinese = (heading: string): boolean => /\p{Script=Han}/u.test(heading);
const DATE_FORMS: readonly DateForm[] = ["iso", "iso", "slash", "compact", "chinese", "mixed"];

function styleOf(field: Field, format: Format, random: Random): Style {
  switch (field.type) {
    case "amount":
      return (field.unit === "wanyuan" ? random.chance(0.85) : random.chance(0.2)) ? "wanyuan" : "yuan";
    case "date":
      return `date:${format === "xlsx" && random.chance(0.6) ? "cell" : random.pick(DATE_FORMS)}`;
    case "month":
      return `month:${random.pick(["iso", "compact", "chinese"] as const)}`;
    case "integer":
    case "decimal":
    case "uscc":
      return field.type;
    case "code":
    case "boolean":
      return "code";
    case "text":
    case "person-id":
      return "text";
  }
}

function wordsOf(field: Field, random: Random): Record<string, string> | undefined {
  if (field.type === "boolean") return random.chance(0.7) ? { true: "是", false: "否" } : { true: "有", false: "无" };
  if (field.type !== "code") return undefined;
  const words = new Map<string, string[]>();
  for (const [word, value] of Object.entries(field.codes ?? {})) words.set(value, [...(words.get(value) ?? []), word]);
  return Object.fromEntries([...words].map(([value, list]) => [value, random.pick(list)]));
}

function columnOf(field: Field, format: Format, random: Random): LayoutColumn {
  const style = styleOf(field, format, random);
  const headings = field.headings.filter(isChinese);
  const chosen = random.chance(0.5) ? field.label.zh : random.pick(headings);
  // A unit that isn't the catalog's own has to be said; one that is, mostly isn't.
  const usual = (field.unit ?? "yuan") === style;
  const brackets = random.chance(0.5) ? ["（", "）"] : ["(", ")"];
  const unit = style === "wanyuan" ? "万元" : "元";
  const told = field.type === "amount" && (!usual || random.chance(0.4)) ? `${brackets[0]}${unit}${brackets[1]}` : "";
  return {
    heading: chosen + told,
    from: field.name,
    style,
    optional: !field.required,
    field,
    words: wordsOf(field, random),
  };
}

export function derivedLayout(catalog: Catalog): Layout {
  const random = randomOf("layout", catalog.id);
  const format = formatOf(catalog, random);
  const numbered = format !== "ndjson" && random.chance(0.15);
  const columns = catalog.fields.map((field) => columnOf(field, format, random));
  return {
    catalogId: catalog.id,
    departmentCode: catalog.departmentCode,
    fileName: catalog.name.zh,
    format,
    titles: format === "xlsx" && random.chance(0.4) ? [`玉溪市${catalog.name.zh}`] : [],
    columns: numbered ? [{ heading: "序号", from: "", style: "serial", optional: true }, ...columns] : columns,
  };
}
