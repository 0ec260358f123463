/** One thing in the store and what it is after a change: a document's JSON, or undefined when it is gone. */
export interface Step {
  key: string;
  to: string | undefined;
}

/**
 * What a change may leave behind when its answer was never heard: any first part of its steps, any of them, or all
 * or none.
 */
export type Kind = "prefix" | "subset" | "whole";

/** What one client knows of the things that it alone changes: what was acknowledged, and what was left open. */
export class Ledger {
  readonly #sure = new Map<string, string>();
  #open: { steps: Step[]; kind: Kind } | undefined;
  acknowledged = 0;

  keys(prefix: string): string[] {
    return [...this.#sure.keys()].filter((k) => k.startsWith(prefix));
  }

  get(key: string): string | undefined {
    return this.#sure.get(key);
  }

  begin(steps: Step[], kind: Kind): void {
    this.#open = { steps, kind };
  }

  /** The answer came: these steps are done, and no others. */
  close(done: Step[]): void {
    apply(this.#sure, done);
    this.#open = undefined;
    this.acknowledged++;
  }

  /** Compares with what is there after a restart, and takes it over; returns what can't be. */
  settle(actual: Map<string, string>): string[] {
    const { steps = [], kind = "whole" } = this.#open ?? {};
    const touched = new Set(steps.map((s) => s.key));
    const problems: string[] = [];
    for (const key of new Set([...this.#sure.keys(), ...actual.keys()])) {
      if (!touched.has(key) && this.#sure.get(key) !== actual.get(key))
        problems.push(`${key}: acknowledged ${this.#sure.get(key)}, found ${actual.get(key)}`);
    }
    const fits = (some: Step[], keys: Iterable<string>): boolean => {
      const expected = apply(new Map(this.#sure), some);
      return [...keys].every((k) => expected.get(k) === actual.get(k));
    };
    const good =
      kind === "subset"
        ? steps.every((s) => fits([], [s.key]) || fits([s], [s.key]))
        : steps.some((_, n) => (kind === "prefix" || n === 0) && fits(steps.slice(0, n), touched)) ||
          fits(steps, touched);
    if (!good)
      problems.push(
        `left half done (${kind}): ${steps.map((s) => `${s.key} → ${s.to}, found ${actual.get(s.key)}`).join("; ")}`,
      );
    this.#open = undefined;
    this.#sure.clear();
    for (const [k, v] of actual) this.#sure.set(k, v);
    return problems;
  }
}

function apply(state: Map<string, string>, steps: Step[]): Map<string, string> {
  for (const { key, to } of steps) {
    if (to === undefined) state.delete(key);
    else state.set(key, to);
  }
  return state;
}
