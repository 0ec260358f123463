const SLICE = 20;
/** A round over everybody takes no more than this part of the time. */
const REST_FACTOR = 10;
const LEAST_REST_MS = 10_000;

interface Ports {
  /** Another one when scores may have changed; undefined while nothing can be scored. */
  markOf(): Promise<string | undefined>;
  /** Those who have a score, in order. */
  subjectsAfter(uscc: string, limit: number): Promise<string[]>;
  score(uscc: string): Promise<void>;
}

/**
 * A step of rounds over everybody who has a score: one begins when the mark has changed, slice by slice. True when there
 * is more to do. A round that a restart cuts off is begun anew: who is scored twice gets no second score.
 */
export function createRefresh(ports: Ports): () => Promise<boolean> {
  let round: { mark: string; after: string; startedAt: number } | undefined;
  let done = { mark: "", restUntil: 0 };
  return async () => {
    if (!round) {
      if (Date.now() < done.restUntil) return false;
      const mark = await ports.markOf();
      if (mark === undefined || mark === done.mark) return false;
      round = { mark, after: "", startedAt: Date.now() };
    }
    const subjects = await ports.subjectsAfter(round.after, SLICE);
    for (const uscc of subjects) await ports.score(uscc);
    const last = subjects.at(-1);
    if (last !== undefined) {
      round = { ...round, after: last };
      return true;
    }
    const took = Date.now() - round.startedAt;
    done = { mark: round.mark, restUntil: Date.now() + Math.max(LEAST_REST_MS, took * REST_FACTOR) };
    round = undefined;
    return false;
  };
}
