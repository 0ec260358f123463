import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { score } from "../../backend/features/scoring/domain/score.ts";
import { parseScorecard } from "../../backend/features/scoring/domain/scorecard.ts";
import { fitLogistic } from "../../scripts/scorecard/logistic.ts";
import { readOutcomes } from "../../scripts/scorecard/outcomes.ts";
import {
  SAMPLE_CATEGORIES,
  SAMPLE_INDICATORS,
  SAMPLE_INTERCEPT,
  SAMPLE_TARGET,
  sampleOutcomes,
} from "../../scripts/scorecard/sample-outcomes.ts";
import { scalingOf } from "../../scripts/scorecard/scaling.ts";
import { TRAINING, train } from "../../scripts/scorecard/train.ts";
import { validate } from "../../scripts/scorecard/validation.ts";
import { weightsOf } from "../../scripts/scorecard/weights.ts";

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
