import type { HDNodeWallet } from "ethers";
import { createContext, useContext } from "react";
import type { ActName, Domain, Messages } from "../../../../contracts/typed-data.ts";

/** Thrown when the person closes the passphrase dialog; callers stay where they are and show nothing. */
export class SignerDismissed extends Error {}

export interface Signer {
  /** The account's key; asks for the passphrase first when it is locked. Throws SignerDismissed. */
  unlock(): Promise<HDNodeWallet>;
  /** Signs with the account's main key. Throws SignerDismissed. */
  sign<Name extends ActName>(on: Domain, name: Name, message: Messages[Name]): Promise<string>;
  /** The one-time key of a request. Throws SignerDismissed. */
  requestKey(keyIndex: number): Promise<HDNodeWallet>;
  /** Keeps a key that was just made, so that it isn't asked for again before a reload. */
  adopt(key: HDNodeWallet): void;
  lock(): void;
  /** The main key's address while it is unlocked. */
  address: string | undefined;
}

export const SignerContext = createContext<Signer | undefined>(undefined);

export function useSigner(): Signer {
  const signer = useContext(SignerContext);
  if (!signer) throw new Error("useSigner outside SignerProvider");
  return signer;
}
