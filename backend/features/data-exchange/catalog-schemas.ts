import { z } from "zod";
import { isoTime, localizedText } from "../../lib/schemas.ts";
import { CATALOG_GROUPS, type Catalog } from "./domain/catalog.ts";
import { catalogProblems, inBothLanguages } from "./domain/catalog-faults.ts";

const name = z.string().trim().min(1).max(60);
const heading = z.string().trim().min(1).max(60);
const bilingual = z.strictObject({ zh: heading, en: heading });
const fieldName = z.string().trim().max(60);

export const FIELD_TYPES = [
  "text",
  "uscc",
  "date",
  "month",
  "amount",
  "integer",
  "decimal",
  "code",
  "boolean",
  "person-id",
] as const;

export const catalogField = z
  .strictObject({
    name: name.openapi({ description: "camelCase; the field's name in records and in the API" }),
    label: bilingual,
    headings: z.array(heading).min(1).max(30).openapi({ description: "What is written above the column in files" }),
    type: z.enum(FIELD_TYPES),
    required: z.boolean(),
    unit: z.enum(["yuan", "wanyuan"]).optional(),
    codes: z
      .record(heading, z.string().trim().min(1).max(60))
      .optional()
      .openapi({ description: "What is written in files → the value in the record" }),
    emptyWords: z.array(heading).max(20).optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    maxLength: z.int().min(1).max(5_000).optional(),
  })
  .openapi("CatalogField");

const definition = z.strictObject({
  name: bilingual,
  group: z.enum(CATALOG_GROUPS).openapi({ description: "The group of indicators that it serves" }),
  sensitivity: z.enum(["public", "internal", "sensitive"]),
  shareType: z.enum(["open", "conditional", "closed"]),
  updateFrequency: z.enum(["daily", "weekly", "monthly", "quarterly", "yearly"]),
  legalBasis: z.string().trim().min(1).max(200),
  fields: z.array(catalogField).min(1).max(80),
  key: z.array(fieldName).min(1).max(6).openapi({ description: "The fields that together name a record" }),
  subjectField: fieldName.openapi({ description: "The field with the enterprise's USCC" }),
  periodField: fieldName.optional(),
  erasedAfterYears: z.int().min(1).max(5).optional(),
  endedField: fieldName.optional(),
  sourceTimeField: fieldName.optional(),
  licence: z
    .strictObject({
      numberField: fieldName,
      nameField: fieldName.optional(),
      issuedField: fieldName.optional(),
      validUntilField: fieldName.optional(),
      statusField: fieldName.optional(),
      validStatus: z.string().max(60).optional(),
    })
    .optional(),
  identity: z
    .strictObject({ registrationNumberField: fieldName.optional(), nameField: fieldName.optional() })
    .optional(),
});

type Definition = z.infer<typeof definition>;

/** Zod's absent keys may be undefined; a catalog's are not there. */
export const asCatalog = (id: string, departmentCode: string, input: Definition): Catalog =>
  JSON.parse(JSON.stringify({ id, departmentCode, ...input })) as Catalog;

function check(input: Definition & { id?: string | undefined }, context: z.RefinementCtx): void {
  for (const { path, message } of catalogProblems(asCatalog(input.id ?? "any", "any", input))) {
    context.addIssue({ code: "custom", path: path.split("."), message: inBothLanguages(message) });
  }
}

export const catalogChange = definition.superRefine(check).openapi("CatalogChange");
export const catalogRegistration = definition
  .extend({ id: z.string().trim().min(3).max(60).openapi({ description: "A slug such as farm-insurance" }) })
  .superRefine(check)
  .openapi("CatalogRegistration");

export const codeWordList = z
  .object({
    catalogs: z
      .record(z.string(), z.record(z.string(), z.record(z.string(), localizedText)))
      .openapi({ description: "Catalog → field → value in a record → what it is called" }),
  })
  .openapi("CodeWords");

export const catalogDecision = z.strictObject({
  approve: z.boolean(),
  note: z.string().trim().max(500).optional().openapi({ description: "Said to the department; needed to reject" }),
});

/** As in the store, without the bounds of the input: what is there is shown. */
const shownDefinition = z.object({
  id: z.string(),
  departmentCode: z.string(),
  name: localizedText,
  group: z.enum(CATALOG_GROUPS),
  sensitivity: z.enum(["public", "internal", "sensitive"]),
  shareType: z.enum(["open", "conditional", "closed"]),
  updateFrequency: z.enum(["daily", "weekly", "monthly", "quarterly", "yearly"]),
  legalBasis: z.string(),
  fields: z.array(catalogField),
  key: z.array(z.string()),
  subjectField: z.string(),
  periodField: z.string().optional(),
  erasedAfterYears: z.int().optional(),
  endedField: z.string().optional(),
  sourceTimeField: z.string().optional(),
  licence: definition.shape.licence,
  identity: definition.shape.identity,
});

export const catalogVersionView = z
  .object({
    number: z.int(),
    state: z.enum(["pending", "approved", "rejected", "replaced"]),
    definition: shownDefinition,
    /** What the version changes, by field: shown to who decides. */
    changes: z.array(z.string()),
    submittedAt: isoTime.optional(),
    submittedBy: z.string().optional(),
    decidedAt: isoTime.optional(),
    note: z.string().optional(),
  })
  .openapi("CatalogVersion");
export type CatalogVersionView = z.infer<typeof catalogVersionView>;

export const catalogDetail = z
  .object({
    id: z.string(),
    departmentCode: z.string(),
    departmentName: localizedText,
    /** Absent until a version is approved. */
    inUse: shownDefinition.optional(),
    currentVersion: z.int(),
    /** The newest first; to its department, the operator and the regulator. */
    versions: z.array(catalogVersionView),
    mayChange: z.boolean(),
  })
  .openapi("CatalogDetail");
export type CatalogDetail = z.infer<typeof catalogDetail>;
export const catalogDetails = z.object({ items: z.array(catalogDetail) });

export const versionParam = z.object({
  id: z.string().min(1).max(100),
  number: z.coerce.number().int().min(1).max(100_000),
});
export const templateQuery = z.object({ format: z.enum(["csv", "xlsx"]).default("csv") });
