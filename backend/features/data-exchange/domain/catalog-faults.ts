import { CATALOG_GROUPS, type Catalog, type Field, type FieldType } from "./catalog.ts";
import { plainHeading } from "./plain-heading.ts";
import { isDeletionHeading } from "./special-columns.ts";

/** Something wrong with a catalog's own definition. `path` names the place, as in "fields.taxPaid.headings". */
export interface CatalogFault {
  readonly path: string;
  readonly message: string;
}

const MOST_FIELDS = 80;
const STATUS_TYPES: readonly FieldType[] = ["code", "boolean", "text"];

function fieldFaults(field: Field): CatalogFault[] {
  const path = `fields.${field.name}`;
  const faults: CatalogFault[] = [];
  const say = (where: string, message: string): void => {
    faults.push({ path: `${path}${where}`, message: `field "${field.name}" ${message}` });
  };
  if (!/^[a-z][A-Za-z0-9]{0,59}$/.test(field.name)) {
    faults.push({ path, message: `field name "${field.name}" is not camelCase` });
  }
  if (field.headings.length === 0) say(".headings", "has no heading");
  if (field.headings.some((heading) => plainHeading(heading) === "")) say(".headings", "has an empty heading");
  if (field.headings.some((heading) => isDeletionHeading(plainHeading(heading)))) {
    say(".headings", "has a heading that marks deletions");
  }
  if (field.type === "code" && Object.keys(field.codes ?? {}).length === 0) say(".codes", "is a code without codes");
  if (field.codes && field.type !== "code" && field.type !== "boolean") say(".codes", "has codes but is no code");
  if (field.unit && field.type !== "amount") say(".unit", "has a unit but is no amount");
  if (field.min !== undefined && field.max !== undefined && field.min > field.max) {
    say(".min", "has a lower bound above its upper bound");
  }
  if ((field.min ?? field.max) !== undefined && field.type !== "integer" && field.type !== "decimal") {
    say(".min", "has bounds but is no number");
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
          message: `field "${name}" has the heading "${heading}" of field "${other}"`,
        });
      }
    }
  }
  return faults;
}

/** What is wrong with a catalog's own definition; empty when it can be used. Departments register catalogs too. */
export function catalogProblems(catalog: Catalog): CatalogFault[] {
  const faults: CatalogFault[] = [];
  const say = (path: string, message: string): void => {
    faults.push({ path, message });
  };
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(catalog.id)) say("id", `the id "${catalog.id}" is no slug`);
  if (!CATALOG_GROUPS.includes(catalog.group)) say("group", `"${catalog.group}" is no group`);
  if (catalog.legalBasis.trim() === "") say("legalBasis", "the legal basis is empty");
  if (catalog.fields.length > MOST_FIELDS) say("fields", `more than ${MOST_FIELDS} fields`);
  const names = new Set<string>();
  for (const field of catalog.fields) {
    faults.push(...fieldFaults(field));
    if (names.has(field.name)) say(`fields.${field.name}`, `field "${field.name}" is defined twice`);
    names.add(field.name);
  }
  faults.push(...headingFaults(catalog.fields));

  const find = (name: string): Field | undefined => catalog.fields.find((field) => field.name === name);
  const must = (path: string, name: string | undefined, types?: readonly FieldType[]): void => {
    if (name === undefined) return;
    const field = find(name);
    if (!field) say(path, `"${name}" is used in ${path} but is not a field`);
    else if (types && !types.includes(field.type))
      say(path, `"${name}" is used in ${path} but is no ${types.join(", ")}`);
  };
  if (catalog.key.length === 0) say("key", "the key has no fields");
  const used: [string, string][] = catalog.key.map((name) => ["key", name]);
  if (!catalog.identity) used.push(["subjectField", catalog.subjectField]);
  if (catalog.periodField) used.push(["periodField", catalog.periodField]);
  for (const [path, name] of used) {
    const field = find(name);
    if (!field) say(path, `"${name}" is used in the key, subject or period but is not a field`);
    else if (!field.required) say(path, `"${name}" is used in the key, subject or period but is not required`);
  }
  must("subjectField", catalog.identity ? catalog.subjectField : undefined);
  const subject = find(catalog.subjectField);
  if (subject && subject.type !== "uscc") {
    say("subjectField", `the subject field "${subject.name}" is not a uscc`);
  }
  if ((catalog.erasedAfterYears === undefined) !== (catalog.endedField === undefined)) {
    say("endedField", "erasedAfterYears and endedField belong together");
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
      say("licence.validStatus", "statusField and validStatus belong together");
    }
    const status = licence.statusField === undefined ? undefined : find(licence.statusField);
    if (status?.type === "code" && !Object.values(status.codes ?? {}).includes(licence.validStatus ?? "")) {
      say("licence.validStatus", `"${licence.validStatus}" is no value of "${status.name}"`);
    }
  }
  if (identity) {
    if (!identity.nameField && !identity.registrationNumberField) say("identity", "identity names no field");
    must("identity.nameField", identity.nameField, ["text"]);
    must("identity.registrationNumberField", identity.registrationNumberField, ["text"]);
    if (catalog.key.includes(catalog.subjectField)) {
      say("key", `the subject field "${catalog.subjectField}" may be empty, so it can't be in the key`);
    }
  }
  return faults;
}

export const catalogFaults = (catalog: Catalog): string[] => catalogProblems(catalog).map(({ message }) => message);
