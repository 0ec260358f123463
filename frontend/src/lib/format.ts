import i18n from "i18next";
import type { z } from "zod";
import type { IndicatorView } from "../../../backend/features/profiles/profile-schemas.ts";
import type { localizedText } from "../../../backend/lib/schemas.ts";

export type LocalizedText = z.infer<typeof localizedText>;
export type Unit = IndicatorView["unit"];
export type Value = IndicatorView["value"];

export const isChinese = (): boolean => i18n.language.startsWith("zh");
export const localized = (text: LocalizedText): string => (isChinese() ? text.zh : text.en);

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** Fen to "1,234.56" (yuan, exact, no unit). */
export function yuanText(fen: string | bigint): string {
  const amount = BigInt(fen);
  const absolute = amount < 0n ? -amount : amount;
  const cents = (absolute % 100n).toString().padStart(2, "0");
  return `${amount < 0n ? "-" : ""}${grouped((absolute / 100n).toString())}.${cents}`;
}

/** Fen to "1,234.56 元" or "CNY 1,234.56": exact. */
export const formatFen = (fen: string | bigint): string =>
  isChinese() ? `${yuanText(fen)} 元` : `CNY ${yuanText(fen)}`;

/** Fen to the short form of headlines, "300 万元" or "CNY 3.00M": rounded to two decimals. */
export function formatFenShort(fen: string | bigint): string {
  const yuan = Number(BigInt(fen)) / 100;
  const size = Math.abs(yuan);
  const number = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 2 });
  if (isChinese())
    return size >= 1e8
      ? `${number(yuan / 1e8)} 亿元`
      : size >= 1e4
        ? `${number(yuan / 1e4)} 万元`
        : `${number(yuan)} 元`;
  return size >= 1e9
    ? `CNY ${number(yuan / 1e9)}bn`
    : size >= 1e6
      ? `CNY ${number(yuan / 1e6)}m`
      : `CNY ${number(yuan)}`;
}

/** 435 to "4.35%". */
export const formatBps = (bps: number): string => `${(bps / 100).toFixed(2)}%`;
/** Millionths: 78860 to "7.886%". */
export const formatRateE6 = (rate: number): string => `${(rate / 10_000).toFixed(3)}%`;

export const formatCount = (count: number | string): string => Number(count).toLocaleString(i18n.language);

export function formatDate(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleDateString(i18n.language, { dateStyle: "medium" });
}

export function formatTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? iso
    : date.toLocaleString(i18n.language, { dateStyle: "medium", timeStyle: "short" });
}

/** An indicator's value with its unit; unknown (null) is said, never shown as zero. */
export function formatValue(value: Value, unit: Unit | string): string {
  if (value === null) return i18n.t("common:unknown");
  switch (unit) {
    case "fen":
      return /^-?\d+$/.test(String(value)) ? formatFen(String(value)) : String(value);
    case "bps":
      return formatBps(Number(value));
    case "flag":
      return i18n.t(value === true || value === "true" ? "common:yes" : "common:no");
    case "date":
      return formatDate(String(value));
    case "count":
      return formatCount(Number(value));
    case "months":
    case "kwh":
    case "sqm":
      return `${formatCount(Number(value))} ${i18n.t(`common:unit.${unit}`)}`;
    default:
      return typeof value === "boolean" ? i18n.t(value ? "common:yes" : "common:no") : String(value);
  }
}

/** 0x1234abcd…ef01 */
export const shortHex = (hex: string): string => (hex.length <= 14 ? hex : `${hex.slice(0, 8)}…${hex.slice(-4)}`);
