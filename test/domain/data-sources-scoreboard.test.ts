import { expect } from "chai";
import fc from "fast-check";
import { catalogGrade, filledPart, freshnessOf } from "../../backend/features/data-sources/domain/scoring.ts";

describe("rules of data sources", () => {
  describe("the scoreboard", () => {
    const now = new Date("2026-03-05T00:00:00Z");
    const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

    it("measures age against what the catalog promises", () => {
      expect(freshnessOf(undefined, "daily", now)).to.deep.equal({ state: "none", ageDays: null, allowedDays: 1 });
      expect(freshnessOf(daysAgo(7), "weekly", now).state).to.equal("fresh");
      expect(freshnessOf(daysAgo(7.1), "weekly", now).state).to.equal("due");
      expect(freshnessOf(daysAgo(21.1), "weekly", now).state).to.equal("overdue");
      expect(freshnessOf(daysAgo(0), "whenever", now).allowedDays).to.equal(366);
    });

    it("counts filled fields of stored rows", () => {
      expect(filledPart(["a", "b"], { a: 10, b: 5 }, 10)).to.equal(0.75);
      expect(filledPart([], {}, 10)).to.equal(null);
      expect(filledPart(["a"], {}, 0)).to.equal(null);
    });

    it("grades between 0 and 100, and never better for what is worse", () => {
      const part = fc.double({ min: 0, max: 1, noNaN: true });
      fc.assert(
        fc.property(fc.nat(400), part, part, fc.nat(10), (age, errorRate, optional, lateObjections) => {
          const grade = (worse: { age?: number; errors?: number; optional?: number; late?: number }) =>
            catalogGrade({
              freshness: freshnessOf(daysAgo(age + (worse.age ?? 0)), "monthly", now),
              errorRate: Math.min(1, errorRate + (worse.errors ?? 0)),
              completeness: { required: 1, optional: Math.max(0, optional - (worse.optional ?? 0)) },
              lateObjections: lateObjections + (worse.late ?? 0),
            })!;
          const own = grade({});
          expect(own).to.be.within(0, 100);
          for (const worse of [{ age: 5 }, { errors: 0.05 }, { optional: 0.2 }, { late: 1 }]) {
            expect(grade(worse)).to.be.at.most(own);
          }
        }),
      );
      const best = { freshness: freshnessOf(now, "daily", now), errorRate: 0, lateObjections: 0 };
      expect(catalogGrade({ ...best, completeness: { required: 1, optional: null } })).to.equal(100);
      expect(catalogGrade({ ...best, errorRate: null, completeness: { required: null, optional: null } })).to.equal(
        null,
      );
    });
  });
});
