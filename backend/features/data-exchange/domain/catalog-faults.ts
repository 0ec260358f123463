import { type Bilingual, CATALOG_GROUPS, type Catalog, type Field, type FieldType } from "./catalog.ts";
import { plainHeading } from "./plain-heading.ts";
import { isDeletionHeading } from "./special-columns.ts";

/** Something wrong with a catalog's own definition. `path` names the place, as in "fields.taxPaid.headings". */
export interface CatalogFault {
  readonly path: string;
  readonly message: Bilingual;
}

/**
 * In one text, the Chinese before " / " and the English after it. Both name the same things, so that the middle " / " parts
 * them where a name holds one too.
 */
export const inBothLanguages = ({ zh, en }: Bilingual): string => `${zh} / ${en}`;

const MOST_FIELDS = 80;
const STATUS_TYPES: readonly FieldType[] = ["code", "boolean", "text"];

function fieldFaults(field: Field): CatalogFault[] {
  const path = `fields.${field.name}`;
  const faults: CatalogFault[] = [];
  const say = (where: string, zh: string, en: string): void => {
    faults.push({
      path: `${path}${where}`,
      message: { zh: `字段“${field.name}”${zh}`, en: `field "${field.name}" ${en}` },
    });
  };
  if (!/^[a-z][A-Za-z0-9]{0,59}$/.test(field.name)) {
    faults.push({
      path,
      message: {
        zh: `字段名“${field.name}”应为小驼峰形式（小写字母开头的英文字母和数字）`,
        en: `field name "${field.name}" is not camelCase`,
      },
    });
  }
  if (field.headings.length === 0) say(".headings", "没有表头", "has no heading");
  if (field.headings.some((heading) => plainHeading(heading) === ""))
    say(".headings", "有空的表头", "has an empty heading");
  if (field.headings.some((heading) => isDeletionHeading(plainHeading(heading)))) {
    say(".headings", "用了表示删除标志的表头", "has a heading that marks deletions");
  }
  if (field.type === "code" && Object.keys(field.codes ?? {}).length === 0)
    say(".codes", "是代码，却没有列出取值", "is a code without codes");
  if (field.codes && field.type !== "code" && field.type !== "boolean")
    say(".codes", "列出了代码取值，却不是代码类型", "has codes but is no code");
  if (field.unit && field.type !== "amount") say(".unit", "有计量单位，却不是金额", "has a unit but is no amount");
  if (field.min !== undefined && field.max !== undefined && field.min > field.max) {
    say(".min", "的下限高于上限", "has a lower bound above its upper bound");
  }
  if ((field.min ?? field.max) !== undefined && field.type !== "integer" && field.type !== "decimal") {
    say(".min", "有上下限，却不是数值", "has bounds but is no number");
  }
  return faults;
}

/** The first field to claim a heading keeps it, so a second claim would never be heard. */
function headingFaults(fields: readonly Field[]): CatalogFault[] {
  const owner = new Map<string, string>();
  const faults: CatalogFault[] = [];
  for (const { name, label, headings } of fields) {
    for (const heading of new Set([label.zh, ...headings, label.en, name].map(plainHeading))) {
      const other = owner.get(heading);
      if (other === undefined) owner.set(heading, name);
      else if (other !== name) {
        faults.push({
          path: `fields.${name}.headings`,
          message: {
            zh: `字段“${name}”的表头“${heading}”已属于字段“${other}”`,
            en: `field "${name}" has the heading "${heading}" of field "${other}"`,
          },
        });
      }
    }
  }
  return faults;
}

/** What is wrong with a catalog's own definition; empty when it can be used. Departments register catalogs too. */
export function catalogProblems(catalog: Catalog): CatalogFault[] {
  const faults: CatalogFault[] = [];
  const say = (path: string, zh: string, en: string): void => {
    faults.push({ path, message: { zh, en } });
  };
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(catalog.id))
    say("id", `目录标识“${catalog.id}”应由小写字母、数字和连字符组成`, `the id "${catalog.id}" is no slug`);
  if (!CATALOG_GROUPS.includes(catalog.group))
    say("group", `没有“${catalog.group}”这个分组`, `"${catalog.group}" is no group`);
  if (catalog.legalBasis.trim() === "") say("legalBasis", "没有填写法律依据", "the legal basis is empty");
  if (catalog.fields.length > MOST_FIELDS)
    say("fields", `字段多于 ${MOST_FIELDS} 个`, `more than ${MOST_FIELDS} fields`);
  const names = new Set<string>();
  for (const field of catalog.fields) {
    faults.push(...fieldFaults(field));
    if (names.has(field.name))
      say(`fields.${field.name}`, `字段“${field.name}”定义了两次`, `field "${field.name}" is defined twice`);
    names.add(field.name);
  }
  faults.push(...headingFaults(catalog.fields));

  const find = (name: string): Field | undefined => catalog.fields.find((field) => field.name === name);
  const must = (path: string, name: string | undefined, types?: readonly FieldType[]): void => {
    if (name === undefined) return;
    const field = find(name);
    if (!field) say(path, `${path} 用到的“${name}”不是本目录的字段`, `"${name}" is used in ${path} but is not a field`);
    else if (types && !types.includes(field.type))
      say(
        path,
        `${path} 用到的“${name}”的类型应为：${types.join("、")}`,
        `"${name}" is used in ${path} but is no ${types.join(", ")}`,
      );
  };
  if (catalog.key.length === 0) say("key", "主键没有字段", "the key has no fields");
  const used: [string, string][] = catalog.key.map((name) => ["key", name]);
  if (!catalog.identity) used.push(["subjectField", catalog.subjectField]);
  if (catalog.periodField) used.push(["periodField", catalog.periodField]);
  for (const [path, name] of used) {
    const field = find(name);
    if (!field)
      say(
        path,
        `主键、主体或期间用到的“${name}”不是本目录的字段`,
        `"${name}" is used in the key, subject or period but is not a field`,
      );
    else if (!field.required)
      say(
        path,
        `主键、主体或期间用到的字段“${name}”应为必填`,
        `"${name}" is used in the key, subject or period but is not required`,
      );
  }
  must("subjectField", catalog.identity ? catalog.subjectField : undefined);
  const subject = find(catalog.subjectField);
  if (subject && subject.type !== "uscc") {
    say(
      "subjectField",
      `主体字段“${subject.name}”的类型应为统一社会信用代码`,
      `the subject field "${subject.name}" is not a uscc`,
    );
  }
  if ((catalog.erasedAfterYears === undefined) !== (catalog.endedField === undefined)) {
    say("endedField", "erasedAfterYears 与 endedField 应同时填写", "erasedAfterYears and endedField belong together");
  } else {
    must("endedField", catalog.endedField, ["date"]);
  }
  must("sourceTimeField", catalog.sourceTimeField, ["date"]);
  const { licence, identity } = catalog;
  if (licence) {
    must("licence.numberField", licence.numberField, ["text", "uscc"]);
    must("licence.nameField", licence.nameField, ["text", "code"]);
    must("licence.issuedField", licence.issuedField, ["date"]);
    must("licence.validUntilField", licence.validUntilField, ["date"]);
    must("licence.statusField", licence.statusField, STATUS_TYPES);
    if ((licence.statusField === undefined) !== (licence.validStatus === undefined)) {
      say(
        "licence.validStatus",
        "statusField 与 validStatus 应同时填写",
        "statusField and validStatus belong together",
      );
    }
    const status = licence.statusField === undefined ? undefined : find(licence.statusField);
    if (status?.type === "code" && !Object.values(status.codes ?? {}).includes(licence.validStatus ?? "")) {
      say(
        "licence.validStatus",
        `“${licence.validStatus}”不是“${status.name}”的取值`,
        `"${licence.validStatus}" is no value of "${status.name}"`,
      );
    }
  }
  if (identity) {
    if (!identity.nameField && !identity.registrationNumberField)
      say("identity", "identity 没有指明字段", "identity names no field");
    must("identity.nameField", identity.nameField, ["text"]);
    must("identity.registrationNumberField", identity.registrationNumberField, ["text"]);
    if (catalog.key.includes(catalog.subjectField)) {
      say(
        "key",
        `主体字段“${catalog.subjectField}”可以为空，不能作为主键`,
        `the subject field "${catalog.subjectField}" may be empty, so it can't be in the key`,
      );
    }
  }
  return faults;
}

export const catalogFaults = (catalog: Catalog): string[] => catalogProblems(catalog).map(({ message }) => message.en);
