import { monthsBefore, wholeMonths } from "./periods.ts";
import { fenOf, idsOf, numberOf, type ProfileRecord, textOf } from "./profile-record.ts";
import type { Finding, Findings, Sources } from "./sources.ts";

/* What registers of the whole city say. In a register that was received, no entry means none. */

const UNKNOWN: Finding = { value: null, recordIds: [] };

type Value = string | number | boolean | null;

/** Counts, sums or looks for the entries that `counts` takes; the records used are those. */
function fromRegister(
  sources: Sources,
  catalogId: string,
  counts: (record: ProfileRecord) => boolean,
  value: (taken: readonly ProfileRecord[]) => Value,
): Finding {
  const asOf = sources.registerDate(catalogId);
  if (asOf === null) return UNKNOWN;
  const taken = sources.of(catalogId).filter(counts);
  const found = value(taken);
  return found === null ? UNKNOWN : { value: found, asOf, recordIds: idsOf(taken) };
}

const count = (taken: readonly ProfileRecord[]): number => taken.length;
const any = (taken: readonly ProfileRecord[]): boolean => taken.length > 0;
const sumFen =
  (field: string) =>
  (taken: readonly ProfileRecord[]): string =>
    taken.reduce((sum, record) => sum + (fenOf(record, field) ?? 0n), 0n).toString();

/** Areas have up to six decimals: summed as whole millionths, shown to the hundredth. */
const sumArea = (taken: readonly ProfileRecord[]): number => {
  const millionths = taken.reduce((sum, record) => sum + Math.round((numberOf(record, "areaSqm") ?? 0) * 1e6), 0);
  return Math.round(millionths / 1e4) / 100;
};

const every = (): boolean => true;
const has =
  (field: string, ...values: string[]) =>
  (record: ProfileRecord): boolean =>
    values.includes(textOf(record, field) ?? "");

/** Whoever sues isn't in trouble for it: only cases against the enterprise count. */
const openAgainst = (record: ProfileRecord): boolean =>
  has("status", "open")(record) && !has("role", "plaintiff", "third-party")(record);

const validLicence =
  (today: string, kind?: string) =>
  (record: ProfileRecord): boolean => {
    const from = textOf(record, "validFrom");
    const to = textOf(record, "validTo");
    return (
      has("status", "valid")(record) &&
      (kind === undefined || has("kind", kind)(record)) &&
      (from === null || from <= today) &&
      // No end is a licence without a limit of time.
      (to === null || to >= today)
    );
  };

/** The newest registration record; a register holds one, corrections may bring more. */
export const registrationOf = ({ of }: Sources): ProfileRecord | null =>
  of("business-registration").reduce<ProfileRecord | null>(
    (newest, record) => (newest === null || record.receivedAt > newest.receivedAt ? record : newest),
    null,
  );

function identityIndicators(sources: Sources): Findings {
  const record = registrationOf(sources);
  const asOf = sources.registerDate("business-registration");
  const found = (value: (registration: ProfileRecord) => Value): Finding => {
    const result = record && asOf !== null ? value(record) : null;
    return result === null || !record || asOf === null ? UNKNOWN : { value: result, asOf, recordIds: [record.id] };
  };
  const text = (field: string): Finding => found((registration) => textOf(registration, field));
  return {
    "identity.status": text("status"),
    "identity.ageMonths": found((registration) => {
      const established = textOf(registration, "establishedOn");
      return established === null ? null : wholeMonths(established, sources.today);
    }),
    "identity.districtCode": text("districtCode"),
    "identity.industryCode": text("industryCode"),
    "identity.registeredCapitalFen": found(
      (registration) => fenOf(registration, "registeredCapital")?.toString() ?? null,
    ),
  };
}

export function registerIndicators(sources: Sources): Findings {
  const { today } = sources;
  const twoYearsAgo = monthsBefore(today, 24);
  const recentPenalty = (record: ProfileRecord): boolean => (textOf(record, "decidedOn") ?? "") > twoYearsAgo;
  const inForce = has("status", "valid", "pledged");
  const invention = (record: ProfileRecord): boolean => inForce(record) && has("patentType", "invention")(record);
  const mortgaged = (record: ProfileRecord): boolean => record.fields.mortgaged === true;
  const inUse = (record: ProfileRecord): boolean => !has("status", "scrapped")(record);
  const from = (
    catalogId: string,
    counts: (record: ProfileRecord) => boolean,
    value: (taken: readonly ProfileRecord[]) => Value,
  ): Finding => fromRegister(sources, catalogId, counts, value);
  return {
    ...identityIndicators(sources),
    "assets.realEstateCount": from("real-estate", every, count),
    "assets.realEstateAreaSqm": from("real-estate", every, sumArea),
    "assets.mortgagedCount": from("real-estate", mortgaged, count),
    "assets.vehicleCount": from("vehicles", inUse, count),
    "justice.openJudgments": from("court-judgments", openAgainst, count),
    "justice.judgmentAmountFen": from("court-judgments", openAgainst, sumFen("amount")),
    "justice.penalties24m": from("administrative-penalties", recentPenalty, count),
    "justice.finesFen24m": from("administrative-penalties", recentPenalty, sumFen("fineAmount")),
    "innovation.patentCount": from("patents", inForce, count),
    "innovation.inventionCount": from("patents", invention, count),
    "innovation.highTech": from("business-licences", validLicence(today, "high-tech"), any),
    "supply.tobaccoLicence": from("business-licences", validLicence(today, "tobacco-retail"), any),
    "licences.validCount": from("business-licences", validLicence(today), count),
  };
}
