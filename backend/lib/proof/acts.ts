import type { TypedDataField } from "ethers";
import { types } from "../../../contracts/typed-data.ts";

/*
 * What a checker must know of each signed act: which contract takes it, which event that contract answers with, who has
 * to sign, and which field of the message hides a document. Everything else is the same for all acts.
 */

/** Contracts by the names that packs and deployments use. */
export const contractNames = ["participants", "anchors", "consents", "financing", "pledges", "seals"] as const;
export type ContractName = (typeof contractNames)[number];

/** EIP-712 domain names; every domain has version "1". */
const DOMAINS: Readonly<Partial<Record<ContractName, string>>> = {
  participants: "Rongqiao Participants",
  consents: "Rongqiao Consents",
  financing: "Rongqiao Financing",
  pledges: "Rongqiao Pledges",
  seals: "Rongqiao Seals",
};

export interface ActRule {
  readonly contract: ContractName;
  /**
   * How it is handed to the contract: the function, then for each argument what it is: "message", "signature", "signer",
   * or the type of something else.
   */
  readonly call?: readonly [name: string, ...args: string[]];
  /** The event that says that the contract took it: an argument named like a field of the message equals that field. */
  readonly event?: string;
  /** The event's argument that is the act's own struct hash. */
  readonly hashName?: string;
  /** For each signature, the field (of the message, or else of the event) that says whose it must be; null: any. */
  readonly signers: readonly (string | null)[];
  /** The field of the message that hides a document. */
  readonly commitment?: string;
}

const ACTS: Readonly<Record<string, ActRule>> = {
  Admission: {
    contract: "participants",
    call: ["enrol", "message", "signer", "signature", "address", "bytes", "bytes"],
    event: "ParticipantEnrolled(address indexed account, uint8 kind, bytes32 indexed idCommitment)",
    signers: [null],
    commitment: "idCommitment",
  },
  StatusChange: {
    contract: "participants",
    call: ["setStatus", "message", "signer", "signature"],
    event: "ParticipantStatusChanged(address indexed account, uint8 status, address indexed operator)",
    signers: ["operator"],
  },
  KeyRotation: {
    contract: "participants",
    call: ["rotateKey", "message", "signature", "signature"],
    event: "ParticipantKeyRotated(address indexed account, address indexed newAccount)",
    signers: ["account", "newAccount"],
  },
  RequestEndorsement: { contract: "participants", signers: [null] },
  ConsentGrant: {
    contract: "consents",
    call: ["give", "message", "signature"],
    event:
      "ConsentGiven(bytes32 indexed consentId, address indexed holder, bytes32 commitment, uint64 startsAt, uint64 expiresAt)",
    hashName: "consentId",
    signers: ["holder"],
    commitment: "commitment",
  },
  ConsentChange: {
    contract: "consents",
    call: ["change", "message", "signature"],
    event: "ConsentChanged(bytes32 indexed consentId, uint8 state, uint64 nonce)",
    signers: [null],
  },
  FinancingRequest: {
    contract: "financing",
    call: ["openRequest", "message", "signature"],
    event:
      "RequestOpened(address indexed requestKey, bytes32 termsCommitment, uint128 amountFen, uint64 closesAt, uint64 expiresAt)",
    signers: ["requestKey"],
    commitment: "termsCommitment",
  },
  Withdrawal: {
    contract: "financing",
    call: ["withdrawRequest", "message", "signature"],
    event: "RequestWithdrawn(address indexed requestKey)",
    signers: ["requestKey"],
  },
  // A bid is a leaf of a batch: the chain knows it only by its batch's root.
  Bid: { contract: "financing", signers: ["institution"], commitment: "termsCommitment" },
  Award: {
    contract: "financing",
    call: ["award", "message", "signature", "Bid", "bytes", "bytes32", "bytes32[]"],
    event:
      "Awarded(address indexed requestKey, bytes32 indexed bidHash, address indexed institution, uint128 amountFen, uint64 validUntil)",
    signers: ["requestKey"],
  },
  Reopening: {
    contract: "financing",
    call: ["reopen", "message", "signature", "Bid"],
    event: "RequestReopened(address indexed requestKey, bytes32 indexed bidHash)",
    signers: ["requestKey"],
  },
  Grant: {
    contract: "financing",
    call: ["grant", "message", "signature", "Bid"],
    event:
      "Granted(address indexed requestKey, bytes32 indexed grantId, address indexed institution, bytes32 bidHash, bytes32 termsCommitment, uint128 amountFen, uint64 expiresAt)",
    hashName: "grantId",
    signers: ["institution"],
    commitment: "termsCommitment",
  },
  Drawdown: {
    contract: "financing",
    call: ["drawDown", "message", "signature", "signature", "Grant"],
    event:
      "DrawnDown(address indexed requestKey, bytes32 indexed grantId, bytes32 indexed drawdownHash, uint128 amountFen, uint128 drawnFen)",
    hashName: "drawdownHash",
    signers: [null, "requestKey"],
  },
  Repayment: {
    contract: "financing",
    call: ["repay", "message", "signature", "Grant"],
    event:
      "Repaid(address indexed requestKey, bytes32 indexed grantId, bytes32 indexed repaymentHash, uint128 principalFen, uint128 repaidFen)",
    hashName: "repaymentHash",
    signers: [null],
  },
  PledgeReservation: {
    contract: "pledges",
    call: ["reserve", "message", "signature", "signature"],
    event:
      "PledgeReserved(bytes32 indexed pledgeId, bytes32 indexed assetHash, address indexed institution, address pledgorKey, bytes32 termsCommitment, uint64 reservedUntil)",
    hashName: "pledgeId",
    signers: ["institution", "pledgorKey"],
    commitment: "termsCommitment",
  },
  PledgeConfirmation: {
    contract: "pledges",
    call: ["confirm", "message", "signature"],
    event: "PledgeConfirmed(bytes32 indexed pledgeId)",
    signers: [null],
  },
  PledgeRelease: {
    contract: "pledges",
    call: ["release", "message", "signature"],
    event: "PledgeReleased(bytes32 indexed pledgeId)",
    signers: [null],
  },
  SealIssue: {
    contract: "seals",
    call: ["issue", "message", "signer", "signature", "signature"],
    event:
      "SealIssued(bytes32 indexed sealId, address indexed holder, address indexed key, bytes32 idCommitment, uint64 validFrom, uint64 validUntil)",
    hashName: "sealId",
    signers: [null, "key"],
    commitment: "idCommitment",
  },
  SealStatusChange: {
    contract: "seals",
    call: ["setStatus", "message", "signer", "signature"],
    event: "SealStatusChanged(bytes32 indexed sealId, uint8 status, address indexed signer)",
    signers: ["signer"],
  },
  SealedDocument: {
    contract: "seals",
    call: ["seal", "message", "signature"],
    event: "DocumentSealed(bytes32 indexed sealId, bytes32 indexed documentCommitment)",
    signers: [null],
    commitment: "documentCommitment",
  },
};

/** The EIP-712 types of an act of ours, as signers' libraries take them. */
export const typesOf = (primaryType: string): Record<string, TypedDataField[]> | undefined =>
  Object.hasOwn(types, primaryType)
    ? (types as Record<string, Record<string, TypedDataField[]>>)[primaryType]
    : undefined;

export const ruleOf = (primaryType: string): ActRule | undefined =>
  Object.hasOwn(ACTS, primaryType) && typesOf(primaryType) ? ACTS[primaryType] : undefined;

export const actNames: readonly string[] = Object.keys(ACTS).filter((name) => typesOf(name));

/** The events that a contract answers acts and batches with. */
export const eventsOf = (contract: ContractName): string[] =>
  contract === "anchors"
    ? ["BatchAnchored(bytes32 indexed root, uint8 kind, uint32 count)"]
    : Object.values(ACTS).flatMap((rule) => (rule.contract === contract && rule.event ? [rule.event] : []));

export const domainOf = (contract: ContractName, chainId: number, verifyingContract: string) => ({
  name: DOMAINS[contract] ?? "",
  version: "1",
  chainId,
  verifyingContract,
});
