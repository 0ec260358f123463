import writeWorkbook, { type SheetData } from "write-excel-file/node";
import type { Catalog, Field } from "../domain/catalog.ts";

/** The unit is said, so that nobody has to guess it. */
const headingOf = ({ label, type, unit }: Field): string =>
  type === "amount" ? `${label.zh}(${unit === "wanyuan" ? "万元" : "元"})` : label.zh;

const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A file with the heading row alone, in the form that offices open: CSV with a mark of UTF-8, or a workbook. */
export async function templateOf(
  catalog: Catalog,
  format: "csv" | "xlsx",
): Promise<{ bytes: Buffer; fileName: string; mediaType: string }> {
  const headings = catalog.fields.map(headingOf);
  const fileName = `${catalog.name.zh}-模板.${format}`;
  if (format === "csv") {
    const bytes = Buffer.from(`\uFEFF${headings.map(quoted).join(",")}\r\n`);
    return { bytes, fileName, mediaType: "text/csv; charset=utf-8" };
  }
  const row = headings.map((value, i) => ({
    value,
    fontWeight: catalog.fields[i]!.required ? ("bold" as const) : undefined,
  }));
  const bytes = await writeWorkbook([row] as SheetData, { sheet: "数据" }).toBuffer();
  return {
    bytes,
    fileName,
    mediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  };
}
