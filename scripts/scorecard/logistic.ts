import { twoSidedNormal } from "./distributions.ts";

/* Logistic regression by Newton's method (iteratively reweighted least squares). */

export type Matrix = number[][];

/** Lower triangle L with L·Lᵀ = A; null when A isn't positive definite to working precision. */
export function cholesky(a: Matrix): Matrix | null {
  const l = a.map((row) => row.map(() => 0));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i]![j]!;
      for (let k = 0; k < j; k++) sum -= l[i]![k]! * l[j]![k]!;
      if (i !== j) l[i]![j] = sum / l[j]![j]!;
      else if (sum > 1e-12 * Math.abs(a[i]![i]!)) l[i]![i] = Math.sqrt(sum);
      else return null;
    }
  }
  return l;
}

/** Solves L·Lᵀ·x = b. */
export function choleskySolve(l: Matrix, b: readonly number[]): number[] {
  const x = [...b];
  for (let i = 0; i < x.length; i++) {
    for (let k = 0; k < i; k++) x[i] = x[i]! - l[i]![k]! * x[k]!;
    x[i] = x[i]! / l[i]![i]!;
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i] = x[i]! - l[k]![i]! * x[k]!;
    x[i] = x[i]! / l[i]![i]!;
  }
  return x;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * b[index]!, 0);
const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
/** ln(1 + eˣ) without overflow. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export interface Coefficient {
  readonly name: string;
  readonly estimate: number;
  readonly standardError: number;
  /** Wald's statistic, estimate ÷ standard error, and the chance of one as far from zero. */
  readonly z: number;
  readonly pValue: number;
}

export interface LogisticFit {
  /** The intercept first. */
  readonly coefficients: Coefficient[];
  readonly covariance: Matrix;
  readonly logLikelihood: number;
  readonly nullLogLikelihood: number;
  readonly iterations: number;
  /** Zero, unless the data are separable or collinear: then estimates are drawn towards zero by so much. */
  readonly ridge: number;
  probability(row: readonly number[]): number;
}

interface State {
  readonly beta: number[];
  readonly logLikelihood: number;
}

const MAX_ITERATIONS = 60;
/** Log-odds that no real coefficient reaches: beyond them the data are taken for separable. */
const RUNAWAY = 20;

/** Newton's steps, halved while they make the likelihood smaller. Null when it doesn't get to a maximum. */
function climb(x: Matrix, y: readonly number[], ridge: number) {
  const width = x[0]!.length;
  const evaluate = (beta: number[]): State => {
    let logLikelihood = 0;
    for (const [index, row] of x.entries()) {
      const eta = dot(row, beta);
      logLikelihood += y[index]! * eta - softplus(eta);
    }
    // The intercept is never drawn in.
    for (const value of beta.slice(1)) logLikelihood -= (ridge / 2) * value * value;
    return { beta, logLikelihood };
  };
  let state = evaluate(new Array<number>(width).fill(0));
  for (let iteration = 1; iteration <= MAX_ITERATIONS; iteration++) {
    const gradient = state.beta.map((value, index) => (index === 0 ? 0 : -ridge * value));
    const hessian: Matrix = gradient.map((_, i) => gradient.map((_, j) => (i === j && i > 0 ? ridge : 0)));
    for (const [index, row] of x.entries()) {
      const p = logistic(dot(row, state.beta));
      const weight = p * (1 - p);
      for (let i = 0; i < width; i++) {
        gradient[i] = gradient[i]! + row[i]! * (y[index]! - p);
        const weighted = row[i]! * weight;
        if (weighted === 0) continue;
        const line = hessian[i]!;
        for (let j = 0; j <= i; j++) line[j] = line[j]! + weighted * row[j]!;
      }
    }
    for (let i = 0; i < width; i++) for (let j = i + 1; j < width; j++) hessian[i]![j] = hessian[j]![i]!;
    const factor = cholesky(hessian);
    if (!factor) return null;
    const step = choleskySolve(factor, gradient);
    // Half the squared length of the step in the metric of the Hessian is what is left to gain.
    if (dot(step, gradient) < 1e-20) return { ...state, factor, iterations: iteration };
    let next = state;
    for (let half = 1; half > 1e-9; half /= 2) {
      next = evaluate(state.beta.map((value, index) => value + half * step[index]!));
      if (next.logLikelihood >= state.logLikelihood) break;
    }
    // No step is better: the maximum is reached to working precision.
    if (next.logLikelihood <= state.logLikelihood) return { ...state, factor, iterations: iteration };
    state = next;
    if (ridge === 0 && state.beta.slice(1).some((value, j) => Math.abs(value) * spread(x, j + 1) > RUNAWAY))
      return null;
  }
  return null;
}

function spread(x: Matrix, column: number): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of x) {
    low = Math.min(low, row[column]!);
    high = Math.max(high, row[column]!);
  }
  return high - low;
}

/**
 * Fits P(y = 1) = 1 ÷ (1 + e^−(β₀ + Σ βⱼ·xⱼ)) by maximum likelihood.
 *
 * @param rows one row of predictors for each outcome, without the column of ones
 * @param outcomes 0 or 1
 */
export function fitLogistic(
  names: readonly string[],
  rows: readonly (readonly number[])[],
  outcomes: readonly number[],
): LogisticFit {
  const ones = outcomes.reduce((sum, y) => sum + y, 0);
  if (rows.length !== outcomes.length) throw new Error("there must be as many rows as outcomes");
  if (ones === 0 || ones === outcomes.length) throw new Error("there must be outcomes of both kinds");
  const x = rows.map((row) => [1, ...row]);
  let ridge = 0;
  let top = climb(x, outcomes, ridge);
  while (!top && ridge < x.length) {
    ridge = ridge === 0 ? 1e-6 * x.length : ridge * 10;
    top = climb(x, outcomes, ridge);
  }
  if (!top) throw new Error("no maximum of the likelihood was found");
  const { beta, factor } = top;
  const unit = (i: number): number[] => beta.map((_, j) => (i === j ? 1 : 0));
  const covariance = beta.map((_, i) => choleskySolve(factor, unit(i)));
  const share = ones / outcomes.length;
  return {
    coefficients: beta.map((estimate, i) => {
      const standardError = Math.sqrt(covariance[i]![i]!);
      const z = estimate / standardError;
      return { name: i === 0 ? "(intercept)" : names[i - 1]!, estimate, standardError, z, pValue: twoSidedNormal(z) };
    }),
    covariance,
    logLikelihood: top.logLikelihood,
    nullLogLikelihood: ones * Math.log(share) + (outcomes.length - ones) * Math.log(1 - share),
    iterations: top.iterations,
    ridge,
    probability: (row) => logistic(dot([1, ...row], beta)),
  };
}
