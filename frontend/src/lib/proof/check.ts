/** One line of a check: what was compared and how it went. `skipped`: nothing could be compared (`detail` says why). */
export interface CheckResult {
  id: string;
  state: "pass" | "fail" | "skipped";
  detail?: string;
}

/** The node gave no answer: that proves nothing, neither way. */
export class ChainUnreachable extends Error {}

/** Runs one comparison; whatever throws is a failure of that line alone. */
export async function check(id: string, compare: () => Promise<string | true> | string | true): Promise<CheckResult> {
  try {
    const outcome = await compare();
    return outcome === true ? { id, state: "pass" } : { id, state: "fail", detail: outcome };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { id, state: error instanceof ChainUnreachable ? "skipped" : "fail", detail };
  }
}

export const skipped = (id: string): CheckResult => ({ id, state: "skipped" });

/** True when all are equal, else the first difference in words. */
export function equal(...pairs: [name: string, found: unknown, expected: unknown][]): string | true {
  for (const [name, found, expected] of pairs)
    if (String(found).toLowerCase() !== String(expected).toLowerCase()) return `${name}: ${found} ≠ ${expected}`;
  return true;
}
