import { expect } from "chai";
import fc from "fast-check";
import { monitor, psi, psiByChance, tally } from "../../backend/features/scoring/domain/monitor.ts";
import {
  FEWEST_OUTCOMES,
  type KnownOutcome,
  outcomeFigures,
} from "../../backend/features/scoring/domain/performance.ts";
import {
  addScores,
  addToGroups,
  impactOf,
  industryOf,
  noProgress,
  type Progress,
  sizeOf,
  tallyOf,
} from "../../backend/features/scoring/domain/population.ts";
import type { ScoreResult } from "../../backend/features/scoring/domain/score.ts";
import { amountText, binText, improvementText, reasonText } from "../../backend/features/scoring/domain/wording.ts";
import { randomOf } from "../../scripts/sample-city/random.ts";
import { aucOf, ksOf } from "../../scripts/scorecard/metrics.ts";
import { card, scored } from "./scorecard-card.ts";

const outcome = fc.record({
  total: fc.integer({ min: 400, max: 430 }),
  grade: fc.constantFrom("A", "B", "C", "D", "E" as const),
  bad: fc.boolean(),
}) as fc.Arbitrary<KnownOutcome>;

const profile = fc.record({
  "tax.paid12mFen": fc.option(fc.integer({ min: 0, max: 10_000_000 }).map(String), { nil: null }),
  "tax.revenueGrowthBps": fc.option(fc.integer({ min: -3000, max: 3000 }), { nil: null }),
  "tax.creditGrade": fc.constantFrom(null, "A", "B", "M", "C", "D", "?"),
  "identity.ageMonths": fc.option(fc.integer({ min: 0, max: 300 }), { nil: null }),
});

describe("what became of those who were scored", () => {
  it("is told by the same AUC and KS as in training, ties and all", () => {
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 2, maxLength: 80 }), (outcomes) => {
        const bads = outcomes.map(({ bad }) => bad);
        const figures = outcomeFigures(card, outcomes, 1);
        if (!bads.includes(true) || !bads.includes(false)) {
          expect(figures).to.equal(null);
          return;
        }
        const totals = outcomes.map(({ total }) => total);
        expect(figures!.auc).to.equal(aucOf(totals, bads).auc.toFixed(4));
        expect(figures!.ks).to.equal(ksOf(totals, bads).ks.toFixed(4));
        expect(figures!.grades.reduce((sum, { rows }) => sum + rows, 0)).to.equal(outcomes.length);
      }),
    );
  });

  it("is not told by figures while there are too few", () => {
    const of = (bads: number): KnownOutcome[] =>
      Array.from({ length: 200 }, (_, i) => ({ total: 500 + i, grade: "C", bad: i < bads }));
    expect(outcomeFigures(card, of(FEWEST_OUTCOMES - 1))).to.equal(null);
    expect(outcomeFigures(card, of(FEWEST_OUTCOMES))!.auc).to.equal("1.0000");
  });
});

describe("a population counted in slices", () => {
  it("gives the counts of the whole, through JSON as well", () => {
    fc.assert(
      fc.property(fc.array(profile, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (all, size) => {
        const results = all.map((values) => scored(values));
        let progress: Progress = noProgress(card);
        for (let i = 0; i < results.length; i += size) {
          progress = JSON.parse(JSON.stringify(progress)) as Progress;
          addScores(card, progress, results.slice(i, i + size));
        }
        expect(tallyOf(card, progress)).to.deep.equal(tally(card, results));
        expect(monitor(card, tallyOf(card, progress))).to.deep.equal(monitor(card, tally(card, results)));
      }),
      { numRuns: 50 },
    );
  });

  it("knows groups by district, industry and size", () => {
    const progress = noProgress(card);
    for (let i = 0; i < 80; i++)
      addToGroups(progress.fairness, { district: i % 2 ? "east" : "west", industry: "C", size: "10 to 99" }, i % 4 > 0);
    const { groups, adverse } = impactOf(progress.fairness.district);
    expect(groups.map(({ group, favourable, verdict }) => [group, favourable, verdict])).to.deep.equal([
      ["east", 40, "reference"],
      ["west", 20, "adverse"],
    ]);
    expect(adverse).to.equal(true);
    const sections = ["0134", "0610", "3979", "4620", "5227", "8510", "9700", "9800", "C1399", null, 7];
    expect(sections.map(industryOf)).to.deep.equal([
      "A",
      "B",
      "C",
      "D",
      "F",
      "Q",
      "T",
      "unknown",
      "C",
      "unknown",
      "unknown",
    ]);
    expect([0, 9, 10, 99, 100, 300, null].map(sizeOf)).to.deep.equal([
      "under 10",
      "under 10",
      "10 to 99",
      "10 to 99",
      "100 to 299",
      "300 and more",
      "unknown",
    ]);
  });
});

describe("what the stability index reaches by chance", () => {
  it("is exceeded by about one in a hundred samples that didn't drift", () => {
    const random = randomOf("chance", "psi");
    const draw = (bins: number, count: number): number[] => {
      const counts = new Array<number>(bins).fill(0);
      for (let i = 0; i < count; i++) counts[random.int(0, bins - 1)]!++;
      return counts;
    };
    for (const [bins, expected, actual] of [
      [5, 2000, 400],
      [10, 1000, 1000],
    ] as const) {
      const limit = psiByChance(bins, expected, actual);
      let over = 0;
      for (let i = 0; i < 1500; i++) if (psi(draw(bins, expected), draw(bins, actual)) > limit) over++;
      expect(over / 1500, `${bins} bins`).to.be.within(0.003, 0.022);
    }
  });

  it("is nothing with one bin, and less with more enterprises", () => {
    expect(psiByChance(1, 100, 100)).to.equal(0);
    expect(psiByChance(10, 1000, 100)).to.be.above(psiByChance(10, 1000, 1000));
  });
});

describe("a score in words", () => {
  it("gives amounts their unit", () => {
    expect(amountText("123456789", "fen")).to.deep.equal({ zh: "1,234,567.89 元", en: "CNY 1,234,567.89" });
    expect(amountText("-50", "fen").en).to.equal("CNY -0.5");
    expect(amountText("-1630", "bps").en).to.equal("-16.3%");
    expect(amountText("24", "months").zh).to.equal("24 个月");
  });

  it("tells every reason and improvement in both languages, and no two bins alike", () => {
    const units = { "tax.paid12mFen": "fen", "tax.revenueGrowthBps": "bps", "identity.ageMonths": "months" };
    const named = (id: string) => ({
      name: { zh: `名${id}`, en: id },
      unit: units[id as keyof typeof units] ?? "code",
    });
    for (const characteristic of card.characteristics) {
      const ids = [...characteristic.bins.map(({ id }) => id), "unknown"];
      const texts = ids.map((id) => binText(characteristic, id, named(characteristic.indicatorId).unit));
      for (const language of ["zh", "en"] as const)
        expect(new Set(texts.map((text) => text[language])).size).to.equal(ids.length);
    }
    fc.assert(
      fc.property(profile, (values) => {
        const result: ScoreResult = scored(values);
        const texts = [
          ...result.reasons.map((reason) => reasonText(card, reason, named(reason.indicatorId))),
          ...result.improvements.map((one) => improvementText(one, result.grade, named(one.indicatorId))),
        ];
        for (const { zh, en } of texts) {
          expect(`${zh}${en}`).not.to.match(/undefined|null|NaN/);
          expect(zh).to.match(/[一-鿿]/);
          expect(en).not.to.match(/[一-鿿]/);
        }
      }),
      { numRuns: 100 },
    );
  });
});
