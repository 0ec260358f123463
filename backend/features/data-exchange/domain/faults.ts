import type { Bilingual } from "./catalog.ts";

/** Why a value, a row or a heading isn't taken. Stable: quality reports count by them. */
export type FaultReason =
  | "required"
  | "columnCount"
  | "usccLength"
  | "usccCharacter"
  | "usccCheck"
  | "personIdFormat"
  | "personIdCheck"
  | "dateFormat"
  | "dateImpossible"
  | "amountFormat"
  | "amountPrecision"
  | "negativeAmount"
  | "numberFormat"
  | "numberRange"
  | "booleanFormat"
  | "unknownCode"
  | "textTooLong"
  | "textDamaged"
  | "registrationNumberCheck"
  | "unknownSubject"
  | "ambiguousSubject"
  | "deletionMark"
  | "unknownRecord"
  | "lineDamaged"
  | "notQuarantined"
  | "replayedBefore";

const MESSAGES: Readonly<Record<FaultReason, Bilingual>> = {
  required: { zh: "必填项为空", en: "A required value is missing" },
  columnCount: { zh: "列数与表头不一致", en: "The row has another number of columns than the heading row" },
  usccLength: { zh: "统一社会信用代码应为18位", en: "A unified social credit code has 18 characters" },
  usccCharacter: {
    zh: "统一社会信用代码含有不允许的字符",
    en: "The unified social credit code holds a character that is not allowed",
  },
  usccCheck: {
    zh: "统一社会信用代码校验位不正确",
    en: "The check character of the unified social credit code is wrong",
  },
  personIdFormat: {
    zh: "居民身份证号码应为18位（或旧式15位），且出生日期有效",
    en: "A resident identity number has 18 digits (15 in old ones) with a real date of birth",
  },
  personIdCheck: {
    zh: "居民身份证号码校验位不正确",
    en: "The check character of the identity number is wrong",
  },
  dateFormat: { zh: "日期格式无法识别", en: "The date is in no known form" },
  dateImpossible: { zh: "日期不存在或超出范围", en: "There is no such date, or it is out of range" },
  amountFormat: { zh: "金额不是数字", en: "The amount is not a number" },
  amountPrecision: { zh: "金额精确到分以下", en: "The amount is finer than one fen" },
  negativeAmount: { zh: "金额不能为负数", en: "The amount may not be negative" },
  numberFormat: { zh: "数值格式不正确", en: "The value is not a number of the expected form" },
  numberRange: { zh: "数值超出允许范围", en: "The number is out of range" },
  booleanFormat: { zh: "应填“是”或“否”", en: "The value must be yes or no" },
  unknownCode: { zh: "代码不在目录规定的取值内", en: "The value is not one of the catalog's codes" },
  textTooLong: { zh: "文字超过最大长度", en: "The text is longer than allowed" },
  textDamaged: { zh: "文字含有乱码", en: "The text is damaged (unreadable characters)" },
  registrationNumberCheck: {
    zh: "15位注册号校验位不正确",
    en: "The check digit of the 15-digit registration number is wrong",
  },
  unknownSubject: { zh: "找不到对应的市场主体", en: "No enterprise is known by this name or number" },
  ambiguousSubject: { zh: "对应多个市场主体，无法确定", en: "More than one enterprise fits this name or number" },
  deletionMark: { zh: "删除标志无法识别", en: "The deletion mark is not understood" },
  unknownRecord: { zh: "要删除的记录不存在", en: "There is no record to be deleted" },
  lineDamaged: { zh: "该行不是有效的 JSON 对象", en: "The line is no JSON object" },
  notQuarantined: { zh: "原批次没有隔离这一行", en: "The batch has no such row in quarantine" },
  replayedBefore: { zh: "这一行已经重新提交过", en: "This row was replayed before" },
};

export interface Fault {
  /** The heading as the department wrote it; empty when the whole row is meant. */
  readonly column: string;
  /** The value as written, cut to 100 characters. */
  readonly value: string;
  readonly reason: FaultReason;
  readonly message: Bilingual;
}

export const rowFault = (column: string, value: string, reason: FaultReason): Fault => ({
  column,
  value: value.length > 100 ? `${value.slice(0, 100)}…` : value,
  reason,
  message: MESSAGES[reason],
});
