import { yuanToFen } from "../../../lib/money.ts";
import { usccFault } from "../../../lib/uscc.ts";
import type { AmountUnit, Field, FieldValue } from "./catalog.ts";
import type { FaultReason } from "./faults.ts";
import { isNumberField, withoutPersons } from "./person-guard.ts";
import { isKeyedPersonId, parsePersonId } from "./person-id.ts";

export type Parsed = { readonly value: FieldValue } | { readonly reason: FaultReason };

/** Takes a cell that is not empty, already trimmed. */
export type CellParser = (cell: string) => Parsed;

const EMPTY_WORDS = new Set(["", "-", "--", "—", "——", "/", "NULL", "null", "N/A", "#N/A"]);

/** Departments leave a cell empty in many ways. 无 ("none") only means empty where it can't be a value. */
export function isEmptyCell(field: Field, cell: string): boolean {
  if (EMPTY_WORDS.has(cell)) return true;
  if (cell === "无" && field.type !== "boolean" && field.type !== "text") return true;
  return field.emptyWords?.includes(cell) ?? false;
}

/** Full-width letters, digits and signs to their usual width, and no white space at all. */
export const narrow = (cell: string): string =>
  // Most cells are plain already, and this is asked of every one of millions.
  /^[!-~]*$/.test(cell) ? cell : cell.normalize("NFKC").replace(/\s+/gu, "");

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function calendarDate(year: number, month: number, day: number): Parsed {
  const days = month === 2 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0)) ? 28 : (DAYS[month - 1] ?? 0);
  if (year < 1900 || year > 2100 || day < 1 || day > days) return { reason: "dateImpossible" };
  return { value: `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}` };
}

/** What follows a day: a time with a sign before it, else "2021-3-1 15:00" would be the eleventh at five. */
const TIME =
  "(?:(?:T| +)(?:上午|下午|AM|PM)? *\\d{1,2}:\\d{2}(?::\\d{2}(?:\\.\\d+)?)?(?: ?(?:AM|PM))?(?:Z|[+-]\\d{2}:?\\d{2})?)?";
const DATE_FORMS = [
  new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${TIME}$`, "i"),
  /^(\d{4})(年)(\d{1,2})月(\d{1,2})[日号](?: *(?:上午|下午)? *\d{1,2}[:时]\d{2}(?:分?|:\d{2}|分\d{2}秒))?$/,
  /^(\d{4})()(\d{2})(\d{2})(?:\d{6})?$/,
];

const NUMERALS = "〇一二三四五六七八九";
const CHINESE_NUMBER = /[〇零○Ｏ一二三四五六七八九十廿卅]+/gu;

/** 二〇二四 → 2024, 十二 → 12, 三十一 → 31: digits one by one for a year, tens and ones for a month and a day. */
function arabic(word: string): string {
  const digits = [
    ...word
      .replace(/[零○Ｏ]/gu, "〇")
      .replace(/廿/gu, "二十")
      .replace(/卅/gu, "三十"),
  ];
  if (!digits.includes("十")) return digits.map((digit) => NUMERALS.indexOf(digit)).join("");
  const [tens, ones] = digits.join("").split("十") as [string, string];
  const digit = (text: string, usual: number) => (text === "" ? usual : Math.max(0, NUMERALS.indexOf(text)));
  return tens.length > 1 || ones.length > 1 ? "?" : String(digit(tens, 1) * 10 + digit(ones, 0));
}

const withDigits = (text: string): string =>
  /[年月日]/.test(text) ? text.replace(CHINESE_NUMBER, (word) => arabic(word)) : text;

/**
 * 2021-3-5, 2021/03/05, 2021.3.5, 20210305, 2021年3月5日, 二〇二一年三月五日 (a time after it is dropped), or a day number
 * of Excel.
 */
export function parseDate(cell: string): Parsed {
  const text = withDigits(cell.normalize("NFKC").trim());
  const compact = text.replace(/\s+/gu, "");
  for (const form of DATE_FORMS) {
    const match = form.exec(text) ?? (compact === text ? null : form.exec(compact));
    if (match) return calendarDate(Number(match[1]), Number(match[3]), Number(match[4]));
  }
  // Day 1 is 1900-01-01; Excel counts the 1900-02-29 that never was, so days after it start from 1899-12-30.
  if (/^[2-7]\d{4}(?:\.\d+)?$/.test(compact)) {
    const day = new Date(Date.UTC(1899, 11, 30) + Math.floor(Number(compact)) * 86_400_000);
    return { value: day.toISOString().slice(0, 10) };
  }
  return { reason: "dateFormat" };
}

const MONTH_FORMS = [/^(\d{4})[-/.](\d{1,2})$/, /^(\d{4})年(\d{1,2})月份?$/, /^(\d{4})(\d{2})$/];

/** 202103, 2021-03, 2021/3, 2021年3月, 二〇二一年三月, or any date within the month. */
export function parseMonth(cell: string): Parsed {
  const compact = withDigits(narrow(cell));
  for (const form of MONTH_FORMS) {
    const match = form.exec(compact);
    if (!match) continue;
    const day = calendarDate(Number(match[1]), Number(match[2]), 1);
    return "value" in day ? { value: String(day.value).slice(0, 7) } : day;
  }
  const date = parseDate(cell);
  return "value" in date ? { value: String(date.value).slice(0, 7) } : date;
}

/** Commas are only taken where thousands have them: "1,5" is somebody's decimal comma, not fifteen. */
function withoutThousands(text: string): string | null {
  if (!text.includes(",")) return text;
  return /^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/.test(text) ? text.replaceAll(",", "") : null;
}

/** Yuan or 万元 to fen. A unit written in the cell itself wins over the column's. */
export function parseAmount(cell: string, columnUnit: AmountUnit): Parsed {
  const match = /^[¥]?(.*?)(万元|万|元)?$/u.exec(narrow(cell));
  const text = withoutThousands(match?.[1] ?? "");
  if (text === null || !/^[-+]?\d{1,15}(?:\.\d{1,12})?$/.test(text)) return { reason: "amountFormat" };
  const written = match?.[2];
  const tenThousands = written === undefined ? columnUnit === "wanyuan" : written.startsWith("万");
  // Zeros at the end carry nothing and would only count against the precision that money takes.
  const exact = text
    .replace(/^\+/, "")
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
  const fen = yuanToFen(exact, tenThousands ? 10_000n : 1n);
  if (fen === null) return { reason: "amountPrecision" };
  return fen < 0n ? { reason: "negativeAmount" } : { value: fen.toString() };
}

function parseNumber(cell: string, form: RegExp, field: Field): Parsed {
  const text = withoutThousands(narrow(cell));
  if (text === null || !form.test(text)) return { reason: "numberFormat" };
  const value = Number(text);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return { reason: "numberRange" };
  if (value < (field.min ?? Number.NEGATIVE_INFINITY) || value > (field.max ?? Number.POSITIVE_INFINITY)) {
    return { reason: "numberRange" };
  }
  return { value: value === 0 ? 0 : value };
}

export function parseUscc(cell: string): Parsed {
  const code = narrow(cell).toUpperCase();
  const fault = usccFault(code);
  if (fault === null) return { value: code };
  if (fault === "length") return { reason: "usccLength" };
  return { reason: fault === "character" ? "usccCharacter" : "usccCheck" };
}

/** Nothing in it that has to be changed: letters, digits, Chinese characters and their signs. */
const PLAIN_TEXT = /^[ -~\u00b7\u2014\u2018-\u201d\u3001-\u3015\u4e00-\u9fff（），：；！？％．]+$/u;

type TextGuard = (text: string) => string;

function parseText(cell: string, maxLength: number, guard: TextGuard): Parsed {
  if (cell.length <= maxLength && PLAIN_TEXT.test(cell)) return { value: guard(cell) };
  // U+FFFD is what a decoder leaves where bytes made no character.
  if (cell.includes("\uFFFD")) return { reason: "textDamaged" };
  const value = cell
    .replace(/[０-９Ａ-Ｚａ-ｚ]/gu, (character) => character.normalize("NFKC"))
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  return [...value].length > maxLength ? { reason: "textTooLong" } : { value: guard(value) };
}

const BOOLEAN_WORDS: readonly (readonly [string, string])[] = [
  ["是", "true"],
  ["有", "true"],
  ["true", "true"],
  ["1", "true"],
  ["Y", "true"],
  ["否", "false"],
  ["无", "false"],
  ["false", "false"],
  ["0", "false"],
  ["N", "false"],
];

/** Files go enterprise by enterprise: the same code comes many times in a row. */
function remembering(parse: CellParser): CellParser {
  let cell: string | undefined;
  let parsed: Parsed;
  return (next) => {
    if (next !== cell) [cell, parsed] = [next, parse(next)];
    return parsed;
  };
}

/** The parser of one column: all that depends on the field is done once, not per row. */
export function cellParser(field: Field, columnUnit: AmountUnit, personHash?: (value: string) => string): CellParser {
  switch (field.type) {
    case "text": {
      const maxLength = field.maxLength ?? 200;
      const phones = !isNumberField(field.name);
      const guard: TextGuard = personHash
        ? (text) => (isKeyedPersonId(text) ? text : withoutPersons(text, { hash: personHash, phones }))
        : (text) => text;
      return (cell) => parseText(cell, maxLength, guard);
    }
    case "uscc":
      return remembering(parseUscc);
    case "person-id":
      return (cell) => {
        const parsed = parsePersonId(cell);
        if (!personHash || !("value" in parsed) || isKeyedPersonId(String(parsed.value))) return parsed;
        return { value: personHash(String(parsed.value)) };
      };
    case "date":
      return parseDate;
    case "month":
      return parseMonth;
    case "amount":
      return (cell) => parseAmount(cell, columnUnit);
    case "integer":
      return (cell) => parseNumber(cell, /^[-+]?\d{1,16}(?:\.0+)?$/, field);
    case "decimal":
      return (cell) => parseNumber(cell, /^[-+]?\d{1,12}(?:\.\d{1,6})?$/, field);
    case "code": {
      const codes = new Map<string, string>();
      for (const [raw, canonical] of Object.entries(field.codes ?? {})) {
        codes.set(narrow(canonical), canonical);
        codes.set(narrow(raw), canonical);
      }
      return (cell) => {
        const value = codes.get(narrow(cell));
        return value === undefined ? { reason: "unknownCode" } : { value };
      };
    }
    case "boolean": {
      const words = new Map([...BOOLEAN_WORDS, ...Object.entries(field.codes ?? {})]);
      return (cell) => {
        const word = words.get(narrow(cell));
        return word === undefined ? { reason: "booleanFormat" } : { value: word === "true" };
      };
    }
  }
}
