/** One line of a check: what was compared and how it went. */
export interface ProofLine {
  /** Such as "path", or "bid.path" in a pack with several parts. */
  readonly id: string;
  /** `skipped`: nothing could be compared; `detail` says why. */
  readonly state: "pass" | "fail" | "skipped";
  readonly detail?: string | undefined;
  /** A line that may be left out of a valid proof. */
  readonly optional?: true | undefined;
}

/** `incomplete`: nothing is wrong, but not everything was compared. */
export type Verdict = "valid" | "invalid" | "incomplete";

export interface ProofCheck {
  readonly verdict: Verdict;
  readonly lines: readonly ProofLine[];
}

/** The node gave no answer: that proves nothing, neither way. */
export class ChainUnreachable extends Error {}

/** What a comparison found: true, a difference in words, or that it could not be made. */
export type Outcome = true | string | { readonly skipped: string; readonly optional?: true };

/** Runs one comparison. Whatever throws is a failure of that line alone, but for a node without an answer. */
export async function line(id: string, compare: () => Promise<Outcome> | Outcome): Promise<ProofLine> {
  try {
    const outcome = await compare();
    if (outcome === true) return { id, state: "pass" };
    if (typeof outcome === "string") return { id, state: "fail", detail: outcome };
    return { id, state: "skipped", detail: outcome.skipped, ...(outcome.optional ? { optional: true } : {}) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { id, state: error instanceof ChainUnreachable ? "skipped" : "fail", detail };
  }
}

export function verdictOf(lines: readonly ProofLine[]): Verdict {
  if (lines.some(({ state }) => state === "fail")) return "invalid";
  return lines.some(({ state, optional }) => state === "skipped" && !optional) ? "incomplete" : "valid";
}

/** Hex and decimal texts, whatever the case of their letters. */
export const same = (a: unknown, b: unknown): boolean => String(a).toLowerCase() === String(b).toLowerCase();

/** True when all are equal, else the first difference in words. */
export function equal(...pairs: [name: string, found: unknown, expected: unknown][]): true | string {
  for (const [name, found, expected] of pairs) if (!same(found, expected)) return `${name}: ${found} ≠ ${expected}`;
  return true;
}
