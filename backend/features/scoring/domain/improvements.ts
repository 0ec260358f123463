import {
  amountOf,
  binOf,
  type Characteristic,
  type GradeName,
  type IndicatorInput,
  type Scorecard,
} from "./scorecard.ts";

/** The smallest change of one indicator that reaches a better bin. */
export type Change =
  /** Raise to at least, or lower below, this whole number. */
  | { readonly kind: "raiseTo" | "lowerBelow"; readonly bound: string }
  | { readonly kind: "becomeOneOf"; readonly values: readonly string[] }
  /** The value is unknown: what it brings depends on what it turns out to be. */
  | { readonly kind: "provide" };

export interface Improvement {
  readonly indicatorId: string;
  readonly change: Change;
  readonly toBin: string;
  readonly pointsGained: number;
  /** The grade with this change alone. */
  readonly grade: GradeName;
}

export interface NextGrade {
  readonly grade: GradeName;
  readonly from: number;
  readonly pointsMissing: number;
  /** The fewest changes that reach it together, best first; null when all of them aren't enough. */
  readonly indicatorIds: readonly string[] | null;
}

export const gradeOf = (card: Scorecard, total: number): Scorecard["grades"][number] =>
  card.grades.find(({ from }) => from === null || total >= from)!;

type Step = Pick<Improvement, "change" | "toBin" | "pointsGained">;

function numberStep(
  characteristic: Extract<Characteristic, { kind: "number" }>,
  value: Exclude<IndicatorInput, null>,
): Step | null {
  const { bins, indicatorId } = characteristic;
  const at = bins.findIndex(({ id }) => id === binOf(characteristic, value).binId);
  const now = bins[at]!.points;
  const better = (bin: (typeof bins)[number]): boolean => bin.points > now;
  const up = bins.slice(at + 1).find(better);
  const down = bins.slice(0, at).findLast(better);
  const step = (bin: (typeof bins)[number], kind: "raiseTo" | "lowerBelow"): Step => ({
    change: { kind, bound: kind === "raiseTo" ? bin.from! : bin.below! },
    toBin: bin.id,
    pointsGained: bin.points - now,
  });
  if (!up) return down ? step(down, "lowerBelow") : null;
  if (!down) return step(up, "raiseTo");
  // Both ways lead up: the shorter one, and raising when they are equally long. Half a unit below is below.
  const amount = amountOf(indicatorId, value);
  const twice = typeof amount === "bigint" ? 2n * amount : 2 * amount;
  return twice >= BigInt(up.from!) + BigInt(down.below!) - 1n ? step(up, "raiseTo") : step(down, "lowerBelow");
}

function categoryStep(
  { bins }: Extract<Characteristic, { kind: "category" }>,
  value: Exclude<IndicatorInput, null>,
): Step | null {
  const now = bins.find(({ values }) => values.includes(String(value)));
  if (!now) return null;
  const next = bins
    .filter(({ points }) => points > now.points)
    .sort((a, b) => a.points - b.points || (a.id < b.id ? -1 : 1))[0];
  if (!next) return null;
  const change = { kind: "becomeOneOf", values: [...next.values].sort() } as const;
  return { change, toBin: next.id, pointsGained: next.points - now.points };
}

/** For an unknown value: the most that knowing it could bring. */
function provideStep({ bins, unknown }: Characteristic): Step | null {
  const best = [...bins].sort((a, b) => b.points - a.points || (a.id < b.id ? -1 : 1))[0]!;
  const pointsGained = best.points - unknown.points;
  return pointsGained > 0 ? { change: { kind: "provide" }, toBin: best.id, pointsGained } : null;
}

function stepOf(characteristic: Characteristic, value: IndicatorInput): Step | null {
  if (value === null) return provideStep(characteristic);
  if (!characteristic.changeable) return null;
  return characteristic.kind === "number" ? numberStep(characteristic, value) : categoryStep(characteristic, value);
}

/** What would improve a score, the most first; ties by id. */
export function improvementsOf(
  card: Scorecard,
  values: ReadonlyMap<string, IndicatorInput>,
  total: number,
): Improvement[] {
  return card.characteristics
    .flatMap((characteristic): Improvement[] => {
      const { indicatorId } = characteristic;
      const step = stepOf(characteristic, values.get(indicatorId) ?? null);
      return step ? [{ indicatorId, ...step, grade: gradeOf(card, total + step.pointsGained).grade }] : [];
    })
    .sort((a, b) => b.pointsGained - a.pointsGained || (a.indicatorId < b.indicatorId ? -1 : 1));
}

/** The grade above and the fewest changes that reach it. What is only hoped for, an unknown value, doesn't count. */
export function nextGradeOf(card: Scorecard, total: number, improvements: readonly Improvement[]): NextGrade | null {
  const at = card.grades.indexOf(gradeOf(card, total));
  const next = card.grades[at - 1];
  if (!next || next.from === null) return null;
  const pointsMissing = next.from - total;
  const indicatorIds: string[] = [];
  let gained = 0;
  for (const { indicatorId, change, pointsGained } of improvements) {
    if (gained >= pointsMissing) break;
    if (change.kind === "provide") continue;
    indicatorIds.push(indicatorId);
    gained += pointsGained;
  }
  const { grade, from } = next;
  return { grade, from, pointsMissing, indicatorIds: gained >= pointsMissing ? indicatorIds : null };
}
