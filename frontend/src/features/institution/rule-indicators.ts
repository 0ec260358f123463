import { INDICATORS } from "../../../../backend/features/profiles/domain/indicator-list.ts";
import { SCORE_INDICATORS } from "../../../../backend/features/scoring/domain/score-indicators.ts";
import type { IndicatorChoice } from "./rule-draft.ts";

/** What a product's rule may ask of an enterprise: its score and its profile's indicators. */
export const RULE_INDICATORS: readonly IndicatorChoice[] = [...SCORE_INDICATORS, ...INDICATORS];
