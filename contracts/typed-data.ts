import { concat, keccak256, type TypedDataDomain, TypedDataEncoder, type TypedDataField } from "ethers";

/*
 * The EIP-712 messages that bind parties, for every side: browser, backend and tests. The contracts hold the same types;
 * tests compare each hash. Amounts are bigint fen, times are whole unix seconds, hashes and salts 0x-prefixed bytes32.
 */

type Types<Name extends string> = Record<Name, TypedDataField[]>;

/** "address requestKey,uint128 amountFen" to the fields that ethers wants: the strings read like the Solidity structs. */
function typesOf<Name extends string>(name: Name, members: string): Types<Name> {
  const fields = members.split(",").map((member) => {
    const [type, field] = member.trim().split(" ");
    return { type: type!, name: field! };
  });
  return { [name]: fields } as Types<Name>;
}

/** The `types` argument of ethers' signTypedData for each act. */
export const types = {
  Admission: typesOf("Admission", "bytes32 idCommitment,uint8 kind,address invitation,uint64 expiresAt"),
  Enrolment: typesOf("Enrolment", "bytes32 idCommitment,address invitation,address account"),
  StatusChange: typesOf("StatusChange", "address account,uint8 status,uint256 nonce"),
  KeyRotation: typesOf("KeyRotation", "address account,address newAccount,uint256 nonce"),
  RequestEndorsement: typesOf("RequestEndorsement", "address requestKey,bytes32 termsCommitment"),
  FinancingRequest: typesOf(
    "FinancingRequest",
    "address requestKey,bytes32 termsCommitment,uint128 amountFen,uint64 closesAt,uint64 expiresAt",
  ),
  Withdrawal: typesOf("Withdrawal", "address requestKey"),
  Bid: typesOf(
    "Bid",
    "address requestKey,address institution,bytes32 termsCommitment,uint128 amountFen,uint64 validUntil,bytes32 salt",
  ),
  Award: typesOf("Award", "address requestKey,bytes32 bidHash"),
  Reopening: typesOf("Reopening", "address requestKey,bytes32 bidHash"),
  Grant: typesOf(
    "Grant",
    "address requestKey,bytes32 bidHash,bytes32 termsCommitment,uint128 amountFen,uint64 expiresAt,bytes32 salt",
  ),
  Drawdown: typesOf("Drawdown", "bytes32 grantId,uint128 amountFen,uint128 drawnBeforeFen"),
  Repayment: typesOf("Repayment", "bytes32 grantId,uint128 principalFen,uint128 repaidBeforeFen"),
  ConsentGrant: typesOf("ConsentGrant", "address holder,bytes32 commitment,uint64 startsAt,uint64 expiresAt"),
  ConsentChange: typesOf("ConsentChange", "bytes32 consentId,uint8 state,uint64 nonce"),
  PledgeReservation: typesOf(
    "PledgeReservation",
    "bytes32 assetHash,address institution,address pledgorKey,bytes32 termsCommitment,uint64 reservedUntil,bytes32 salt",
  ),
  PledgeConfirmation: typesOf("PledgeConfirmation", "bytes32 pledgeId"),
  PledgeRelease: typesOf("PledgeRelease", "bytes32 pledgeId"),
  SealIssue: typesOf("SealIssue", "bytes32 idCommitment,address holder,address key,uint64 validFrom,uint64 validUntil"),
  SealStatusChange: typesOf("SealStatusChange", "bytes32 sealId,uint8 status,uint64 nonce"),
  SealedDocument: typesOf("SealedDocument", "bytes32 sealId,bytes32 documentCommitment"),
};

/** The operator admits a body: its salted identity commitment, its kind, and the address of its one-time activation key. */
export interface Admission {
  idCommitment: string;
  kind: number;
  invitation: string;
  expiresAt: number;
}

/** Signed twice, by the invitation key and by the new account: whoever holds the activation code chose this account. */
export interface Enrolment {
  idCommitment: string;
  invitation: string;
  account: string;
}

/** Signed by an operator; `nonce` is the account's next one. */
export interface StatusChange {
  account: string;
  status: number;
  nonce: bigint;
}

/** Signed by both keys; `nonce` is the old account's next one. */
export interface KeyRotation {
  account: string;
  newAccount: string;
  nonce: bigint;
}

/** Signed off chain by the enterprise's main key: the request behind this one-time key is its own. */
export interface RequestEndorsement {
  requestKey: string;
  termsCommitment: string;
}

/** Signed by the request's one-time key, whose address is the request's id. */
export interface FinancingRequest {
  requestKey: string;
  termsCommitment: string;
  amountFen: bigint;
  closesAt: number;
  expiresAt: number;
}

/** Signed by the request key. */
export interface Withdrawal {
  requestKey: string;
}

/** Signed by the institution. Its struct hash is what bid batches commit to. */
export interface Bid {
  requestKey: string;
  institution: string;
  termsCommitment: string;
  amountFen: bigint;
  validUntil: number;
  salt: string;
}

/** Signed by the request key. */
export interface Award {
  requestKey: string;
  bidHash: string;
}

/** Signed by the request key, when the awarded institution let its bid lapse. */
export interface Reopening {
  requestKey: string;
  bidHash: string;
}

/** Signed by the awarded institution. Its struct hash is the grant's id. */
export interface Grant {
  requestKey: string;
  bidHash: string;
  termsCommitment: string;
  amountFen: bigint;
  expiresAt: number;
  salt: string;
}

/** Signed by both the institution and the request key. */
export interface Drawdown {
  grantId: string;
  amountFen: bigint;
  /** What of the grant was drawn before. */
  drawnBeforeFen: bigint;
}

/** Signed by the institution, which received the principal. */
export interface Repayment {
  grantId: string;
  principalFen: bigint;
  /** What of the grant was repaid before. */
  repaidBeforeFen: bigint;
}

/** Signed by the holder's key of today. Its struct hash is the consent's id; the terms are behind the commitment. */
export interface ConsentGrant {
  holder: string;
  commitment: string;
  startsAt: number;
  expiresAt: number;
}

/** Signed by the holder's key of today; `nonce` is the consent's next one or higher. */
export interface ConsentChange {
  consentId: string;
  state: number;
  nonce: bigint;
}

/** Signed by the institution's key of today and the pledgor's one-time key. Its struct hash is the pledge's id. */
export interface PledgeReservation {
  assetHash: string;
  institution: string;
  pledgorKey: string;
  termsCommitment: string;
  reservedUntil: number;
  salt: string;
}

/** Signed by the institution's key of today, by `reservedUntil`. */
export interface PledgeConfirmation {
  pledgeId: string;
}

/** Signed by the institution's key of today. */
export interface PledgeRelease {
  pledgeId: string;
}

/** Signed by an operator and by the seal's key. Its struct hash is the seal's id. */
export interface SealIssue {
  idCommitment: string;
  holder: string;
  key: string;
  validFrom: number;
  validUntil: number;
}

/** Signed by an operator, or (to suspend or revoke) by the holder's key of today; `nonce` is the seal's next one. */
export interface SealStatusChange {
  sealId: string;
  status: number;
  nonce: bigint;
}

/** Signed by the seal's key. */
export interface SealedDocument {
  sealId: string;
  documentCommitment: string;
}

/** The message of each act by its EIP-712 type name. */
export interface Messages {
  Admission: Admission;
  Enrolment: Enrolment;
  StatusChange: StatusChange;
  KeyRotation: KeyRotation;
  RequestEndorsement: RequestEndorsement;
  FinancingRequest: FinancingRequest;
  Withdrawal: Withdrawal;
  Bid: Bid;
  Award: Award;
  Reopening: Reopening;
  Grant: Grant;
  Drawdown: Drawdown;
  Repayment: Repayment;
  ConsentGrant: ConsentGrant;
  ConsentChange: ConsentChange;
  PledgeReservation: PledgeReservation;
  PledgeConfirmation: PledgeConfirmation;
  PledgeRelease: PledgeRelease;
  SealIssue: SealIssue;
  SealStatusChange: SealStatusChange;
  SealedDocument: SealedDocument;
}
export type ActName = keyof Messages;

export interface Domain extends TypedDataDomain {
  name: string;
  version: string;
  chainId: bigint;
  verifyingContract: string;
}

const domain = (name: string, chainId: bigint | number, verifyingContract: string): Domain => ({
  name,
  version: "1",
  chainId: BigInt(chainId),
  verifyingContract,
});

/** Admission, Enrolment, StatusChange, KeyRotation, RequestEndorsement. `address` is the ParticipantRegistry's. */
export const participantsDomain = (chainId: bigint | number, address: string): Domain =>
  domain("Rongqiao Participants", chainId, address);

/** Requests, bids, awards, grants, drawdowns, repayments. `address` is the FinancingLedger's. */
export const financingDomain = (chainId: bigint | number, address: string): Domain =>
  domain("Rongqiao Financing", chainId, address);

/** ConsentGrant, ConsentChange. `address` is the ConsentRegistry's. */
export const consentsDomain = (chainId: bigint | number, address: string): Domain =>
  domain("Rongqiao Consents", chainId, address);

/** PledgeReservation, PledgeConfirmation, PledgeRelease. `address` is the PledgeRegistry's. */
export const pledgesDomain = (chainId: bigint | number, address: string): Domain =>
  domain("Rongqiao Pledges", chainId, address);

/** SealIssue, SealStatusChange, SealedDocument. `address` is the SealRegistry's. */
export const sealsDomain = (chainId: bigint | number, address: string): Domain =>
  domain("Rongqiao Seals", chainId, address);

// Compiling a type or hashing a domain takes as long as hashing a message, and there are few of them.
const encoders = new Map<ActName, TypedDataEncoder>();
const domainHashes = new WeakMap<Domain, string>();

function encoderOf(name: ActName): TypedDataEncoder {
  let encoder = encoders.get(name);
  if (!encoder) {
    encoder = TypedDataEncoder.from(types[name]);
    encoders.set(name, encoder);
  }
  return encoder;
}

function hashOfDomain(on: Domain): string {
  let hash = domainHashes.get(on);
  if (!hash) {
    hash = TypedDataEncoder.hashDomain(on);
    domainHashes.set(on, hash);
  }
  return hash;
}

/** The EIP-712 struct hash (no domain) of an act. */
export const structHash = <Name extends ActName>(name: Name, message: Messages[Name]): string =>
  encoderOf(name).hash(message);

/** What a party signs: keccak256(0x1901 ‖ domain ‖ struct hash). A domain, once used, isn't to be changed. */
export const signingDigest = <Name extends ActName>(on: Domain, name: Name, message: Messages[Name]): string =>
  keccak256(concat(["0x1901", hashOfDomain(on), structHash(name, message)]));

export const requestHash = (request: FinancingRequest): string => structHash("FinancingRequest", request);
export const bidHash = (bid: Bid): string => structHash("Bid", bid);
export const awardHash = (award: Award): string => structHash("Award", award);
/** The grant's id. */
export const grantHash = (grant: Grant): string => structHash("Grant", grant);
export const drawdownHash = (drawdown: Drawdown): string => structHash("Drawdown", drawdown);
export const repaymentHash = (repayment: Repayment): string => structHash("Repayment", repayment);
/** The consent's id. */
export const consentGrantHash = (consent: ConsentGrant): string => structHash("ConsentGrant", consent);
/** The pledge's id. */
export const pledgeReservationHash = (reservation: PledgeReservation): string =>
  structHash("PledgeReservation", reservation);
/** The seal's id. */
export const sealIssueHash = (seal: SealIssue): string => structHash("SealIssue", seal);
