import { expect } from "chai";
import fc from "fast-check";
import { adverseImpact } from "../../backend/features/scoring/domain/fairness.ts";
import { monitor, psi, tally } from "../../backend/features/scoring/domain/monitor.ts";
import type { ScoreResult } from "../../backend/features/scoring/domain/score.ts";
import { parseScorecard } from "../../backend/features/scoring/domain/scorecard.ts";
import { card, changed, refusal, scored } from "./scorecard-card.ts";

describe("drift", () => {
  const shares = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 4, maxLength: 4 });

  it("is measured by the population stability index", () => {
    expect(psi([1, 2, 3], [10, 20, 30])).to.equal(0);
    // By hand: 0.2·ln(0.7/0.5) + (−0.2)·ln(0.3/0.5).
    expect(psi([50, 50], [70, 30])).to.be.closeTo(0.169459572, 1e-9);
    expect(psi([1, 1], [1, 0])).to.be.above(1).and.finite;
    fc.assert(
      fc.property(shares, shares, (a, b) => {
        expect(psi(a, b)).to.be.at.least(0);
        expect(psi(a, b)).to.be.closeTo(psi(b, a), 1e-12);
      }),
    );
    expect(refusal(() => psi([1, 2], [1])).code).to.equal("scorecard.otherBins");
    expect(refusal(() => psi([1, 2], [0, 0])).code).to.equal("scorecard.emptySample");
  });

  /** Scores of enterprises that differ by their tax grade alone, in the shares of training or in others. */
  const period = (counts: Record<string, number>): ScoreResult[] =>
    Object.entries(counts).flatMap(([value, count]) =>
      new Array<ScoreResult>(count).fill(scored({ "tax.creditGrade": value === "null" ? null : value })),
    );

  it("is named by characteristic, with the points that it moves", () => {
    const like = monitor(card, tally(card, period({ A: 300, B: 400, M: 100, C: 100, null: 100 })));
    const grade = (report: typeof like) =>
      report.characteristics.find(({ indicatorId }) => indicatorId === "tax.creditGrade");
    expect(grade(like)).to.deep.equal({
      indicatorId: "tax.creditGrade",
      psi: "0.0000",
      drift: "stable",
      pointsShift: "0.00",
    });
    const worse = monitor(card, tally(card, period({ A: 200, B: 450, C: 250, null: 100 })));
    // Shares 25, 45, 20, 10 % against 10, 50, 30, 10 %, the points −30, 4, 25, −8.
    const expected = 0.15 * Math.log(2.5) - 0.05 * Math.log(0.9) - 0.1 * Math.log(2 / 3);
    expect(grade(worse)).to.deep.equal({
      indicatorId: "tax.creditGrade",
      psi: expected.toFixed(4),
      drift: "shift",
      pointsShift: (0.15 * -30 - 0.05 * 4 - 0.1 * 25).toFixed(2),
    });
    // All the other indicators are unknown now, which they were not in training.
    expect(worse.characteristics[0]!.drift).to.equal("action");
    expect(worse.drift).to.equal("action");
    expect(worse.scores).to.equal(1000);
    expect(Object.values(worse.grades).reduce((sum, count) => sum + count, 0)).to.equal(1000);
    const other = parseScorecard(changed(["version"], 4));
    expect(refusal(() => tally(other, period({ A: 1 }))).code).to.equal("scorecard.otherScorecard");
  });
});

describe("adverse impact", () => {
  const group = (name: string, good: number, bad: number) => [
    ...new Array(good).fill({ group: name, favourable: true }),
    ...new Array(bad).fill({ group: name, favourable: false }),
  ];

  it("is found below four fifths of the best group's rate, not at it", () => {
    const outcomes = [...group("north", 50, 50), ...group("south", 40, 60), ...group("east", 39, 61)];
    const { groups, adverse } = adverseImpact([...outcomes, ...group("tiny", 0, 29)]);
    expect(groups.map(({ group: name, ratioBps, verdict }) => [name, ratioBps, verdict])).to.deep.equal([
      ["east", 7800, "adverse"],
      ["north", 10_000, "reference"],
      ["south", 8000, "fair"],
      ["tiny", 0, "tooFew"],
    ]);
    expect(adverse).to.equal(true);
    expect(adverseImpact([...group("a", 40, 60), ...group("b", 40, 60)]).adverse).to.equal(false);
    expect(adverseImpact([]).adverse).to.equal(false);
  });
});
