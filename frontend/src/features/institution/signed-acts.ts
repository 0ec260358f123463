import { hexlify, randomBytes } from "ethers";
import type { z } from "zod";
import type { bidInput, bidTerms } from "../../../../backend/features/bids/bid-schemas.ts";
import type { grantInput, grantTerms } from "../../../../backend/features/grants/grant-schemas.ts";
import { commitment } from "../../../../backend/lib/commitment.ts";
import { type Bid, bidHash, financingDomain, type Grant, grantHash, types } from "../../../../contracts/typed-data.ts";

/*
 * What an institution signs in its own browser: a sealed bid and a grant. The terms stay behind a salted commitment;
 * only the commitment, the amount and the time are in the signed message.
 */

export type BidTerms = z.infer<typeof bidTerms>;
export type BidInput = z.infer<typeof bidInput>;
export type GrantTerms = z.infer<typeof grantTerms>;
export type GrantInput = z.infer<typeof grantInput>;

/** The unlocked key, as far as signing needs it. */
export interface SigningKey {
  readonly address: string;
  signTypedData(
    domain: ReturnType<typeof financingDomain>,
    types: Record<string, { name: string; type: string }[]>,
    message: Record<string, unknown>,
  ): Promise<string>;
}

/** The chain and the contracts, as GET /meta tells them. */
export interface SigningGround {
  chainId: number;
  contracts: { participants: string; financing: string };
}

const newSalt = (): string => hexlify(randomBytes(32));

/** The same moment in whole seconds, as signed messages count time. */
export const wholeSecond = (time: Date): Date => new Date(Math.floor(time.getTime() / 1000) * 1000);
const unixSeconds = (time: Date): number => Math.floor(time.getTime() / 1000);

/** Signs a bid for the request behind `requestKey`. `hash` is the bid's hash, the leaf that will be anchored. */
export async function signBid(
  key: SigningKey,
  ground: SigningGround,
  requestKey: string,
  terms: BidTerms,
  validUntil: Date,
): Promise<{ input: BidInput; hash: string }> {
  const until = wholeSecond(validUntil);
  const termsSalt = newSalt();
  const salt = newSalt();
  const message: Bid = {
    requestKey,
    institution: key.address,
    termsCommitment: commitment(termsSalt, terms),
    amountFen: BigInt(terms.amountFen),
    validUntil: unixSeconds(until),
    salt,
  };
  const domain = financingDomain(ground.chainId, ground.contracts.financing);
  const signature = await key.signTypedData(domain, types.Bid, { ...message });
  return { input: { terms, termsSalt, salt, validUntil: until.toISOString(), signature }, hash: bidHash(message) };
}

/** Signs the grant of an awarded request. `grantId` is the grant's hash, its id on chain. */
export async function signGrant(
  key: SigningKey,
  ground: SigningGround,
  award: { requestKey: string; bidHash: string },
  terms: GrantTerms,
  expiresAt: Date,
): Promise<{ input: GrantInput; grantId: string }> {
  const until = wholeSecond(expiresAt);
  const termsSalt = newSalt();
  const salt = newSalt();
  const message: Grant = {
    requestKey: award.requestKey,
    bidHash: award.bidHash,
    termsCommitment: commitment(termsSalt, terms),
    amountFen: BigInt(terms.amountFen),
    expiresAt: unixSeconds(until),
    salt,
  };
  const domain = financingDomain(ground.chainId, ground.contracts.financing);
  const signature = await key.signTypedData(domain, types.Grant, { ...message });
  return { input: { terms, termsSalt, salt, expiresAt: until.toISOString(), signature }, grantId: grantHash(message) };
}
