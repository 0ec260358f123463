import { StoreError } from "../errors.ts";

/*
 * MongoDB's patterns are PCRE's. They are rewritten here into JavaScript's where the two differ; what has no
 * counterpart (possessive and atomic parts, recursion, conditions) is refused.
 */

const POSIX: Record<string, string> = {
  alpha: "a-zA-Z",
  digit: "0-9",
  alnum: "a-zA-Z0-9",
  upper: "A-Z",
  lower: "a-z",
  space: "\\t-\\r ",
  blank: " \\t",
  punct: "!-\\/:-@\\[-`\\{-~",
  xdigit: "0-9a-fA-F",
  word: "\\w",
  cntrl: "\\x00-\\x1f\\x7f",
  print: " -~",
  graph: "!-~",
};

const invalid = (why: string): StoreError => new StoreError("Location51091", `Regular expression is invalid: ${why}`);

const END = "(?![\\s\\S])";
/** Escapes that PCRE spells otherwise; within a class only those without an assertion make sense. */
const ESCAPES: Record<string, string> = {
  A: "(?<![\\s\\S])",
  z: END,
  Z: `(?=\\n?${END})`,
  h: "[\\t \\xa0]",
  H: "[^\\t \\xa0]",
  v: "[\\n-\\r\\x85\\u2028\\u2029]",
  V: "[^\\n-\\r\\x85\\u2028\\u2029]",
  R: "(?:\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])",
  N: "[^\\n]",
  s: "[\\t-\\r ]",
  S: "[^\\t-\\r ]",
};
const CLASS_ESCAPES: Record<string, string> = { h: "\\t \\xa0", s: "\\t-\\r ", v: "\\n-\\r\\x85\\u2028\\u2029" };
const SYNTAX = "^$\\.*+?()[]{}|/";

class Translator {
  readonly #p: string;
  #i = 0;
  #out = "";
  #extended: boolean;
  #dotAll: boolean;
  #multiline: boolean;
  /** For each open group: the settings to go back to, and how many extra brackets to close. */
  readonly #groups: { extended: boolean; dotAll: boolean; multiline: boolean; extra: number }[] = [];
  #extra = 0;

  constructor(pattern: string, flags: string) {
    this.#p = pattern;
    this.#extended = flags.includes("x");
    this.#dotAll = flags.includes("s");
    this.#multiline = flags.includes("m");
  }

  run(): string {
    while (this.#i < this.#p.length) this.#next();
    return this.#out + ")".repeat(this.#extra);
  }

  #next(): void {
    const c = this.#p[this.#i]!;
    if (this.#extended && /\s/.test(c)) this.#i++;
    else if (this.#extended && c === "#") {
      const end = this.#p.indexOf("\n", this.#i);
      this.#i = end < 0 ? this.#p.length : end + 1;
    } else if (c === "\\") this.#escape();
    else if (c === "[") this.#class();
    else if (c === "(") this.#open();
    else if (c === ")") this.#close();
    else if (c === ".") this.#put(this.#dotAll ? "[\\s\\S]" : "[^\\n]", 1);
    else if (c === "$") this.#put(this.#multiline ? `(?=\\n|${END})` : `(?=\\n?${END})`, 1);
    else if (c === "^") this.#put(this.#multiline ? "(?<=\\n|(?<![\\s\\S]))" : "(?<![\\s\\S])", 1);
    else if (c === "{") this.#brace();
    else if (c === "]" || c === "}") this.#put(`\\${c}`, 1);
    else if ("*+?".includes(c)) this.#quantifier(c);
    else {
      const point = String.fromCodePoint(this.#p.codePointAt(this.#i)!);
      this.#put(point === "/" ? "\\/" : point, point.length);
    }
  }

  #put(text: string, length: number): void {
    this.#out += text;
    this.#i += length;
  }

  #quantifier(q: string): void {
    this.#put(q, q.length);
    const c = this.#p[this.#i];
    if (c === "+") throw invalid("possessive quantifiers are not supported");
    if (c === "?") this.#put("?", 1);
  }

  #brace(): void {
    const m = /^\{\d+(,\d*)?\}/.exec(this.#p.slice(this.#i, this.#i + 24));
    if (m) this.#quantifier(m[0]);
    else this.#put("\\{", 1);
  }

  #escape(): void {
    const rest = this.#p.slice(this.#i + 1);
    const c = rest[0];
    if (c === undefined) throw invalid("\\ at end of pattern");
    if (c === "Q") {
      const end = rest.indexOf("\\E");
      const literal = end < 0 ? rest.slice(1) : rest.slice(1, end);
      this.#out += literal.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&");
      this.#i += end < 0 ? rest.length + 1 : end + 3;
      return;
    }
    if (c === "E") this.#i += 2;
    else if (ESCAPES[c] !== undefined) this.#put(ESCAPES[c], 2);
    else if ("KGXCg".includes(c)) throw invalid(`\\${c} is not supported`);
    else this.#common(rest, false);
  }

  /** Escapes that mean the same inside and outside of a class. */
  #common(rest: string, inClass: boolean): void {
    const c = rest[0]!;
    const hex = /^x\{([0-9a-fA-F]+)\}/.exec(rest);
    const property = /^([pP])(?:\{(\^?)(\w+)\}|(\w))/.exec(rest);
    if (hex) this.#put(`\\u{${hex[1]}}`, hex[0].length + 1);
    else if (property) {
      const name = property[3] ?? property[4]!;
      const kind = (property[1] === "P") !== (property[2] === "^") ? "P" : "p";
      this.#put(`\\${kind}{${/^[A-Z][a-z]?$/.test(name) ? name : `Script=${name}`}}`, property[0].length + 1);
    } else if (c === "a" || c === "e") this.#put(c === "a" ? "\\x07" : "\\x1b", 2);
    else if (c === "b" && inClass) this.#put("\\b", 2);
    else if (/[wWdDbBnrtf]/.test(c)) this.#put(`\\${c}`, 2);
    else if (c === "x") {
      const m = /^x([0-9a-fA-F]{0,2})/.exec(rest)!;
      this.#put(`\\x${m[1]!.padStart(2, "0")}`, m[0].length + 1);
    } else if (/[1-9]/.test(c) && !inClass) {
      const m = /^\d+/.exec(rest)!;
      this.#put(`(?:\\${m[0]})`, m[0].length + 1);
    } else if (c === "0") {
      const m = /^0[0-7]{0,2}/.exec(rest)!;
      this.#put(`\\x${Number.parseInt(m[0], 8).toString(16).padStart(2, "0")}`, m[0].length + 1);
    } else if (c === "k" && !inClass) {
      const m = /^k(?:\{(\w+)\}|<(\w+)>|'(\w+)')/.exec(rest);
      if (!m) throw invalid("\\k is not followed by a name");
      this.#put(`\\k<${m[1] ?? m[2] ?? m[3]}>`, m[0].length + 1);
    } else if (/[a-zA-Z]/.test(c)) throw invalid(`unrecognized character follows \\: ${c}`);
    else {
      const point = String.fromCodePoint(rest.codePointAt(0)!);
      this.#put(SYNTAX.includes(point) || (inClass && point === "-") ? `\\${point}` : point, point.length + 1);
    }
  }

  #class(): void {
    this.#put("[", 1);
    if (this.#p[this.#i] === "^") this.#put("^", 1);
    // A bracket that comes first stands for itself.
    if (this.#p[this.#i] === "]") this.#put("\\]", 1);
    while (this.#p[this.#i] !== "]") {
      const c = this.#p[this.#i];
      if (c === undefined) throw invalid("missing terminating ] for character class");
      const rest = this.#p.slice(this.#i + 1);
      const posix = c === "[" ? /^:(\^?)(\w+):\]/.exec(rest) : null;
      if (posix) {
        const set = POSIX[posix[2]!];
        if (!set || posix[1]) throw invalid("unknown POSIX class name");
        this.#put(set, posix[0].length + 1);
      } else if (c === "\\" && CLASS_ESCAPES[rest[0]!] !== undefined) this.#put(CLASS_ESCAPES[rest[0]!]!, 2);
      else if (c === "\\" && rest[0] === "S") this.#put("\\S", 2);
      else if (c === "\\" && rest !== "") this.#common(rest, true);
      else if (c === "[") this.#put("\\[", 1);
      else {
        const point = String.fromCodePoint(this.#p.codePointAt(this.#i)!);
        this.#put(point, point.length);
      }
    }
    this.#put("]", 1);
  }

  #open(): void {
    const rest = this.#p.slice(this.#i);
    const comment = /^\(\?#[^)]*\)/.exec(rest);
    const same = /^\(\?P=(\w+)\)/.exec(rest);
    const options = /^\(\?([imsx]*)(?:-([imsx]*))?([:)])/.exec(rest);
    if (comment) this.#i += comment[0].length;
    else if (same) this.#put(`\\k<${same[1]}>`, same[0].length);
    else if (options) this.#options(options[1]!, options[2] ?? "", options[3] === ")", options[0].length);
    else {
      const named = /^\(\?P?<(\w+)>|^\(\?'(\w+)'/.exec(rest);
      const look = /^\(\?(?:<[=!]|[=!])/.exec(rest);
      if (!named && !look && (rest[1] === "?" || rest[1] === "*"))
        throw invalid(`${rest.slice(0, 3)} is not supported`);
      this.#push();
      if (named) this.#put(`(?<${named[1] ?? named[2]}>`, named[0].length);
      else this.#put(look ? look[0] : "(", look ? look[0].length : 1);
    }
  }

  #push(): void {
    const { extended, dotAll, multiline } = {
      extended: this.#extended,
      dotAll: this.#dotAll,
      multiline: this.#multiline,
    };
    this.#groups.push({ extended, dotAll, multiline, extra: this.#extra });
    this.#extra = 0;
  }

  /** (?i) holds to the end of its group, (?i:…) within itself; s, m and x are done here, i by JavaScript. */
  #options(on: string, off: string, bare: boolean, length: number): void {
    if (!bare) this.#push();
    const set = (flag: string, now: boolean): boolean => (on.includes(flag) || now) && !off.includes(flag);
    this.#extended = set("x", this.#extended);
    this.#dotAll = set("s", this.#dotAll);
    this.#multiline = set("m", this.#multiline);
    const i = on.includes("i") ? "i" : off.includes("i") ? "-i" : "";
    if (bare && i !== "") this.#extra++;
    this.#put(bare && i === "" ? "" : `(?${i}:`, length);
  }

  #close(): void {
    const group = this.#groups.pop();
    if (!group) throw invalid("unmatched closing parenthesis");
    this.#put(")".repeat(this.#extra + 1), 1);
    this.#extended = group.extended;
    this.#dotAll = group.dotAll;
    this.#multiline = group.multiline;
    this.#extra = group.extra;
  }
}

/** Compiles a PCRE pattern with MongoDB's options (i, m, s, x; u is always on). */
export function toRegExp(pattern: string, options: string): RegExp {
  for (const o of options)
    if (!"imsxu".includes(o)) throw new StoreError("Location51108", ` invalid flag in regex options: ${o}`);
  if (pattern.includes("\0"))
    throw new StoreError("BadValue", "Regular expression cannot contain an embedded null byte");
  const flags = options.includes("i") ? "iu" : "u";
  // Most patterns are plain words, perhaps with an anchor in front.
  if (/^\^?[\p{L}\p{N} _@:,=-]*$/u.test(pattern) && !/[mx]/.test(options)) return new RegExp(pattern, flags);
  const translated = new Translator(pattern, options).run();
  try {
    return new RegExp(translated, flags);
  } catch (e) {
    throw invalid((e as Error).message);
  }
}
