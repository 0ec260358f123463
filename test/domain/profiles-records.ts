import { STANDARD_CATALOGS } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import {
  computeProfile,
  INDICATORS,
  type ProfileInput,
  type ProfileRecord,
} from "../../backend/features/profiles/domain/indicators.ts";
import type { Finding } from "../../backend/features/profiles/domain/sources.ts";

/* Records of one enterprise, and what its profile makes of them. */

export const TODAY = "2026-11-15";
export const RECEIVED = new Map(STANDARD_CATALOGS.map(({ id }) => [id, "2026-11-10T02:00:00Z"]));

const CATALOGS = new Map(
  STANDARD_CATALOGS.map(({ id, updateFrequency, periodField }) => [id, { updateFrequency, periodField }]),
);

export const FIELDS = new Map(STANDARD_CATALOGS.map(({ id, fields }) => [id, new Set(fields.map(({ name }) => name))]));

let serial = 0;
export const record = (catalogId: string, fields: ProfileRecord["fields"], id = `r${++serial}`): ProfileRecord => {
  // A misspelt field would read as unknown and let a test pass for the wrong reason.
  const known = FIELDS.get(catalogId)!;
  for (const name of Object.keys(fields)) if (!known.has(name)) throw new RangeError(`${catalogId} has no ${name}`);
  return { id, catalogId, fields, receivedAt: "2026-11-10T02:00:00Z" };
};

export const month = (back: number): string => {
  const index = 2026 * 12 + 9 - back;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;
};
export const power = (back: number, consumptionKwh: number, more: ProfileRecord["fields"] = {}): ProfileRecord =>
  record("electricity", { accountNo: "1", month: month(back), consumptionKwh, billedAmount: "100", ...more });
/** `back` quarters before the third of 2026. */
export const quarter = (back: number, revenue: string, paid = "10", unpaid = "0"): ProfileRecord =>
  record("tax-payments", {
    period: month(1 + back * 3),
    declaredRevenue: revenue,
    taxPayable: "10",
    taxPaid: paid,
    taxUnpaid: unpaid,
  });
export const months = (count: number, kwh: (back: number) => number): ProfileRecord[] =>
  Array.from({ length: count }, (_, back) => power(back, kwh(back)));

export type Known = Finding & { id: string };
export const compute = (records: readonly ProfileRecord[], more: Partial<ProfileInput> = {}) => {
  const input = { asOf: TODAY, records, receivedCatalogs: RECEIVED, catalogs: CATALOGS, ...more };
  const { findings, ...rest } = computeProfile(input);
  return { ...rest, indicators: findings.map((finding, at): Known => ({ ...finding, id: INDICATORS[at]!.id })) };
};
export function indicator(id: string, records: readonly ProfileRecord[], received = RECEIVED): Known {
  return compute(records, { receivedCatalogs: received }).indicators.find((each) => each.id === id)!;
}
export const valueIn = (id: string, records: readonly ProfileRecord[], received = RECEIVED) =>
  indicator(id, records, received).value;
