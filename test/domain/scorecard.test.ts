import { expect } from "chai";
import fc from "fast-check";
import { adverseImpact, personalAttribute } from "../../backend/features/scoring/domain/fairness.ts";
import { monitor, psi, tally } from "../../backend/features/scoring/domain/monitor.ts";
import { replay, type ScoreResult, score, scoreText } from "../../backend/features/scoring/domain/score.ts";
import {
  type IndicatorInput,
  parseScorecard,
  type Scorecard,
  scorecardDigest,
  scoreRange,
} from "../../backend/features/scoring/domain/scorecard.ts";
import type { DomainError } from "../../backend/lib/errors.ts";

const evidence = (points: number, sharePpm: number) => ({ points, woe: (points / 30).toFixed(6), sharePpm });
const unknown = (points: number, sharePpm: number) => ({ ...evidence(points, sharePpm), observed: true });

const CARD = {
  id: "test-card",
  version: 3,
  trainedAt: "2026-03-01T00:00:00Z",
  target: "90 days overdue within a year",
  scaling: { baseScore: 600, baseOdds: 50, pointsToDoubleOdds: 20 },
  basePoints: 500,
  characteristics: [
    {
      kind: "number",
      indicatorId: "tax.paid12mFen",
      changeable: true,
      informationValue: "0.300000",
      trend: "rising",
      unknown: unknown(-5, 100_000),
      bins: [
        { id: "b1", from: null, below: "1000000", ...evidence(-20, 300_000) },
        { id: "b2", from: "1000000", below: "9007199254740993", ...evidence(0, 400_000) },
        { id: "b3", from: "9007199254740993", below: null, ...evidence(30, 200_000) },
      ],
    },
    {
      kind: "number",
      indicatorId: "tax.revenueGrowthBps",
      changeable: true,
      informationValue: "0.100000",
      trend: "any",
      unknown: unknown(-1, 50_000),
      bins: [
        { id: "b1", from: null, below: "-1000", ...evidence(10, 150_000) },
        { id: "b2", from: "-1000", below: "1000", ...evidence(-10, 500_000) },
        { id: "b3", from: "1000", below: null, ...evidence(12, 300_000) },
      ],
    },
    {
      kind: "category",
      indicatorId: "tax.creditGrade",
      changeable: true,
      informationValue: "0.250000",
      unknown: unknown(-8, 100_000),
      bins: [
        { id: "b1", values: ["C", "D"], ...evidence(-30, 100_000) },
        { id: "b2", values: ["B", "M"], ...evidence(4, 500_000) },
        { id: "b3", values: ["A"], ...evidence(25, 300_000) },
      ],
    },
    {
      kind: "number",
      indicatorId: "identity.ageMonths",
      changeable: false,
      informationValue: "0.050000",
      trend: "rising",
      unknown: { ...evidence(0, 0), observed: false },
      bins: [
        { id: "b1", from: null, below: "24", ...evidence(-12, 200_000) },
        { id: "b2", from: "24", below: null, ...evidence(3, 800_000) },
      ],
    },
  ],
  grades: [
    { grade: "A", from: 550, defaultRate: "0.010000" },
    { grade: "B", from: 520, defaultRate: "0.030000" },
    { grade: "C", from: 490, defaultRate: "0.080000" },
    { grade: "D", from: 460, defaultRate: "0.150000" },
    { grade: "E", from: null, defaultRate: "0.300000" },
  ],
  scoreBands: [
    { from: null, below: 490, sharePpm: 300_000 },
    { from: 490, below: 520, sharePpm: 400_000 },
    { from: 520, below: null, sharePpm: 300_000 },
  ],
} as const satisfies Scorecard | object;
const card = parseScorecard(CARD);

type Values = Record<string, IndicatorInput>;
const inputs = (values: Values) => Object.entries(values).map(([id, value]) => ({ id, value }));
const scored = (values: Values): ScoreResult => score(card, inputs(values));

/** The code of the error, and the reasons of a refused scorecard. */
function refusal(run: () => unknown): { code: string; reasons: string[] } {
  try {
    run();
  } catch (error) {
    const { code, data } = error as DomainError;
    const errors = (data?.errors ?? []) as { field: string; reason: string }[];
    return { code, reasons: errors.map(({ field, reason }) => `${field}: ${reason}`) };
  }
  throw new Error("nothing was refused");
}

/** A copy of the card with something else in one place. */
function changed(path: readonly (string | number)[], value: unknown, of: unknown = CARD): unknown {
  const copy = structuredClone(of);
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1)!] = value;
  return copy;
}

describe("scorecards", () => {
  it("are refused when values fall into two bins or none, or points go against the trend", () => {
    const bin = (index: number, key: string) => ["characteristics", 0, "bins", index, key];
    for (const [path, value, field] of [
      [bin(1, "from"), "1000001", "characteristics.0.bins.1.from"],
      [bin(0, "from"), "0", "characteristics.0.bins.0.from"],
      [bin(2, "below"), "9007199254740999", "characteristics.0.bins.2.below"],
      [bin(1, "points"), 40, "characteristics.0.bins.2"],
      [["characteristics", 2, "bins", 2, "values"], ["A", "M"], "characteristics.2.bins"],
      [["characteristics", 1, "indicatorId"], "tax.paid12mFen", "characteristics"],
      [["grades", 1, "from"], 550, "grades.1.from"],
      [["grades", 4, "defaultRate"], "0.010000", "grades.4.defaultRate"],
      [["basePoints"], 1.5, "basePoints"],
      [["extra"], 1, ""],
    ] as const) {
      const { code, reasons } = refusal(() => parseScorecard(changed(path, value)));
      expect(code, path.join(".")).to.equal("scorecard.invalid");
      expect(
        reasons.some((reason) => reason.startsWith(`${field}:`)),
        `${path.join(".")} → ${reasons}`,
      ).to.equal(true);
    }
  });

  it("have one digest for the same content, and another for any change", () => {
    const reversed = Object.fromEntries(Object.entries(structuredClone(CARD)).reverse());
    expect(scorecardDigest(parseScorecard(reversed))).to.equal(scorecardDigest(card));
    const other = parseScorecard(changed(["characteristics", 3, "bins", 1, "points"], 4));
    expect(scorecardDigest(other)).not.to.equal(scorecardDigest(card));
    expect(() => Object.assign(card.characteristics[0]!.bins[0]!, { points: 99 })).to.throw(TypeError);
  });

  it("never count an attribute of a natural person", () => {
    const forbidden = [
      ...["person.gender", "identity.ethnicGroup", "owner.judgments", "legalRepresentative.ageYears", "people.meanAge"],
      ...["identity.maritalStatus", "identity.homeDistrict", "shareholder.count", "identity.birthDate", "age", "Sex"],
    ];
    for (const id of forbidden) {
      expect(personalAttribute(id), id).not.to.equal(null);
      const { reasons } = refusal(() => parseScorecard(changed(["characteristics", 0, "indicatorId"], id)));
      expect(reasons.join(), id).to.contain("natural person");
    }
    const allowed = ["identity.ageMonths", "identity.districtCode", "people.insuredCount", "tax.averageFen"];
    for (const id of allowed) expect(personalAttribute(id), id).to.equal(null);
  });
});

describe("a score", () => {
  it("adds up the points of the bins, and names reasons by what they cost", () => {
    const result = scored({
      "tax.paid12mFen": "9007199254740992",
      "tax.revenueGrowthBps": 0,
      "tax.creditGrade": "C",
      "identity.ageMonths": 24,
      "people.insuredCount": 12,
    });
    expect(result.characteristics.map(({ binId, points }) => [binId, points])).to.deep.equal([
      ["b2", 0],
      ["b2", -10],
      ["b1", -30],
      ["b2", 3],
    ]);
    expect([result.total, result.grade, result.defaultRate]).to.deep.equal([463, "D", "0.150000"]);
    expect(result.reasons.map(({ indicatorId, pointsLost }) => [indicatorId, pointsLost])).to.deep.equal([
      ["tax.creditGrade", 55],
      ["tax.paid12mFen", 30],
      ["tax.revenueGrowthBps", 22],
    ]);
  });

  it("tells the smallest change that reaches a better bin, and the fewest that reach the next grade", () => {
    const result = scored({ "tax.paid12mFen": "999999", "tax.revenueGrowthBps": -1, "tax.creditGrade": "D" });
    expect(result.improvements).to.deep.equal([
      {
        indicatorId: "tax.creditGrade",
        change: { kind: "becomeOneOf", values: ["B", "M"] },
        toBin: "b2",
        pointsGained: 34,
        grade: "D",
      },
      {
        indicatorId: "tax.paid12mFen",
        change: { kind: "raiseTo", bound: "1000000" },
        toBin: "b2",
        pointsGained: 20,
        grade: "D",
      },
      // Down by 1,000 is as good as it gets: up it would be 1,001.
      {
        indicatorId: "tax.revenueGrowthBps",
        change: { kind: "lowerBelow", bound: "-1000" },
        toBin: "b1",
        pointsGained: 20,
        grade: "D",
      },
      // Its age is nothing to change, but it is unknown.
      { indicatorId: "identity.ageMonths", change: { kind: "provide" }, toBin: "b2", pointsGained: 3, grade: "E" },
    ]);
    expect(result.total).to.equal(440);
    expect(result.nextGrade).to.deep.equal({
      grade: "D",
      from: 460,
      pointsMissing: 20,
      indicatorIds: ["tax.creditGrade"],
    });
    expect(scored({ "tax.revenueGrowthBps": 0 }).improvements).to.deep.include({
      indicatorId: "tax.revenueGrowthBps",
      change: { kind: "raiseTo", bound: "1000" },
      toBin: "b3",
      pointsGained: 22,
      grade: "C",
    });
    // Equally far, 1,001 up or down: up.
    const path = ["characteristics", 1, "bins"] as const;
    const even = parseScorecard(changed([...path, 2, "from"], "1001", changed([...path, 1, "below"], "1001")));
    expect(score(even, inputs({ "tax.revenueGrowthBps": 0 })).improvements).to.deep.include({
      indicatorId: "tax.revenueGrowthBps",
      change: { kind: "raiseTo", bound: "1001" },
      toBin: "b3",
      pointsGained: 22,
      grade: "C",
    });
    expect(scored({ "tax.paid12mFen": "9007199254740993", "tax.creditGrade": "A" }).nextGrade).to.equal(null);
    // Everything else is unknown: no change is sure to help.
    expect(scored({}).nextGrade?.indicatorIds).to.equal(null);
  });

  it("takes unknown for unknown and not for zero, and an unseen code too, but refuses a wrong type", () => {
    const nothing = scored({});
    expect(nothing.characteristics.map(({ state, points }) => [state, points])).to.deep.equal([
      ["unknown", -5],
      ["unknown", -1],
      ["unknown", -8],
      ["unknown", 0],
    ]);
    expect(scored({ "tax.paid12mFen": "0" }).characteristics[0]!.points).to.equal(-20);
    expect(scored({ "tax.creditGrade": "Z" }).characteristics[2]).to.include({ state: "unseen", points: -8 });
    expect(scored({ "tax.paid12mFen": null }).inputDigest).to.equal(nothing.inputDigest);
    expect(refusal(() => scored({ "tax.paid12mFen": "a lot" })).code).to.equal("scorecard.notANumber");
    expect(refusal(() => scored({ "tax.paid12mFen": true })).code).to.equal("scorecard.notANumber");
    const twice = [...inputs({ "tax.creditGrade": "A" }), ...inputs({ "tax.creditGrade": "B" })];
    expect(refusal(() => score(card, twice)).code).to.equal("scorecard.inputTwice");
  });

  it("is replayed to the same bytes, and never from other inputs or another scorecard", () => {
    const values = inputs({ "tax.paid12mFen": "123", "tax.creditGrade": "A" });
    const stored = scoreText(score(card, values));
    expect(replay(card, values.toReversed(), stored)).to.deep.equal({ same: true, text: stored });
    expect(replay(card, values, stored.replace('"grade":"C"', '"grade":"A"')).same).to.equal(false);
    expect(refusal(() => replay(card, [], stored)).code).to.equal("scorecard.otherInputs");
    const other = parseScorecard(changed(["version"], 4));
    expect(refusal(() => replay(other, values, stored)).code).to.equal("scorecard.otherScorecard");
  });
});

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
