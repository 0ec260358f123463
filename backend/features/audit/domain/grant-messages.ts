import { verifyTypedData } from "ethers";
import {
  type ActName,
  type Bid,
  type Domain,
  type Grant,
  type Messages,
  types,
} from "../../../../contracts/typed-data.ts";
import type { GrantProofPack } from "../audit-schemas.ts";

/* The signed messages that a proof pack speaks of, rebuilt from its parts. All of these throw on a malformed pack. */

/** Unix seconds of a time. Throws RangeError when it is none, or no whole second. */
export function unixSeconds(time: string): number {
  const seconds = Date.parse(time) / 1000;
  if (!Number.isInteger(seconds)) throw new RangeError(`not a whole second: ${time}`);
  return seconds;
}

/** An amount as the pack writes it: digits only, so that no two texts mean the same. */
export function fenFromText(text: unknown): bigint {
  if (typeof text !== "string" || !/^(0|[1-9]\d{0,17})$/.test(text)) throw new RangeError("not an amount in fen");
  return BigInt(text);
}

export const bidMessage = ({ request, bid }: GrantProofPack): Bid => ({
  requestKey: request.requestKey,
  institution: bid.institution,
  termsCommitment: bid.termsCommitment,
  amountFen: fenFromText(bid.amountFen),
  validUntil: unixSeconds(bid.validUntil),
  salt: bid.salt,
});

export const grantMessage = ({ request, bid, grant }: GrantProofPack): Grant => ({
  requestKey: request.requestKey,
  bidHash: bid.bidHash,
  termsCommitment: grant.termsCommitment,
  amountFen: fenFromText(grant.amountFen),
  expiresAt: unixSeconds(grant.expiresAt),
  salt: grant.salt,
});

export const signerOf = <Name extends ActName>(
  domain: Domain,
  name: Name,
  message: Messages[Name],
  signature: string,
): string => verifyTypedData(domain, types[name], message, signature);
