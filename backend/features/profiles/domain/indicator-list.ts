import type { Indicator } from "./indicator.ts";
import { ASSET_INDICATORS } from "./indicators-assets.ts";
import { ENVIRONMENT_INDICATORS } from "./indicators-environment.ts";
import { IDENTITY_INDICATORS } from "./indicators-identity.ts";
import { INNOVATION_INDICATORS } from "./indicators-innovation.ts";
import { JUSTICE_INDICATORS } from "./indicators-justice.ts";
import { OPERATION_INDICATORS } from "./indicators-operation.ts";
import { PEOPLE_INDICATORS } from "./indicators-people.ts";
import { SUPPLY_INDICATORS } from "./indicators-supply-chain.ts";
import { TAX_INDICATORS } from "./indicators-tax.ts";

export type { Indicator, IndicatorGroup } from "./indicator.ts";

/** Every indicator, in the order in which a profile shows them. */
export const INDICATORS: readonly Indicator[] = [
  ...IDENTITY_INDICATORS,
  ...OPERATION_INDICATORS,
  ...TAX_INDICATORS,
  ...PEOPLE_INDICATORS,
  ...ASSET_INDICATORS,
  ...JUSTICE_INDICATORS,
  ...INNOVATION_INDICATORS,
  ...SUPPLY_INDICATORS,
  ...ENVIRONMENT_INDICATORS,
];
