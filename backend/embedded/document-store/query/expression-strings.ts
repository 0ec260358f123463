import { Binary } from "bson";
import { compareStrings } from "../bson/compare.ts";
import { int32, isNumber, type Maybe, typeName, type Value } from "../bson/types.ts";
import {
  binary,
  type Compile,
  coerceToString,
  integral,
  located,
  named,
  nary,
  nullish,
  type Operator,
  shown,
  truncatedLong,
  unary,
  variadic,
} from "./expression-support.ts";

function concat(args: Maybe[]): Maybe {
  let out = "";
  for (const v of args) {
    if (nullish(v)) return null;
    if (typeof v !== "string") throw located(16702, `$concat only supports strings, not ${typeName(v)}`);
    out += v;
  }
  return out;
}

// Only ASCII letters change case, as in MongoDB.
const lower = (s: string): string => s.replace(/[A-Z]+/g, (x) => x.toLowerCase());
const upper = (s: string): string => s.replace(/[a-z]+/g, (x) => x.toUpperCase());

const continuation = (b: number | undefined): boolean => b !== undefined && (b & 0xc0) === 0x80;

function substrBytes([text, start, count]: Maybe[]): Maybe {
  const bytes = Buffer.from(coerceToString(text));
  if (!isNumber(start))
    throw located(16034, `$substrBytes:  starting index must be a numeric type (is BSON type ${typeName(start)})`);
  if (!isNumber(count))
    throw located(16035, `$substrBytes:  length must be a numeric type (is BSON type ${typeName(count)})`);
  const from = Number(truncatedLong(start));
  if (from < 0) throw located(50752, `$substrBytes:  starting index must be non-negative (got: ${from})`);
  const length = Number(truncatedLong(count));
  const to = length < 0 ? bytes.length : from + length;
  if (continuation(bytes[from]))
    throw located(28656, "$substrBytes:  Invalid range, starting index is a UTF-8 continuation byte.");
  if (continuation(bytes[to]))
    throw located(28657, "$substrBytes:  Invalid range, ending index is in the middle of a UTF-8 character.");
  return bytes.toString("utf8", Math.min(from, bytes.length), Math.min(to, bytes.length));
}

function substrCP([text, start, count]: Maybe[]): Maybe {
  const s = coerceToString(text);
  const whole = (v: Maybe, what: string, code: number): number => {
    if (!isNumber(v)) throw located(code, `$substrCP: ${what} must be a numeric type (is BSON type ${typeName(v)})`);
    const n = integral(v);
    if (n === undefined)
      throw located(code + 1, `$substrCP: ${what} cannot be represented as a 32-bit integral value: ${shown(v)}`);
    return n;
  };
  const from = whole(start, "starting index", 34450);
  const length = whole(count, "length", 34452);
  if (length < 0) throw located(34454, "$substrCP: length must be a nonnegative integer.");
  if (from < 0) throw located(34455, "$substrCP: the starting index must be nonnegative integer.");
  return [...s].slice(from, from + length).join("");
}

function textOf(v: Maybe, code: number, name: string): string {
  if (typeof v !== "string") throw located(code, `${name} requires a string argument, found: ${typeName(v)}`);
  return v;
}

function bound(name: string, v: Maybe, what: string): number {
  const n = integral(v);
  if (n === undefined)
    throw located(
      40096,
      `${name}requires an integral ${what}, found a value of type: ${typeName(v)}, with value: ${shown(v)}`,
    );
  if (n < 0) throw located(40097, `${name} requires a nonnegative ${what}, found: ${shown(v)}`);
  return n;
}

/** $indexOfBytes and $indexOfCP: they differ in what they count. */
function indexOf(name: string, code: number, bytes: boolean): Operator {
  return nary(2, 4, (args) => {
    const [text, token] = args;
    if (nullish(text)) return null;
    if (typeof text !== "string")
      throw located(code, `${name} requires a string as the first argument, found: ${typeName(text)}`);
    if (typeof token !== "string")
      throw located(code + 1, `${name} requires a string as the second argument, found: ${typeName(token)}`);
    const start = args.length > 2 ? bound(name, args[2], "starting index") : 0;
    const units = bytes ? undefined : [...text];
    const size = units ? units.length : Buffer.byteLength(text);
    const end = args.length > 3 ? Math.min(size, bound(name, args[3], "ending index")) : size;
    if (start > size || end < start) return int32(-1);
    if (!units) return int32(Buffer.from(text).subarray(0, end).indexOf(token, start));
    // The token may reach past the end; only its start may not.
    if (size === 0 && token === "") return int32(0);
    const before = units.slice(0, start).join("").length;
    const at = text.indexOf(token, before);
    const found = at < 0 ? -1 : start + [...text.slice(before, at)].length;
    return int32(found < end ? found : -1);
  });
}

function split(text: Maybe, by: Maybe): Maybe {
  if (nullish(text) || nullish(by)) return null;
  const needs = (place: string, v: Value): string =>
    `$split requires an expression that evaluates to a string as a ${place} argument, found: ${typeName(v)}`;
  if (typeof text !== "string") throw located(40085, needs("first", text));
  if (typeof by !== "string") throw located(40086, needs("second", by));
  if (by === "") throw located(40087, "$split requires a non-empty separator");
  return text.split(by);
}

export const stringOperators: Record<string, Operator> = {
  $concat: variadic(concat),
  $toLower: unary((v) => lower(coerceToString(v))),
  $toUpper: unary((v) => upper(coerceToString(v))),
  $strcasecmp: binary((a, b) => int32(compareStrings(upper(coerceToString(a)), upper(coerceToString(b))))),
  $strLenBytes: unary((v) => int32(Buffer.byteLength(textOf(v, 34473, "$strLenBytes")))),
  $strLenCP: unary((v) => int32([...textOf(v, 34471, "$strLenCP")].length)),
  $substr: nary(3, 3, substrBytes),
  $substrBytes: nary(3, 3, substrBytes),
  $substrCP: nary(3, 3, substrCP),
  $indexOfBytes: indexOf("$indexOfBytes", 40091, true),
  $indexOfCP: indexOf("$indexOfCP", 40093, false),
  $split: binary(split),
  $binarySize: unary((v) => {
    if (nullish(v)) return null;
    if (v instanceof Binary) return int32(v.position);
    if (typeof v === "string") return int32(Buffer.byteLength(v));
    throw located(51276, `$binarySize requires a string or BinData argument, found: ${typeName(v)}`);
  }),
};

const SPACE = new Set("\0 \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a");

const trim = (name: string, left: boolean, right: boolean): Compile =>
  named(
    {
      required: { input: [50695, `${name} requires an 'input' field`] },
      optional: ["chars"],
      notObject: (v) => [50696, `${name} only supports an object as an argument, found ${typeName(v)}`],
      unknown: (k) => [50694, `${name} found an unknown argument: ${k}`],
    },
    ({ input, chars }) =>
      (doc, vars) => {
        const text = input!(doc, vars);
        if (nullish(text)) return null;
        const needs = (what: string, v: Value): string =>
          `${name} requires ${what} to be a string, got ${shown(v)} (of type ${typeName(v)}) instead.`;
        if (typeof text !== "string") throw located(50699, needs("its input", text));
        const given = chars ? chars(doc, vars) : undefined;
        if (chars && nullish(given)) return null;
        if (chars && typeof given !== "string") throw located(50700, needs("'chars'", given as Value));
        const drop = chars ? new Set(given as string) : SPACE;
        const all = [...text];
        let from = 0;
        let to = all.length;
        while (left && from < to && drop.has(all[from]!)) from++;
        while (right && to > from && drop.has(all[to - 1]!)) to--;
        return all.slice(from, to).join("");
      },
  );

/** The text with one, or each, occurrence of `find` replaced. */
const replace = (name: string, run: (text: string, find: string, by: string) => string): Compile =>
  named(
    {
      required: {
        input: [51749, `${name} requires 'input' to be specified`],
        find: [51748, `${name} requires 'find' to be specified`],
        replacement: [51747, `${name} requires 'replacement' to be specified`],
      },
      notObject: (v) => [51751, `${name} requires an object as an argument, found: ${typeName(v)}`],
      unknown: (k) => [51750, `${name} found an unknown argument: ${k}`],
    },
    ({ input, find, replacement }) =>
      (doc, vars) => {
        const text = (v: Maybe, what: string, code: number): string | undefined => {
          if (nullish(v)) return undefined;
          if (typeof v !== "string")
            throw located(code, `${name} requires that '${what}' be a string, found: ${shown(v)}`);
          return v;
        };
        const values = [input!(doc, vars), find!(doc, vars), replacement!(doc, vars)];
        const a = text(values[0], "input", 51746);
        const b = text(values[1], "find", 51745);
        const c = text(values[2], "replacement", 51744);
        return a === undefined || b === undefined || c === undefined ? null : run(a, b, c);
      },
  );

export const textExpressions: Record<string, Compile> = {
  $trim: trim("$trim", true, true),
  $ltrim: trim("$ltrim", true, false),
  $rtrim: trim("$rtrim", false, true),
  $replaceOne: replace("$replaceOne", (text, find, by) => text.replace(find, () => by)),
  $replaceAll: replace("$replaceAll", (text, find, by) =>
    find === "" ? `${by}${[...text].map((c) => c + by).join("")}` : text.replaceAll(find, () => by),
  ),
};
