import { HDNodeWallet, hexlify, randomBytes, Wallet } from "ethers";
import { type ActName, type Domain, type Messages, types } from "../../../contracts/typed-data.ts";

/*
 * Keys are made, kept and used in the browser only. The main key is the default path of a mnemonic; each financing
 * request has its own child key, so that nobody can link an enterprise's requests by reading the chain.
 */

export const randomSalt = (): string => hexlify(randomBytes(32));

export const createKey = (): HDNodeWallet => HDNodeWallet.createRandom();

/** The keystore (V3 JSON, scrypt N = 131072) under a passphrase. `onProgress` gets 0 to 1. */
export const encryptKey = (
  key: HDNodeWallet,
  passphrase: string,
  onProgress: (part: number) => void,
): Promise<string> => key.encrypt(passphrase, onProgress);

export class WrongPassphrase extends Error {}

/** Throws WrongPassphrase. A keystore without a mnemonic can't derive request keys, so it is refused. */
export async function decryptKey(
  keystore: string,
  passphrase: string,
  onProgress: (part: number) => void,
): Promise<HDNodeWallet> {
  let key: HDNodeWallet | Wallet;
  try {
    key = await Wallet.fromEncryptedJson(keystore, passphrase, onProgress);
  } catch (error) {
    if (error instanceof Error && /incorrect password/i.test(error.message)) throw new WrongPassphrase();
    throw error;
  }
  if (!(key instanceof HDNodeWallet) || !key.mnemonic) throw new Error("The keystore holds no mnemonic");
  return key;
}

/** A child index below 2^31, at random so that its number tells nothing. */
export function randomKeyIndex(): number {
  const bytes = randomBytes(4);
  return (((bytes[0]! & 0x7f) << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!) >>> 0;
}

/** The one-time key of a financing request. */
export function requestKeyOf(mainKey: HDNodeWallet, keyIndex: number): HDNodeWallet {
  if (!mainKey.mnemonic) throw new Error("The key has no mnemonic");
  return HDNodeWallet.fromMnemonic(mainKey.mnemonic, `m/44'/60'/1'/0/${keyIndex}`);
}

/** Signs one EIP-712 act. */
export const signAct = <Name extends ActName>(
  key: Wallet | HDNodeWallet,
  on: Domain,
  name: Name,
  message: Messages[Name],
): Promise<string> => key.signTypedData(on, types[name], message);
