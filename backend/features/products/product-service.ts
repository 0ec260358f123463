import type { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { EligibilityRule, ProductView, productInput } from "./product-schemas.ts";
import type { ProductStore } from "./product-store.ts";

export interface ProductService {
  publish(institution: { _id: string; name: string }, input: z.output<typeof productInput>): Promise<ProductView>;
  list(): Promise<ProductView[]>;
}

function indicatorsIn(rule: EligibilityRule): string[] {
  if ("all" in rule) return rule.all.flatMap(indicatorsIn);
  if ("any" in rule) return rule.any.flatMap(indicatorsIn);
  if ("not" in rule) return indicatorsIn(rule.not);
  return [rule.indicator];
}

export function createProductService(
  store: ProductStore,
  knownIndicators: ReadonlySet<string>,
  clock: Clock,
): ProductService {
  return {
    async publish(institution, input) {
      const bad = (field: string, reason: string, fix: string) =>
        new DomainError("product.invalid", reason, { field, fix, status: 400 });
      if (BigInt(input.amountMinFen) > BigInt(input.amountMaxFen))
        throw bad("amountMaxFen", "the largest amount is below the smallest", "swap them");
      if (input.termMonthsMin > input.termMonthsMax)
        throw bad("termMonthsMax", "the longest term is below the shortest", "swap them");
      const unknown = indicatorsIn(input.eligibility).find((id) => !knownIndicators.has(id));
      // A rule on an indicator that doesn't exist would make every enterprise "unknown" for ever.
      if (unknown)
        throw bad("eligibility", `there is no indicator ${unknown}`, "use the ids shown in a credit profile");
      const id = newId();
      const publishedAt = clock.now();
      await store.insert(id, {
        ...input,
        institutionId: institution._id,
        institutionName: institution.name,
        publishedAt,
      });
      return {
        ...input,
        id,
        institution: { id: institution._id, name: institution.name },
        publishedAt: publishedAt.toISOString(),
      };
    },
    list: store.list,
  };
}
