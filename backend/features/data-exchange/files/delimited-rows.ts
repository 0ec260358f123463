import { CsvError, type Info, parse } from "csv-parse";
import { DomainError } from "../../../lib/errors.ts";
import type { FileRow, RowChunk } from "./file-row.ts";
import { decodedText, type TextEncoding } from "./text-encoding.ts";

/** One record is never longer: this is what a forgotten quotation mark costs in memory. */
const MAX_RECORD_CHARACTERS = 1_000_000;

/** The separator that the first lines use most; several lines, for the first may be a title. */
function delimiterOf(start: string): string {
  const head = start.split(/\r?\n/, 10).join("\n");
  const counts = [",", "\t", ";", "|"].map((sign) => [sign, head.split(sign).length] as const);
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

function problem(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  return new DomainError("file.corrupt", `line ${error.lines ?? "?"}: ${error.message}`, {
    row: error.lines,
    csvCode: error.code,
  });
}

export async function* delimitedRows(path: string, encoding: TextEncoding): AsyncGenerator<RowChunk> {
  let parser: ReturnType<typeof parse> | undefined;
  let rows: FileRow[] = [];
  let part = 0;
  let failed: (error: Error) => void = () => {};
  /** A whole chunk at a time: row by row, the stream would cost more than the parser. */
  const pushed = (text: string | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      failed = reject;
      const done = (error?: Error | null) => (error ? reject(error) : resolve());
      if (text === undefined) parser!.end(() => setImmediate(resolve));
      else parser!.write(text, done);
    });
  try {
    for await (const chunk of decodedText(path, encoding)) {
      part = chunk.part;
      if (!parser) {
        parser = parse({
          delimiter: delimiterOf(chunk.text),
          relax_column_count: true,
          skip_empty_lines: true,
          max_record_size: MAX_RECORD_CHARACTERS,
          info: true,
        });
        parser.on("data", ({ record, info }: { record: string[]; info: Info }) => {
          rows.push({ row: info.lines, cells: record });
        });
        parser.on("error", (error) => failed(error));
      }
      await pushed(chunk.text);
      if (rows.length > 0) yield { rows, part };
      rows = [];
    }
    if (parser) await pushed(undefined);
    if (rows.length > 0) yield { rows, part: 1 };
  } catch (error) {
    throw problem(error);
  } finally {
    parser?.destroy();
  }
}
