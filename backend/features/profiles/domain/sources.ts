import { daysBetween, type MonthSeries, monthSeries, monthText } from "./periods.ts";
import { latest, type ProfileRecord } from "./profile-record.ts";

export type Value = string | number | boolean | null;

/**
 * Why a value is unknown: the catalog was never received; what was received is too old; it has no record of this
 * enterprise and its silence means nothing; its records don't say; the consent's period cuts the value.
 */
export type UnknownWhy = "notReceived" | "stale" | "noRecord" | "notStated" | "outsideConsent";

/** An indicator's value and what it rests on. */
export interface Finding {
  readonly value: Value;
  readonly asOf?: string | undefined;
  readonly recordIds: string[];
  /** The same figure a year before. */
  readonly before?: { readonly value: string | number; readonly asOf: string } | undefined;
  /** How many periods a sum is made of. */
  readonly periods?: number | undefined;
  readonly why?: UnknownWhy | undefined;
}

export const unknown = (why: UnknownWhy): Finding => ({ value: null, recordIds: [], why });

/** How one catalog's records speak of an enterprise. */
export type Rule = (sources: Sources, catalogId: string) => Finding;

export type UpdateFrequency = "daily" | "weekly" | "monthly" | "quarterly" | "yearly";

/** What a profile has to know of a catalog. */
export interface CatalogFacts {
  readonly updateFrequency: UpdateFrequency;
  readonly periodField?: string | undefined;
  /** Set where its records are electronic licences. */
  readonly licence?: LicenceFields | undefined;
}

/** The fields of a licence. Without a status field it is in force as long as its dates say. */
export interface LicenceFields {
  readonly numberField: string;
  readonly nameField?: string | undefined;
  readonly issuedField?: string | undefined;
  readonly validUntilField?: string | undefined;
  readonly statusField?: string | undefined;
  readonly validStatus?: string | undefined;
}

/**
 * Days after the end of the newest period, or after a register's last batch, until it no longer speaks for the present:
 * two deliveries may fail, and departments are late.
 */
export const STALE_DAYS: Record<UpdateFrequency, number> = {
  daily: 45,
  weekly: 60,
  monthly: 120,
  quarterly: 200,
  yearly: 550,
};

/** What of an enterprise's records the reader may see. */
export interface PeriodScope {
  /** Whether a record of this month, year or day may be seen; true for records without a period. */
  covers(period: string | undefined): boolean;
  /** Whether a period is cut at all. */
  readonly bounded: boolean;
}

export interface Sources {
  readonly today: string;
  /** The enterprise's records of a catalog, each once, in the order of their ids. */
  of(catalogId: string): readonly ProfileRecord[];
  /** By month; null without a record that names its month. */
  series(catalogId: string): MonthSeries | null;
  periodField(catalogId: string): string | undefined;
  /** Catalogs of licences that have a record of the enterprise, in the order of their ids. */
  licenceCatalogs(): { catalogId: string; licence: LicenceFields }[];
  staleDays(catalogId: string): number;
  /** Whether the catalog was ever received, whomever that was about. */
  received(catalogId: string): boolean;
  /**
   * The day up to which a register of the whole city speaks: that of its last batch. Null when it was never received or
   * that is too long ago, so that having no entry says nothing.
   */
  registerDate(catalogId: string): string | null;
  /**
   * Whether the reader sees all that the catalog has of these months, both included; of all time without a first one.
   * What a register says without a period is so today: no period cuts it.
   */
  whole(catalogId: string, firstMonth: number | null, lastMonth: number): boolean;
}

export interface SourceInput {
  readonly today: string;
  readonly records: readonly ProfileRecord[];
  /** Catalog → ISO date of its last batch, whomever that was about. */
  readonly received: ReadonlyMap<string, string>;
  readonly catalogs: ReadonlyMap<string, CatalogFacts>;
  readonly scope?: PeriodScope | undefined;
}

export function sourcesOf({ today, records, received, catalogs, scope }: SourceInput): Sources {
  const byCatalog = new Map<string, Map<string, ProfileRecord>>();
  for (const record of records) {
    const same = byCatalog.get(record.catalogId);
    if (same) same.set(record.id, record);
    else byCatalog.set(record.catalogId, new Map([[record.id, record]]));
  }
  const sorted = new Map<string, readonly ProfileRecord[]>();
  const of = (catalogId: string): readonly ProfileRecord[] => {
    const known = sorted.get(catalogId);
    if (known) return known;
    const own = [...(byCatalog.get(catalogId)?.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1));
    sorted.set(catalogId, own);
    return own;
  };
  const lastBatch = (catalogId: string): string | undefined =>
    received.get(catalogId) ?? latest(of(catalogId).map(({ receivedAt }) => receivedAt));
  const periodField = (catalogId: string): string | undefined => catalogs.get(catalogId)?.periodField;
  const series = new Map<string, MonthSeries | null>();
  const dates = new Map<string, string | null>();
  const staleDays = (catalogId: string): number => STALE_DAYS[catalogs.get(catalogId)?.updateFrequency ?? "monthly"];
  return {
    today,
    of,
    staleDays,
    periodField,
    licenceCatalogs: () =>
      [...byCatalog.keys()].sort().flatMap((catalogId) => {
        const licence = catalogs.get(catalogId)?.licence;
        return licence ? [{ catalogId, licence }] : [];
      }),
    series(catalogId) {
      const known = series.get(catalogId);
      if (known !== undefined) return known;
      const found = monthSeries(of(catalogId), periodField(catalogId), today);
      series.set(catalogId, found);
      return found;
    },
    received: (catalogId) => lastBatch(catalogId) !== undefined,
    registerDate(catalogId) {
      const known = dates.get(catalogId);
      if (known !== undefined) return known;
      const day = lastBatch(catalogId)?.slice(0, 10);
      const date = day !== undefined && daysBetween(day, today) <= staleDays(catalogId) ? day : null;
      dates.set(catalogId, date);
      return date;
    },
    whole(catalogId, firstMonth, lastMonth) {
      if (!scope?.bounded || !catalogs.get(catalogId)?.periodField) return true;
      if (firstMonth === null) return false;
      for (let month = firstMonth; month <= lastMonth; month++) if (!scope.covers(monthText(month))) return false;
      return true;
    },
  };
}
