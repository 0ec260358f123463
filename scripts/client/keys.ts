import { randomBytes, randomInt } from "node:crypto";
import { encryptKeystoreJson, HDNodeWallet, hexlify, Mnemonic, Wallet } from "ethers";

/**
 * A participant's keys: all come from one mnemonic. The main key is the default path's; each financing request has its
 * own child, so that requests of one enterprise can't be linked by their addresses.
 */
export interface Keyring {
  readonly main: HDNodeWallet;
  requestKey(index: number): HDNodeWallet;
}

export function keyringOf(phrase: string): Keyring {
  const mnemonic = Mnemonic.fromPhrase(phrase);
  return {
    main: HDNodeWallet.fromMnemonic(mnemonic),
    requestKey: (index) => HDNodeWallet.fromMnemonic(mnemonic, `m/44'/60'/1'/0/${index}`),
  };
}

export const newPhrase = (): string => Mnemonic.fromEntropy(randomBytes(16)).phrase;
export const newKeyIndex = (): number => randomInt(2 ** 31);

/** The keystore text that the server keeps. A small `scryptN` is quicker and weaker: for tests and demonstrations. */
export function lockKeyring(keyring: Keyring, passphrase: string, scryptN = 131_072): Promise<string> {
  const { main } = keyring;
  const mnemonic = { path: main.path!, locale: "en", entropy: main.mnemonic!.entropy };
  const account = { address: main.address, privateKey: main.privateKey, mnemonic };
  return encryptKeystoreJson(account, passphrase, { scrypt: { N: scryptN } });
}

/** Throws when the passphrase is wrong, or the keystore holds a bare key without a mnemonic. */
export async function unlockKeyring(keystore: string, passphrase: string): Promise<Keyring> {
  const wallet = await Wallet.fromEncryptedJson(keystore, passphrase);
  if (!(wallet instanceof HDNodeWallet) || !wallet.mnemonic) throw new Error("the keystore has no mnemonic");
  return keyringOf(wallet.mnemonic.phrase);
}

export const newSalt = (): string => hexlify(randomBytes(32));
