import { z } from "zod";
import { isoTime } from "../../lib/schemas.ts";
import { personalAttribute } from "./domain/fairness.ts";

/* A scorecard as it is stored and published. Its digest (domain/scorecard.ts) is what gets anchored. */

/** A whole number as text: indicators in fen don't fit a float. */
const WHOLE = /^(0|-?[1-9]\d{0,29})$/;
const wholeText = z.string().regex(WHOLE, "a whole number as text, such as -250 or 100000000");
const fixed = (digits: number) =>
  z
    .string()
    .regex(new RegExp(`^-?\\d{1,9}\\.\\d{${digits}}$`), `a decimal number with ${digits} digits after the point`);
const points = z.int().min(-100_000).max(100_000);
const binId = z.string().min(1).max(40);

/** What every bin has: its points, what they come from, and its share of the training sample in parts per million. */
const evidence = { points, woe: fixed(6), sharePpm: z.int().min(0).max(1_000_000) };

const unknownBin = z.strictObject({
  ...evidence,
  /** False: too few unknowns were seen in training, so that unknown counts as the average does. */
  observed: z.boolean(),
});

const common = {
  indicatorId: z.string().regex(/^[A-Za-z][A-Za-z0-9.-]{0,79}$/, "an indicator's id, such as tax.paid12mFen"),
  /** Whether the enterprise can do something about it: only then is it named among what would improve the score. */
  changeable: z.boolean(),
  informationValue: fixed(6),
  unknown: unknownBin,
};

const numberBin = z.strictObject({
  id: binId,
  /** Lowest value, included; null is no lower bound. */
  from: wholeText.nullable(),
  /** First value that is too high; null is no upper bound. */
  below: wholeText.nullable(),
  ...evidence,
});

const categoryBin = z.strictObject({
  id: binId,
  values: z.array(z.string().min(1).max(100)).min(1).max(2000),
  ...evidence,
});

export const numberCharacteristic = z.strictObject({
  kind: z.literal("number"),
  ...common,
  /** "rising": a higher value never costs points; "falling": a lower one; "any": neither. */
  trend: z.enum(["rising", "falling", "any"]),
  bins: z.array(numberBin).min(1).max(40),
});

export const categoryCharacteristic = z.strictObject({
  kind: z.literal("category"),
  ...common,
  bins: z.array(categoryBin).min(1).max(40),
});

export const characteristic = z.discriminatedUnion("kind", [numberCharacteristic, categoryCharacteristic]);

export const gradeName = z.enum(["A", "B", "C", "D", "E"]);

const gradeBand = z.strictObject({
  grade: gradeName,
  /** Lowest score of the grade, included; null for the last one. */
  from: z.int().nullable(),
  /** Mean default rate that the model gives the training sample's enterprises of this grade. */
  defaultRate: fixed(6),
});

const scoreBand = z.strictObject({
  from: z.int().nullable(),
  below: z.int().nullable(),
  sharePpm: z.int().min(0).max(1_000_000),
});

const shape = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/, "lower-case letters, digits and hyphens"),
  version: z.int().min(1),
  trainedAt: isoTime,
  /** What counts as bad. */
  target: z.string().min(1).max(200),
  scaling: z.strictObject({
    baseScore: z.int(),
    /** Goods for each bad at the base score. */
    baseOdds: z.int().min(1),
    pointsToDoubleOdds: z.int().min(1),
  }),
  basePoints: points,
  characteristics: z.array(characteristic).min(1).max(60),
  grades: z.array(gradeBand).length(5),
  /** How the training sample's scores were spread: what drift is measured against. */
  scoreBands: z.array(scoreBand).min(1).max(50),
});

type Shape = z.infer<typeof shape>;
type Range = { readonly from: string | number | null; readonly below: string | number | null };
type Fault = (message: string, ...path: (string | number)[]) => void;

const isWhole = (bound: string | number | null): bound is string | number =>
  typeof bound === "number" ? Number.isSafeInteger(bound) : bound !== null && WHOLE.test(bound);

/** Ranges must cover every value once: each begins where the one before it ended. */
function checkRanges(ranges: readonly Range[], path: (string | number)[], fault: Fault): void {
  ranges.forEach(({ from, below }, index) => {
    const before = ranges[index - 1];
    if (from !== (before ? before.below : null)) fault("begins where the one before it ends", ...path, index, "from");
    if ((below === null) !== (index === ranges.length - 1)) fault("only the last one is open", ...path, index, "below");
    // What is no whole number has been told of already.
    if (isWhole(from) && isWhole(below) && BigInt(below) <= BigInt(from)) fault("is empty", ...path, index);
  });
}

function checkDistinct(names: readonly string[], path: (string | number)[], fault: Fault): void {
  if (new Set(names).size !== names.length) fault("names something twice", ...path);
}

function checkCharacteristic(each: z.infer<typeof characteristic>, path: (string | number)[], fault: Fault): void {
  const personal = personalAttribute(each.indicatorId);
  if (personal) fault(`an attribute of a natural person (${personal}) may not count`, ...path, "indicatorId");
  checkDistinct([...each.bins.map(({ id }) => id), "unknown"], [...path, "bins"], fault);
  if (each.kind === "category") {
    checkDistinct(
      each.bins.flatMap(({ values }) => values),
      [...path, "bins"],
      fault,
    );
    return;
  }
  checkRanges(each.bins, [...path, "bins"], fault);
  if (each.trend === "any") return;
  const sign = each.trend === "rising" ? 1 : -1;
  each.bins.forEach((bin, index) => {
    const before = each.bins[index - 1];
    if (before && (bin.points - before.points) * sign < 0) fault("goes against the trend", ...path, "bins", index);
  });
}

function checkGrades(grades: Shape["grades"], fault: Fault): void {
  grades.forEach((band, index) => {
    const before = grades[index - 1];
    if (band.grade !== gradeName.options[index]) fault("grades stand from A to E", "grades", index, "grade");
    if ((band.from === null) !== (index === grades.length - 1)) fault("only the last one is open", "grades", index);
    if (!before) return;
    if (before.from !== null && band.from !== null && band.from >= before.from)
      fault("is not below the grade before it", "grades", index, "from");
    if (Number(band.defaultRate) < Number(before.defaultRate))
      fault("is safer than the grade before it", "grades", index, "defaultRate");
  });
}

export const scorecard = shape
  .superRefine((card, context) => {
    const fault: Fault = (message, ...path) => context.addIssue({ code: "custom", message, path });
    checkDistinct(
      card.characteristics.map(({ indicatorId }) => indicatorId),
      ["characteristics"],
      fault,
    );
    card.characteristics.forEach((each, index) => {
      checkCharacteristic(each, ["characteristics", index], fault);
    });
    checkRanges(card.scoreBands, ["scoreBands"], fault);
    checkGrades(card.grades, fault);
  })
  .openapi("Scorecard");

export type Scorecard = z.infer<typeof scorecard>;
export type Characteristic = z.infer<typeof characteristic>;
export type NumberCharacteristic = z.infer<typeof numberCharacteristic>;
export type CategoryCharacteristic = z.infer<typeof categoryCharacteristic>;
export type GradeName = z.infer<typeof gradeName>;
