import type { ScorecardPackage } from "../../backend/features/scoring/training-schemas.ts";
import { readOutcomes } from "../../scripts/scorecard/outcomes.ts";
import { packageOf } from "../../scripts/scorecard/package.ts";
import { SAMPLE_CATEGORIES, SAMPLE_TARGET, sampleOutcomes } from "../../scripts/scorecard/sample-outcomes.ts";
import { TRAINING, train } from "../../scripts/scorecard/train.ts";
import { validate } from "../../scripts/scorecard/validation.ts";

const trained = new Map<string, ScorecardPackage>();

/** What train-scorecard writes for upload, from made-up outcomes; a copy, to be spoilt at will. */
export function trainedPackage({ id = "test-card", version = 1, rows = 2_500 } = {}): ScorecardPackage {
  const key = `${id}|${version}|${rows}`;
  const known = trained.get(key);
  if (known) return structuredClone(known);
  const outcomes = readOutcomes(sampleOutcomes({ rows }).csv, {
    target: SAMPLE_TARGET,
    categories: new Set(SAMPLE_CATEGORIES),
  });
  const training = train(outcomes, {
    ...TRAINING,
    id,
    version,
    target: "defaulted within twelve months",
    trainedAt: "2026-06-30T00:00:00Z",
    trends: new Map(outcomes.columns.flatMap((column) => (column.kind === "number" ? [[column.id, "monotone"]] : []))),
    groups: new Set(["identity.districtCode"]),
  });
  const about = { author: "Tester", population: "made up for a test" };
  const made = packageOf(training, validate(training, ["identity.districtCode"]), about);
  trained.set(key, made);
  return structuredClone(made);
}
