import type { NextFunction, Request, Response } from "express";
import { DomainError } from "../../lib/errors.ts";

const CHECK_EVERY_MS = 1_000;
/** Counting takes at most a twentieth of the time. */
const PAUSE_PER_CHECK = 20;
const RETRY_AFTER_SECONDS = 10;
/** Signing in and out, reading the chain, and files: none of them asks for an act of its own. */
const FREE = /^\/(sessions(\/|$)|chain$|catalogs\/)/;

/**
 * Refuses new acts while too many wait for the chain, before anything of them is done. The count is of a moment ago, and
 * every process has its own, so the limit is passed by what comes within about a second.
 */
export function backlogGuard(countWaiting: () => Promise<number>, limit: number, onError: (error: unknown) => void) {
  let waiting = 0;
  let nextCheckAt = 0;

  async function check(): Promise<void> {
    const startedAt = Date.now();
    nextCheckAt = Number.POSITIVE_INFINITY;
    try {
      waiting = await countWaiting();
    } catch (error) {
      onError(error);
    }
    const took = Date.now() - startedAt;
    nextCheckAt = Date.now() + Math.max(CHECK_EVERY_MS, PAUSE_PER_CHECK * took);
  }

  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.method !== "POST" || FREE.test(request.path)) {
      next();
      return;
    }
    if (Date.now() >= nextCheckAt) void check();
    if (waiting >= limit) {
      response.setHeader("Retry-After", RETRY_AFTER_SECONDS);
      throw new DomainError("queue.full", `${waiting} acts wait for the chain, which is as many as are taken`);
    }
    next();
  };
}
