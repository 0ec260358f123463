import type { Catalog, CatalogGroup, Field } from "./catalog.ts";

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
export const personId = build("person-id");

export const optional: Extra = { required: false };

/** Codes as { value: "words that departments write, by spaces" }. */
export const words = (values: Readonly<Record<string, string>>): { codes: Readonly<Record<string, string>> } => ({
  codes: Object.fromEntries(
    Object.entries(values).flatMap(([value, list]) => list.split(" ").map((word) => [word, value])),
  ),
});

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

/** Of catalogs whose office still keeps the number that a licence had before 2015. */
export const registrationNumber: Field = text(
  "registrationNumber",
  "工商注册号",
  "Registration number",
  ["注册号", "营业执照注册号", "原注册号", "营业执照号"],
  { required: false, maxLength: 15 },
);

/** When the department's own system last changed the row. */
export const sourceTime: Field = date(
  "sourceUpdatedOn",
  "数据更新日期",
  "Changed in the source on",
  ["更新日期", "更新时间", "数据更新时间", "最后修改时间"],
  optional,
);

/** A year as the period of a record. */
export const year = (zh = "年度", headings: readonly string[] = []): Field =>
  integer("year", zh, "Year", headings, { min: 2000, max: 2100 });

export const LICENCE_STATES = {
  valid: "有效 正常 在有效期内",
  expired: "过期 已过期 到期",
  cancelled: "注销 已注销",
  revoked: "吊销 撤销",
  suspended: "暂扣 暂停",
};

/** Number, kind when given, issuer, validity and state: what every licence has. */
export function licenceFields(zh: string, en: string, headings: readonly string[] = []): Field[] {
  return [
    text("licenceNo", `${zh}编号`, `${en} number`, ["许可证编号", "证书编号", "证号", "证照编号", ...headings]),
    text("issuer", "发证机关", "Issuer", ["颁发机构", "发证单位", "核发机关"], optional),
    date("validFrom", "有效期起", "Valid from", ["有效期自", "发证日期", "有效起始日期", "颁发日期"]),
    date("validTo", "有效期止", "Valid to", ["有效期至", "有效截止日期", "到期日期"], {
      required: false,
      emptyWords: ["长期", "长期有效"],
    }),
    code("status", "证照状态", "Licence status", ["状态", "证书状态", "许可证状态"], words(LICENCE_STATES)),
  ];
}

/** The mark of a catalog whose fields are those of `licenceFields`. */
export const LICENCE = {
  numberField: "licenceNo",
  issuedField: "validFrom",
  validUntilField: "validTo",
  statusField: "status",
  validStatus: "valid",
} as const;

type Plan = Pick<Catalog, "key" | "legalBasis"> &
  Partial<Omit<Catalog, "id" | "name" | "departmentCode" | "fields" | "group">> & {
    /** The records tell on which day the source last changed them. */
    readonly sourceTime?: boolean;
  };

type MakeCatalog = (
  id: string,
  zh: string,
  en: string,
  group: CatalogGroup,
  plan: Plan,
  fields: readonly Field[],
) => Catalog;

/** Catalogs of one department; the code and the name of the enterprise come first in all of them. */
export const catalogsOf =
  (departmentCode: string): MakeCatalog =>
  (id, zh, en, group, { sourceTime: timed, ...plan }, fields) => ({
    id,
    name: { zh, en },
    departmentCode,
    group,
    sensitivity: "internal",
    shareType: "conditional",
    updateFrequency: "monthly",
    subjectField: "uscc",
    ...(timed ? { sourceTimeField: sourceTime.name } : {}),
    ...plan,
    fields: [
      plan.identity ? { ...subjectUscc, required: false } : subjectUscc,
      subjectName,
      ...(plan.identity?.registrationNumberField ? [registrationNumber] : []),
      ...fields,
      ...(timed ? [sourceTime] : []),
    ],
  });

export const PUBLIC = { sensitivity: "public", shareType: "open" } as const;
export const SENSITIVE = { sensitivity: "sensitive" } as const;
/** Negative records: about a person they are erased five years after they end. */
export const negativeUntil = (endedField: string) => ({ erasedAfterYears: 5, endedField }) as const;
/** Records that may come without a USCC. */
export const BY_NAME = { identity: { nameField: "enterpriseName" } } as const;
export const BY_NUMBER_OR_NAME = {
  identity: { registrationNumberField: "registrationNumber", nameField: "enterpriseName" },
} as const;
