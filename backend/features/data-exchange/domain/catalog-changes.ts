import type { Catalog, Field } from "./catalog.ts";
import type { CatalogFault } from "./catalog-faults.ts";

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The places of a definition that two versions have differently, such as "fields.taxPaid.headings". */
export function catalogChanges(before: Catalog | undefined, after: Catalog): string[] {
  if (!before) return [];
  const changes: string[] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Catalog>) {
    if (name !== "fields" && !same(before[name], after[name])) changes.push(name);
  }
  const earlier = new Map(before.fields.map((field) => [field.name, field]));
  for (const field of after.fields) {
    const old = earlier.get(field.name);
    earlier.delete(field.name);
    if (!old) changes.push(`fields.${field.name}`);
    else {
      for (const part of new Set([...Object.keys(old), ...Object.keys(field)]) as Set<keyof Field>) {
        if (!same(old[part], field[part])) changes.push(`fields.${field.name}.${part}`);
      }
    }
  }
  return [...changes, ...[...earlier.keys()].map((name) => `fields.${name}`)];
}

/**
 * What a new version may not change once there are records: a field with values keeps its type and stays, the key and
 * the subject are what records are found by. `filled` counts the values of each field; `records` the records.
 */
export function changeFaults(
  before: Catalog,
  after: Catalog,
  records: number,
  filled: Readonly<Record<string, number>>,
): CatalogFault[] {
  const faults: CatalogFault[] = [];
  const say = (path: string, zh: string, en: string): void => {
    faults.push({ path, message: { zh, en } });
  };
  for (const old of before.fields) {
    const values = filled[old.name] ?? 0;
    if (values === 0) continue;
    const field = after.fields.find(({ name }) => name === old.name);
    if (!field) {
      say(
        `fields.${old.name}`,
        `字段“${old.name}”在 ${values} 行中有值，不能去掉`,
        `field "${old.name}" has values in ${values} rows, so it can't be left out`,
      );
    } else if (field.type !== old.type) {
      say(
        `fields.${old.name}.type`,
        `字段“${old.name}”在 ${values} 行中有值，类型仍应为 ${old.type}`,
        `field "${old.name}" has values in ${values} rows, so its type stays ${old.type}`,
      );
    } else if (field.codes && old.codes) {
      const kept = new Set(Object.values(field.codes));
      const lost = [...new Set(Object.values(old.codes))].filter((value) => !kept.has(value));
      if (lost.length > 0) {
        say(
          `fields.${old.name}.codes`,
          `已有记录的“${old.name}”可能是 ${lost.join(", ")}，这些取值应保留`,
          `records may hold ${lost.join(", ")} in "${old.name}": these values stay`,
        );
      }
    }
  }
  if (records > 0) {
    if (!same(before.key, after.key)) {
      const key = before.key.join(", ");
      say("key", `已有 ${records} 条记录以 ${key} 为主键`, `${records} records are named by the key ${key}`);
    }
    if (before.subjectField !== after.subjectField) {
      const subject = before.subjectField;
      say("subjectField", `已有 ${records} 条记录以 ${subject} 为主体`, `${records} records are found by ${subject}`);
    }
    if (before.periodField !== after.periodField) {
      const period = before.periodField;
      say(
        "periodField",
        period ? `已有 ${records} 条记录以 ${period} 为期间` : `已有 ${records} 条记录没有期间`,
        period ? `${records} records have ${period} as their period` : `${records} records have no period`,
      );
    }
  }
  return faults;
}
