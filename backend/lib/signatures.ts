import { getAddress, getBytes, hexlify, keccak256 } from "ethers";
import secp256k1 from "secp256k1";
import { type ActName, type Domain, type Messages, signingDigest } from "../../contracts/typed-data.ts";
import { DomainError } from "./errors.ts";
import type { Hex32 } from "./hex.ts";

/** Asks the chain whether the contract at `account` holds the signature of `digest` for its own (ERC-1271). */
export type SmartAccountCheck = (account: string, digest: Hex32, signature: string) => Promise<boolean>;

/** Throws signature.wrong (naming the field) unless `signer` signed this message under this domain. */
export type RequireSignature = <Name extends ActName>(
  domain: Domain,
  name: Name,
  message: Messages[Name],
  signature: string,
  signer: string,
  field?: string,
) => Promise<void>;

const HALF_ORDER = Buffer.from("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0", "hex");

/**
 * The address whose key signed `digest`, or undefined for what is no signature. Takes what OpenZeppelin's ECDSA takes:
 * 65 bytes, the lower one of the two values of s, v of 27 or 28. Native code: 60 times as fast as JavaScript.
 */
export function recoverSigner(digest: Hex32, signature: string): string | undefined {
  const bytes = getBytes(signature);
  if (bytes.length !== 65) return undefined;
  const v = bytes[64]!;
  if ((v !== 27 && v !== 28) || HALF_ORDER.compare(bytes.subarray(32, 64)) < 0) return undefined;
  try {
    const key = secp256k1.ecdsaRecover(bytes.subarray(0, 64), v - 27, getBytes(digest), false);
    return getAddress(`0x${keccak256(key.subarray(1)).slice(26)}`);
  } catch {
    return undefined; // no point of the curve
  }
}

/** The check for plain keys, and for smart accounts where the chain can be asked. */
export function createSignatureCheck(smartAccount?: SmartAccountCheck): RequireSignature {
  return async (domain, name, message, signature, signer, field = "signature") => {
    const digest = signingDigest(domain, name, message);
    if (recoverSigner(digest, signature)?.toLowerCase() === signer.toLowerCase()) return;
    if (await smartAccount?.(signer, digest, hexlify(signature))) return;
    throw new DomainError("signature.wrong", `${field} is not ${signer}'s signature over this ${name}`, { field });
  };
}

/** Unix seconds of a UTC time that must be a whole second, as the chain counts. */
export function wholeSeconds(time: string, field: string): number {
  const ms = Date.parse(time);
  if (ms % 1000 !== 0) {
    throw new DomainError("input.wholeSeconds", `${field} must be a whole second, such as 2026-03-05T08:00:00Z`, {
      field,
      status: 400,
    });
  }
  return ms / 1000;
}
