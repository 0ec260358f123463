/*
 * Fairness of a scorecard: no attribute of a natural person may count, and its good grades are compared between groups
 * of enterprises by the four-fifths rule (29 CFR 1607.4 D).
 */

/** What may not count, wherever it stands in an indicator's id. */
const PERSONAL_WORDS: ReadonlySet<string> = new Set(
  (
    "gender sex ethnic ethnicity nation nationality race religion marital marriage married divorced spouse child " +
    "children dependents pregnancy disability health birth birthday birthplace hukou hometown domicile residence " +
    "native immigrant foreigner veteran political party skin"
  ).split(" "),
);

/** Groups of indicators about natural persons: the whole group may not count. */
const PERSONAL_GROUPS: ReadonlySet<string> = new Set(
  "person persons personal individual owner owners representative legalrepresentative shareholder shareholders household family".split(
    " ",
  ),
);

/** Ages of enterprises; any other age is taken for a person's. */
const ENTERPRISE_AGES: ReadonlySet<string> = new Set(["identity.ageMonths"]);

/** "identity.ageMonths" → identity, age, months. */
const wordsOf = (id: string): string[] =>
  id
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);

/** Why an indicator may not be a characteristic of a scorecard; null when it may. */
export function personalAttribute(indicatorId: string): string | null {
  const words = wordsOf(indicatorId);
  const group = (indicatorId.split(".")[0] ?? "").toLowerCase().replace(/[^a-z]/g, "");
  if (PERSONAL_GROUPS.has(group)) return group;
  if (words.includes("age") && !ENTERPRISE_AGES.has(indicatorId)) return "age";
  // The home of a natural person; where an enterprise stands is "district" alone.
  if (words.includes("home")) return "home";
  return words.find((word) => PERSONAL_WORDS.has(word)) ?? null;
}

export interface GroupOutcome {
  /** A district, an industry, a size … */
  readonly group: string;
  /** Has one of the grades that count as good. */
  readonly favourable: boolean;
}

export type ImpactVerdict = "reference" | "fair" | "adverse" | "tooFew";

export interface GroupImpact {
  readonly group: string;
  readonly total: number;
  readonly favourable: number;
  /** Share of good grades, in basis points, rounded down. */
  readonly rateBps: number;
  /** The share against the reference group's, in basis points, rounded down; null without a reference. */
  readonly ratioBps: number | null;
  readonly verdict: ImpactVerdict;
}

export interface AdverseImpact {
  readonly groups: GroupImpact[];
  readonly adverse: boolean;
}

/** Fewer enterprises than this say nothing about a rate. */
export const FEWEST_PER_GROUP = 30;

/**
 * Rate of good grades by group against the best group's. Below four fifths is "adverse": a reason to look, not a proof.
 * Groups that are too small are shown but neither judged nor taken as the reference.
 */
export function adverseImpact(outcomes: Iterable<GroupOutcome>, fewest = FEWEST_PER_GROUP): AdverseImpact {
  const counts = new Map<string, { total: number; favourable: number }>();
  for (const { group, favourable } of outcomes) {
    const count = counts.get(group) ?? { total: 0, favourable: 0 };
    count.total++;
    if (favourable) count.favourable++;
    counts.set(group, count);
  }
  const sorted = [...counts].map(([group, count]) => ({ group, ...count }));
  sorted.sort((a, b) => (a.group < b.group ? -1 : 1));
  // Rates are compared by cross multiplication, in whole numbers.
  let reference: (typeof sorted)[number] | undefined;
  for (const each of sorted) {
    if (each.total < fewest) continue;
    if (!reference || each.favourable * reference.total > reference.favourable * each.total) reference = each;
  }
  const groups = sorted.map((each): GroupImpact => {
    const { group, total, favourable } = each;
    const own = BigInt(favourable) * BigInt(reference?.total ?? 0);
    const best = BigInt(reference?.favourable ?? 0) * BigInt(total);
    const ratioBps = best === 0n ? null : Number((own * 10_000n) / best);
    let verdict: ImpactVerdict = own * 5n < best * 4n ? "adverse" : "fair";
    if (total < fewest) verdict = "tooFew";
    else if (each === reference) verdict = "reference";
    return { group, total, favourable, rateBps: Math.floor((favourable * 10_000) / total), ratioBps, verdict };
  });
  return { groups, adverse: groups.some(({ verdict }) => verdict === "adverse") };
}
