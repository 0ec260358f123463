import type { z } from "zod";
import type { bidInput, bidTerms } from "../../../../backend/features/bids/bid-schemas.ts";
import type { grantInput, grantTerms } from "../../../../backend/features/grants/grant-schemas.ts";
import { commitment } from "../../../../backend/lib/commitment.ts";
import { type Bid, bidHash, financingDomain, type Grant, grantHash } from "../../../../contracts/typed-data.ts";
import { randomSalt } from "../../lib/keys.ts";
import type { Meta } from "../../lib/queries.ts";
import { unixSeconds, wholeSecondIso } from "../../lib/time.ts";
import type { Signer } from "../session/signer-context.ts";

/*
 * What an institution signs in its own browser: a sealed bid and a grant. The terms stay behind a salted commitment;
 * only the commitment, the amount and the time are in the signed message.
 */

export type BidTerms = z.infer<typeof bidTerms>;
export type BidInput = z.infer<typeof bidInput>;
export type GrantTerms = z.infer<typeof grantTerms>;
export type GrantInput = z.infer<typeof grantInput>;

/** Who signs, on which chain. */
export interface SigningGround {
  institution: string;
  sign: Signer["sign"];
  meta: Pick<Meta, "chainId" | "contracts">;
}

/** Signs a bid for the request behind `requestKey`. `hash` is the bid's hash, the leaf that will be anchored. */
export async function signBid(
  { institution, sign, meta }: SigningGround,
  requestKey: string,
  terms: BidTerms,
  validUntil: Date,
): Promise<{ input: BidInput; hash: string }> {
  const until = wholeSecondIso(validUntil);
  const termsSalt = randomSalt();
  const message: Bid = {
    requestKey,
    institution,
    termsCommitment: commitment(termsSalt, terms),
    amountFen: BigInt(terms.amountFen),
    validUntil: unixSeconds(until),
    salt: randomSalt(),
  };
  const signature = await sign(financingDomain(meta.chainId, meta.contracts.financing), "Bid", message);
  return { input: { terms, termsSalt, salt: message.salt, validUntil: until, signature }, hash: bidHash(message) };
}

/** Signs the grant of an awarded request. `grantId` is the grant's hash, its id on chain. */
export async function signGrant(
  { sign, meta }: SigningGround,
  award: { requestKey: string; bidHash: string },
  terms: GrantTerms,
  expiresAt: Date,
): Promise<{ input: GrantInput; grantId: string }> {
  const until = wholeSecondIso(expiresAt);
  const termsSalt = randomSalt();
  const message: Grant = {
    requestKey: award.requestKey,
    bidHash: award.bidHash,
    termsCommitment: commitment(termsSalt, terms),
    amountFen: BigInt(terms.amountFen),
    expiresAt: unixSeconds(until),
    salt: randomSalt(),
  };
  const signature = await sign(financingDomain(meta.chainId, meta.contracts.financing), "Grant", message);
  return { input: { terms, termsSalt, salt: message.salt, expiresAt: until, signature }, grantId: grantHash(message) };
}
