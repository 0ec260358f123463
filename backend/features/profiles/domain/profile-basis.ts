import type { ProfileBasis } from "../profile-schemas.ts";
import { DEFINITIONS, INDICATORS, type ProfileContent, type ProfileInput, type ProfileRecord } from "./indicators.ts";
import { SERIES } from "./series.ts";
import type { CatalogFacts } from "./sources.ts";

/* What a profile takes along so that others can work it out again, and the way back from there. */

type Consent = NonNullable<ProfileBasis["scope"]>;

const USED = [...new Set([...INDICATORS, ...SERIES].map(({ catalogId }) => catalogId))];

export function basisOf(
  content: ProfileContent,
  from: {
    readonly asOf: string;
    readonly received: ReadonlyMap<string, string>;
    readonly catalogs: ReadonlyMap<string, CatalogFacts>;
    readonly scope?: Consent | undefined;
  },
): ProfileBasis {
  const { asOf, received, catalogs, scope } = from;
  const ids = [...new Set([...USED, ...content.records.map(({ catalogId }) => catalogId)])];
  const seen = ids.filter((id) => scope === undefined || scope.catalogs.includes(id)).sort();
  return {
    rules: DEFINITIONS,
    asOf,
    ...(scope ? { scope } : {}),
    catalogs: Object.fromEntries(
      seen.flatMap((id) => {
        const facts = catalogs.get(id);
        if (!facts) return [];
        const { updateFrequency, periodField, licence } = facts;
        const receivedAt = received.get(id);
        const known = { ...(receivedAt ? { receivedAt } : {}), ...(periodField ? { periodField } : {}) };
        return [[id, { ...known, updateFrequency, ...(licence ? { licence: licenceFields(licence) } : {}) }]];
      }),
    ),
    records: content.records.map(({ id, catalogId, key, receivedAt }) => ({ id, catalogId, key, receivedAt })),
  };
}

/** Only what a profile uses of it: a catalog may say more of its licences. */
function licenceFields({
  numberField,
  nameField,
  issuedField,
  validUntilField,
  statusField,
  validStatus,
}: NonNullable<CatalogFacts["licence"]>) {
  return {
    numberField,
    ...(nameField ? { nameField } : {}),
    ...(issuedField ? { issuedField } : {}),
    ...(validUntilField ? { validUntilField } : {}),
    ...(statusField ? { statusField } : {}),
    ...(validStatus ? { validStatus } : {}),
  };
}

/** Whether a consent lets see a record of a period: the consents' own rule. */
export type Covers = (consent: Consent, period: string | undefined) => boolean;

export function inputOf(basis: ProfileBasis, records: readonly ProfileRecord[], covers: Covers): ProfileInput {
  const { asOf, catalogs, scope } = basis;
  const received = Object.entries(catalogs).flatMap(([id, { receivedAt }]): [string, string][] =>
    receivedAt ? [[id, receivedAt]] : [],
  );
  return {
    asOf,
    records,
    receivedCatalogs: new Map(received),
    catalogs: new Map(Object.entries(catalogs)),
    ...(scope
      ? {
          scope: {
            covers: (period) => covers(scope, period),
            bounded: scope.dataFrom !== undefined || scope.dataTo !== undefined,
          },
        }
      : {}),
  };
}
