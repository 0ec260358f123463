import { randomOf } from "../sample-city/random.ts";

/*
 * Plausible outcomes from a known truth: each indicator adds its effect to the log-odds of staying good. Nothing here
 * was observed; it lets a newcomer try the training, and a test see whether training finds the truth again.
 */

export const SAMPLE_TARGET = "defaulted";
/** Columns that look like numbers but are codes. */
export const SAMPLE_CATEGORIES = ["identity.districtCode"] as const;

type Cell = string | number | null;

interface Indicator {
  readonly id: string;
  draw(random: ReturnType<typeof randomOf>): Cell;
  /** What the value adds to the log-odds of staying good. */
  effect(value: Cell): number;
}

const step =
  (...steps: readonly (readonly [below: number, effect: number])[]) =>
  (value: Cell): number =>
    steps.find(([below]) => Number(value) < below)![1];
const END = Number.POSITIVE_INFINITY;

const known =
  (effect: (value: Cell) => number, unknown: number) =>
  (value: Cell): number =>
    value === null ? unknown : effect(value);

const GRADES = { A: 0.9, B: 0.3, M: 0, C: -0.7, D: -1.4 } as const;

export const SAMPLE_INDICATORS: readonly Indicator[] = [
  {
    id: "tax.creditGrade",
    draw: (random) =>
      random.weighted<Cell>([
        ["A", 18],
        ["B", 42],
        ["M", 18],
        ["C", 9],
        ["D", 5],
        [null, 8],
      ]),
    effect: known((value) => GRADES[value as keyof typeof GRADES], -0.4),
  },
  {
    id: "tax.paid12mFen",
    // From about 3,000 to 3,000,000 yuan, half of them below 100,000.
    draw: (random) => (random.chance(0.06) ? null : Math.round(1e7 * Math.exp(1.2 * random.normal()))),
    effect: known(step([3e6, -0.6], [1e7, -0.1], [3e7, 0.3], [END, 0.7]), -0.3),
  },
  {
    id: "tax.revenueGrowthBps",
    draw: (random) => (random.chance(0.12) ? null : Math.round(500 + 2500 * random.normal())),
    effect: known(step([-2000, -0.8], [0, -0.1], [END, 0.3]), 0),
  },
  {
    id: "justice.openJudgments",
    draw: (random) => random.count(0.35),
    effect: step([1, 0.25], [2, -0.7], [END, -1.3]),
  },
  {
    id: "identity.ageMonths",
    draw: (random) => random.int(3, 260),
    effect: step([24, -0.6], [60, -0.1], [END, 0.2]),
  },
  {
    id: "people.insuredGrowthBps",
    draw: (random) => (random.chance(0.1) ? null : Math.round(2000 * random.normal())),
    effect: known(step([-1500, -0.5], [END, 0.15]), -0.1),
  },
  // These two say nothing.
  {
    id: "identity.districtCode",
    draw: (random) => random.pick(["530402", "530403", "530423", "530424", "530425", "530426"]),
    effect: () => 0,
  },
  { id: "innovation.patentCount", draw: (random) => random.count(0.5), effect: () => 0 },
];

/** Log-odds of staying good before any indicator counts: about one in eight defaults. */
export const SAMPLE_INTERCEPT = 2.1;

export interface SampleOutcomes {
  readonly csv: string;
  /** Each row's effects, in the order of SAMPLE_INDICATORS. */
  readonly effects: readonly (readonly number[])[];
  readonly bads: readonly boolean[];
}

export function sampleOutcomes({ rows = 8000, seed = "sample" } = {}): SampleOutcomes {
  const random = randomOf(seed, "outcomes");
  const lines = [[...SAMPLE_INDICATORS.map(({ id }) => id), SAMPLE_TARGET].join(",")];
  const effects: number[][] = [];
  const bads: boolean[] = [];
  for (let row = 0; row < rows; row++) {
    const cells = SAMPLE_INDICATORS.map((indicator) => indicator.draw(random));
    const own = SAMPLE_INDICATORS.map((indicator, index) => indicator.effect(cells[index]!));
    const logOdds = own.reduce((sum, effect) => sum + effect, SAMPLE_INTERCEPT);
    const bad = !random.chance(1 / (1 + Math.exp(-logOdds)));
    effects.push(own);
    bads.push(bad);
    lines.push([...cells.map((cell) => cell ?? ""), bad ? 1 : 0].join(","));
  }
  return { csv: `${lines.join("\n")}\n`, effects, bads };
}
