import type { GradeName, Scorecard } from "./scorecard.ts";

/* What became of those who were scored: how well the scores told good from bad, and whether the rates hold. */

export interface KnownOutcome {
  readonly total: number;
  readonly grade: GradeName;
  readonly bad: boolean;
}

export interface OutcomeFigures {
  /** Chance that a good one scored higher than a bad one, ties half; four digits after the point. */
  readonly auc: string;
  /** The largest distance between the shares of bads and of goods up to a score. */
  readonly ks: string;
  readonly ksScore: number;
  readonly grades: readonly { grade: GradeName; rows: number; bads: number; expectedRate: string }[];
}

/** With fewer goods or bads than this, an AUC is mostly chance. */
export const FEWEST_OUTCOMES = 30;

/** Null while there are too few: a figure from a handful of defaults would be read as one. */
export function outcomeFigures(
  card: Scorecard,
  outcomes: readonly KnownOutcome[],
  fewest = FEWEST_OUTCOMES,
): OutcomeFigures | null {
  const bads = outcomes.filter(({ bad }) => bad).length;
  const goods = outcomes.length - bads;
  if (goods < fewest || bads < fewest) return null;
  const sorted = outcomes.toSorted((a, b) => a.total - b.total);
  let [seenGoods, seenBads, wins] = [0, 0, 0];
  let [ks, ksScore] = [0, sorted[0]!.total];
  for (let start = 0; start < sorted.length; ) {
    const { total } = sorted[start]!;
    let [ownGoods, ownBads] = [0, 0];
    for (; start < sorted.length && sorted[start]!.total === total; start++) {
      if (sorted[start]!.bad) ownBads++;
      else ownGoods++;
    }
    // Each good of this score beats the bads below it, and half of those beside it.
    wins += ownGoods * (seenBads + ownBads / 2);
    seenGoods += ownGoods;
    seenBads += ownBads;
    const distance = Math.abs(seenBads / bads - seenGoods / goods);
    if (distance > ks) [ks, ksScore] = [distance, total];
  }
  return {
    auc: (wins / (goods * bads)).toFixed(4),
    ks: ks.toFixed(4),
    ksScore,
    grades: card.grades.map(({ grade, defaultRate }) => {
      const own = outcomes.filter((each) => each.grade === grade);
      return { grade, rows: own.length, bads: own.filter(({ bad }) => bad).length, expectedRate: defaultRate };
    }),
  };
}
