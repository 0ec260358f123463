import { expect } from "chai";
import fc from "fast-check";
import { replay, scoreText } from "../../backend/features/scoring/domain/score.ts";
import { parseScorecard, scoreRange } from "../../backend/features/scoring/domain/scorecard.ts";
import { card, inputs, scored } from "./scorecard-card.ts";

const amount = fc.oneof(
  fc.constant(null),
  fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String),
  fc.integer({ min: -2000, max: 2_000_000 }),
  fc.constantFrom("999999", "1000000", "9007199254740992", "9007199254740993", -1001, -1000, 999, 1000, 23, 24),
);
const profile = fc.record({
  "tax.paid12mFen": amount,
  "tax.revenueGrowthBps": amount,
  "tax.creditGrade": fc.constantFrom(null, "A", "B", "M", "C", "D", "?"),
  "identity.ageMonths": amount,
});

describe("properties of every score", () => {
  it("the same inputs in any order give the same bytes, on a scorecard read from its own text", () => {
    fc.assert(
      fc.property(profile, (values) => {
        const again = parseScorecard(JSON.parse(JSON.stringify(card)));
        const stored = scoreText(scored(values));
        expect(replay(again, inputs(values).reverse(), stored).same).to.equal(true);
      }),
      { numRuns: 200 },
    );
  });

  it("it is whole, within its bounds, and the sum of its parts", () => {
    const { lowest, highest } = scoreRange(card);
    fc.assert(
      fc.property(profile, (values) => {
        const { total, basePoints, characteristics, grade } = scored(values);
        expect(Number.isInteger(total)).to.equal(true);
        expect(total).to.be.within(lowest, highest);
        expect(characteristics.reduce((sum, { points }) => sum + points, basePoints)).to.equal(total);
        const band = card.grades.find(({ from }) => from === null || total >= from);
        expect(grade).to.equal(band?.grade);
      }),
    );
  });

  it("more of what rises never costs points", () => {
    const value = fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n });
    fc.assert(
      fc.property(profile, value, value, (values, a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        const of = (paid: bigint): number => scored({ ...values, "tax.paid12mFen": String(paid) }).total;
        expect(of(more)).to.be.at.least(of(less));
      }),
    );
  });

  it("reasons and improvements stand in one order only, and cost or bring what they say", () => {
    fc.assert(
      fc.property(profile, (values) => {
        const { reasons, improvements, total } = scored(values);
        for (const [list, size] of [
          [reasons, (each: object) => (each as { pointsLost: number }).pointsLost],
          [improvements, (each: object) => (each as { pointsGained: number }).pointsGained],
        ] as const) {
          for (const [index, each] of list.entries()) {
            expect(size(each)).to.be.above(0);
            const before = list[index - 1];
            if (!before) continue;
            const ordered =
              size(before) > size(each) || (size(before) === size(each) && before.indicatorId < each.indicatorId);
            expect(ordered).to.equal(true);
          }
        }
        for (const { indicatorId, change, pointsGained, grade } of improvements) {
          if (change.kind === "provide") continue;
          let value: string;
          if (change.kind === "becomeOneOf") value = change.values[0]!;
          else value = String(BigInt(change.bound) - (change.kind === "lowerBelow" ? 1n : 0n));
          const after = scored({ ...values, [indicatorId]: value });
          expect(after.total).to.equal(total + pointsGained);
          expect(after.grade).to.equal(grade);
        }
      }),
    );
  });

  it("the changes named for the next grade reach it, and none can be left out", () => {
    fc.assert(
      fc.property(profile, (values) => {
        const { improvements, nextGrade } = scored(values);
        if (!nextGrade?.indicatorIds) return;
        const gains = nextGrade.indicatorIds.map(
          (id) => improvements.find(({ indicatorId }) => indicatorId === id)!.pointsGained,
        );
        const sum = gains.reduce((total, gain) => total + gain, 0);
        expect(sum).to.be.at.least(nextGrade.pointsMissing);
        expect(sum - Math.min(...gains)).to.be.below(nextGrade.pointsMissing);
      }),
    );
  });
});
