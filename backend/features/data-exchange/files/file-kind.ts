import { open } from "node:fs/promises";
import { extname } from "node:path";
import { DomainError } from "../../../lib/errors.ts";
import { entryOf } from "./xlsx-xml.ts";
import { openZip } from "./zip.ts";

export type FileKind = "delimited" | "xlsx" | "ndjson" | "zip";

const BY_EXTENSION: Readonly<Record<string, FileKind>> = {
  ".csv": "delimited",
  ".tsv": "delimited",
  ".txt": "delimited",
  ".ndjson": "ndjson",
  ".jsonl": "ndjson",
  ".xlsx": "xlsx",
  ".zip": "zip",
};

export const isKnownName = (name: string): boolean => extname(name).toLowerCase() in BY_EXTENSION;

/** First bytes of what people send by mistake, each with the name that they know it by. */
const REFUSED: readonly (readonly [string, string])[] = [
  ["d0cf11e0a1b11ae1", "an old Excel file (.xls); save it as .xlsx"],
  ["25504446", "a PDF"],
  ["89504e47", "a picture"],
  ["ffd8ff", "a picture"],
  ["1f8b", "a gzip archive"],
  ["52617221", "a RAR archive"],
  ["377abcaf271c", "a 7-Zip archive"],
];

const ZIP = "504b0304";

/** Decides by the first bytes, and by the name only among kinds of text: names lie, bytes don't. */
export async function fileKind(path: string, name: string): Promise<FileKind> {
  const byName = BY_EXTENSION[extname(name).toLowerCase()];
  const handle = await open(path, "r");
  let start: Buffer;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    start = buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
  if (start.length === 0) throw new DomainError("file.empty", `${name} is empty`, { name });
  const hex = start.subarray(0, 8).toString("hex");
  for (const [signature, what] of REFUSED) {
    if (hex.startsWith(signature))
      throw new DomainError("file.unsupported", `${name} is ${what}`, { name, found: what });
  }
  if (hex.startsWith(ZIP)) {
    const zip = await openZip(path);
    zip.close();
    return entryOf(zip, "[Content_Types].xml") ? "xlsx" : "zip";
  }
  if (byName === undefined) {
    throw new DomainError("file.unsupported", `${name}: only CSV, TSV, XLSX, NDJSON and ZIP files are taken`, {
      name,
      supported: Object.keys(BY_EXTENSION),
    });
  }
  if (byName === "xlsx" || byName === "zip") {
    throw new DomainError("file.corrupt", `${name} is no ${byName.toUpperCase()} file inside`, { name });
  }
  return byName;
}
