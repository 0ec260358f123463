import type { ProductView } from "../products/product-schemas.ts";
import type { IndicatorView, ProfileView } from "../profiles/profile-schemas.ts";
import {
  type ConditionResult,
  evaluateRule,
  type IndicatorFact,
  productRule,
  REQUEST_UNITS,
  rankMatches,
} from "./domain/evaluate.ts";
import type { MatchView } from "./matching-schemas.ts";

export interface WantedLoan {
  amountFen?: string | undefined;
  termMonths?: number | undefined;
  repaymentMethod?: string | undefined;
  purpose?: string | undefined;
}

export interface MatchingService {
  matches(profile: ProfileView, wanted: WantedLoan): Promise<MatchView[]>;
}

const REQUEST_NAMES: Record<keyof typeof REQUEST_UNITS, { zh: string; en: string }> = {
  "request.amountFen": { zh: "融资金额", en: "Amount requested" },
  "request.termMonths": { zh: "融资期限", en: "Term requested" },
  "request.repaymentMethod": { zh: "还款方式", en: "Repayment method" },
  "request.purpose": { zh: "融资用途", en: "Purpose" },
};

export function createMatchingService(
  products: { list(): Promise<ProductView[]> },
  indicatorNames: ReadonlyMap<string, { zh: string; en: string }>,
): MatchingService {
  return {
    async matches(profile, wanted) {
      const indicators = new Map(profile.indicators.map((indicator) => [indicator.id, indicator]));
      const facts = new Map<string, IndicatorFact>(
        profile.indicators.map(({ source, ...indicator }) => [
          indicator.id,
          { ...indicator, catalogId: source.catalogId },
        ]),
      );
      for (const [id, unit] of Object.entries(REQUEST_UNITS) as [keyof typeof REQUEST_UNITS, IndicatorFact["unit"]][]) {
        const value = wanted[id.slice("request.".length) as keyof WantedLoan] ?? null;
        facts.set(id, { id, name: REQUEST_NAMES[id], unit, value, catalogId: "request", recordIds: [] });
      }
      const reasonOf = ({ condition, negated, verdict, fact }: ConditionResult): MatchView["reasons"][number] => {
        const indicator: IndicatorView | undefined = indicators.get(condition.indicator);
        const name = fact?.name ??
          indicatorNames.get(condition.indicator) ?? { zh: condition.indicator, en: condition.indicator };
        return {
          condition,
          negated,
          verdict,
          name,
          unit: fact?.unit ?? "text",
          value: fact?.value ?? null,
          ...(fact?.asOf ? { asOf: fact.asOf } : {}),
          ...(indicator ? { departmentName: indicator.source.departmentName } : {}),
          recordIds: [...(fact?.recordIds ?? [])],
          ...(indicator?.disputed ? { disputed: indicator.disputed } : {}),
        };
      };
      // What the caller leaves open is not asked: a match without an amount is a match on the profile alone.
      const asked = ({ condition }: ConditionResult) =>
        !condition.indicator.startsWith("request.") || facts.get(condition.indicator)?.value !== null;
      const matches = (await products.list()).map((product): MatchView => {
        const limits = evaluateRule(productRule(product), facts);
        const open = Object.keys(REQUEST_UNITS).some((id) => facts.get(id)?.value === null);
        const rule = open ? evaluateRule(product.eligibility, facts) : limits;
        const reasons = limits.reasons.filter(asked);
        const missing = limits.missing.filter(asked);
        const refused = reasons.some(
          ({ condition, verdict }) => condition.indicator.startsWith("request.") && verdict === "notEligible",
        );
        return {
          product,
          verdict: refused ? "notEligible" : rule.verdict,
          reasons: reasons.map(reasonOf),
          missing: missing.map(reasonOf),
        };
      });
      return rankMatches(matches);
    },
  };
}
