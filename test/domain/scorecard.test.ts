import { expect } from "chai";
import { personalAttribute } from "../../backend/features/scoring/domain/fairness.ts";
import { replay, score, scoreText } from "../../backend/features/scoring/domain/score.ts";
import { parseScorecard, scorecardDigest } from "../../backend/features/scoring/domain/scorecard.ts";
import { CARD, card, changed, inputs, refusal, scored } from "./scorecard-card.ts";

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
