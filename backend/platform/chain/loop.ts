export interface Loop {
  start(): void;
  /** Resolves when the step under way has ended. */
  stop(): Promise<void>;
  /** Ends the pause: there is work. */
  wake(): void;
}

export interface LoopOptions {
  /** True when there is more to do at once. */
  step: () => Promise<boolean>;
  idleMs: number;
  maxBackoffMs?: number;
  /** `failures` in a row so far. */
  onError: (error: unknown, failures: number) => void;
}

/** One step after the other, with a pause when idle and a growing one while steps fail. */
export function createLoop({ step, idleMs, maxBackoffMs = 15_000, onError }: LoopOptions): Loop {
  let running = false;
  let finished: Promise<void> = Promise.resolve();
  let woken = false;
  let endPause: (() => void) | undefined;

  const pause = (ms: number, deaf: boolean) =>
    new Promise<void>((resolve) => {
      if (woken && !deaf) {
        woken = false;
        resolve();
        return;
      }
      const end = () => {
        clearTimeout(timer);
        endPause = undefined;
        woken = false;
        resolve();
      };
      const timer = setTimeout(end, ms);
      // New work doesn't bring a lost connection back, so only stop() ends a back-off.
      endPause = () => {
        if (!deaf || !running) end();
      };
    });

  async function run(): Promise<void> {
    let failures = 0;
    while (running) {
      try {
        const more = await step();
        failures = 0;
        if (!more && running) await pause(idleMs, false);
      } catch (error) {
        failures += 1;
        onError(error, failures);
        if (running) await pause(Math.min(maxBackoffMs, 100 * 2 ** Math.min(failures, 10)), true);
      }
    }
  }

  return {
    start() {
      if (running) return;
      running = true;
      finished = finished.then(run);
    },
    async stop() {
      running = false;
      endPause?.();
      await finished;
    },
    wake() {
      woken = true;
      endPause?.();
    },
  };
}
