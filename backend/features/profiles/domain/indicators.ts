import { INDICATORS, type Indicator } from "./indicator-list.ts";
import { latest, type ProfileRecord, textOf } from "./profile-record.ts";
import { registerIndicators, registrationOf } from "./register-indicators.ts";
import { type Series, seriesIndicators } from "./series-indicators.ts";
import type { Finding, Sources } from "./sources.ts";

export { INDICATORS, type Indicator } from "./indicator-list.ts";
export type { ProfileRecord } from "./profile-record.ts";
export type { Series } from "./series-indicators.ts";

/** An indicator of one enterprise. Fen as decimal text; null is unknown, which is never zero. */
export interface IndicatorValue extends Pick<Indicator, "id" | "group" | "name" | "unit" | "catalogId"> {
  readonly value: string | number | boolean | null;
  /**
   * Date of the newest fact: the end of the newest period of a series, the last batch of a register. Absent when the
   * value is unknown.
   */
  readonly asOf?: string;
  /** The records that the value was worked out from; empty for a zero that a register's silence means. */
  readonly recordIds: string[];
}

export interface ProfileInput {
  /** Today, YYYY-MM-DD. */
  readonly asOf: string;
  /** All records of one enterprise, of any catalog; those of other catalogs are left aside. */
  readonly records: readonly ProfileRecord[];
  /** Catalog → ISO date of its last batch, whomever that was about. */
  readonly receivedCatalogs: ReadonlyMap<string, string>;
  /** District code → name; the code itself is shown for others. */
  readonly districtNames?: ReadonlyMap<string, string>;
}

export interface ComputedProfile {
  readonly enterprise: { uscc: string; name: string; district: string; industry: string } | null;
  readonly indicators: IndicatorValue[];
  readonly series: Series[];
}

function sourcesOf({ asOf, records, receivedCatalogs }: ProfileInput): Sources {
  const byCatalog = Map.groupBy(records, (record) => record.catalogId);
  const of = (catalogId: string): readonly ProfileRecord[] => byCatalog.get(catalogId) ?? [];
  return {
    today: asOf,
    of,
    registerDate: (catalogId) => {
      const received = receivedCatalogs.get(catalogId) ?? latest(of(catalogId).map((record) => record.receivedAt));
      return received?.slice(0, 10) ?? null;
    },
  };
}

const unknown: Finding = { value: null, recordIds: [] };

/** Works out every indicator of INDICATORS, in its order, from an enterprise's records. */
export function computeProfile(input: ProfileInput): ComputedProfile {
  const sources = sourcesOf(input);
  const { findings, series } = seriesIndicators(sources);
  const all = { ...registerIndicators(sources), ...findings };
  const registration = registrationOf(sources);
  const district = registration && textOf(registration, "districtCode");
  return {
    enterprise: registration && {
      uscc: textOf(registration, "uscc") ?? "",
      name: textOf(registration, "name") ?? "",
      district: (district && input.districtNames?.get(district)) ?? district ?? "",
      industry: textOf(registration, "industryName") ?? textOf(registration, "industryCode") ?? "",
    },
    indicators: INDICATORS.map(({ id, group, name, unit, catalogId }) => {
      const { value, asOf, recordIds } = all[id] ?? unknown;
      return { id, group, name, unit, catalogId, value, ...(value !== null && asOf ? { asOf } : {}), recordIds };
    }),
    series,
  };
}
