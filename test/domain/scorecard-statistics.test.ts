import { expect } from "chai";
import fc from "fast-check";
import { randomOf } from "../../scripts/sample-city/random.ts";
import { BINNING, binCategory, binNumber } from "../../scripts/scorecard/binning.ts";
import { fitLogistic } from "../../scripts/scorecard/logistic.ts";
import { aucOf, gainsTable, hosmerLemeshow, ksOf } from "../../scripts/scorecard/metrics.ts";
import { sharesPpm } from "../../scripts/scorecard/scaling.ts";
import { weightsOf } from "../../scripts/scorecard/weights.ts";

/** Rows with three predictors and outcomes from a known logistic truth. */
function logisticRows(seed: string, count: number) {
  const random = randomOf(seed);
  const rows = Array.from({ length: count }, () => [random.normal(), 3 * random.next(), Number(random.chance(0.4))]);
  const outcomes = rows.map(([a, b, c]) =>
    Number(random.chance(1 / (1 + Math.exp(-(-0.5 + 0.8 * a! - 0.4 * b! + c!))))),
  );
  return { rows, outcomes };
}

describe("the logistic fit", () => {
  it("is where gradient ascent ends, which shares nothing with Newton's method", () => {
    const { rows, outcomes } = logisticRows("ascent", 400);
    const fit = fitLogistic(["a", "b", "c"], rows, outcomes);
    const beta = [0, 0, 0, 0];
    for (let step = 0; step < 20_000; step++) {
      const gradient = [0, 0, 0, 0];
      for (const [index, row] of rows.entries()) {
        const x = [1, ...row];
        const eta = x.reduce((sum, value, j) => sum + value * beta[j]!, 0);
        const residual = outcomes[index]! - 1 / (1 + Math.exp(-eta));
        for (const [j, value] of x.entries()) gradient[j] = gradient[j]! + residual * value;
      }
      for (const [j, slope] of gradient.entries()) beta[j] = beta[j]! + (2 * slope) / rows.length / 3;
      if (Math.max(...gradient.map(Math.abs)) < 1e-9) break;
    }
    for (const [j, { estimate }] of fit.coefficients.entries()) expect(estimate).to.be.closeTo(beta[j]!, 1e-9);
    // The covariance is the inverse of the curvature, here from differences of the likelihood's gradient.
    const slopeAt = (at: number[], j: number): number =>
      rows.reduce((sum, row, index) => {
        const x = [1, ...row];
        const eta = x.reduce((total, value, k) => total + value * at[k]!, 0);
        return sum + (outcomes[index]! - 1 / (1 + Math.exp(-eta))) * x[j]!;
      }, 0);
    const curvature = beta.map((_, i) =>
      beta.map((_, j) => {
        const moved = (by: number): number[] => beta.map((value, k) => value + (k === j ? by : 0));
        return -(slopeAt(moved(1e-5), i) - slopeAt(moved(-1e-5), i)) / 2e-5;
      }),
    );
    for (const [i, line] of curvature.entries())
      for (const j of beta.keys()) {
        const entry = line.reduce((sum, value, k) => sum + value * fit.covariance[k]![j]!, 0);
        expect(entry).to.be.closeTo(i === j ? 1 : 0, 1e-5);
      }
  });

  it("gives slope one and the mean log-odds on the weights of evidence of a single column", () => {
    const { rows, outcomes } = logisticRows("single", 1000);
    const values = rows.map(([a]) => BigInt(Math.round(a! * 100)));
    const bads = outcomes.map((y) => y === 1);
    const binned = { id: "a", ...binNumber(values, bads) };
    const weights = weightsOf(binned, { kind: "number", id: "a", values });
    const goods = bads.map((bad) => Number(!bad));
    const fit = fitLogistic(
      ["a"],
      weights.map((woe) => [woe]),
      goods,
    );
    expect(fit.coefficients[1]!.estimate).to.be.closeTo(1, 1e-9);
    const good = goods.reduce((sum, y) => sum + y, 0);
    expect(fit.coefficients[0]!.estimate).to.be.closeTo(Math.log(good / (goods.length - good)), 1e-9);
  });

  it("is drawn in, and says so, when the data are separable or two columns are the same", () => {
    const rows = Array.from({ length: 40 }, (_, index) => [index]);
    const separable = fitLogistic(
      ["x"],
      rows,
      rows.map(([x]) => Number(x! >= 20)),
    );
    expect(separable.ridge).to.be.above(0);
    expect(separable.coefficients[1]!.estimate).to.be.within(0, 20);
    const { rows: noisy, outcomes } = logisticRows("collinear", 300);
    const twice = fitLogistic(
      ["a", "again"],
      noisy.map(([a]) => [a!, a!]),
      outcomes,
    );
    expect(twice.ridge).to.be.above(0);
    expect(twice.coefficients[1]!.estimate).to.be.closeTo(twice.coefficients[2]!.estimate, 1e-6);
    expect(() =>
      fitLogistic(
        ["x"],
        rows,
        rows.map(() => 1),
      ),
    ).to.throw("outcomes of both kinds");
  });
});

const sample = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.boolean()), { minLength: 2, maxLength: 60 })
  .filter((rows) => rows.some(([, bad]) => bad) && rows.some(([, bad]) => !bad))
  .map((rows) => ({ scores: rows.map(([score]) => score), bads: rows.map(([, bad]) => bad) }));

describe("figures of discrimination and calibration", () => {
  it("AUC and DeLong's error are those of comparing every good with every bad one", () => {
    fc.assert(
      fc.property(sample, ({ scores, bads }) => {
        const good = scores.filter((_, row) => !bads[row]);
        const bad = scores.filter((_, row) => bads[row]);
        const wins = (a: number, b: number): number => (a > b ? 1 : a === b ? 0.5 : 0);
        const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
        const ofGood = good.map((a) => mean(bad.map((b) => wins(a, b))));
        const ofBad = bad.map((b) => mean(good.map((a) => wins(a, b))));
        const variance = (values: number[]): number =>
          values.length < 2
            ? 0
            : values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1);
        const { auc, gini, standardError, low, high } = aucOf(scores, bads);
        expect(auc).to.be.closeTo(mean(ofGood), 1e-12);
        expect(gini).to.be.closeTo(2 * mean(ofGood) - 1, 1e-12);
        const error = Math.sqrt(variance(ofGood) / good.length + variance(ofBad) / bad.length);
        expect(standardError).to.be.closeTo(error, 1e-12);
        expect(low <= auc && auc <= high && low >= 0 && high <= 1).to.equal(true);
      }),
    );
  });

  it("KS is the largest distance over every cut", () => {
    fc.assert(
      fc.property(sample, ({ scores, bads }) => {
        const upTo = (cut: number, wanted: boolean): number => {
          const own = scores.filter((_, row) => bads[row] === wanted);
          return own.filter((score) => score <= cut).length / own.length;
        };
        const distances = scores.map((cut) => Math.abs(upTo(cut, true) - upTo(cut, false)));
        const { ks, score: at } = ksOf(scores, bads);
        expect(ks).to.be.closeTo(Math.max(...distances), 1e-12);
        if (ks > 0) expect(Math.abs(upTo(at, true) - upTo(at, false))).to.be.closeTo(ks, 1e-12);
      }),
    );
  });

  it("groups hold every row once and never tear equal ones apart", () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: 2, max: 10 }), ({ scores, bads }, count) => {
        const bandRows = gainsTable(scores, bads, count);
        expect(bandRows.reduce((sum, { rows }) => sum + rows, 0)).to.equal(scores.length);
        expect(bandRows.at(-1)).to.include({ cumulativeBads: 1, cumulativeGoods: 1 });
        for (const [index, { fromScore }] of bandRows.entries())
          if (index > 0) expect(fromScore).to.be.above(bandRows[index - 1]!.toScore);
        const probabilities = scores.map((score) => (score + 1) / 15);
        const { groups } = hosmerLemeshow(probabilities, bads, false, count);
        expect(groups.reduce((sum, { rows }) => sum + rows, 0)).to.equal(scores.length);
        expect(groups.reduce((sum, group) => sum + group.bads, 0)).to.equal(bads.filter(Boolean).length);
      }),
    );
  });
});

describe("bins", () => {
  const column = fc
    .array(fc.tuple(fc.option(fc.integer({ min: -3000, max: 3000 }), { freq: 8 }), fc.boolean()), {
      minLength: 60,
      maxLength: 300,
    })
    .filter((rows) => rows.some(([value, bad]) => value !== null && bad) && rows.some(([v, bad]) => v !== null && !bad))
    .map((rows) => ({
      values: rows.map(([value]) => (value === null ? null : BigInt(value))),
      bads: rows.map(([, bad]) => bad),
    }));

  it("of numbers hold every row once, are large enough, keep the trend, and leave unknown to itself", () => {
    fc.assert(
      fc.property(column, fc.constantFrom("any", "rising", "falling", "monotone"), ({ values, bads }, wish) => {
        const { bins, unknown, trend } = binNumber(values, bads, wish);
        const known = values.filter((value) => value !== null).length;
        expect(unknown.good + unknown.bad).to.equal(values.length - known);
        expect(unknown.observed).to.equal(values.length - known >= BINNING.fewestUnknown);
        if (!unknown.observed) expect(unknown.woe).to.equal(0);
        expect([bins[0]!.from, bins.at(-1)!.below]).to.deep.equal([null, null]);
        for (const [index, { from, below, good, bad, woe }] of bins.entries()) {
          const own = values.flatMap((value, row) =>
            value !== null && (from === null || value >= from) && (below === null || value < below) ? [row] : [],
          );
          expect(own.length).to.equal(good + bad);
          expect(own.filter((row) => bads[row]).length).to.equal(bad);
          if (bins.length > 1) expect(good + bad).to.be.at.least(BINNING.minShare * known);
          const before = bins[index - 1];
          if (!before) continue;
          expect(from).to.equal(before.below);
          if (trend === "rising") expect(woe).to.be.at.least(before.woe);
          if (trend === "falling") expect(woe).to.be.at.most(before.woe);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are cut where the risk changes, at a bound that can be read", () => {
    const random = randomOf("cut");
    const values = Array.from({ length: 6000 }, () => BigInt(random.int(0, 9_999_999)));
    const bads = values.map((value) => random.chance(value < 3_000_000n ? 0.4 : 0.1));
    const { bins } = binNumber(values, bads);
    expect(bins).to.have.length(2);
    expect(Number(bins[0]!.below)).to.be.closeTo(3_000_000, 500_000);
    expect(bins[0]!.below! % 10_000n).to.equal(0n);
  });

  it("of codes join those of like risk and keep the others apart", () => {
    const random = randomOf("codes");
    const rates: Record<string, number> = { a: 0.05, b: 0.05, c: 0.3, d: 0.31, e: 0.6 };
    const values = Array.from({ length: 4000 }, () => (random.chance(0.1) ? null : random.pick(Object.keys(rates))));
    const bads = values.map((value) => random.chance(value === null ? 0.2 : rates[value]!));
    const { bins, unknown } = binCategory(values, bads);
    expect(bins.map((bin) => bin.values)).to.deep.equal([["e"], ["c", "d"], ["a", "b"]]);
    expect(unknown.observed).to.equal(true);
  });

  it("have shares that add up to a million", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 12 }), (counts) => {
        fc.pre(counts.some((count) => count > 0));
        expect(sharesPpm(counts).reduce((sum, share) => sum + share, 0)).to.equal(1_000_000);
      }),
    );
  });
});
