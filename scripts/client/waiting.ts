import { ServerAway } from "./transport.ts";

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Reads until `read` gives something. Throws after `timeoutMs`, with what was waited for. */
export async function waitFor<T extends object | string | number | bigint | true | null>(
  what: string,
  read: () => Promise<T | undefined>,
  { timeoutMs = 60_000, everyMs = 150 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (value !== undefined) return value;
    if (Date.now() >= until) throw new Error(`waited ${Math.round(timeoutMs / 1000)} s for ${what}`);
    await sleep(everyMs);
  }
}

/** Does `work` again, with growing pauses, as long as the server is away. `work` must be safe to repeat. */
export async function whileServerAway<T>(
  work: () => Promise<T>,
  limitMs: number,
  onAway: (error: ServerAway) => void = () => {},
): Promise<T> {
  let pause = 250;
  let awaySince: number | undefined;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ServerAway)) throw error;
      awaySince ??= Date.now();
      if (Date.now() - awaySince > limitMs) throw error;
      onAway(error);
      await sleep(pause);
      pause = Math.min(pause * 2, 5_000);
    }
  }
}
