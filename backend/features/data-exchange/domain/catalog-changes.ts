import type { Catalog, Field } from "./catalog.ts";

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

export interface ChangeFault {
  readonly path: string;
  readonly message: string;
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
): ChangeFault[] {
  const faults: ChangeFault[] = [];
  for (const old of before.fields) {
    const values = filled[old.name] ?? 0;
    if (values === 0) continue;
    const field = after.fields.find(({ name }) => name === old.name);
    if (!field) {
      faults.push({
        path: `fields.${old.name}`,
        message: `field "${old.name}" has values in ${values} rows, so it can't be left out`,
      });
    } else if (field.type !== old.type) {
      faults.push({
        path: `fields.${old.name}.type`,
        message: `field "${old.name}" has values in ${values} rows, so its type stays ${old.type}`,
      });
    } else if (field.codes && old.codes) {
      const kept = new Set(Object.values(field.codes));
      const lost = [...new Set(Object.values(old.codes))].filter((value) => !kept.has(value));
      if (lost.length > 0) {
        faults.push({
          path: `fields.${old.name}.codes`,
          message: `records may hold ${lost.join(", ")} in "${old.name}": these values stay`,
        });
      }
    }
  }
  if (records > 0) {
    if (!same(before.key, after.key)) {
      faults.push({ path: "key", message: `${records} records are named by the key ${before.key.join(", ")}` });
    }
    if (before.subjectField !== after.subjectField) {
      faults.push({ path: "subjectField", message: `${records} records are found by ${before.subjectField}` });
    }
    if (before.periodField !== after.periodField) {
      faults.push({ path: "periodField", message: `${records} records have ${before.periodField ?? "no"} period` });
    }
  }
  return faults;
}
