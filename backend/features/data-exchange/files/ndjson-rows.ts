import { DomainError } from "../../../lib/errors.ts";
import type { FileRow, RowChunk } from "./file-row.ts";
import { decodedText, type TextEncoding } from "./text-encoding.ts";

const MAX_LINE_CHARACTERS = 1_000_000;
const MAX_KEYS = 500;

interface Line {
  readonly row: number;
  /** The text itself where it is no JSON object. */
  readonly value: Readonly<Record<string, unknown>> | string;
}

function parsedLine(row: number, text: string): Line {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { row, value: value as Record<string, unknown> };
    }
  } catch {
    // Told of below, beside what is JSON but no object.
  }
  return { row, value: text };
}

async function* jsonLines(path: string, encoding: TextEncoding): AsyncGenerator<{ lines: Line[]; part: number }> {
  let rest = "";
  let row = 0;
  let part = 0;
  for await (const chunk of decodedText(path, encoding)) {
    part = chunk.part;
    const texts = (rest + chunk.text).split("\n");
    rest = texts.pop()!;
    if (rest.length > MAX_LINE_CHARACTERS) {
      throw new DomainError("file.corrupt", `line ${row + texts.length + 1} is too long`, {
        row: row + texts.length + 1,
      });
    }
    const lines: Line[] = [];
    for (const text of texts) {
      row++;
      if (text.trim() !== "") lines.push(parsedLine(row, text));
    }
    if (lines.length > 0) yield { lines, part };
  }
  if (rest.trim() !== "") yield { lines: [parsedLine(row + 1, rest)], part: 1 };
}

const cellOf = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
};

/**
 * The objects' keys are the headings. Objects may leave keys out, so the file is read twice: once for all the keys,
 * once for the rows; that costs time, but no memory. A line that holds no object is a damaged row, a file that holds none
 * at all is no NDJSON.
 */
export async function* ndjsonRows(path: string, encoding: TextEncoding): AsyncGenerator<RowChunk> {
  const keys = new Set<string>();
  let firstRow = 0;
  let any = 0;
  for await (const { lines } of jsonLines(path, encoding)) {
    for (const { row, value } of lines) {
      any ||= row;
      if (typeof value === "string") continue;
      firstRow ||= row;
      for (const key in value) keys.add(key);
    }
    if (keys.size > MAX_KEYS) throw new DomainError("file.corrupt", `the objects have over ${MAX_KEYS} keys`, {});
  }
  if (any === 0) return;
  if (firstRow === 0) throw new DomainError("file.corrupt", `line ${any} is no JSON object`, { row: any });
  const headings = [...keys];
  yield { rows: [{ row: firstRow, cells: headings }], part: 0 };
  for await (const { lines, part } of jsonLines(path, encoding)) {
    const rows = lines.map(
      ({ row, value }): FileRow =>
        typeof value === "string"
          ? { row, cells: [value], damaged: true }
          : { row, cells: headings.map((key) => (Object.hasOwn(value, key) ? cellOf(value[key]) : "")) },
    );
    yield { rows, part };
  }
}
