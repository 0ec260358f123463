import type { ProfilePack, ProfileView } from "../profile-schemas.ts";
import { computeProfile } from "./indicators.ts";
import { type Covers, inputOf } from "./profile-basis.ts";
import type { RecordCheck } from "./profile-pack.ts";
import { viewOf } from "./profile-view.ts";

/* A profile's view worked out again, and where a file says something else. */

export interface RecomputePorts {
  readonly covers: Covers;
  districtName(code: string): string;
}

/** Where two values part: the place, and both as JSON. */
export interface Difference {
  readonly at: string;
  readonly inFile: string;
  readonly recomputed: string;
}

const LONGEST = 200;
const textOf = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "—";
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** What is read first is told first. */
const FIRST = ["value", "unit", "asOf"];

/** The first place where two JSON values differ; what is undefined isn't there. */
export function differenceOf(inFile: unknown, recomputed: unknown, at = ""): Difference | undefined {
  if (!isObject(inFile) || !isObject(recomputed) || Array.isArray(inFile) !== Array.isArray(recomputed)) {
    return inFile === recomputed ? undefined : { at, inFile: textOf(inFile), recomputed: textOf(recomputed) };
  }
  for (const key of new Set([...FIRST, ...Object.keys(recomputed), ...Object.keys(inFile)])) {
    const found = differenceOf(inFile[key], recomputed[key], at ? `${at}.${key}` : key);
    if (found) return found;
  }
  return undefined;
}

/**
 * A view without what no record of the enterprise says: names and labels, which other enterprises its persons belong to, marks of objections, where in a file a record stood. Words that
 * the view doesn't know stay, and differ.
 */
export function provable({ basis: _, computedAt: __, related: ___, ...view }: ProfileView) {
  return {
    ...view,
    indicators: view.indicators.map(({ name: _, source, disputed: __, statements: ___, ...rest }) => ({
      ...rest,
      source: { catalogId: source.catalogId },
    })),
    series: view.series.map(({ name: _, ...rest }) => rest),
    evidence: view.evidence.map(
      ({ catalogName: _, departmentName: __, batchId: ___, row: ____, anchor: _____, disputed: ______, ...rest }) =>
        rest,
    ),
  };
}
export type Provable = ReturnType<typeof provable>;

const NO_LABEL = { zh: "", en: "" };

/** The view that these records give. */
export function recompute({ profile }: ProfilePack, checked: readonly RecordCheck[], ports: RecomputePorts): Provable {
  const { basis, enterprise, computedAt } = profile;
  const records = checked.flatMap(({ record }) => record ?? []);
  const input = inputOf(basis, records, ports.covers);
  const keys = new Map(basis.records.map(({ id, key }) => [id, key]));
  const traces = records.map(({ id, catalogId, period, receivedAt }) => ({
    id,
    catalogId,
    key: keys.get(id) ?? "",
    ...(period ? { period } : {}),
    batchId: "",
    chunk: 0,
    row: 0,
    receivedAt,
  }));
  const view = viewOf(
    { ...computeProfile(input), records: traces },
    {
      uscc: enterprise.uscc,
      computedAt,
      markOf: () => ({}),
      anchorOf: () => ({ state: "waiting" }),
      labelOf: () => ({ catalogName: NO_LABEL, departmentName: NO_LABEL }),
      districtName: ports.districtName,
      catalogs: input.catalogs,
      covered: basis.scope && new Set(basis.scope.catalogs),
    },
  );
  // As it would go over the wire.
  return JSON.parse(JSON.stringify(provable(view))) as Provable;
}
