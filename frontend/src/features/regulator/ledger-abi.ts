import { Interface } from "ethers";

/** What the audit page reads of the contracts, in ethers' human-readable ABI. */
export const ledgerAbi = new Interface([
  "function requestOf(address requestKey) view returns (tuple(uint128 amountFen, uint64 closesAt, uint64 expiresAt, bytes32 termsCommitment, uint8 state, uint128 grantedFen, uint64 grantsEndAt, uint128 drawnFen, uint128 repaidFen))",
  "function awardOf(address requestKey) view returns (tuple(bytes32 bidHash, address institution, uint64 validUntil, uint128 amountFen, uint128 grantedFen))",
  "function grantOf(bytes32 grantId) view returns (tuple(address requestKey, uint64 expiresAt, address institution, uint64 grantedAt, bytes32 bidHash, bytes32 termsCommitment, uint128 amountFen, uint128 drawnFen, uint128 repaidFen))",
  "function bidPlacedAt(address requestKey, bytes32 bidHash, address institution) view returns (uint64)",
  "event Granted(address indexed requestKey, bytes32 indexed grantId, address indexed institution, bytes32 bidHash, bytes32 termsCommitment, uint128 amountFen, uint64 expiresAt)",
]);

export const anchorsAbi = new Interface([
  "function anchorOf(bytes32 root) view returns (uint64 at, uint8 kind, uint32 count)",
]);

export const participantsAbi = new Interface([
  "function participantOf(address account) view returns (uint8 kind, uint8 status, bytes32 idCommitment, uint64 enrolledAt)",
  "function currentAccountOf(address account) view returns (address)",
]);

/** RequestState, AwardRecord and GrantRecord as the ledger returns them. */
export interface RequestOnChain {
  amountFen: bigint;
  closesAt: bigint;
  expiresAt: bigint;
  termsCommitment: string;
  state: bigint;
  grantedFen: bigint;
}
export interface AwardOnChain {
  bidHash: string;
  institution: string;
  amountFen: bigint;
  grantedFen: bigint;
}
export interface GrantOnChain {
  requestKey: string;
  expiresAt: bigint;
  institution: string;
  grantedAt: bigint;
  bidHash: string;
  termsCommitment: string;
  amountFen: bigint;
}
