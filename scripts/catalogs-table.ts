import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Catalog } from "../backend/features/data-exchange/domain/catalog.ts";
import { STANDARD_CATALOGS, STANDARD_DEPARTMENTS } from "../backend/features/data-exchange/domain/standard-catalogs.ts";

/* Writes docs/catalogs.md from the catalogs themselves; with --check only says whether it is as it would be written. */

export const CATALOGS_DOC = resolve(import.meta.dirname, "../docs/catalogs.md");

const INTRO = `# The catalogs

What a new installation starts with: {{catalogs}} catalogs of {{departments}} departments. Departments change theirs and
register more at run time (a version for each change, approved by the operator). The list is written by
\`node scripts/catalogs-table.ts\` from backend/features/data-exchange/domain; a test holds the two together.

Sensitivity: **p**ublic, **i**nternal, **s**ensitive · sharing: **o**pen, **c**onditional, closed (**x**) · the key's fields
are in the column "key"; * marks catalogs whose records are electronic licences, ~ those whose rows may name the enterprise
by its old number or name, ! negative records that are erased five years after they end when they are about a person.
`;

const SHARE = { open: "o", conditional: "c", closed: "x" } as const;

const marks = ({ licence, identity, erasedAfterYears }: Catalog): string =>
  `${licence ? "\\*" : ""}${identity ? "~" : ""}${erasedAfterYears ? "!" : ""}`;

const HEADINGS = ["id", "name", "group", "", "updated", "key", "fields", "legal basis"];

const cellsOf = (catalog: Catalog): string[] => {
  const { id, name, group, sensitivity, shareType, updateFrequency, key, fields, legalBasis } = catalog;
  return [
    `\`${id}\` ${marks(catalog)}`.trim(),
    name.zh,
    group,
    `${sensitivity[0]} ${SHARE[shareType]}`,
    updateFrequency,
    key.join(", "),
    String(fields.length),
    legalBasis,
  ];
};

/** Chinese signs are as wide as two letters. */
const widthOf = (text: string): number =>
  [...text].reduce((sum, sign) => sum + (/[\u2e80-\uffef]/u.test(sign) ? 2 : 1), 0);

/** Padded, as the formatter of the repository writes tables. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((heading, i) => Math.max(3, widthOf(heading), ...rows.map((row) => widthOf(row[i]!))));
  const line = (cells: readonly string[], filler = " "): string =>
    `| ${cells.map((cell, i) => cell + filler.repeat(widths[i]! - widthOf(cell))).join(" | ")} |`;
  return [
    line(HEADINGS),
    line(
      HEADINGS.map(() => ""),
      "-",
    ),
    ...rows.map((row) => line(row)),
  ];
}

export function catalogsTable(): string {
  const parts = STANDARD_DEPARTMENTS.map(({ code, name }) => {
    const own = STANDARD_CATALOGS.filter(({ departmentCode }) => departmentCode === code);
    return [`## ${name.zh} · ${name.en} (${own.length})`, "", ...table(own.map(cellsOf)), ""].join("\n");
  });
  const intro = INTRO.replace("{{catalogs}}", String(STANDARD_CATALOGS.length)).replace(
    "{{departments}}",
    String(STANDARD_DEPARTMENTS.length),
  );
  return `${[intro, ...parts].join("\n").trimEnd()}\n`;
}

if (process.argv[1] === import.meta.filename) {
  const text = catalogsTable();
  const same = existsSync(CATALOGS_DOC) && readFileSync(CATALOGS_DOC, "utf8") === text;
  if (process.argv.includes("--check")) {
    process.stdout.write(
      same ? "docs/catalogs.md is up to date\n" : "docs/catalogs.md differs: run it without --check\n",
    );
    process.exitCode = same ? 0 : 1;
  } else {
    writeFileSync(CATALOGS_DOC, text);
    process.stdout.write(`docs/catalogs.md: ${STANDARD_CATALOGS.length} catalogs\n`);
  }
}
