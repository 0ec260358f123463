import { readFileSync } from "node:fs";
import { expect } from "chai";
import { INDICATORS } from "../../backend/features/profiles/domain/indicators.ts";
import { personalAttribute } from "../../backend/features/scoring/domain/fairness.ts";
import { score } from "../../backend/features/scoring/domain/score.ts";
import { type IndicatorInput, parseScorecard } from "../../backend/features/scoring/domain/scorecard.ts";
import { scorecardPackage } from "../../backend/features/scoring/training-schemas.ts";
import { cityOutcomes } from "../../scripts/scorecard/city-outcomes.ts";
import { aucOf } from "../../scripts/scorecard/metrics.ts";
import { readOutcomes } from "../../scripts/scorecard/outcomes.ts";
import { packageOf } from "../../scripts/scorecard/package.ts";
import { TRAINING, train } from "../../scripts/scorecard/train.ts";
import { validate } from "../../scripts/scorecard/validation.ts";

const path = new URL("../../backend/features/scoring/platform-scorecard.json", import.meta.url);
const CODES = new Set(["code", "text", "flag", "date"]);

describe("the scorecard that ships with the product", function () {
  this.timeout(60_000);
  const shipped = scorecardPackage.parse(JSON.parse(readFileSync(path, "utf8")));
  const card = parseScorecard(shipped.scorecard);

  it("counts indicators that profiles have, of their kind, none of them personal", () => {
    const units = new Map(INDICATORS.map(({ id, unit }) => [id, unit]));
    for (const { indicatorId, kind } of card.characteristics) {
      const unit = units.get(indicatorId);
      expect(unit, indicatorId).to.not.equal(undefined);
      expect(kind, indicatorId).to.equal(CODES.has(unit!) ? "category" : "number");
      expect(personalAttribute(indicatorId)).to.equal(null);
    }
    expect(card.characteristics.some(({ indicatorId }) => indicatorId.startsWith("justice."))).to.equal(true);
  });

  it("says that nobody real was observed, and how well it does on what was kept out", () => {
    expect(shipped.about.population).to.match(/invented/);
    const { holdout, train: training, calibration } = shipped.report;
    expect(Number(holdout.aucLow)).to.be.above(0.6);
    expect(holdout.bads).to.be.above(100);
    expect(training.rows).to.be.above(2 * holdout.rows);
    expect(calibration.groups.reduce((sum, { rows }) => sum + rows, 0)).to.equal(holdout.rows);
    expect(shipped.report.curve.at(-1)).to.deep.include({ goodsPpm: 1_000_000, badsPpm: 1_000_000 });
  });

  it("tells bad from good among enterprises that it was never fitted to", () => {
    const city = cityOutcomes({ enterprises: 1_200, seed: "never seen" });
    const options = { target: city.target, categories: new Set(city.categories) };
    const { columns, bads } = readOutcomes(city.csv, options);
    const totals = bads.map((_, row) => {
      const values = columns.map(({ id, values }) => {
        const value = values[row] ?? null;
        return { id, value: (typeof value === "bigint" ? String(value) : value) as IndicatorInput };
      });
      return score(card, values).total;
    });
    expect(bads.filter(Boolean).length).to.be.above(60);
    expect(aucOf(totals, bads).auc).to.be.above(0.62);
  });
});

describe("training on the sample city", function () {
  this.timeout(60_000);

  it("goes from its departments' rows to a package that can be uploaded, the same each time", () => {
    const options = { enterprises: 1_500, seed: "small" };
    const city = cityOutcomes(options);
    expect(cityOutcomes(options).csv).to.equal(city.csv);
    const outcomes = readOutcomes(city.csv, { target: city.target, categories: new Set(city.categories) });
    const groups = ["identity.districtCode", "identity.industryCode"];
    const training = train(outcomes, {
      ...TRAINING,
      target: city.target,
      trainedAt: "2026-11-01T00:00:00Z",
      fixed: new Set(city.fixed),
      groups: new Set(groups),
      trends: new Map(outcomes.columns.flatMap(({ id, kind }) => (kind === "number" ? [[id, "monotone"]] : []))),
    });
    const validation = validate(training, groups);
    const about = { author: "Tester", population: city.population };
    const { scorecard, report } = packageOf(training, validation, about);
    for (const { indicatorId, changeable } of scorecard.characteristics)
      expect(changeable, indicatorId).to.equal(!indicatorId.startsWith("identity."));
    expect(report.holdout).to.deep.include({
      rows: training.holdout.bads.length,
      auc: validation.holdout.auc.auc.toFixed(4),
      ks: validation.holdout.ks.ks.toFixed(4),
    });
    expect(report.stability.psi).to.equal(validation.drift.score.psi);
    expect(report.curve.length).to.be.at.most(100);
    expect(report.curve.at(-1)!.badsPpm).to.equal(1_000_000);
    expect(report.impact.map(({ indicatorId }) => indicatorId)).to.deep.equal(groups);
  });
});
