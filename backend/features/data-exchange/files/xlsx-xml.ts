import { SaxesParser } from "saxes";
import { DomainError } from "../../../lib/errors.ts";
import { bytesOfEntry, type Zip, type ZipEntry } from "./zip.ts";

export type Attributes = Readonly<Record<string, string>>;

/** What is told of an XML part; names come without their prefix. */
export interface XmlHandler {
  open?(name: string, attributes: Attributes): void;
  text?(text: string): void;
  close?(name: string): void;
}

const MAX_TEXT = 1_000_000;
const local = (name: string): string => name.slice(name.indexOf(":") + 1);

export const entryOf = (zip: Zip, name: string): ZipEntry | undefined => {
  const wanted = name.replace(/^\//, "").toLowerCase();
  return zip.entries.find((entry) => entry.name.replaceAll("\\", "/").toLowerCase() === wanted);
};

/** Parses one XML part as it is unpacked; yields after each piece, with the part of it that was read. */
export async function* parseXml(entry: ZipEntry, handler: XmlHandler): AsyncGenerator<number> {
  const parser = new SaxesParser({});
  let failure: Error | undefined;
  let pending = 0;
  parser.on("error", (error) => {
    failure ??= error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    pending = 0;
    handler.open?.(local(name), attributes as Attributes);
  });
  parser.on("text", (text) => handler.text?.(text));
  parser.on("cdata", (text) => handler.text?.(text));
  parser.on("closetag", ({ name }) => {
    pending = 0;
    handler.close?.(local(name));
  });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const check = (): void => {
    if (failure) throw new DomainError("file.corrupt", `the workbook is damaged in ${entry.name}`, {});
  };
  let read = 0;
  try {
    for await (const bytes of bytesOfEntry(entry)) {
      read += bytes.length;
      pending += bytes.length;
      // saxes keeps a text until its tag ends: one without an end would fill the memory.
      if (pending > MAX_TEXT * 4) throw new DomainError("file.corrupt", `a text in ${entry.name} has no end`, {});
      parser.write(decoder.decode(bytes, { stream: true }));
      check();
      yield entry.bytes === 0 ? 1 : read / entry.bytes;
    }
    parser.write(decoder.decode()).close();
    check();
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw new DomainError("file.corrupt", `the workbook is damaged in ${entry.name}`, {
      cause: error instanceof Error ? error.message : String(error),
    });
  }
}

/** The whole of a small part. */
export async function readXml(entry: ZipEntry, handler: XmlHandler): Promise<void> {
  for await (const _ of parseXml(entry, handler));
}

/** _x000D_ stands for the character that XML can't hold. */
export const unescaped = (text: string): string =>
  text.includes("_x")
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;
