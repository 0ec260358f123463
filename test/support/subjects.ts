import { createNameReader } from "../../backend/features/subjects/domain/names.ts";
import {
  type KnownSubject,
  keysOf,
  lookupKeys,
  type Resolution,
  readRow,
  resolveRow,
  type SubjectRow,
} from "../../backend/features/subjects/domain/resolution.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";

export const readName = createNameReader({
  above: ["云南省", "云南", "玉溪市", "玉溪"],
  districts: [
    { short: "红塔", forms: ["红塔区", "红塔县"] },
    { short: "通海", forms: ["通海县"] },
    { short: "峨山", forms: ["峨山彝族自治县", "峨山县"] },
  ],
});

export const code = (n: number): string => makeUscc("9", "1", "530402", `MA6${String(n).padStart(5, "0")}`);
export const subject = (n: number, name: string, more: Partial<KnownSubject> = {}): KnownSubject => ({
  uscc: code(n),
  name,
  formerNames: [],
  registrationNumbers: [],
  ...more,
});

/** As the store does it: all that is found under the row's keys. */
export function indexOf(subjects: readonly KnownSubject[]): (row: SubjectRow) => Resolution {
  const byKey = new Map<string, KnownSubject[]>();
  for (const one of subjects) for (const key of keysOf(one, readName)) byKey.set(key, [...(byKey.get(key) ?? []), one]);
  return (row) => {
    const read = readRow(row, readName);
    const found = new Set(lookupKeys(read).flatMap((key) => byKey.get(key) ?? []));
    return resolveRow(read, [...found], readName);
  };
}
export const linked = (answer: Resolution) => ("uscc" in answer ? answer : undefined);
export const candidates = (answer: Resolution) =>
  "ambiguous" in answer ? answer.candidates.map(({ uscc }) => uscc) : [];
