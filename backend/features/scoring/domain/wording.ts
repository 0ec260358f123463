import type { Improvement, NextGrade } from "./improvements.ts";
import type { Reason } from "./score.ts";
import type { Characteristic, Scorecard } from "./scorecard.ts";
import { UNKNOWN_BIN } from "./scorecard.ts";

/* What a score says, in words: Chinese and English. The figures are in the result; this only reads them out. */

export interface Text {
  readonly zh: string;
  readonly en: string;
}
export interface NamedIndicator {
  readonly name: Text;
  readonly unit: string;
}

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");

/** A whole number of hundredths as a decimal, without needless zeros. */
function hundredths(text: string): string {
  const negative = text.startsWith("-");
  const digits = text.replace("-", "").padStart(3, "0");
  const decimals = digits.slice(-2).replace(/0+$/, "");
  return `${negative ? "-" : ""}${grouped(digits.slice(0, -2))}${decimals ? `.${decimals}` : ""}`;
}

/** A bound of a bin, with its unit. */
export function amountText(bound: string, unit: string): Text {
  const plain = bound.startsWith("-") ? `-${grouped(bound.slice(1))}` : grouped(bound);
  switch (unit) {
    case "fen":
      return { zh: `${hundredths(bound)} 元`, en: `CNY ${hundredths(bound)}` };
    case "bps":
      return { zh: `${hundredths(bound)}%`, en: `${hundredths(bound)}%` };
    case "months":
      return { zh: `${plain} 个月`, en: `${plain} months` };
    case "kwh":
      return { zh: `${plain} 千瓦时`, en: `${plain} kWh` };
    case "sqm":
      return { zh: `${plain} 平方米`, en: `${plain} m²` };
    default:
      return { zh: plain, en: plain };
  }
}

/** Words for codes that bins are made of; grades and the like speak for themselves. */
const CODES: Readonly<Record<string, Text>> = {
  true: { zh: "是", en: "yes" },
  false: { zh: "否", en: "no" },
  micro: { zh: "微型", en: "micro" },
  small: { zh: "小型", en: "small" },
  medium: { zh: "中型", en: "medium" },
  large: { zh: "大型", en: "large" },
  green: { zh: "绿色", en: "green" },
  blue: { zh: "蓝色", en: "blue" },
  yellow: { zh: "黄色", en: "yellow" },
  red: { zh: "红色", en: "red" },
  black: { zh: "黑色", en: "black" },
  "limited-company": { zh: "有限责任公司", en: "limited company" },
  "joint-stock-company": { zh: "股份有限公司", en: "joint-stock company" },
  "sole-proprietorship": { zh: "个人独资企业", en: "sole proprietorship" },
  partnership: { zh: "合伙企业", en: "partnership" },
  "individual-business": { zh: "个体工商户", en: "individual business" },
  cooperative: { zh: "农民专业合作社", en: "farmers' cooperative" },
};

/** A code in words, where there are any. */
export const codeText = (code: string): Text => CODES[code] ?? { zh: code, en: code };

function codesText(values: readonly string[]): Text {
  const words = values.map(codeText);
  return { zh: words.map(({ zh }) => zh).join("、"), en: words.map(({ en }) => en).join(", ") };
}

/** Which values a bin holds. */
export function binText(characteristic: Characteristic, binId: string, unit: string): Text {
  if (binId === UNKNOWN_BIN) return { zh: "未知", en: "unknown" };
  if (characteristic.kind === "category") return codesText(characteristic.bins.find(({ id }) => id === binId)!.values);
  const { from, below } = characteristic.bins.find(({ id }) => id === binId)!;
  if (from === null && below === null) return { zh: "任意值", en: "any value" };
  // Of whole things a bin of one value is that value.
  if (from !== null && below !== null && unit === "count" && BigInt(below) - BigInt(from) === 1n)
    return amountText(from, unit);
  const low = from === null ? undefined : amountText(from, unit);
  const high = below === null ? undefined : amountText(below, unit);
  if (!low) return { zh: `低于 ${high!.zh}`, en: `below ${high!.en}` };
  if (!high) return { zh: `${low.zh} 及以上`, en: `${low.en} or more` };
  return { zh: `${low.zh} 至 ${high.zh}（不含）`, en: `${low.en} to below ${high.en}` };
}

const characteristicOf = (card: Scorecard, id: string): Characteristic =>
  card.characteristics.find(({ indicatorId }) => indicatorId === id)!;

export function reasonText(
  card: Scorecard,
  { indicatorId, binId, state, pointsLost }: Reason,
  it: NamedIndicator,
): Text {
  const { name, unit } = it;
  const zh = `，比最好的一档少 ${pointsLost} 分`;
  const en = `${pointsLost} points below the best`;
  if (state === "unknown")
    return {
      zh: `${name.zh}未知（无数据、数据过旧或未授权）${zh}`,
      en: `${name.en} is unknown (no data, too old, or not shared): ${en}`,
    };
  if (state === "unseen")
    return {
      zh: `${name.zh}的取值在训练样本中未出现${zh}`,
      en: `${name.en} has a value that training never saw: ${en}`,
    };
  const bin = binText(characteristicOf(card, indicatorId), binId, unit);
  return { zh: `${name.zh}：${bin.zh}${zh}`, en: `${name.en}, ${bin.en}: ${en}` };
}

export function improvementText({ change, pointsGained, grade }: Improvement, now: string, it: NamedIndicator): Text {
  const { name, unit } = it;
  const better: Text =
    grade === now ? { zh: "", en: "" } : { zh: `，等级升为 ${grade}`, en: `, which makes grade ${grade}` };
  const gain: Text = { zh: `可增加 ${pointsGained} 分${better.zh}`, en: `gains ${pointsGained} points${better.en}` };
  switch (change.kind) {
    case "raiseTo": {
      const to = amountText(change.bound, unit);
      return {
        zh: `${name.zh}提高到 ${to.zh} 及以上，${gain.zh}`,
        en: `${name.en} raised to ${to.en} or more ${gain.en}`,
      };
    }
    case "lowerBelow": {
      const to = amountText(change.bound, unit);
      return { zh: `${name.zh}降到 ${to.zh} 以下，${gain.zh}`, en: `${name.en} lowered below ${to.en} ${gain.en}` };
    }
    case "becomeOneOf": {
      const to = codesText(change.values);
      return { zh: `${name.zh}变为 ${to.zh}，${gain.zh}`, en: `${name.en} as ${to.en} ${gain.en}` };
    }
    case "provide":
      return {
        zh: `${name.zh}目前未知：有数据后最多可增加 ${pointsGained} 分`,
        en: `${name.en} is unknown: knowing it can bring up to ${pointsGained} points`,
      };
  }
}

export function nextGradeText({ grade, pointsMissing, indicatorIds }: NextGrade, nameOf: (id: string) => Text): Text {
  const names = indicatorIds?.map(nameOf);
  const zh = `距 ${grade} 级还差 ${pointsMissing} 分`;
  const en = `${pointsMissing} points short of grade ${grade}`;
  if (!names)
    return { zh: `${zh}；企业自身可改变的事项尚不足以达到`, en: `${en}; what the enterprise can change is not enough` };
  const [listZh, listEn] = [names.map((name) => name.zh).join("、"), names.map((name) => name.en).join(", ")];
  return names.length === 1
    ? { zh: `${zh}：改进「${listZh}」一项即可达到`, en: `${en}: "${listEn}" alone can reach it` }
    : { zh: `${zh}：${listZh}一并改进即可达到`, en: `${en}: ${listEn} together reach it` };
}
