import { Readable } from "node:stream";
import { CsvError, type Info, parse } from "csv-parse";
import { DomainError } from "../../../lib/errors.ts";
import type { FileRow } from "./file-row.ts";
import { decodedText, type TextEncoding } from "./text-encoding.ts";

/** One record is never longer: this is what a forgotten quotation mark costs in memory. */
const MAX_RECORD_CHARACTERS = 1_000_000;

/** The separator that the first lines use most; several lines, for the first may be a title. */
function delimiterOf(start: string): string {
  const head = start.split(/\r?\n/, 10).join("\n");
  const counts = [",", "\t", ";", "|"].map((sign) => [sign, head.split(sign).length] as const);
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

export async function* delimitedRows(path: string, encoding: TextEncoding): AsyncGenerator<FileRow> {
  const chunks = decodedText(path, encoding);
  const first = await chunks.next();
  if (first.done) return;
  const parser = parse({
    delimiter: delimiterOf(first.value),
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    info: true,
  });
  async function* rejoined() {
    yield first.value as string;
    yield* chunks;
  }
  const source = Readable.from(rejoined(), { highWaterMark: 2 });
  // A pipe passes no errors on by itself.
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const item of parser) {
      const { record, info } = item as { record: string[]; info: Info };
      yield { row: info.lines, cells: record };
    }
  } catch (error) {
    if (error instanceof CsvError) {
      throw new DomainError("file.corrupt", `line ${error.lines ?? "?"}: ${error.message}`, {
        row: error.lines,
        csvCode: error.code,
      });
    }
    throw error;
  } finally {
    source.destroy();
    parser.destroy();
  }
}
