import type { z } from "zod";
import type { BidView } from "../../../../backend/features/bids/bid-schemas.ts";
import type {
  ConsentView,
  consentChangeInput,
  consentInput,
  consentTerms,
} from "../../../../backend/features/consents/consent-schemas.ts";
import type { RequestView, requestInput, requestTerms } from "../../../../backend/features/requests/request-schemas.ts";
import { commitment } from "../../../../backend/lib/commitment.ts";
import { consentStates } from "../../../../contracts/codes.ts";
import { bidHash, consentsDomain, financingDomain, participantsDomain } from "../../../../contracts/typed-data.ts";
import { randomKeyIndex, randomSalt, requestKeyOf, signAct } from "../../lib/keys.ts";
import type { Meta } from "../../lib/queries.ts";
import { unixSeconds, wholeSecondIso } from "../../lib/time.ts";
import type { Signer } from "../session/signer-context.ts";

export type RequestTerms = z.infer<typeof requestTerms>;
export type ConsentTerms = z.infer<typeof consentTerms>;

/** A request under a fresh one-time key: signed by that key, endorsed by the main key. */
export async function signRequest(
  signer: Signer,
  meta: Meta,
  terms: RequestTerms,
  times: { closesAt: Date; expiresAt: Date },
): Promise<z.input<typeof requestInput>> {
  const mainKey = await signer.unlock();
  const keyIndex = randomKeyIndex();
  const requestKey = requestKeyOf(mainKey, keyIndex);
  const salt = randomSalt();
  const termsCommitment = commitment(salt, terms);
  const closesAt = wholeSecondIso(times.closesAt);
  const expiresAt = wholeSecondIso(times.expiresAt);
  const signature = await signAct(
    requestKey,
    financingDomain(meta.chainId, meta.contracts.financing),
    "FinancingRequest",
    {
      requestKey: requestKey.address,
      termsCommitment,
      amountFen: BigInt(terms.amountFen),
      closesAt: unixSeconds(closesAt),
      expiresAt: unixSeconds(expiresAt),
    },
  );
  const endorsement = await signAct(
    mainKey,
    participantsDomain(meta.chainId, meta.contracts.participants),
    "RequestEndorsement",
    { requestKey: requestKey.address, termsCommitment },
  );
  return { terms, salt, requestKey: requestKey.address, keyIndex, closesAt, expiresAt, signature, endorsement };
}

/** The request's own key again; its address tells whether this account's key is the one that made the request. */
async function keyOfRequest(signer: Signer, request: RequestView) {
  if (request.keyIndex === undefined) throw new Error("The request has no key index");
  const key = await signer.requestKey(request.keyIndex);
  if (key.address.toLowerCase() !== request.requestKey.toLowerCase())
    throw new Error(`This key does not control the request ${request.requestKey}`);
  return key;
}

/** Signs the award of a bid. What is signed is recomputed from the terms shown, not taken from the server. */
export async function signAward(signer: Signer, meta: Meta, request: RequestView, bid: BidView): Promise<string> {
  const hash = bidHash({
    requestKey: request.requestKey,
    institution: bid.institution.address,
    termsCommitment: commitment(bid.termsSalt, bid.terms),
    amountFen: BigInt(bid.terms.amountFen),
    validUntil: unixSeconds(bid.validUntil),
    salt: bid.salt,
  });
  if (hash !== bid.bidHash) throw new Error(`The bid's terms do not match its hash ${bid.bidHash}`);
  return signAct(
    await keyOfRequest(signer, request),
    financingDomain(meta.chainId, meta.contracts.financing),
    "Award",
    { requestKey: request.requestKey, bidHash: hash },
  );
}

export const signWithdrawal = async (signer: Signer, meta: Meta, request: RequestView): Promise<string> =>
  signAct(await keyOfRequest(signer, request), financingDomain(meta.chainId, meta.contracts.financing), "Withdrawal", {
    requestKey: request.requestKey,
  });

export async function signConsent(
  signer: Signer,
  meta: Meta,
  holder: string,
  terms: ConsentTerms,
  times: { startsAt: Date; expiresAt: Date },
): Promise<z.input<typeof consentInput>> {
  const salt = randomSalt();
  const startsAt = wholeSecondIso(times.startsAt);
  const expiresAt = wholeSecondIso(times.expiresAt);
  const signature = await signer.sign(consentsDomain(meta.chainId, meta.contracts.consents), "ConsentGrant", {
    holder,
    commitment: commitment(salt, terms),
    startsAt: unixSeconds(startsAt),
    expiresAt: unixSeconds(expiresAt),
  });
  return { terms, salt, startsAt, expiresAt, signature };
}

export async function signConsentChange(
  signer: Signer,
  meta: Meta,
  { id, nonce }: ConsentView,
  state: z.input<typeof consentChangeInput>["state"],
): Promise<z.input<typeof consentChangeInput>> {
  const signature = await signer.sign(consentsDomain(meta.chainId, meta.contracts.consents), "ConsentChange", {
    consentId: id,
    state: consentStates[state],
    nonce: BigInt(nonce),
  });
  return { state, nonce, signature };
}
