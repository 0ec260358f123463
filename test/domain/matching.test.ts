import { expect } from "chai";
import fc from "fast-check";
import {
  compareMatches,
  evaluateRule,
  type IndicatorFact,
  productRule,
  REQUEST_UNITS,
  rankMatches,
  ruleFaults,
  type Verdict,
} from "../../backend/features/matching/domain/evaluate.ts";
import type { Condition, EligibilityRule } from "../../backend/features/products/product-schemas.ts";
import { INDICATORS } from "../../backend/features/profiles/domain/indicators.ts";
import { SAMPLE_PRODUCTS } from "../../scripts/sample-city/products.ts";

const fact = (id: string, unit: IndicatorFact["unit"], value: IndicatorFact["value"]): IndicatorFact => ({
  id,
  name: { zh: id, en: id },
  unit,
  value,
  catalogId: "catalog",
  recordIds: [],
});
const factsOf = (...facts: IndicatorFact[]): Map<string, IndicatorFact> =>
  new Map(facts.map((each) => [each.id, each]));
const is = (indicator: string, op: Condition["op"], value: Condition["value"]): Condition => ({ indicator, op, value });
const verdictOf = (rule: EligibilityRule, ...facts: IndicatorFact[]): Verdict =>
  evaluateRule(rule, factsOf(...facts)).verdict;

const OPS = ["eq", "ne", "lt", "lte", "gt", "gte", "in", "between"] as const;

describe("conditions", () => {
  it("compare amounts as whole fen, beyond what a float can hold", () => {
    const big = fact("x", "fen", "9007199254740993");
    expect(verdictOf(is("x", "gt", "9007199254740992"), big)).to.equal("eligible");
    expect(verdictOf(is("x", "lt", "10000000000000000"), big)).to.equal("eligible");
    expect(verdictOf(is("x", "eq", "0"), fact("x", "fen", "0"))).to.equal("eligible");
  });

  it("include both ends of a range", () => {
    const between = is("x", "between", [1, 3]);
    const found = [0, 1, 3, 4].map((value) => verdictOf(between, fact("x", "count", value)));
    expect(found).to.deep.equal(["notEligible", "eligible", "eligible", "notEligible"]);
  });

  it("look codes up in a list, and compare flags and dates", () => {
    expect(verdictOf(is("x", "in", ["A", "B"]), fact("x", "code", "B"))).to.equal("eligible");
    expect(verdictOf(is("x", "in", ["A", "B"]), fact("x", "code", "C"))).to.equal("notEligible");
    expect(verdictOf(is("x", "eq", true), fact("x", "flag", false))).to.equal("notEligible");
    expect(verdictOf(is("x", "gte", "2025-01-31"), fact("x", "date", "2025-02-01"))).to.equal("eligible");
  });

  it("are unknown for a missing or null value under every operator", () => {
    for (const op of OPS) {
      const condition = is("x", op, op === "in" || op === "between" ? [0, 10] : 5);
      for (const rule of [condition, { not: condition }]) {
        expect(verdictOf(rule), op).to.equal("unknown");
        expect(verdictOf(rule, fact("x", "count", null)), op).to.equal("unknown");
      }
    }
  });

  it("are unknown when types don't fit, also when negated", () => {
    const misfits: [Condition, IndicatorFact][] = [
      [is("x", "eq", 0), fact("x", "fen", "0")],
      [is("x", "ne", "5"), fact("x", "count", 4)],
      [is("x", "gt", "A"), fact("x", "code", "B")],
      [is("x", "eq", "true"), fact("x", "flag", true)],
      [is("x", "in", ["1", 1]), fact("x", "count", 1)],
      [is("x", "in", "A"), fact("x", "code", "A")],
      [is("x", "between", [1]), fact("x", "count", 1)],
      [is("x", "eq", [1]), fact("x", "count", 1)],
      [is("x", "lt", Number.NaN), fact("x", "count", 1)],
      [is("x", "gte", "1.5"), fact("x", "fen", "2")],
    ];
    for (const [condition, known] of misfits) {
      expect(verdictOf(condition, known), JSON.stringify(condition)).to.equal("unknown");
      expect(verdictOf({ not: condition }, known), JSON.stringify(condition)).to.equal("unknown");
    }
  });
});

describe("what is missing", () => {
  const yes = is("a", "eq", true);
  const no = is("b", "eq", true);
  const never = is("c", "eq", true);
  const facts = factsOf(fact("a", "flag", true), fact("b", "flag", false));
  const missing = (rule: EligibilityRule) =>
    evaluateRule(rule, facts).missing.map(({ condition }) => condition.indicator);

  it("is every failing part of all, and the nearest part of any", () => {
    expect(missing({ all: [yes, no, never] })).to.deep.equal(["b", "c"]);
    expect(missing({ any: [{ all: [no, never] }, never, no] })).to.deep.equal(["c"]);
    expect(missing({ any: [no, yes] })).to.deep.equal([]);
    expect(missing({ all: [no, { any: [no, never] }] })).to.deep.equal(["b"]);
  });

  it("reads the same way under a negation", () => {
    const { verdict, reasons, missing } = evaluateRule(
      { not: { any: [is("n", "gt", 0), is("grade", "in", ["C", "D"])] } },
      factsOf(fact("n", "count", 2), fact("grade", "code", "A")),
    );
    expect(verdict).to.equal("notEligible");
    expect(reasons.map(({ condition, negated, verdict }) => [condition.op, negated, verdict])).to.deep.equal([
      ["lte", false, "notEligible"],
      ["in", true, "eligible"],
    ]);
    expect(missing.map(({ condition }) => condition.op)).to.deep.equal(["lte"]);
  });
});

/* Rules over six indicators, of which any may be unknown. */

const UNITS = { n: "count", m: "bps", f: "fen", c: "code", b: "flag", d: "date" } as const;
const DATES = ["2024-01-01", "2025-06-30", "2026-12-31"];
const VALUES: Readonly<Record<keyof typeof UNITS, fc.Arbitrary<string | number | boolean>>> = {
  n: fc.integer({ min: 0, max: 4 }),
  m: fc.integer({ min: -2, max: 2 }),
  f: fc.integer({ min: 0, max: 4 }).map(String),
  c: fc.constantFrom("A", "B", "C"),
  b: fc.boolean(),
  d: fc.constantFrom(...DATES),
};
const ids = Object.keys(UNITS) as (keyof typeof UNITS)[];
const anyScalar = fc.oneof(...Object.values(VALUES));
const condition: fc.Arbitrary<Condition> = fc.constantFrom(...ids).chain((indicator) => {
  // Mostly of the indicator's own type, now and then a mistake.
  const value = fc.oneof({ weight: 9, arbitrary: VALUES[indicator] }, { weight: 1, arbitrary: anyScalar });
  return fc
    .constantFrom(...OPS)
    .chain((op) =>
      (op === "in"
        ? fc.array(value, { maxLength: 3 })
        : op === "between"
          ? fc.tuple(value, value).map(([low, high]) => [low, high])
          : value
      ).map((value) => ({ indicator, op, value })),
    );
});
const { rule } = fc.letrec<{ rule: EligibilityRule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    condition,
    fc.array(tie("rule"), { minLength: 1, maxLength: 4 }).map((all) => ({ all })),
    fc.array(tie("rule"), { minLength: 1, maxLength: 4 }).map((any) => ({ any })),
    tie("rule").map((not) => ({ not })),
  ),
}));
const world: fc.Arbitrary<Map<string, IndicatorFact>> = fc
  .tuple(...ids.map((id) => fc.option(VALUES[id]).map((value) => fact(id, UNITS[id], value))))
  .map((facts) => factsOf(...facts));

describe("rules", function () {
  this.timeout(20_000);

  const verdict = (of: EligibilityRule, facts: ReadonlyMap<string, IndicatorFact>) => evaluateRule(of, facts).verdict;
  const runs = { numRuns: 400 };

  it("meet De Morgan's laws, and a double negation is none", () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), world, (parts, facts) => {
        const negated = parts.map((not) => ({ not }));
        expect(verdict({ not: { all: parts } }, facts)).to.equal(verdict({ any: negated }, facts));
        expect(verdict({ not: { any: parts } }, facts)).to.equal(verdict({ all: negated }, facts));
        expect(evaluateRule({ not: { not: { all: parts } } }, facts)).to.deep.equal(
          evaluateRule({ all: parts }, facts),
        );
      }),
      runs,
    );
  });

  it("negate into the opposite verdict", () => {
    const opposite = { eligible: "notEligible", notEligible: "eligible", unknown: "unknown" };
    fc.assert(
      fc.property(rule, world, (of, facts) => {
        expect(verdict({ not: of }, facts)).to.equal(opposite[verdict(of, facts)]);
      }),
      runs,
    );
  });

  it("keep their verdict when more becomes known", () => {
    fc.assert(
      fc.property(rule, world, fc.subarray(ids), (of, facts, forgotten) => {
        const less = new Map([...facts].filter(([id]) => !forgotten.includes(id as keyof typeof UNITS)));
        const before = verdict(of, less);
        if (before !== "unknown") expect(verdict(of, facts)).to.equal(before);
      }),
      runs,
    );
  });

  it("miss something exactly when they don't hold, and nothing that holds", () => {
    fc.assert(
      fc.property(rule, world, (of, facts) => {
        const { verdict, missing, reasons } = evaluateRule(of, facts);
        expect(missing.length === 0).to.equal(verdict === "eligible");
        for (const each of missing) {
          expect(each.verdict).to.not.equal("eligible");
          expect(reasons).to.deep.include(each);
        }
      }),
      runs,
    );
  });

  it("hold once what is missing has changed", () => {
    // Conditions on an indicator each, so that one can change without another.
    const leaves = Array.from({ length: 8 }, (_, i) => is(`i${i}`, "eq", true));
    const { tree } = fc.letrec<{ tree: EligibilityRule }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        fc.constantFrom(...leaves),
        fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
        fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
      ),
    }));
    const state = fc.array(fc.option(fc.boolean()), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(tree, state, (of, values) => {
        const facts = factsOf(...values.map((value, i) => fact(`i${i}`, "flag", value)));
        const { missing } = evaluateRule(of, facts);
        for (const { condition } of missing) facts.set(condition.indicator, fact(condition.indicator, "flag", true));
        expect(verdict(of, facts)).to.equal("eligible");
      }),
      runs,
    );
  });

  it("of the sample products can all be decided", () => {
    const units = new Map<string, IndicatorFact["unit"]>([
      ...INDICATORS.map(({ id, unit }) => [id, unit] as const),
      ...Object.entries(REQUEST_UNITS),
    ]);
    for (const product of SAMPLE_PRODUCTS)
      expect(ruleFaults(productRule(product), units), product.code).to.deep.equal([]);
    expect(ruleFaults({ all: [is("nowhere", "eq", 1), { not: is("tax.unpaidFen", "eq", 0) }] }, units)).to.deep.equal([
      { indicator: "nowhere", reason: "unknownIndicator" },
      { indicator: "tax.unpaidFen", reason: "valueDoesNotFit" },
    ]);
  });
});

describe("ranking of matches", () => {
  const match = fc.record({
    product: fc.record({ id: fc.constantFrom("p1", "p2", "p3"), annualRateBps: fc.integer({ min: 1, max: 3 }) }),
    verdict: fc.constantFrom<Verdict>("eligible", "unknown", "notEligible"),
    missing: fc.array(fc.constant(0), { maxLength: 2 }),
  });

  it("is a total order", () => {
    fc.assert(
      fc.property(match, match, match, (a, b, c) => {
        expect(Math.sign(compareMatches(a, b)) + Math.sign(compareMatches(b, a))).to.equal(0);
        if (compareMatches(a, b) <= 0 && compareMatches(b, c) <= 0) expect(compareMatches(a, c)).to.be.at.most(0);
        if (a.product.id !== b.product.id) expect(compareMatches(a, b)).to.not.equal(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it("puts what fits first, then the rate, then what is nearest", () => {
    const of = (id: string, verdict: Verdict, annualRateBps: number, missing = 0) => ({
      product: { id, annualRateBps },
      verdict,
      missing: Array(missing).fill(0),
    });
    const ranked = rankMatches([
      of("g", "notEligible", 1, 1),
      of("f", "unknown", 300, 2),
      of("e", "unknown", 300, 1),
      of("d", "unknown", 200, 3),
      of("c", "eligible", 400),
      of("b", "eligible", 300),
      of("a", "eligible", 400),
    ]);
    expect(ranked.map(({ product }) => product.id)).to.deep.equal(["b", "a", "c", "d", "e", "f", "g"]);
  });
});
