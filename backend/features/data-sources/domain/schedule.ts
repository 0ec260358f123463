const MINUTE_MS = 60_000;
/** After so many failures in a row a run is given up; the next one comes at its time. */
export const MAX_ATTEMPTS = 6;
const MAX_BACKOFF_MS = 15 * MINUTE_MS;

/** When the run after one that was due at `dueAt` is due: what was missed while nothing ran is not made up for. */
export function nextRunAfter(dueAt: Date, everyMinutes: number, now: Date): Date {
  const every = everyMinutes * MINUTE_MS;
  const missed = Math.max(0, Math.floor((now.getTime() - dueAt.getTime()) / every));
  return new Date(dueAt.getTime() + (missed + 1) * every);
}

/**
 * Milliseconds before attempt number `attempt` + 1: doubled each time, at random between half of it and all of it, so
 * that those who failed together don't come back together.
 */
export function backoffMs(attempt: number, baseMs: number, random: number): number {
  const full = Math.min(MAX_BACKOFF_MS, baseMs * 2 ** Math.min(attempt - 1, 20));
  return Math.round(full / 2 + (random * full) / 2);
}
