import type { AmountUnit, Bilingual, Catalog, Field } from "./catalog.ts";
import { plainHeading } from "./plain-heading.ts";
import { DELETION, isDeletionHeading, REPLAY_REASON, REPLAY_ROW } from "./special-columns.ts";
import { type CellParser, cellParser } from "./value-parsers.ts";

export type HeadingFaultReason = "missingHeading" | "repeatedHeading" | "unknownHeading";

/** A fault of the file as a whole: without its headings no row can be read. */
export interface HeadingFault {
  /** The heading as written, or the field's label where it is missing. */
  readonly column: string;
  readonly reason: HeadingFaultReason;
  /** The headings that would have been understood. */
  readonly expected: readonly string[];
  readonly message: Bilingual;
}

export interface Column {
  readonly index: number;
  readonly heading: string;
  readonly field: Field;
  readonly parse: CellParser;
}

/** What each column of a file holds; made once per file. */
export interface Mapping {
  readonly catalog: Catalog;
  readonly width: number;
  readonly headings: readonly string[];
  readonly columns: readonly Column[];
  /** The column that marks deletions. */
  readonly deletion?: { readonly index: number; readonly heading: string } | undefined;
  /** The column of a replay that says which quarantined row is mended. */
  readonly replayRow?: number | undefined;
}

export type MappingResult =
  | { readonly ok: true; readonly mapping: Mapping; readonly notices: readonly HeadingFault[] }
  | { readonly ok: false; readonly faults: readonly HeadingFault[] };

export interface MappingOptions {
  /** The unit that the sheet names above its table ("单位：万元"). A heading's own unit wins. */
  readonly sheetUnit?: AmountUnit;
  /** What the department said of its own headings; "" for a column not to be read. Wins over the catalog's. */
  readonly given?: readonly { readonly heading: string; readonly field: string }[] | undefined;
  /** Id numbers of persons become this. */
  readonly personHash?: ((value: string) => string) | undefined;
}

/** Columns that every office adds and that say nothing about the enterprise. */
const IGNORED = new Set(["序号", "备注", "说明", "no", "no.", "#", ""]);

const UNIT_TAIL = /[([_/:、-]?(?:单位:?)?(万元|元)[)\]]?$/u;

export function headingUnit(heading: string): AmountUnit | undefined {
  const unit = UNIT_TAIL.exec(plainHeading(heading))?.[1];
  return unit === undefined ? undefined : unit === "万元" ? "wanyuan" : "yuan";
}

/** The names under which a field is found. English label and API name are taken too: systems send those. */
export const expectedHeadings = (field: Field): string[] => [
  ...new Set([field.label.zh, ...field.headings, field.label.en, field.name]),
];

const missing = (field: Field): HeadingFault => ({
  column: field.label.zh,
  reason: "missingHeading",
  expected: expectedHeadings(field),
  message: {
    zh: `缺少必填列“${field.label.zh}”，可用的表头：${field.headings.join("、")}`,
    en: `The required column "${field.label.en}" is missing; headings taken: ${expectedHeadings(field).join(", ")}`,
  },
});

const repeated = (heading: string, field: Field): HeadingFault => ({
  column: heading,
  reason: "repeatedHeading",
  expected: expectedHeadings(field),
  message: {
    zh: `有两列都对应“${field.label.zh}”，第二列的表头是“${heading}”`,
    en: `Two columns stand for "${field.label.en}"; the second is headed "${heading}"`,
  },
});

const unknown = (heading: string, unused: readonly Field[]): HeadingFault => ({
  column: heading,
  reason: "unknownHeading",
  expected: unused.map((field) => field.label.zh),
  message: {
    zh: `目录中没有“${heading}”这一列，该列未读取`,
    en: `The catalog has no column "${heading}"; it was not read`,
  },
});

function fieldsByHeading(catalog: Catalog): Map<string, Field> {
  const fields = new Map<string, Field>();
  // The first field to claim a heading keeps it: 状态 or 名称 mean the more important column of a catalog.
  for (const field of catalog.fields) {
    for (const heading of expectedHeadings(field)) {
      const plain = plainHeading(heading);
      if (!fields.has(plain)) fields.set(plain, field);
    }
  }
  return fields;
}

const fieldOf = (fields: ReadonlyMap<string, Field>, plain: string): Field | undefined => {
  const byUnit = fields.get(plain.replace(UNIT_TAIL, ""));
  return fields.get(plain) ?? (byUnit?.type === "amount" ? byUnit : undefined);
};

/** Tells a heading row from titles and rows above it: most of its cells are headings that are known. */
export function headingTest(
  catalog: Catalog,
  given: MappingOptions["given"] = [],
): (cells: readonly string[]) => boolean {
  const fields = fieldsByHeading(catalog);
  const known = new Set(given.map(({ heading }) => plainHeading(heading)));
  return (cells) => {
    const filled = cells.map(plainHeading).filter((plain) => plain !== "");
    const hits = filled.filter((plain) => known.has(plain) || fieldOf(fields, plain) !== undefined).length;
    return hits >= 2 && hits * 2 >= filled.length;
  };
}

/**
 * Finds the field of each heading. A missing required column or two columns for one field refuse the file; a column
 * that the catalog doesn't know is never read, and is reported as a notice.
 */
export function mapHeadings(
  catalog: Catalog,
  headings: readonly string[],
  options: MappingOptions = {},
): MappingResult {
  const fields = fieldsByHeading(catalog);
  const given = new Map(options.given?.map(({ heading, field }) => [plainHeading(heading), field]));
  const byName = new Map(catalog.fields.map((field) => [field.name, field]));
  const columns: Column[] = [];
  const faults: HeadingFault[] = [];
  const strangers: string[] = [];
  const taken = new Set<Field>();
  let deletion: Mapping["deletion"];
  let replayRow: number | undefined;
  headings.forEach((heading, index) => {
    const plain = plainHeading(heading);
    const own = given.get(plain);
    if (own === "" || heading === REPLAY_REASON) return;
    if (heading === REPLAY_ROW) {
      replayRow = index;
      return;
    }
    if (own === undefined && IGNORED.has(plain) && !fields.has(plain)) return;
    const field = own === undefined ? fieldOf(fields, plain) : byName.get(own);
    if (own === DELETION || (!field && isDeletionHeading(plain))) {
      deletion ??= { index, heading };
    } else if (!field) {
      strangers.push(heading);
    } else if (taken.has(field)) {
      faults.push(repeated(heading, field));
    } else {
      taken.add(field);
      const unit = headingUnit(heading) ?? options.sheetUnit ?? field.unit ?? "yuan";
      columns.push({ index, heading, field, parse: cellParser(field, unit, options.personHash) });
    }
  });
  const unused = catalog.fields.filter((field) => !taken.has(field));
  faults.push(...unused.filter((field) => field.required).map((field) => missing(field)));
  const notices = strangers.map((heading) => unknown(heading, unused));
  if (faults.length > 0) return { ok: false, faults: [...faults, ...notices] };
  return {
    ok: true,
    mapping: { catalog, width: headings.length, headings, columns, deletion, replayRow },
    notices,
  };
}
