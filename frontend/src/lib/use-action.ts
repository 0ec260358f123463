import { useCallback, useRef, useState } from "react";
import { SignerDismissed } from "../features/session/signer-context.ts";

export interface Action<Arguments extends unknown[], Result> {
  run(...args: Arguments): Promise<Result | undefined>;
  pending: boolean;
  error: unknown;
  reset(): void;
}

/**
 * An act of the person: one at a time, with its error to show. A closed passphrase dialog is no error. `run` gives
 * undefined when it failed.
 */
export function useAction<Arguments extends unknown[], Result>(
  act: (...args: Arguments) => Promise<Result>,
): Action<Arguments, Result> {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const busy = useRef(false);
  const latest = useRef(act);
  latest.current = act;
  const run = useCallback(async (...args: Arguments): Promise<Result | undefined> => {
    if (busy.current) return undefined;
    busy.current = true;
    setPending(true);
    setError(undefined);
    try {
      return await latest.current(...args);
    } catch (reason) {
      if (!(reason instanceof SignerDismissed)) setError(reason);
      return undefined;
    } finally {
      busy.current = false;
      setPending(false);
    }
  }, []);
  return { run, pending, error, reset: useCallback(() => setError(undefined), []) };
}
