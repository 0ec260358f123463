import type { Field } from "./catalog.ts";

/* Short builders, so that a catalog reads like the list of columns that it is. */

type Extra = Partial<Omit<Field, "name" | "label" | "headings" | "type">>;

const build =
  (type: Field["type"]) =>
  (name: string, zh: string, en: string, headings: readonly string[] = [], extra: Extra = {}): Field => ({
    name,
    label: { zh, en },
    headings: [zh, ...headings],
    type,
    required: true,
    ...extra,
  });

export const text = build("text");
export const date = build("date");
export const month = build("month");
export const amount = build("amount");
export const integer = build("integer");
export const decimal = build("decimal");
export const code = build("code");
export const boolean = build("boolean");

export const optional: Extra = { required: false };

/** The column that names the enterprise; every department calls it something else. */
export const subjectUscc: Field = build("uscc")("uscc", "统一社会信用代码", "Unified social credit code", [
  "社会信用代码",
  "信用代码",
  "统一信用代码",
  "统一社会信用代码(18位)",
  "纳税人识别号",
  "单位统一社会信用代码",
  "USCC",
]);

export const subjectName: Field = text(
  "enterpriseName",
  "企业名称",
  "Enterprise name",
  ["单位名称", "纳税人名称", "市场主体名称", "名称", "户名", "用户名称", "缴存单位", "权利人", "所有人", "当事人名称"],
  optional,
);
