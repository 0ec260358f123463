import { bufferOf, invalid, Reader, readContainer, reading, readValue, skip } from "./decode.ts";
import { Writer, writeElement } from "./encode.ts";
import type { Doc, Value } from "./types.ts";

/** The names of a document's own fields. */
export function fieldNames(bytes: Buffer): string[] {
  const names: string[] = [];
  const r = new Reader(bytes, 0);
  reading(() =>
    readContainer(r, 0, (name, type) => {
      names.push(name);
      skip(r, type);
    }),
  );
  return names;
}

/** Decodes only the named top-level fields; the others are stepped over. */
export function decodeFields(bytes: Uint8Array, names: ReadonlySet<string>): Doc {
  const r = new Reader(bufferOf(bytes), 4);
  const { buf } = r;
  const out: Doc = new Map();
  const end = bytes.length - 1;
  const wanted = needles(names);
  reading(() => {
    while (r.pos < end && out.size < wanted.length) {
      const type = buf[r.pos++]!;
      const start = r.pos;
      while (buf[r.pos] !== 0) if (r.pos++ >= end) throw invalid("a name has no end");
      const found = among(wanted, buf, start, r.pos++ - start);
      if (found !== undefined) out.set(found, readValue(r, type, 0));
      else skip(r, type);
    }
  });
  return out;
}

interface Needle {
  name: string;
  bytes: Buffer;
}

const cached = new WeakMap<ReadonlySet<string>, Needle[]>();
/** The names as bytes, so that those of a document need not become text to be compared. */
function needles(names: ReadonlySet<string>): Needle[] {
  let list = cached.get(names);
  if (!list) {
    list = [...names].map((name) => ({ name, bytes: Buffer.from(name) }));
    cached.set(names, list);
  }
  return list;
}

function among(wanted: readonly Needle[], buf: Buffer, start: number, length: number): string | undefined {
  for (let k = 0; k < wanted.length; k++) {
    const { bytes, name } = wanted[k]!;
    if (bytes.length !== length) continue;
    let i = 0;
    while (i < length && bytes[i] === buf[start + i]) i++;
    if (i === length) return name;
  }
  return undefined;
}

/** The bytes of a document with this _id at their front, in place of one further on; all else stays as it was sent. */
export function withIdFirst(bytes: Buffer, id: Value): Buffer {
  const r = new Reader(bytes, 4);
  let [from, to] = [4, 4];
  while (r.pos < bytes.length - 1 && to === 4) {
    const at = r.pos;
    const type = bytes[r.pos++]!;
    const name = r.cstring();
    skip(r, type);
    if (name === "_id") [from, to] = [at, r.pos];
  }
  const w = new Writer(bytes.length + 64);
  const start = w.open();
  writeElement(w, "_id", id);
  w.raw(bytes.subarray(4, from));
  w.raw(bytes.subarray(to, -1));
  w.close(start);
  return w.done();
}
