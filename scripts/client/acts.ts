import type { Signer } from "ethers";
import type { z } from "zod";
import type { BidView, bidInput, bidTerms } from "../../backend/features/bids/bid-schemas.ts";
import type {
  consentChangeInput,
  consentInput,
  consentTerms,
} from "../../backend/features/consents/consent-schemas.ts";
import type { grantInput, grantTerms } from "../../backend/features/grants/grant-schemas.ts";
import type { enrolment, meta } from "../../backend/features/identity/identity-schemas.ts";
import { participantIdentity } from "../../backend/features/participants/domain/identity.ts";
import type { admission } from "../../backend/features/participants/participant-schemas.ts";
import type {
  awardInput,
  requestInput,
  requestTerms,
  withdrawalInput,
} from "../../backend/features/requests/request-schemas.ts";
import { commitment } from "../../backend/lib/commitment.ts";
import { consentStates, participantKinds } from "../../contracts/codes.ts";
import {
  type ActName,
  consentGrantHash,
  consentsDomain,
  type Domain,
  financingDomain,
  type Messages,
  participantsDomain,
  types,
} from "../../contracts/typed-data.ts";
import type { Keyring } from "./keys.ts";
import { unixSeconds } from "./times.ts";

/*
 * One function per act that binds a party: takes what the act says, answers the body that the API wants, signed. All
 * salts and times come from the caller, so that an act can be sent again word for word.
 */

export type Meta = z.infer<typeof meta>;
export type AdmissionBody = z.input<typeof admission>;
export type EnrolmentBody = z.input<typeof enrolment>;
export type RequestBody = z.input<typeof requestInput>;
export type RequestTerms = z.input<typeof requestTerms>;
export type AwardBody = z.input<typeof awardInput>;
export type WithdrawalBody = z.input<typeof withdrawalInput>;
export type BidBody = z.input<typeof bidInput>;
export type BidTerms = z.input<typeof bidTerms>;
export type GrantBody = z.input<typeof grantInput>;
export type GrantTerms = z.input<typeof grantTerms>;
export type ConsentBody = z.input<typeof consentInput>;
export type ConsentTerms = z.input<typeof consentTerms>;
export type ConsentChangeBody = z.input<typeof consentChangeInput>;

const PARTICIPANT_ACTS: ReadonlySet<ActName> = new Set<ActName>([
  "Admission",
  "Enrolment",
  "StatusChange",
  "KeyRotation",
  "RequestEndorsement",
]);
const CONSENT_ACTS: ReadonlySet<ActName> = new Set<ActName>(["ConsentGrant", "ConsentChange"]);

export function domainOf(where: Pick<Meta, "chainId" | "contracts">, name: ActName): Domain {
  const { chainId, contracts } = where;
  if (PARTICIPANT_ACTS.has(name)) return participantsDomain(chainId, contracts.participants);
  if (CONSENT_ACTS.has(name)) return consentsDomain(chainId, contracts.consents);
  return financingDomain(chainId, contracts.financing);
}

export const sign = <Name extends ActName>(
  where: Meta,
  signer: Signer,
  name: Name,
  message: Messages[Name],
): Promise<string> => signer.signTypedData(domainOf(where, name), types[name], message);

export async function signAdmission(
  where: Meta,
  operator: Signer,
  what: Omit<AdmissionBody, "signature">,
): Promise<AdmissionBody> {
  const signature = await sign(where, operator, "Admission", {
    idCommitment: commitment(what.salt, participantIdentity(what)),
    kind: participantKinds[what.kind],
    invitation: what.invitation,
    expiresAt: unixSeconds(what.expiresAt),
  });
  return { ...what, signature };
}

export async function signEnrolment(
  where: Meta,
  invitation: Signer,
  account: Signer,
  idCommitment: string,
  login: Pick<EnrolmentBody, "username" | "password" | "keystore">,
): Promise<EnrolmentBody> {
  const message = {
    idCommitment,
    invitation: await invitation.getAddress(),
    account: await account.getAddress(),
  };
  return {
    invitation: message.invitation,
    account: message.account,
    invitationSignature: await sign(where, invitation, "Enrolment", message),
    accountSignature: await sign(where, account, "Enrolment", message),
    ...login,
  };
}

export async function signRequest(
  where: Meta,
  keys: Keyring,
  what: Pick<RequestBody, "terms" | "salt" | "keyIndex" | "closesAt" | "expiresAt">,
): Promise<RequestBody> {
  const requestSigner = keys.requestKey(what.keyIndex);
  const requestKey = requestSigner.address;
  const termsCommitment = commitment(what.salt, what.terms);
  const signature = await sign(where, requestSigner, "FinancingRequest", {
    requestKey,
    termsCommitment,
    amountFen: BigInt(what.terms.amountFen),
    closesAt: unixSeconds(what.closesAt),
    expiresAt: unixSeconds(what.expiresAt),
  });
  const endorsement = await sign(where, keys.main, "RequestEndorsement", { requestKey, termsCommitment });
  return { ...what, requestKey, signature, endorsement };
}

export async function signWithdrawal(where: Meta, requestSigner: Signer): Promise<WithdrawalBody> {
  return {
    signature: await sign(where, requestSigner, "Withdrawal", { requestKey: await requestSigner.getAddress() }),
  };
}

export async function signBid(
  where: Meta,
  institution: Signer,
  requestKey: string,
  what: Omit<BidBody, "signature">,
): Promise<BidBody> {
  const signature = await sign(where, institution, "Bid", {
    requestKey,
    institution: await institution.getAddress(),
    termsCommitment: commitment(what.termsSalt, what.terms),
    amountFen: BigInt(what.terms.amountFen),
    validUntil: unixSeconds(what.validUntil),
    salt: what.salt,
  });
  return { ...what, signature };
}

export async function signAward(
  where: Meta,
  requestSigner: Signer,
  bid: Pick<BidView, "id" | "bidHash">,
): Promise<AwardBody> {
  const requestKey = await requestSigner.getAddress();
  return { bidId: bid.id, signature: await sign(where, requestSigner, "Award", { requestKey, bidHash: bid.bidHash }) };
}

export async function signGrant(
  where: Meta,
  institution: Signer,
  requestKey: string,
  bidHash: string,
  what: Omit<GrantBody, "signature">,
): Promise<GrantBody> {
  const signature = await sign(where, institution, "Grant", {
    requestKey,
    bidHash,
    termsCommitment: commitment(what.termsSalt, what.terms),
    amountFen: BigInt(what.terms.amountFen),
    expiresAt: unixSeconds(what.expiresAt),
    salt: what.salt,
  });
  return { ...what, signature };
}

const grantMessage = (holder: string, what: Omit<ConsentBody, "signature">) => ({
  holder,
  commitment: commitment(what.salt, what.terms),
  startsAt: unixSeconds(what.startsAt),
  expiresAt: unixSeconds(what.expiresAt),
});

/** The id that the consent will have: the struct hash of what is signed. */
export const consentIdOf = async (holder: Signer, what: Omit<ConsentBody, "signature">): Promise<string> =>
  consentGrantHash(grantMessage(await holder.getAddress(), what));

export async function signConsent(
  where: Meta,
  holder: Signer,
  what: Omit<ConsentBody, "signature">,
): Promise<ConsentBody> {
  const signature = await sign(where, holder, "ConsentGrant", grantMessage(await holder.getAddress(), what));
  return { ...what, signature };
}

export async function signConsentChange(
  where: Meta,
  holder: Signer,
  { id, nonce }: { id: string; nonce: number },
  state: ConsentChangeBody["state"],
): Promise<ConsentChangeBody> {
  const message = { consentId: id, state: consentStates[state], nonce: BigInt(nonce) };
  return { state, nonce, signature: await sign(where, holder, "ConsentChange", message) };
}
