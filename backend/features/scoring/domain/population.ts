import { type AdverseImpact, adverseImpact, FEWEST_PER_GROUP } from "./fairness.ts";
import { type Tally, tally } from "./monitor.ts";
import type { ScoreResult } from "./score.ts";
import type { GradeName, IndicatorInput, Scorecard } from "./scorecard.ts";

/* The present population, counted slice by slice: what a survey keeps between two slices is JSON of this. */

export const GROUPINGS = ["district", "industry", "size"] as const;
export type Grouping = (typeof GROUPINGS)[number];
export type Groups = Readonly<Record<Grouping, string>>;

export const isFavourable = (grade: GradeName): boolean => grade === "A" || grade === "B";

/** By people insured, as the usual size classes cut them; unknown has a group of its own. */
export function sizeOf(insured: IndicatorInput): string {
  if (typeof insured !== "number") return "unknown";
  return insured < 10 ? "under 10" : insured < 100 ? "10 to 99" : insured < 300 ? "100 to 299" : "300 and more";
}

/** Sections of GB/T 4754 by the first two digits of an industry's code, each with its last division. */
const SECTIONS: readonly (readonly [last: number, section: string])[] = [
  [5, "A"],
  [12, "B"],
  [43, "C"],
  [46, "D"],
  [50, "E"],
  [52, "F"],
  [60, "G"],
  [62, "H"],
  [65, "I"],
  [69, "J"],
  [70, "K"],
  [72, "L"],
  [75, "M"],
  [79, "N"],
  [82, "O"],
  [83, "P"],
  [85, "Q"],
  [90, "R"],
  [96, "S"],
  [97, "T"],
];

/** "5227" or "F5227" → "F": divisions are too many and too small to compare. */
export function industryOf(code: IndicatorInput): string {
  if (typeof code !== "string") return "unknown";
  if (/^[A-T]/.test(code)) return code.charAt(0);
  const division = Number(code.slice(0, 2));
  return SECTIONS.find(([last]) => division >= 1 && division <= last)?.[1] ?? "unknown";
}

interface GroupCount {
  total: number;
  favourable: number;
}
type GroupCounts = Record<Grouping, Record<string, GroupCount>>;

export interface Progress {
  scores: number;
  /** Enterprises with a value that the scorecard can't read. */
  refused: number;
  bands: number[];
  grades: Record<GradeName, number>;
  /** By the scorecard's characteristics, by bin, the unknown one last. */
  bins: number[][];
  fairness: GroupCounts;
  decisions: GroupCounts;
  outcomes: { total: number; grade: GradeName; bad: boolean }[];
  unscored: number;
}

const noGroups = (): GroupCounts => ({ district: {}, industry: {}, size: {} });

export const noProgress = (card: Scorecard): Progress => ({
  scores: 0,
  refused: 0,
  bands: card.scoreBands.map(() => 0),
  grades: { A: 0, B: 0, C: 0, D: 0, E: 0 },
  bins: card.characteristics.map(({ bins }) => new Array<number>(bins.length + 1).fill(0)),
  fairness: noGroups(),
  decisions: noGroups(),
  outcomes: [],
  unscored: 0,
});

const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((value, index) => value + b[index]!);

/** Adds the scores of a slice. */
export function addScores(card: Scorecard, progress: Progress, results: readonly ScoreResult[]): void {
  const own = tally(card, results);
  progress.scores += own.scores;
  progress.bands = sum(progress.bands, own.bands);
  for (const grade of Object.keys(own.grades) as GradeName[]) progress.grades[grade] += own.grades[grade];
  progress.bins = card.characteristics.map(({ indicatorId }, index) =>
    sum(progress.bins[index]!, own.bins.get(indicatorId)!),
  );
}

export function addToGroups(counts: GroupCounts, groups: Groups, favourable: boolean): void {
  for (const by of GROUPINGS) {
    const count = counts[by][groups[by]] ?? { total: 0, favourable: 0 };
    counts[by][groups[by]] = {
      total: count.total + 1,
      favourable: count.favourable + (favourable ? 1 : 0),
    };
  }
}

export const tallyOf = (card: Scorecard, { scores, bands, grades, bins }: Progress): Tally => ({
  scores,
  bands,
  grades,
  bins: new Map(card.characteristics.map(({ indicatorId }, index) => [indicatorId, bins[index]!])),
});

export const impactOf = (counts: Readonly<Record<string, GroupCount>>): AdverseImpact =>
  adverseImpact(
    (function* () {
      for (const [group, { total, favourable }] of Object.entries(counts))
        for (let i = 0; i < total; i++) yield { group, favourable: i < favourable };
    })(),
    FEWEST_PER_GROUP,
  );
