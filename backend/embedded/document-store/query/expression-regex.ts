import { BSONRegExp } from "bson";
import { type Doc, int32, type Maybe, type Value } from "../bson/types.ts";
import { StoreError } from "../errors.ts";
import { type Compile, constantOf, located, named, nullish } from "./expression-support.ts";
import type { Expression } from "./expressions.ts";
import { toRegExp } from "./predicates.ts";

function patternOf(name: string, regex: Maybe, options: Maybe): RegExp | undefined {
  if (!nullish(regex) && typeof regex !== "string" && !(regex instanceof BSONRegExp))
    throw located(51105, `${name} needs 'regex' to be of type string or regex`);
  if (!nullish(options) && typeof options !== "string")
    throw located(51106, `${name} needs 'options' to be of type string`);
  let flags = nullish(options) ? "" : options;
  if (regex instanceof BSONRegExp && regex.options !== "") {
    if (!nullish(options))
      throw located(51107, `${name}: found regex option(s) specified in both 'regex' and 'option' fields`);
    flags = regex.options;
  }
  const pattern = regex instanceof BSONRegExp ? regex.pattern : nullish(regex) ? undefined : regex;
  if (pattern?.includes("\0")) throw located(51109, `${name}: regular expression cannot contain an embedded null byte`);
  if (flags.includes("\0"))
    throw located(51110, `${name}: regular expression options cannot contain an embedded null byte`);
  const bad = /[^imsxu]/.exec(flags);
  if (bad) throw located(51108, `${name} invalid flag in regex options: ${bad[0]}`);
  if (pattern === undefined) return undefined;
  try {
    const re = toRegExp(pattern, flags);
    return new RegExp(re, `${re.flags}g`);
  } catch (e) {
    if (!(e instanceof StoreError)) throw e;
    throw located(51111, `Invalid Regex in ${name}: ${e.message.replace("Regular expression is invalid: ", "")}`);
  }
}

const regex = (name: string, empty: Value, run: (text: string, re: RegExp) => Value): Compile =>
  named(
    {
      required: {
        input: [31022, `${name} requires 'input' parameter`],
        regex: [31023, `${name} requires 'regex' parameter`],
      },
      optional: ["options"],
      notObject: (v) => [51103, `${name} expects an object of named arguments but found: ${String(v)}`],
      unknown: (k) => [31024, `${name} found an unknown argument: ${k}`],
    },
    ({ input, regex: pattern, options }): Expression => {
      const known = constantOf(pattern) && (!options || constantOf(options));
      const ready = known ? patternOf(name, constantOf(pattern)?.value, constantOf(options)?.value) : undefined;
      return (doc, vars) => {
        const text = input!(doc, vars);
        const re = known ? ready : patternOf(name, pattern!(doc, vars), options?.(doc, vars));
        if (!nullish(text) && typeof text !== "string")
          throw located(51104, `${name} needs 'input' to be of type string`);
        if (nullish(text) || !re) return empty;
        re.lastIndex = 0;
        return run(text, re);
      };
    },
  );

/** How many code points there are between two places of a text. */
const points = (text: string, from: number, to: number): number => [...text.slice(from, to)].length;

function found(m: RegExpExecArray, at: number): Doc {
  return new Map<string, Value>([
    ["match", m[0]],
    ["idx", int32(at)],
    ["captures", m.slice(1).map((c: string | undefined) => c ?? null)],
  ]);
}

function findAll(text: string, re: RegExp): Value {
  const out: Value[] = [];
  let at = 0;
  let index = 0;
  // As MongoDB goes on only while there is text left, an empty match at its very end isn't found.
  do {
    re.lastIndex = index;
    const m = re.exec(text);
    if (!m) break;
    at += points(text, index, m.index);
    out.push(found(m, at));
    const taken = m[0] === "" ? String.fromCodePoint(text.codePointAt(m.index) ?? 0).length : m[0].length;
    at += m[0] === "" ? 1 : [...m[0]].length;
    index = m.index + taken;
  } while (index < text.length);
  return out;
}

export const regexExpressions: Record<string, Compile> = {
  $regexMatch: regex("$regexMatch", false, (text, re) => re.test(text)),
  $regexFind: regex("$regexFind", null, (text, re) => {
    const m = re.exec(text);
    return m ? found(m, points(text, 0, m.index)) : null;
  }),
  $regexFindAll: regex("$regexFindAll", [], findAll),
};
