import { sha256, toUtf8Bytes } from "ethers";
import { type Facts, factsOf } from "./facts.ts";
import { INDICATORS } from "./indicator-list.ts";
import { type ProfileRecord, textOf } from "./profile-record.ts";
import { newestEntry } from "./register-rules.ts";
import { PERSON_SOURCES, type PersonsInRole, personsOf } from "./related.ts";
import { SERIES, type Series, seriesOf } from "./series.ts";
import { type CatalogFacts, type Finding, type PeriodScope, sourcesOf } from "./sources.ts";

export { INDICATORS, type Indicator } from "./indicator-list.ts";
export type { ProfileRecord } from "./profile-record.ts";
export type { Series } from "./series.ts";

export interface ProfileInput {
  /** Today, YYYY-MM-DD. */
  readonly asOf: string;
  /** Records of one enterprise that the reader may see, of any catalog; those of other catalogs are left aside. */
  readonly records: readonly ProfileRecord[];
  /** Catalog → ISO date of its last batch, whomever that was about. */
  readonly receivedCatalogs: ReadonlyMap<string, string>;
  readonly catalogs: ReadonlyMap<string, CatalogFacts>;
  /** The reader's consent, where a consent's period cuts what is seen. */
  readonly scope?: PeriodScope | undefined;
}

export interface ComputedProfile {
  /** Codes as they are registered; names of districts are for the view. */
  readonly enterprise: { uscc: string; name: string; district: string; industry: string } | null;
  /** One for each of INDICATORS, in its order. Fen as decimal text; null is unknown, which is never zero. */
  readonly findings: Finding[];
  readonly series: Series[];
  readonly facts: Facts;
  /** Persons through whom it is tied to other enterprises; for asking, never shown. */
  readonly persons: PersonsInRole[];
}

/** What a profile has to say of a record without its content. */
export interface RecordTrace {
  readonly id: string;
  readonly catalogId: string;
  readonly key: string;
  readonly period?: string;
  readonly batchId: string;
  readonly chunk: number;
  readonly row: number;
  readonly receivedAt: string;
}

/** A profile without the words of any language, and without what others say of its records: the part that is kept. */
export interface ProfileContent extends ComputedProfile {
  readonly records: RecordTrace[];
}

/** Changed with every rule that gives other values from the same records. */
const RULES = 1;
/** Names the rules: what was worked out under others can't be compared. */
export const DEFINITIONS = sha256(
  toUtf8Bytes(
    JSON.stringify([
      RULES,
      INDICATORS.map(({ id, catalogId }) => [id, catalogId]),
      SERIES.map(({ id }) => id),
      PERSON_SOURCES,
    ]),
  ),
).slice(2, 18);

const REGISTRATION = "business-registration";

/** Works out every indicator from an enterprise's records. Neither their order nor repeats of one change anything. */
export function computeProfile(input: ProfileInput): ComputedProfile {
  const sources = sourcesOf({
    today: input.asOf,
    records: input.records,
    received: input.receivedCatalogs,
    catalogs: input.catalogs,
    scope: input.scope,
  });
  const registration = newestEntry(sources, REGISTRATION);
  return {
    enterprise: registration && {
      uscc: textOf(registration, "uscc") ?? "",
      name: textOf(registration, "name") ?? "",
      district: textOf(registration, "districtCode") ?? "",
      industry: textOf(registration, "industryName") ?? textOf(registration, "industryCode") ?? "",
    },
    findings: INDICATORS.map(({ rule, catalogId }) => rule(sources, catalogId)),
    series: seriesOf(sources),
    facts: factsOf(sources),
    persons: personsOf(sources),
  };
}
