import { type BenchRow, quantile, rounded } from "./bench.ts";

/** One thing to measure: works for about `ms` milliseconds and answers how much it did a second. */
export interface Task {
  readonly id: string;
  readonly unit: string;
  readonly against?: string;
  readonly target?: string;
  rate(ms: number): Promise<number>;
  /** Between rounds, not measured. */
  tidy?(): Promise<void>;
}

/** Operations a second of `workers` at a time; each does at least one, and all that were begun count. */
export async function rateOf(workers: number, ms: number, operation: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  let done = 0;
  const worker = async (): Promise<void> => {
    do {
      await operation();
      done++;
    } while (performance.now() - started < ms);
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return (done * 1000) / (performance.now() - started);
}

/** The same for what doesn't wait for anything. */
export function rateOfSync(ms: number, operation: () => unknown): number {
  const started = performance.now();
  let done = 0;
  do {
    operation();
    done++;
  } while (performance.now() - started < ms);
  return (done * 1000) / (performance.now() - started);
}

/** Warms up, then measures every task once a round, so that what else the machine does hits all of them. */
export async function measureInRounds(
  tasks: readonly Task[],
  rounds: number,
  ms: number,
  note: (text: string) => void,
): Promise<BenchRow[]> {
  const rates = new Map<Task, number[]>(tasks.map((task) => [task, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [task, values] of rates) {
      const rate = await task.rate(ms);
      await task.tidy?.();
      if (round > 0) values.push(rate);
    }
    note(round === 0 ? "  warmed up" : `  round ${round} of ${rounds}`);
  }
  const median = (id: string): number => quantile(rates.get(tasks.find((task) => task.id === id)!)!, 0.5);
  return tasks.map(({ id, unit, against, target }, i) => {
    const value = median(id);
    note(`  ${id}: ${spread(rates.get(tasks[i]!)!)} ${unit}`);
    return {
      id,
      value,
      unit,
      ...(against && { ratio: value / median(against), against }),
      ...(target && { target }),
    };
  });
}

/** "median (min–max)" */
export const spread = (values: readonly number[]): string =>
  `${rounded(quantile(values, 0.5))} (${rounded(Math.min(...values))}–${rounded(Math.max(...values))})`;
