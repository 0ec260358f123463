import { expect } from "chai";
import fc from "fast-check";
import type { Frequency } from "../../backend/features/consents/domain/consent-purposes.ts";
import {
  beyondAsked,
  coversPeriod,
  coversRead,
  DAY_MS,
  endOfCopy,
  limitsOf,
  type ReadTerms,
  windowStart,
} from "../../backend/features/consents/domain/consent-rules.ts";

const terms = (changes: Partial<ReadTerms> = {}): ReadTerms => ({
  purpose: "creditReview",
  catalogs: ["a", "b"],
  mode: "periodic",
  ...changes,
});
const day = fc
  .date({ min: new Date("2019-01-01"), max: new Date("2027-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const frequency: fc.Arbitrary<Frequency> = fc.record({
  count: fc.integer({ min: 1, max: 20 }),
  per: fc.constantFrom("day", "week", "month"),
});

describe("the rules of consents", () => {
  it("show a record when all days of its period lie in the agreed time", () => {
    fc.assert(
      fc.property(day, day, day, fc.constantFrom(4, 7, 10), (dataFrom, dataTo, some, length) => {
        const period = some.slice(0, length);
        const days: string[] = [];
        for (let time = Date.parse("2019-01-01"); time <= Date.parse("2027-12-31"); time += DAY_MS) {
          const text = new Date(time).toISOString().slice(0, 10);
          if (text.startsWith(period)) days.push(text);
        }
        const inside = days.every((text) => text >= dataFrom && text <= dataTo);
        expect(coversPeriod(terms({ dataFrom, dataTo }), period)).to.equal(inside);
      }),
      { numRuns: 60 },
    );
  });

  it("show what has no period, and nothing whose period can't be read", () => {
    const limited = terms({ dataFrom: "2024-01-01" });
    expect(coversPeriod(limited, undefined)).to.equal(true);
    for (const period of ["", "2025-1", "第一季度", "20250101"]) expect(coversPeriod(limited, period)).to.equal(false);
    expect(coversPeriod(terms(), "第一季度"), "without limits").to.equal(true);
  });

  it("cover a read only by purpose, request, catalog and period together", () => {
    const consent = terms({ requestId: "r", dataTo: "2025-12-31" });
    const read = { purpose: "creditReview", requestId: "r", catalogId: "a", period: "2025-12" } as const;
    expect(coversRead(consent, read)).to.equal(true);
    for (const other of [{ purpose: "postLoan" }, { requestId: "s" }, { catalogId: "c" }, { period: "2026-01" }])
      expect(coversRead(consent, { ...read, ...other } as typeof read), JSON.stringify(other)).to.equal(false);
  });

  it("end a copy with its data life or its consent, whichever is first", () => {
    const taken = new Date("2026-01-01T00:00:00Z");
    const later = (days: number) => new Date(taken.getTime() + days * DAY_MS);
    expect(endOfCopy(terms({ dataLifeDays: 3 }), later(30), taken)).to.deep.equal(later(3));
    expect(endOfCopy(terms({ dataLifeDays: 60 }), later(30), taken)).to.deep.equal(later(30));
    expect(endOfCopy(terms({ purpose: "productMatching" }), later(90), taken)).to.deep.equal(later(30));
  });

  it("never let an answer be read more often than was asked for, at any moment", () => {
    const reads = fc.array(fc.integer({ min: 0, max: 70 * 24 }), { maxLength: 120 });
    fc.assert(
      fc.property(frequency, frequency, reads, (most, own, hours) => {
        const asked = { ...terms({ frequency: most }), days: 30 };
        if (beyondAsked(asked, terms({ frequency: own }), 30) !== undefined) return;
        const start = Date.parse("2026-01-01T00:00:00Z");
        const done: number[] = [];
        const within = (limit: Frequency, now: Date) =>
          done.filter((time) => time > windowStart(limit, now).getTime()).length;
        for (const hour of hours.sort((a, b) => a - b)) {
          const now = new Date(start + hour * 3_600_000);
          if (within(own, now) < own.count) done.push(now.getTime());
          expect(within(most, now)).to.be.at.most(most.count);
        }
      }),
    );
  });

  it("give what is not said the purpose's limits", () => {
    expect(limitsOf(terms({ mode: "once" }))).to.deep.equal({ dataLifeDays: 365 });
    expect(limitsOf(terms({ frequency: { count: 2, per: "week" }, dataLifeDays: 9 }))).to.deep.equal({
      frequency: { count: 2, per: "week" },
      dataLifeDays: 9,
    });
  });
});
