import { expect } from "chai";
import fc from "fast-check";
import { allInRate, bidRanking, type LoanTerms, schedule } from "../../backend/features/bids/domain/loan.ts";
import { DomainError } from "../../backend/lib/errors.ts";

const MILLION = 100_000_000n;
const METHODS = ["equalInstalment", "equalPrincipal", "interestFirst", "bullet"] as const;

const loan: fc.Arbitrary<LoanTerms> = fc.record({
  principalFen: fc.oneof(fc.bigInt(1n, 1_000n), fc.bigInt(1n, 10n ** 13n)),
  annualRateBps: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_600 })),
  termMonths: fc.oneof(fc.integer({ min: 1, max: 36 }), fc.constant(360)),
  method: fc.constantFrom(...METHODS),
});

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);

describe("loan schedule", function () {
  this.timeout(20_000);

  const terms = (method: LoanTerms["method"]): LoanTerms => ({
    principalFen: MILLION,
    annualRateBps: 600,
    termMonths: 12,
    method,
  });

  it("pays equal instalments of 86,066.43 yuan, the last taking the rest", () => {
    const instalments = schedule(terms("equalInstalment"));
    expect(instalments.slice(0, 11).map(({ totalFen }) => totalFen)).to.deep.equal(Array(11).fill(8_606_643n));
    expect(instalments[0]).to.deep.equal({
      period: 1,
      principalFen: 8_106_643n,
      interestFen: 500_000n,
      totalFen: 8_606_643n,
    });
    expect(instalments[11]!.totalFen).to.equal(
      sum(instalments.map(({ interestFen }) => interestFen)) + MILLION - 11n * 8_606_643n,
    );
    expect(Math.abs(Number(instalments[11]!.totalFen - 8_606_643n))).to.be.at.most(12);
  });

  it("pays equal principal, with interest on what is owed", () => {
    const instalments = schedule(terms("equalPrincipal"));
    expect(instalments[0]).to.deep.include({ principalFen: 8_333_333n, interestFen: 500_000n });
    expect(instalments[1]).to.deep.include({ principalFen: 8_333_333n, interestFen: 458_333n });
    expect(instalments[11]).to.deep.include({ principalFen: 8_333_337n, interestFen: 41_667n });
  });

  it("pays interest first, and the principal at the end", () => {
    const instalments = schedule(terms("interestFirst"));
    expect(instalments.slice(0, 11).every(({ principalFen, interestFen }) => !principalFen && interestFen === 500_000n))
      .to.be.true;
    expect(instalments[11]).to.deep.include({ principalFen: MILLION, totalFen: MILLION + 500_000n });
  });

  it("pays a bullet loan once, with simple interest", () => {
    expect(schedule(terms("bullet"))).to.deep.equal([
      { period: 12, principalFen: MILLION, interestFen: 6_000_000n, totalFen: MILLION + 6_000_000n },
    ]);
  });

  it("repays the principal to the fen, never a negative part, within the term", () => {
    fc.assert(
      fc.property(loan, (terms) => {
        const instalments = schedule(terms);
        expect(sum(instalments.map(({ principalFen }) => principalFen))).to.equal(terms.principalFen);
        const sound = instalments.every(
          ({ principalFen, interestFen, totalFen }) =>
            principalFen >= 0n && interestFen >= 0n && totalFen === principalFen + interestFen,
        );
        expect(sound).to.equal(true);
        expect(instalments.at(-1)!.period).to.equal(terms.termMonths);
      }),
      { numRuns: 150 },
    );
  });

  it("keeps equal instalments equal, but for the last", () => {
    fc.assert(
      fc.property(loan, (terms) => {
        fc.pre(terms.principalFen > 1_000_000n);
        const totals = schedule({ ...terms, method: "equalInstalment" }).map(({ totalFen }) => totalFen);
        expect(new Set(totals.slice(0, -1)).size).to.be.at.most(1);
        // Each month rounds by half a fen at most, which interest lets grow: under a yuan in three years at 36 %.
        if (terms.termMonths <= 36) {
          const gap = totals.at(-1)! - totals[0]!;
          expect(gap < 100n && gap > -100n).to.equal(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("refuses terms that are no loan", () => {
    for (const change of [{ principalFen: 0n }, { termMonths: 0 }, { termMonths: 1.5 }, { annualRateBps: -1 }]) {
      expect(() => schedule({ ...terms("bullet"), ...change })).to.throw(DomainError);
    }
  });
});

describe("all-in rate", function () {
  this.timeout(20_000);

  const golden = { principalFen: MILLION, annualRateBps: 600, termMonths: 12, method: "equalInstalment" } as const;

  it("meets the golden case: 0.65718 % a month, 7.886 % a year, 8.178 % effective", () => {
    const rate = allInRate({ ...golden, fees: [{ timing: "upfront", amountFen: 1_000_000n }] });
    // Worked out apart with 50 decimals: 0.65717736 %, 7.88612833 %, 8.17750792 %.
    expect(rate).to.deep.include({ monthlyIrrE8: 657_177, allInRateE6: 78_861, effectiveRateE6: 81_775 });
    expect(rate.firstPaymentFen).to.equal(8_606_643n);
    expect((rate.allInRateE6 / 10_000).toFixed(3)).to.equal("7.886");
    expect((rate.monthlyIrrE8 / 1_000_000).toFixed(5)).to.equal("0.65718");
  });

  it("is the nominal rate when there are no fees and interest is paid monthly", () => {
    for (const method of ["equalInstalment", "equalPrincipal", "interestFirst"] as const) {
      for (const annualRateBps of [0, 1, 385, 600, 2_400]) {
        const { allInRateE6 } = allInRate({ ...golden, method, annualRateBps, fees: [] });
        expect(Math.abs(allInRateE6 - annualRateBps * 100), `${method} ${annualRateBps}`).to.be.at.most(1);
      }
    }
  });

  it("knows what a fee with each instalment costs", () => {
    // 1,000 yuan a month on a million with interest first: 0.5 % and 0.1 % a month.
    const fees = [{ timing: "perPeriod" as const, amountFen: 100_000n }];
    const rate = allInRate({ ...golden, method: "interestFirst", fees });
    expect(rate).to.deep.include({ monthlyIrrE8: 600_000, allInRateE6: 72_000, totalCostFen: 7_200_000n });
    expect(rate.firstPaymentFen).to.equal(600_000n);
  });

  it("is where the payments are worth the money in hand", () => {
    const fee = fc.record({
      timing: fc.constantFrom("upfront" as const, "perPeriod" as const),
      permille: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(loan, fc.array(fee, { maxLength: 3 }), (terms, parts) => {
        fc.pre(terms.principalFen > 1_000_000n && terms.termMonths <= 36);
        const fees = parts.map(({ timing, permille }) => ({
          timing,
          amountFen: (terms.principalFen * BigInt(permille)) / 1000n,
        }));
        const rate = allInRate({ ...terms, fees });
        const of = (timing: string) =>
          sum(fees.filter((each) => each.timing === timing).map(({ amountFen }) => amountFen));
        const inHand = Number(terms.principalFen - of("upfront"));
        const worth = (monthly: number) =>
          schedule(terms).reduce(
            (value, { period, totalFen }) => value + Number(totalFen + of("perPeriod")) / (1 + monthly) ** period,
            0,
          );
        expect(worth((rate.monthlyIrrE8 - 1) / 1e8)).to.be.above(inHand * (1 - 1e-12));
        expect(worth((rate.monthlyIrrE8 + 1) / 1e8)).to.be.below(inHand * (1 + 1e-12));
      }),
      { numRuns: 100 },
    );
  });

  it("never falls when a fee is added", () => {
    fc.assert(
      fc.property(loan, fc.bigInt(1n, 1_000_000n), (terms, amountFen) => {
        fc.pre(amountFen * 5n < terms.principalFen && terms.termMonths <= 36);
        const without = allInRate({ ...terms, fees: [] });
        for (const timing of ["upfront", "perPeriod"] as const) {
          const withFee = allInRate({ ...terms, fees: [{ timing, amountFen }] });
          expect(withFee.allInRateE6).to.be.at.least(without.allInRateE6);
          expect(withFee.totalCostFen > without.totalCostFen).to.equal(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("refuses fees that leave nothing in hand", () => {
    for (const amountFen of [MILLION, MILLION + 1n, MILLION - 1n]) {
      expect(() => allInRate({ ...golden, fees: [{ timing: "upfront", amountFen }] }))
        .to.throw(DomainError)
        .with.property("code", "loan.feesTooHigh");
    }
    expect(() => allInRate({ ...golden, fees: [{ timing: "upfront", amountFen: -1n }] }))
      .to.throw(DomainError)
      .with.property("code", "loan.invalidTerms");
  });
});

describe("bid ranking", () => {
  const bid = fc.record({
    id: fc.constantFrom("a", "b", "c", "d", "e", "f"),
    allInRateE6: fc.integer({ min: 0, max: 3 }),
    totalCostFen: fc.constantFrom("9", "10", "100"),
  });

  it("puts the cheapest first, by number and not by text, and ends ties on the id", () => {
    const ranked = bidRanking([
      { id: "b", allInRateE6: 5, totalCostFen: "10" },
      { id: "a", allInRateE6: 5, totalCostFen: "10" },
      { id: "c", allInRateE6: 5, totalCostFen: "9" },
      { id: "d", allInRateE6: 4, totalCostFen: "99" },
    ]);
    expect(ranked.map(({ id }) => id)).to.deep.equal(["d", "c", "a", "b"]);
  });

  it("doesn't depend on the order in which bids came", () => {
    const bids = fc.uniqueArray(bid, { selector: ({ id }) => id });
    fc.assert(
      fc.property(bids, fc.func(fc.integer()), (list, key) => {
        const shuffled = list.toSorted((a, b) => key(a.id) - key(b.id));
        expect(bidRanking(shuffled)).to.deep.equal(bidRanking(list));
      }),
    );
  });
});
