import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { score } from "../../backend/features/scoring/domain/score.ts";
import { parseScorecard } from "../../backend/features/scoring/domain/scorecard.ts";
import { randomOf } from "../../scripts/sample-city/random.ts";
import { BINNING, binCategory, binNumber } from "../../scripts/scorecard/binning.ts";
import { fitLogistic } from "../../scripts/scorecard/logistic.ts";
import { aucOf, gainsTable, hosmerLemeshow, ksOf } from "../../scripts/scorecard/metrics.ts";
import { readOutcomes } from "../../scripts/scorecard/outcomes.ts";
import {
  SAMPLE_CATEGORIES,
  SAMPLE_INDICATORS,
  SAMPLE_INTERCEPT,
  SAMPLE_TARGET,
  sampleOutcomes,
} from "../../scripts/scorecard/sample-outcomes.ts";
import { scalingOf, sharesPpm } from "../../scripts/scorecard/scaling.ts";
import { TRAINING, train } from "../../scripts/scorecard/train.ts";
import { validate } from "../../scripts/scorecard/validation.ts";
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

describe("training", () => {
  const made = sampleOutcomes();
  const outcomes = readOutcomes(made.csv, { target: SAMPLE_TARGET, categories: new Set(SAMPLE_CATEGORIES) });
  const options = {
    ...TRAINING,
    trainedAt: "2026-03-01T00:00:00Z",
    trends: new Map(SAMPLE_INDICATORS.map(({ id }) => [id, "monotone"] as const)),
  };
  const trained = train(outcomes, options);

  it("finds the coefficients of the truth within their standard errors", () => {
    const telling = SAMPLE_INDICATORS.map((_, index) => index).filter(
      (index) => new Set(made.effects.map((row) => row[index])).size > 1,
    );
    const fit = fitLogistic(
      telling.map((index) => SAMPLE_INDICATORS[index]!.id),
      made.effects.map((row) => telling.map((index) => row[index]!)),
      made.bads.map((bad) => Number(!bad)),
    );
    const [intercept, ...slopes] = fit.coefficients;
    expect(Math.abs(intercept!.estimate - SAMPLE_INTERCEPT) / intercept!.standardError).to.be.below(3);
    for (const { name, estimate, standardError } of slopes)
      expect(Math.abs(estimate - 1) / standardError, name).to.be.below(3);
  });

  it("finds, from the raw columns, what each bin adds to the log-odds, and leaves out what says nothing", () => {
    const silent = ["identity.districtCode", "innovation.patentCount"];
    expect(trained.leftOut.map(({ id }) => id).sort()).to.deep.equal(silent);
    expect(trained.columns).to.have.length(SAMPLE_INDICATORS.length - silent.length);
    for (const [index, column] of trained.columns.entries()) {
      const place = SAMPLE_INDICATORS.findIndex(({ id }) => id === column.id);
      const { estimate: slope, standardError } = trained.fit.coefficients[index + 1]!;
      const all = [...column.bins, column.unknown].filter(({ good, bad }) => good > 0 && bad > 0);
      // The mean effect of the truth over the rows that fell into each bin.
      const weights = weightsOf(column, outcomes.columns.find(({ id }) => id === column.id)!);
      const truth = all.map(({ woe }) => {
        const own = made.effects.filter((_, row) => weights[row] === woe);
        return own.reduce((sum, effects) => sum + effects[place]!, 0) / own.length;
      });
      for (const [a, bin] of all.entries())
        for (const [b, other] of all.entries()) {
          if (b <= a) continue;
          const difference = bin.woe - other.woe;
          const cells = 1 / bin.good + 1 / bin.bad + 1 / other.good + 1 / other.bad;
          const error = Math.sqrt((standardError * difference) ** 2 + slope ** 2 * cells);
          const z = (slope * difference - (truth[a]! - truth[b]!)) / error;
          expect(Math.abs(z), `${column.id} ${a} against ${b}`).to.be.below(3);
        }
    }
  });

  it("gives default rates that hold on the rows that it never saw", () => {
    const { calibration, grades, holdout, train: onTrain, drift } = validate(trained, []);
    expect(calibration.pValue).to.be.above(0.01);
    expect(holdout.auc.low).to.be.below(onTrain.auc.auc);
    expect(holdout.auc.high).to.be.above(onTrain.auc.auc);
    expect(holdout.auc.auc).to.be.above(0.65);
    expect(drift.drift).to.equal("stable");
    for (const { rows, bads, expectedRate } of grades)
      expect(Math.abs(bads - rows * expectedRate)).to.be.below(
        3.5 * Math.sqrt(rows * expectedRate * (1 - expectedRate)),
      );
    expect(holdout.rows).to.be.closeTo(0.3 * made.bads.length, 1);
  });

  it("rounds to whole points by less than half a point a characteristic", () => {
    const { scorecard, fit, columns, holdout } = trained;
    const { factor, offset } = scalingOf(600, 50, 20);
    const weights = columns.map((column) => weightsOf(column, holdout.columns.find(({ id }) => id === column.id)!));
    for (let row = 0; row < 200; row++) {
      const logOdds = fit.coefficients.reduce(
        (sum, { estimate }, index) => sum + estimate * (index === 0 ? 1 : weights[index - 1]![row]!),
        0,
      );
      const values = holdout.columns.map(({ id, values: cells }) => {
        const value = cells[row] ?? null;
        return { id, value: typeof value === "bigint" ? String(value) : value };
      });
      const exact = offset + factor * logOdds;
      expect(Math.abs(score(scorecard, values).total - exact)).to.be.at.most((columns.length + 1) / 2);
    }
  });

  it("gives the same bytes for the same seed, and other rows are kept out for another", () => {
    expect(JSON.stringify(train(outcomes, options).scorecard)).to.equal(JSON.stringify(trained.scorecard));
    const other = train(outcomes, { ...options, seed: "2" });
    expect(other.holdout.bads).not.to.deep.equal(trained.holdout.bads);
  });

  it("never uses an attribute of a natural person, nor a column kept for comparing groups", () => {
    const columns = outcomes.columns.map((column) =>
      column.id === "tax.creditGrade" ? { ...column, id: "owner.gender" } : column,
    );
    const { scorecard, leftOut } = train({ ...outcomes, columns }, { ...options, groups: new Set(["tax.paid12mFen"]) });
    const used = scorecard.characteristics.map(({ indicatorId }) => indicatorId);
    expect(used).not.to.include.members(["owner.gender"]);
    expect(used).not.to.include.members(["tax.paid12mFen"]);
    const reasons = new Map(leftOut.map(({ id, reason }) => [id, reason]));
    expect(reasons.get("owner.gender")).to.contain("natural person");
    expect(reasons.get("tax.paid12mFen")).to.contain("comparing groups");
  });

  it("refuses what it can't read", () => {
    const read = (csv: string) => () => readOutcomes(csv, { target: "bad" });
    expect(read("a,bad\n1,2\n")).to.throw('row 2: the target is "2"');
    expect(read("a,b\n1,0\n")).to.throw('there is no column "bad"');
    expect(read("a,bad\n1.5,0\n")).to.throw("whole numbers");
    expect(read("a,a,bad\n1,1,0\n")).to.throw("twice");
    const { columns } = readOutcomes("code,number,text,bad\n0134,-5,x,0\n,,,1\n", { target: "bad" });
    expect(columns.map(({ kind }) => kind)).to.deep.equal(["category", "number", "category"]);
    expect(columns.map(({ values }) => values)).to.deep.equal([
      ["0134", null],
      [-5n, null],
      ["x", null],
    ]);
  });
});

describe("the command", () => {
  const script = resolve("scripts/train-scorecard.ts");
  const node = (args: readonly string[], cwd: string) =>
    spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", script, ...args], { cwd, encoding: "utf8" });

  it("trains on the sample, from its file again to the same scorecard, and writes a page that needs nothing", function () {
    this.timeout(60_000);
    const folder = mkdtempSync(join(tmpdir(), "scorecard-"));
    try {
      const time = ["--trained-at", "2026-03-01T00:00:00Z"];
      const first = node(["--sample", ...time], folder);
      expect(first.stderr).to.equal("");
      expect(first.stdout).to.match(/^6 characteristics from 5\d{3} rows/);
      const text = readFileSync(join(folder, ".tmp/scorecard/scorecard.json"), "utf8");
      expect(parseScorecard(JSON.parse(text)).characteristics).to.have.length(6);
      const html = readFileSync(join(folder, ".tmp/scorecard/report.html"), "utf8");
      for (const part of ["ROC", "KS 0.", "Scores, kept out", "Calibration, kept out", "tax.creditGrade"])
        expect(html).to.contain(part);
      expect(html).not.to.match(/<script|<link|https?:|src=/);
      const again = [
        ".tmp/scorecard/outcomes.csv",
        "--target",
        "defaulted",
        "--monotone",
        "all",
        "--out",
        "again.json",
      ];
      const more = ["--category", "identity.districtCode", "--groups", "identity.districtCode", ...time];
      const second = execFileSync(process.execPath, [script, ...again, ...more], { cwd: folder, encoding: "utf8" });
      expect(second).to.contain("left out: innovation.patentCount");
      expect(readFileSync(join(folder, "again.json"), "utf8")).to.equal(text);
      expect(node([], folder).status).to.equal(2);
      writeFileSync(join(folder, "short.csv"), "a,bad\n1,0\n2,1\n");
      const short = node(["short.csv", "--target", "bad"], folder);
      expect([short.status, short.stderr.split("\n").length]).to.deep.equal([1, 2]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
