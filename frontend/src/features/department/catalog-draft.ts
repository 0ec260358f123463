import i18n from "i18next";
import { ApiProblem, isProblem } from "../../lib/api-problem.ts";
import { isChinese } from "../../lib/format.ts";
import type { CatalogDefinition, CatalogField } from "./catalog-queries.ts";

/** A field while it is edited: codes are lines "word = value". */
export interface FieldDraft extends Omit<CatalogField, "codes"> {
  codesText: string;
}

export interface CatalogDraft extends Omit<CatalogDefinition, "id" | "departmentCode" | "fields"> {
  id: string;
  fields: FieldDraft[];
}

export const NEW_FIELD: FieldDraft = {
  name: "",
  label: { zh: "", en: "" },
  headings: [],
  type: "text",
  required: false,
  codesText: "",
};

export const NEW_CATALOG: CatalogDraft = {
  id: "",
  name: { zh: "", en: "" },
  group: "operation",
  sensitivity: "internal",
  shareType: "conditional",
  updateFrequency: "monthly",
  legalBasis: "",
  key: ["uscc"],
  subjectField: "uscc",
  fields: [
    {
      ...NEW_FIELD,
      name: "uscc",
      label: { zh: "统一社会信用代码", en: "Unified social credit code" },
      headings: ["统一社会信用代码", "信用代码"],
      type: "uscc",
      required: true,
    },
    { ...NEW_FIELD },
  ],
};

export const draftOf = ({ departmentCode: _, fields, ...definition }: CatalogDefinition): CatalogDraft => ({
  ...definition,
  fields: fields.map(({ codes, ...field }) => ({
    ...field,
    codesText: Object.entries(codes ?? {})
      .map(([word, value]) => `${word} = ${value}`)
      .join("\n"),
  })),
});

function codesOf(text: string): Record<string, string> | undefined {
  const pairs = text
    .split("\n")
    .map((line) => line.split("=").map((part) => part.trim()))
    .filter(([word]) => word);
  // A word without a value stands for itself.
  return pairs.length > 0 ? Object.fromEntries(pairs.map(([word, value]) => [word, value || word])) : undefined;
}

/** What the API takes: nothing that is empty, and of each field only what its type has. */
export function bodyOf({ id, fields, ...draft }: CatalogDraft, isNew: boolean): unknown {
  const given = Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined && value !== ""));
  return {
    ...given,
    ...(isNew ? { id } : {}),
    fields: fields.map(({ codesText, unit, min, max, ...field }) => {
      const codes = field.type === "code" || field.type === "boolean" ? codesOf(codesText) : undefined;
      const number = field.type === "integer" || field.type === "decimal";
      return {
        ...field,
        // The label is a heading too; it needn't be typed twice.
        headings: field.headings.length > 0 ? field.headings : [field.label.zh],
        ...(codes ? { codes } : {}),
        ...(field.type === "amount" && unit ? { unit } : {}),
        ...(number && min !== undefined ? { min } : {}),
        ...(number && max !== undefined ? { max } : {}),
      };
    }),
  };
}

/** The faults of the API by the place that they name, such as "fields.taxPaid.headings". */
export const faultsAt = (errors: readonly { field: string; reason: string }[], place: string): string[] =>
  errors.filter(({ field }) => field === place || field.startsWith(`${place}.`)).map(({ reason }) => reason);

/** The reader's half of "中文 / English": the API tells the faults of a definition in both. */
function inOwnLanguage(text: string): string {
  const parts = text.split(" / ");
  if (parts.length % 2 === 1) return text;
  const half = parts.length / 2;
  return (isChinese() ? parts.slice(0, half) : parts.slice(half)).join(" / ");
}

/** A refused definition with its faults in the reader's language. */
export function ownLanguage(error: unknown): unknown {
  if (!isProblem(error, "input.invalid")) return error;
  const errors = error.fieldErrors.map(({ field, reason, fix }) => {
    const own = inOwnLanguage(reason);
    return { field, reason: own, ...(fix && own === reason ? { fix } : {}) };
  });
  return new ApiProblem({ ...error.problem, detail: i18n.t("catalogs:form.faults"), errors });
}
