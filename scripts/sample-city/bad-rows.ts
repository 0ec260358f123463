import type { FaultReason } from "../../backend/features/data-exchange/domain/faults.ts";
import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { type Cell, dateText } from "./cells.ts";
import type { DateForm, Layout, LayoutColumn } from "./layouts.ts";
import type { Random } from "./random.ts";

/** The kinds of bad rows, each by the reason with which it has to be quarantined. */
export const BAD_KINDS = [
  "required",
  "columnCount",
  "usccLength",
  "usccCharacter",
  "usccCheck",
  "personIdCheck",
  "dateFormat",
  "dateImpossible",
  "amountFormat",
  "amountPrecision",
  "negativeAmount",
  "numberFormat",
  "numberRange",
  "unknownCode",
  "unknownSubject",
] as const satisfies readonly FaultReason[];
export type BadKind = (typeof BAD_KINDS)[number];

export interface BadRow {
  readonly cells: readonly Cell[];
  readonly reason: BadKind;
  /** The heading of the cell that is wrong; empty where the row as a whole is. */
  readonly column: string;
}

const CODE_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const PERSON_CHECKS = "0123456789X";

/** Another sign of the alphabet than the last one. */
const otherEnd = (text: string, signs: string, random: Random): string =>
  text.slice(0, -1) + signs[(signs.indexOf(text.at(-1)!) + random.int(1, signs.length - 1)) % signs.length]!;

const formOf = (column: LayoutColumn): DateForm => {
  const form = column.style.split(":")[1] as DateForm;
  return form === "cell" ? "iso" : form;
};

type Breaker = (column: LayoutColumn, value: string, random: Random) => Cell | undefined;

/** How each kind spoils one cell; undefined where it can't. */
const BREAKERS: Readonly<Record<Exclude<BadKind, "columnCount" | "unknownSubject">, Breaker>> = {
  required: (column) => (column.field?.required ? "" : undefined),
  usccLength: (column, value) => (column.style === "uscc" ? value.slice(0, 17) : undefined),
  usccCharacter: (column, value) => (column.style === "uscc" ? `${value.slice(0, 10)}I${value.slice(11)}` : undefined),
  usccCheck: (column, value, random) => (column.style === "uscc" ? otherEnd(value, CODE_SIGNS, random) : undefined),
  personIdCheck: (column, value, random) =>
    column.field?.type === "person-id" ? otherEnd(value, PERSON_CHECKS, random) : undefined,
  dateFormat: (column, _, random) =>
    /^(date|month):/.test(column.style) ? random.pick(["去年年底", "待定", "2025年初"]) : undefined,
  dateImpossible: (column, _, random) => {
    if (column.style.startsWith("month:")) return dateText("2026-13", formOf(column), random);
    if (!column.style.startsWith("date:")) return undefined;
    return dateText(random.pick(["2025-02-30", "2024-13-05", "2025-11-31"]), formOf(column), random);
  },
  amountFormat: (column, _, random) =>
    column.field?.type === "amount" ? random.pick(["待核实", "约30", "见附件"]) : undefined,
  amountPrecision: (column) =>
    column.field?.type === "amount" ? (column.style === "yuan" ? "1024.125" : "12.3456789") : undefined,
  negativeAmount: (column) => (column.field?.type === "amount" ? "-1200.00" : undefined),
  numberFormat: (column, _, random) =>
    column.field?.type === "integer" || column.field?.type === "decimal" ? random.pick(["不详", "若干"]) : undefined,
  numberRange: (column) =>
    column.field?.min !== undefined && column.field.min >= 0 ? String(Math.ceil(column.field.min) - 7) : undefined,
  unknownCode: (column, _, random) =>
    column.field?.type === "code" ? random.pick(["其他（待定）", "异常", "未知"]) : undefined,
};

export interface RowBreaker {
  /** A copy of the row that can't be taken, for exactly one reason. */
  break(cells: readonly Cell[], layout: Layout, random: Random): BadRow;
}

/** Uses the kinds in turn, as far as the layouts allow, so that a city of some size has all of them. */
export function rowBreaker(): RowBreaker {
  const used = new Map<BadKind, number>(BAD_KINDS.map((kind) => [kind, 0]));

  function tryKind(kind: BadKind, cells: readonly Cell[], layout: Layout, random: Random): BadRow | undefined {
    const { identity, subjectField } = standardCatalog(layout.catalogId);
    if (kind === "columnCount") {
      const delimited = /^[ct]sv/.test(layout.format);
      return delimited ? { cells: cells.slice(0, -1), reason: kind, column: "" } : undefined;
    }
    const copy = [...cells];
    if (kind === "unknownSubject") {
      if (!identity) return undefined;
      layout.columns.forEach(({ from }, i) => {
        if (from === subjectField || from === identity.registrationNumberField) copy[i] = "";
        if (from === identity.nameField) copy[i] = `查无此企业${random.int(1, 99_999)}号有限公司`;
      });
      return { cells: copy, reason: kind, column: "" };
    }
    const spoiled = layout.columns.flatMap((column, i) => {
      const value = cells[i]!;
      if (value === "" || value === "长期") return [];
      const bad = BREAKERS[kind](column, String(value), random);
      return bad === undefined ? [] : [[i, bad] as const];
    });
    if (spoiled.length === 0) return undefined;
    const [at, bad] = random.pick(spoiled);
    copy[at] = bad;
    return { cells: copy, reason: kind, column: layout.columns[at]!.heading };
  }

  return {
    break(cells, layout, random) {
      for (const [kind, count] of [...used].sort((a, b) => a[1] - b[1])) {
        const bad = tryKind(kind, cells, layout, random);
        if (!bad) continue;
        used.set(kind, count + 1);
        return bad;
      }
      throw new RangeError(`no row of ${layout.catalogId} can be broken`);
    },
  };
}
