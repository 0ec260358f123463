import { personalAttribute } from "../../backend/features/scoring/domain/fairness.ts";
import { parseScorecard, type Scorecard } from "../../backend/features/scoring/domain/scorecard.ts";
import { randomOf } from "../sample-city/random.ts";
import { BINNING, type BinningOptions, binCategory, binNumber, type TrendWish } from "./binning.ts";
import { fitLogistic, type LogisticFit } from "./logistic.ts";
import { type Column, type Outcomes, pick } from "./outcomes.ts";
import { buildScorecard } from "./scaling.ts";
import { type BinnedColumn, weightsOf } from "./weights.ts";
import { IV_USEFUL, powerOf } from "./woe.ts";

export interface TrainingOptions {
  readonly id: string;
  readonly version: number;
  readonly trainedAt: string;
  readonly target: string;
  readonly seed: string;
  /** Share of the rows that is kept out of training. */
  readonly holdout: number;
  readonly trends: ReadonlyMap<string, TrendWish>;
  /** Columns that are kept for comparing groups but may not count. */
  readonly groups: ReadonlySet<string>;
  /** Indicators that an enterprise can't change, so that nobody advises it to. */
  readonly fixed: ReadonlySet<string>;
  readonly baseScore: number;
  readonly baseOdds: number;
  readonly pointsToDoubleOdds: number;
  readonly binning: BinningOptions;
  /** Wald tests with a larger p-value put a characteristic out. */
  readonly level: number;
}

export const TRAINING: Omit<TrainingOptions, "trainedAt"> = {
  id: "enterprise-credit",
  version: 1,
  target: "bad outcome",
  seed: "1",
  holdout: 0.3,
  trends: new Map(),
  groups: new Set(),
  fixed: new Set(["identity.ageMonths", "identity.districtCode", "identity.industryCode"]),
  baseScore: 600,
  baseOdds: 50,
  pointsToDoubleOdds: 20,
  binning: BINNING,
  level: 0.05,
};

export interface LeftOut {
  readonly id: string;
  readonly reason: string;
  readonly informationValue: number | null;
}

export interface Training {
  readonly scorecard: Scorecard;
  readonly columns: readonly BinnedColumn[];
  readonly leftOut: readonly LeftOut[];
  readonly fit: LogisticFit;
  readonly train: Outcomes;
  readonly holdout: Outcomes;
}

/** The same share of goods and of bads is kept out, drawn by the seed. */
function split({ bads }: Outcomes, share: number, seed: string): { train: number[]; holdout: number[] } {
  const random = randomOf(seed, "holdout");
  const holdout = new Set<number>();
  for (const wanted of [true, false]) {
    const rows = [...bads.keys()].filter((row) => bads[row] === wanted);
    for (let i = rows.length - 1; i > 0; i--) {
      const j = random.int(0, i);
      [rows[i], rows[j]] = [rows[j]!, rows[i]!];
    }
    for (const row of rows.slice(0, Math.round(share * rows.length))) holdout.add(row);
  }
  const rows = [...bads.keys()];
  return { train: rows.filter((row) => !holdout.has(row)), holdout: rows.filter((row) => holdout.has(row)) };
}

function binColumn(column: Column, bads: readonly boolean[], options: TrainingOptions): BinnedColumn {
  const wish = options.trends.get(column.id) ?? "any";
  return column.kind === "number"
    ? { id: column.id, ...binNumber(column.values, bads, wish, options.binning) }
    : { id: column.id, ...binCategory(column.values, bads, options.binning) };
}

/** Puts out one characteristic after the other, worst first, until all have the right sign and are significant. */
function select(columns: BinnedColumn[], train: Outcomes, level: number) {
  const goods = train.bads.map((bad) => (bad ? 0 : 1));
  const leftOut: LeftOut[] = [];
  let kept = columns;
  for (;;) {
    if (kept.length === 0) throw new Error("no column tells bad from good: there is nothing to make a scorecard of");
    const weights = kept.map((each) => weightsOf(each, train.columns.find(({ id }) => id === each.id)!));
    const rows = train.bads.map((_, row) => weights.map((column) => column[row]!));
    const fit = fitLogistic(
      kept.map(({ id }) => id),
      rows,
      goods,
    );
    const slopes = fit.coefficients.slice(1);
    // A weight of evidence that counts against its own direction is an artefact of columns that say the same.
    const wrong = slopes.filter(({ estimate }) => estimate <= 0).sort((a, b) => a.estimate - b.estimate)[0];
    const weak = slopes.filter(({ pValue }) => pValue > level).sort((a, b) => b.pValue - a.pValue)[0];
    const out = wrong ?? weak;
    if (!out) return { kept, fit, leftOut };
    const { informationValue } = kept.find(({ id }) => id === out.name)!;
    const reason = wrong
      ? `wrong sign beside the others (${out.estimate.toFixed(3)})`
      : `not significant beside the others (p = ${out.pValue.toFixed(3)})`;
    leftOut.push({ id: out.name, reason, informationValue });
    kept = kept.filter(({ id }) => id !== out.name);
  }
}

/** Trains a scorecard. The same rows, options and seed give the same scorecard. */
export function train(outcomes: Outcomes, options: TrainingOptions): Training {
  const rows = split(outcomes, options.holdout, options.seed);
  const [training, holdout] = [pick(outcomes, rows.train), pick(outcomes, rows.holdout)];
  const leftOut: LeftOut[] = [];
  const candidates: BinnedColumn[] = [];
  for (const column of training.columns) {
    const personal = personalAttribute(column.id);
    const put = (reason: string, informationValue: number | null = null): void => {
      leftOut.push({ id: column.id, reason, informationValue });
    };
    if (personal) put(`an attribute of a natural person (${personal}) may not count`);
    else if (options.groups.has(column.id)) put("kept for comparing groups");
    else if (new Set(column.values.filter((value) => value !== null)).size < 2) put("has no two different values");
    else {
      const binned = binColumn(column, training.bads, options);
      const power = powerOf(binned.informationValue);
      if (power === "none") put(`information value below ${IV_USEFUL}`, binned.informationValue);
      else candidates.push(binned);
    }
  }
  const { kept, fit, leftOut: unselected } = select(candidates, training, options.level);
  const scorecard = parseScorecard(buildScorecard(kept, fit, training, options));
  return { scorecard, columns: kept, leftOut: [...leftOut, ...unselected], fit, train: training, holdout };
}
