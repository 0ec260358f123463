import { int32 } from "../bson/types.ts";
import { arithmeticOperators } from "./expression-arithmetic.ts";
import { arrayOperators } from "./expression-arrays.ts";
import { typeOperators } from "./expression-convert.ts";
import { timestampOperators } from "./expression-dates.ts";
import { mathOperators } from "./expression-math.ts";
import { objectOperators } from "./expression-objects.ts";
import { setOperators } from "./expression-sets.ts";
import { stringOperators } from "./expression-strings.ts";
import { binary, compareWithMissing, type Operator, truth, unary } from "./expression-support.ts";

const compare = (test: (c: number) => boolean): Operator => binary((a, b) => test(compareWithMissing(a, b)));

/** The operators that take their arguments already computed. */
export const operators: Record<string, Operator> = {
  $eq: compare((c) => c === 0),
  $ne: compare((c) => c !== 0),
  $gt: compare((c) => c > 0),
  $gte: compare((c) => c >= 0),
  $lt: compare((c) => c < 0),
  $lte: compare((c) => c <= 0),
  $cmp: binary((a, b) => int32(compareWithMissing(a, b))),
  $not: unary((v) => !truth(v)),
  ...arithmeticOperators,
  ...mathOperators,
  ...stringOperators,
  ...arrayOperators,
  ...setOperators,
  ...objectOperators,
  ...typeOperators,
  ...timestampOperators,
};
