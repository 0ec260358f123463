import { DomainError } from "../../../lib/errors.ts";
import { divideRoundedHalfUp, type Fen } from "../../../lib/money.ts";
import type { RepaymentMethod } from "../../requests/request-schemas.ts";

/*
 * Loan maths in integers: fen, basis points and scaled bigints, rounded half up. Runs in the browser as well, so that an
 * enterprise can work out for itself what a bid costs.
 */

export interface LoanTerms {
  readonly principalFen: Fen;
  readonly annualRateBps: number;
  readonly termMonths: number;
  readonly method: RepaymentMethod;
}

/** A cost beside the interest: paid out of the loan on the first day, or with each instalment. */
export interface LoanFee {
  readonly timing: "upfront" | "perPeriod";
  readonly amountFen: Fen;
}

export interface Instalment {
  /** Months after the money was paid out. */
  readonly period: number;
  readonly principalFen: Fen;
  readonly interestFen: Fen;
  readonly totalFen: Fen;
}

export interface AllInRate {
  /** The monthly internal rate of return over the money in hand, in hundred-millionths: 657180 is 0.65718 %. */
  readonly monthlyIrrE8: number;
  /** All-in annual rate 综合年化成本: the monthly rate × 12, in millionths: 78861 is 7.8861 %. */
  readonly allInRateE6: number;
  /** (1 + monthly rate)^12 − 1, in millionths. */
  readonly effectiveRateE6: number;
  /** The first instalment with its fees. */
  readonly firstPaymentFen: Fen;
  /** All interest and all fees. */
  readonly totalCostFen: Fen;
}

/** A basis point a year is 1/120000 a month: months count alike, as in PBoC's notice of 2021. */
const MONTHLY = 120_000n;
/** Scale of rates while solving: far finer than what is shown, so that the last digit shown is right. */
const ONE = 10n ** 18n;

function checkTerms({ principalFen, annualRateBps, termMonths }: LoanTerms): void {
  const wrong = (field: string, rule: string): never => {
    throw new DomainError("loan.invalidTerms", `${field} must be ${rule}`, { field });
  };
  if (principalFen <= 0n) wrong("principalFen", "above zero");
  if (!Number.isInteger(annualRateBps) || annualRateBps < 0 || annualRateBps > 100_000) {
    wrong("annualRateBps", "a whole number from 0 to 100000");
  }
  if (!Number.isInteger(termMonths) || termMonths < 1 || termMonths > 1_200) {
    wrong("termMonths", "a whole number from 1 to 1200");
  }
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** P·r·(1+r)^n / ((1+r)^n − 1) as one exact fraction, rounded once. */
function equalPayment(principalFen: Fen, rate: bigint, months: number): Fen {
  if (rate === 0n) return divideRoundedHalfUp(principalFen, BigInt(months));
  const grown = (MONTHLY + rate) ** BigInt(months);
  return divideRoundedHalfUp(principalFen * rate * grown, MONTHLY * (grown - MONTHLY ** BigInt(months)));
}

/**
 * The instalments in order. Interest is rounded each month on what is still owed; the last instalment takes what the
 * rounding left, so the principal parts always sum to the principal. A bullet loan has a single instalment, with simple
 * interest over the whole term (利随本清).
 */
export function schedule(terms: LoanTerms): Instalment[] {
  checkTerms(terms);
  const { principalFen, termMonths, method } = terms;
  const rate = BigInt(terms.annualRateBps);
  if (method === "bullet") {
    const interestFen = divideRoundedHalfUp(principalFen * rate * BigInt(termMonths), MONTHLY);
    return [{ period: termMonths, principalFen, interestFen, totalFen: principalFen + interestFen }];
  }
  const payment = method === "equalInstalment" ? equalPayment(principalFen, rate, termMonths) : 0n;
  const share = divideRoundedHalfUp(principalFen, BigInt(termMonths));
  const instalments: Instalment[] = [];
  let owed = principalFen;
  for (let period = 1; period <= termMonths; period++) {
    const interestFen = divideRoundedHalfUp(owed * rate, MONTHLY);
    const due = { equalInstalment: payment - interestFen, equalPrincipal: share, interestFirst: 0n }[method];
    // Rounded up a fen each month, small loans are paid before their term ends: never pay more than is owed.
    const paid = period === termMonths ? owed : smaller(due, owed);
    owed -= paid;
    instalments.push({ period, principalFen: paid, interestFen, totalFen: paid + interestFen });
  }
  return instalments;
}

interface Flow {
  readonly period: number;
  readonly amountFen: Fen;
}

/** Present value of the flows at a monthly rate, both scaled by ONE. */
function presentValue(flows: readonly Flow[], rate: bigint): bigint {
  let value = 0n;
  let at = flows.at(-1)!.period;
  for (let i = flows.length - 1; i >= 0; i--) {
    const { period, amountFen } = flows[i]!;
    for (; at > period; at--) value = (value * ONE) / (ONE + rate);
    value += amountFen * ONE;
  }
  for (; at > 0; at--) value = (value * ONE) / (ONE + rate);
  return value;
}

/** The monthly rate, scaled by ONE, at which the flows are worth the money in hand. Null when it is above 100 %. */
function monthlyIrr(inHandFen: Fen, flows: readonly Flow[]): bigint | null {
  const target = inHandFen * ONE;
  let low = 0n;
  let high = ONE;
  if (presentValue(flows, high) > target) return null;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (presentValue(flows, middle) >= target) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * What a loan costs in all. The rate is the internal rate of return over the money actually in hand: up-front fees are
 * taken out of the loan, fees per period are paid with each instalment of the schedule. Throws loan.feesTooHigh when
 * fees leave nothing in hand, or cost more than 100 % a month.
 */
export function allInRate(terms: LoanTerms & { readonly fees: readonly LoanFee[] }): AllInRate {
  const instalments = schedule(terms);
  let upfrontFen = 0n;
  let perPeriodFen = 0n;
  for (const { timing, amountFen } of terms.fees) {
    if (amountFen < 0n) throw new DomainError("loan.invalidTerms", "a fee can't be negative", { field: "fees" });
    if (timing === "upfront") upfrontFen += amountFen;
    else perPeriodFen += amountFen;
  }
  const inHandFen = terms.principalFen - upfrontFen;
  const flows = instalments.map(({ period, totalFen }) => ({ period, amountFen: totalFen + perPeriodFen }));
  const rate = inHandFen > 0n ? monthlyIrr(inHandFen, flows) : null;
  if (rate === null) {
    throw new DomainError("loan.feesTooHigh", "the fees leave too little of the loan in hand for it to have a rate", {
      principalFen: String(terms.principalFen),
      upfrontFen: String(upfrontFen),
      perPeriodFen: String(perPeriodFen),
    });
  }
  const paidFen = flows.reduce((sum, { amountFen }) => sum + amountFen, 0n);
  const yearly = (ONE + rate) ** 12n - ONE ** 12n;
  return {
    monthlyIrrE8: Number(divideRoundedHalfUp(rate * 10n ** 8n, ONE)),
    allInRateE6: Number(divideRoundedHalfUp(rate * 12n * 10n ** 6n, ONE)),
    effectiveRateE6: Number(divideRoundedHalfUp(yearly * 10n ** 6n, ONE ** 12n)),
    firstPaymentFen: flows[0]!.amountFen,
    totalCostFen: paidFen - terms.principalFen + upfrontFen,
  };
}

export interface RankedBid {
  readonly id: string;
  readonly allInRateE6: number;
  /** Fen, as a bigint or as its decimal text. */
  readonly totalCostFen: bigint | string;
}

const order = (a: bigint | number | string, b: bigint | number | string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Cheapest first by all-in rate, then by total cost, then by id: a total order. */
export const bidRanking = <B extends RankedBid>(bids: readonly B[]): B[] =>
  bids.toSorted(
    (a, b) =>
      order(a.allInRateE6, b.allInRateE6) || order(BigInt(a.totalCostFen), BigInt(b.totalCostFen)) || order(a.id, b.id),
  );
