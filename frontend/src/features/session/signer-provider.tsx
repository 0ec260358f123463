import type { HDNodeWallet } from "ethers";
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useRef, useState } from "react";
import { type Signer, SignerContext, SignerDismissed } from "./signer-context.ts";

// The cryptography loads when the first signature is asked for, not with the first page.
const keys = () => import("../../lib/keys.ts");
const UnlockDialog = lazy(async () => ({ default: (await import("./unlock-dialog.tsx")).UnlockDialog }));

interface Waiting {
  resolve(key: HDNodeWallet): void;
  reject(reason: Error): void;
}

/** Holds the unlocked key in memory only: a reload forgets it. */
export function SignerProvider({ children }: { children: ReactNode }) {
  const [key, setKey] = useState<HDNodeWallet>();
  const [asking, setAsking] = useState(false);
  const keyRef = useRef<HDNodeWallet>(undefined);
  const waiting = useRef<Waiting[]>([]);

  const adopt = useCallback((unlocked: HDNodeWallet | undefined) => {
    keyRef.current = unlocked;
    setKey(unlocked);
  }, []);

  const unlock = useCallback((): Promise<HDNodeWallet> => {
    if (keyRef.current) return Promise.resolve(keyRef.current);
    setAsking(true);
    return new Promise((resolve, reject) => waiting.current.push({ resolve, reject }));
  }, []);

  const finish = useCallback(
    (unlocked: HDNodeWallet | undefined) => {
      const callers = waiting.current;
      waiting.current = [];
      setAsking(false);
      if (unlocked) adopt(unlocked);
      for (const caller of callers) unlocked ? caller.resolve(unlocked) : caller.reject(new SignerDismissed());
    },
    [adopt],
  );

  const signer = useMemo<Signer>(
    () => ({
      unlock,
      sign: async (on, name, message) => (await keys()).signAct(await unlock(), on, name, message),
      requestKey: async (keyIndex) => (await keys()).requestKeyOf(await unlock(), keyIndex),
      adopt,
      lock: () => adopt(undefined),
      address: key?.address,
    }),
    [unlock, adopt, key],
  );

  return (
    <SignerContext value={signer}>
      {children}
      {asking && (
        <Suspense>
          <UnlockDialog onUnlocked={finish} onDismissed={() => finish(undefined)} />
        </Suspense>
      )}
    </SignerContext>
  );
}
