import { DomainError } from "../../../lib/errors.ts";
import type { FileRow } from "./file-row.ts";
import { decodedText, type TextEncoding } from "./text-encoding.ts";

const MAX_LINE_CHARACTERS = 1_000_000;
const MAX_KEYS = 500;

interface Line {
  readonly row: number;
  readonly value: Readonly<Record<string, unknown>>;
}

function parsedLine(row: number, text: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DomainError("file.corrupt", `line ${row} is no JSON`, { row });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new DomainError("file.corrupt", `line ${row} is no JSON object`, { row });
  }
  return { row, value: value as Record<string, unknown> };
}

async function* jsonLines(path: string, encoding: TextEncoding): AsyncGenerator<Line> {
  let rest = "";
  let row = 0;
  for await (const chunk of decodedText(path, encoding)) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    if (rest.length > MAX_LINE_CHARACTERS) {
      throw new DomainError("file.corrupt", `line ${row + lines.length + 1} is too long`, {
        row: row + lines.length + 1,
      });
    }
    for (const line of lines) {
      row++;
      if (line.trim() !== "") yield parsedLine(row, line);
    }
  }
  if (rest.trim() !== "") yield parsedLine(row + 1, rest);
}

const cellOf = (value: unknown): string => {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value) : String(value);
};

/**
 * The objects' keys are the headings. Objects may leave keys out, so the file is read twice: once for all the keys,
 * once for the rows; that costs time, but no memory.
 */
export async function* ndjsonRows(path: string, encoding: TextEncoding): AsyncGenerator<FileRow> {
  const keys = new Set<string>();
  let firstRow = 0;
  for await (const { row, value } of jsonLines(path, encoding)) {
    firstRow ||= row;
    for (const key of Object.keys(value)) keys.add(key);
    if (keys.size > MAX_KEYS) throw new DomainError("file.corrupt", `the objects have over ${MAX_KEYS} keys`, { row });
  }
  if (firstRow === 0) return;
  const headings = [...keys];
  yield { row: firstRow, cells: headings };
  for await (const { row, value } of jsonLines(path, encoding)) {
    yield { row, cells: headings.map((key) => (Object.hasOwn(value, key) ? cellOf(value[key]) : "")) };
  }
}
