/*
 * One thread serves everyone, so work that may take long is done in slices. A source of documents gives PAUSE
 * when its slice is used up; every stage passes it on, and the engine goes on with the work in a later turn.
 */

/** Given in place of a document: nothing yet, ask again later. */
export const PAUSE = null;

/** Documents or other results, with rests between. */
export type Stream<T> = Iterable<T | typeof PAUSE>;

/** Work in slices that ends with a result. */
export type Steps<T> = Generator<typeof PAUSE, T, void>;

const SLICE_MS = 4;

/** How long the work under way may still go on. */
export class Slice {
  #until = 0;
  /** Rises with every slice: what was read in an earlier one may have changed since. */
  turn = 0;

  begin(): void {
    this.turn++;
    this.#until = performance.now() + SLICE_MS;
  }

  get over(): boolean {
    return performance.now() > this.#until;
  }
}

/** Everything that a stream gives. */
export function* gather<T>(input: Stream<T>): Steps<T[]> {
  const out: T[] = [];
  for (const x of input) {
    if (x === PAUSE) yield PAUSE;
    else out.push(x);
  }
  return out;
}

/** Does steps at one go, where nobody waits (the sweep, tests). */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
