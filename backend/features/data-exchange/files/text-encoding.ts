import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { DomainError } from "../../../lib/errors.ts";

export type TextEncoding = "utf-8" | "gb18030" | "utf-16le" | "utf-16be";

const CHUNK_BYTES = 256 * 1024;

const chunksOf = (path: string): AsyncIterable<Buffer> => createReadStream(path, { highWaterMark: CHUNK_BYTES });

/** GBK and GB2312 are subsets of GB18030, so their files read as it. */
export function namedEncoding(name: string): TextEncoding {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (plain === "utf8") return "utf-8";
  if (["gb18030", "gbk", "gb2312", "cp936"].includes(plain)) return "gb18030";
  if (plain === "utf16le" || plain === "utf16") return "utf-16le";
  if (plain === "utf16be") return "utf-16be";
  throw new DomainError("file.encoding", `the encoding ${name} is not supported`, { encoding: name });
}

/**
 * UTF-8 when the whole file is valid UTF-8 (characters may straddle chunks), else GB18030. The whole file, because a
 * heading row in English would tell nothing about the Chinese names below it.
 */
export async function detectEncoding(path: string): Promise<TextEncoding> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let first = true;
  let characters = false;
  try {
    for await (const chunk of chunksOf(path)) {
      if (first) {
        if (chunk[0] === 0xff && chunk[1] === 0xfe) return "utf-16le";
        if (chunk[0] === 0xfe && chunk[1] === 0xff) return "utf-16be";
        // A UTF-8 mark is a promise: bytes that break it are damage, not GB18030.
        characters = chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
        first = false;
      }
      const text = decoder.decode(chunk, { stream: true });
      // A chunk of GB18030 with Chinese in it is never valid UTF-8 by chance at this length.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII, to find what is beyond it
      characters ||= /[^\u0000-\u007f]/.test(text);
    }
    decoder.decode();
    return "utf-8";
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    if (characters) {
      throw new DomainError("file.encoding", "the file starts as UTF-8 but holds bytes that are not UTF-8", {});
    }
    return "gb18030";
  }
}

/** The file as text, a chunk at a time, without its byte order mark; with the part of the file that was read. */
export async function* decodedText(
  path: string,
  encoding: TextEncoding,
): AsyncGenerator<{ text: string; part: number }> {
  const { size } = await stat(path);
  const decoder = new TextDecoder(encoding, { fatal: true });
  let offset = 0;
  try {
    for await (const chunk of chunksOf(path)) {
      const text = decoder.decode(chunk, { stream: true });
      if (text.includes("\0"))
        throw new DomainError("file.corrupt", "the file holds bytes that are no text", { offset });
      offset += chunk.length;
      if (text !== "") yield { text, part: size === 0 ? 1 : offset / size };
    }
    const rest = decoder.decode();
    if (rest !== "") yield { text: rest, part: 1 };
  } catch (error) {
    if (error instanceof TypeError) {
      throw new DomainError("file.encoding", `the file is neither UTF-8 nor ${encoding}`, {
        encoding,
        nearByte: offset,
      });
    }
    throw error;
  }
}
