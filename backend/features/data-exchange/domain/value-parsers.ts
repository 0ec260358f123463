import { yuanToFen } from "../../../lib/money.ts";
import { usccFault } from "../../../lib/uscc.ts";
import type { AmountUnit, Field, FieldValue } from "./catalog.ts";
import type { FaultReason } from "./faults.ts";

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
export const narrow = (cell: string): string => cell.normalize("NFKC").replace(/\s+/gu, "");

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function calendarDate(year: number, month: number, day: number): Parsed {
  const days = month === 2 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0)) ? 28 : (DAYS[month - 1] ?? 0);
  if (year < 1900 || year > 2100 || day < 1 || day > days) return { reason: "dateImpossible" };
  return { value: `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}` };
}

const DATE_FORMS = [
  // A time needs a sign before it: without one "2021-3-1 15:00" would be read as the eleventh at five.
  /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:(?:T| +)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$/,
  /^(\d{4})(年)(\d{1,2})月(\d{1,2})日(?: *\d{1,2}:\d{2}(?::\d{2})?)?$/,
  /^(\d{4})()(\d{2})(\d{2})$/,
];

/** 2021-3-5, 2021/03/05, 2021.3.5, 20210305, 2021年3月5日 (a time after it is dropped), or a day number of Excel. */
export function parseDate(cell: string): Parsed {
  const text = cell.normalize("NFKC").trim();
  const compact = text.replace(/\s+/gu, "");
  for (const form of DATE_FORMS) {
    const match = form.exec(text) ?? form.exec(compact);
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

/** 202103, 2021-03, 2021/3, 2021年3月, or any date within the month. */
export function parseMonth(cell: string): Parsed {
  const compact = narrow(cell);
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

function parseText(cell: string, maxLength: number): Parsed {
  // U+FFFD is what a decoder leaves where bytes made no character.
  if (cell.includes("\uFFFD")) return { reason: "textDamaged" };
  const value = cell
    .replace(/[０-９Ａ-Ｚａ-ｚ]/gu, (character) => character.normalize("NFKC"))
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  return [...value].length > maxLength ? { reason: "textTooLong" } : { value };
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

/** The parser of one column: all that depends on the field is done once, not per row. */
export function cellParser(field: Field, columnUnit: AmountUnit): CellParser {
  switch (field.type) {
    case "text":
      return (cell) => parseText(cell, field.maxLength ?? 200);
    case "uscc":
      return parseUscc;
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
