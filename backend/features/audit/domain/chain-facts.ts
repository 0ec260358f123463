import { getAddress, Interface, type InterfaceAbi, isAddress, isError, isHexString, type Result } from "ethers";
import { anchorKinds } from "../../../../contracts/codes.ts";
import { financingDomain } from "../../../../contracts/typed-data.ts";
import type { GrantProofPack } from "../audit-schemas.ts";
import { grantMessage, signerOf } from "./grant-messages.ts";

/* What the chain says about a grant, read through any node: a proof is worth something only without its issuer. */

export const LEDGER_ABI = [
  "function requestOf(address requestKey) view returns (tuple(uint128 amountFen, uint64 closesAt, uint64 expiresAt, bytes32 termsCommitment, uint8 state, uint128 grantedFen, uint64 grantsEndAt, uint128 drawnFen, uint128 repaidFen))",
  "function awardOf(address requestKey) view returns (tuple(bytes32 bidHash, address institution, uint64 validUntil, uint128 amountFen, uint128 grantedFen))",
  "function grantOf(bytes32 grantId) view returns (tuple(address requestKey, uint64 expiresAt, address institution, uint64 grantedAt, bytes32 bidHash, bytes32 termsCommitment, uint128 amountFen, uint128 drawnFen, uint128 repaidFen))",
  "function bidPlacedAt(address requestKey, bytes32 bidHash, address institution) view returns (uint64 at)",
  "event Granted(address indexed requestKey, bytes32 indexed grantId, address indexed institution, bytes32 bidHash, bytes32 termsCommitment, uint128 amountFen, uint64 expiresAt)",
] as const;
export const ANCHORS_ABI = [
  "function anchorOf(bytes32 root) view returns (uint64 at, uint8 kind, uint32 count)",
] as const;
export const PARTICIPANTS_ABI = [
  "function participantOf(address account) view returns (uint8 kind, uint8 status, bytes32 idCommitment, uint64 enrolledAt)",
  "function currentAccountOf(address account) view returns (address)",
] as const;

const interfaceOf = (abi: readonly string[]): Interface => new Interface(abi as InterfaceAbi);
const LEDGER = interfaceOf(LEDGER_ABI);
const ANCHORS = interfaceOf(ANCHORS_ABI);
const PARTICIPANTS = interfaceOf(PARTICIPANTS_ABI);

/** A transaction as a node tells of it. With its logs, the check also finds the grant's own event in it. */
export interface TransactionFact {
  readonly hash: string;
  readonly blockHash: string;
  readonly blockNumber: number;
  /** 1 when it succeeded. */
  readonly status: number;
  readonly logs?: readonly { readonly address: string; readonly topics: readonly string[] }[] | undefined;
}

/** Times in unix seconds. null: the chain has no such entry. */
export interface ChainFacts {
  readonly request: {
    readonly state: number;
    readonly termsCommitment: string;
    readonly amountFen: bigint;
    readonly closesAt: number;
    readonly expiresAt: number;
    readonly grantedFen: bigint;
  } | null;
  readonly award: { readonly institution: string; readonly bidHash: string } | null;
  readonly grant: {
    readonly requestKey: string;
    readonly institution: string;
    readonly bidHash: string;
    readonly termsCommitment: string;
    readonly amountFen: bigint;
    readonly expiresAt: number;
    readonly grantedAt: number;
  } | null;
  /** Of the bid's batch. A pack with a zero root shows a bid that the institution placed itself: when that was. */
  readonly anchor: { readonly at: number; readonly kind: number } | null;
  readonly transaction: TransactionFact | null;
  /** The account that endorsed the request, as the registry of participants has it. */
  readonly enterprise: { readonly kind: number; readonly status: number } | null;
  /** Keys rotate: who stands today for the awarded institution, and for whoever signed the grant. */
  readonly institutionNow: string | null;
  readonly grantSignerNow: string | null;
}

/** eth_call at one block: contract and data to the answer, as hex. */
export type ChainCall = (to: string, data: string) => Promise<string>;
export type ReceiptLookup = (hash: string) => Promise<TransactionFact | null>;

/** The topic of the Granted event. */
export const GRANTED_TOPIC = LEDGER.getEvent("Granted")!.topicHash;

const ZERO = /^0x0*$/;

/** A contract that isn't what the pack says refuses the call; a node that can't be reached is the caller's to know. */
function isRefusal(error: unknown): boolean {
  if (isError(error, "CALL_EXCEPTION") || isError(error, "BAD_DATA")) return true;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === 3 || (typeof message === "string" && /revert/i.test(message));
}

/** One view. Null when the pack's words can't be asked with, or what is at the address doesn't answer as it should. */
async function read(
  call: ChainCall,
  abi: Interface,
  to: unknown,
  name: string,
  args: unknown[],
): Promise<Result | null> {
  if (!isAddress(to)) return null;
  let data: string;
  try {
    data = abi.encodeFunctionData(name, args);
  } catch {
    return null;
  }
  let answer: string;
  try {
    answer = await call(getAddress(to), data);
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
  try {
    return abi.decodeFunctionResult(name, answer);
  } catch {
    return null;
  }
}

async function readBidCommitted(pack: GrantProofPack, call: ChainCall): Promise<ChainFacts["anchor"]> {
  const { contracts, request, bid } = pack;
  if (ZERO.test(String(bid?.root))) {
    const args = [request?.requestKey, bid?.bidHash, bid?.institution];
    const placed = await read(call, LEDGER, contracts?.financing, "bidPlacedAt", args);
    return placed && placed[0] > 0n ? { at: Number(placed[0]), kind: anchorKinds.bids } : null;
  }
  const anchor = await read(call, ANCHORS, contracts?.anchors, "anchorOf", [bid?.root]);
  // By position: a result is an array, whose own method "at" hides the value of that name.
  return anchor && anchor[0] > 0n ? { at: Number(anchor[0]), kind: Number(anchor[1]) } : null;
}

async function readAccountNow(call: ChainCall, registry: unknown, account: unknown): Promise<string | null> {
  const found = await read(call, PARTICIPANTS, registry, "currentAccountOf", [account]);
  return found && !ZERO.test(String(found[0])) ? String(found[0]) : null;
}

/** Who signed the grant, by the pack's own words; null when they make no signature. */
function grantSigner(pack: GrantProofPack): string | null {
  try {
    const domain = financingDomain(pack.chainId, pack.contracts.financing);
    return signerOf(domain, "Grant", grantMessage(pack), pack.grant.signature);
  } catch {
    return null;
  }
}

/**
 * Reads all that checkGrant compares with. A pack that was tampered with gives nulls; only a failing node throws. The
 * addresses are the pack's: see namesContracts for whether they are the right ones.
 */
export async function readChainFacts(
  pack: GrantProofPack,
  call: ChainCall,
  receipt: ReceiptLookup,
): Promise<ChainFacts> {
  const { contracts, request, bid, grant } = pack;
  const ledger = (name: string, arg: unknown) => read(call, LEDGER, contracts?.financing, name, [arg]);
  const transactionHash = grant?.transactionHash;
  const [asked, awarded, given, anchor, enterprise, institutionNow, grantSignerNow, transaction] = await Promise.all([
    ledger("requestOf", request?.requestKey),
    ledger("awardOf", request?.requestKey),
    ledger("grantOf", grant?.grantId),
    readBidCommitted(pack, call),
    read(call, PARTICIPANTS, contracts?.participants, "participantOf", [request?.enterprise]),
    readAccountNow(call, contracts?.participants, bid?.institution),
    readAccountNow(call, contracts?.participants, grantSigner(pack)),
    isHexString(transactionHash, 32) ? receipt(transactionHash) : null,
  ]);
  const requestRecord = asked?.[0] as Result | undefined;
  const awardRecord = awarded?.[0] as Result | undefined;
  const grantRecord = given?.[0] as Result | undefined;
  return {
    request:
      requestRecord && requestRecord.state > 0n
        ? {
            state: Number(requestRecord.state),
            termsCommitment: requestRecord.termsCommitment,
            amountFen: requestRecord.amountFen,
            closesAt: Number(requestRecord.closesAt),
            expiresAt: Number(requestRecord.expiresAt),
            grantedFen: requestRecord.grantedFen,
          }
        : null,
    award:
      awardRecord && !ZERO.test(awardRecord.bidHash)
        ? { institution: awardRecord.institution, bidHash: awardRecord.bidHash }
        : null,
    grant:
      grantRecord && grantRecord.grantedAt > 0n
        ? {
            requestKey: grantRecord.requestKey,
            institution: grantRecord.institution,
            bidHash: grantRecord.bidHash,
            termsCommitment: grantRecord.termsCommitment,
            amountFen: grantRecord.amountFen,
            expiresAt: Number(grantRecord.expiresAt),
            grantedAt: Number(grantRecord.grantedAt),
          }
        : null,
    anchor,
    transaction,
    enterprise:
      enterprise && enterprise.status > 0n
        ? { kind: Number(enterprise.kind), status: Number(enterprise.status) }
        : null,
    institutionNow,
    grantSignerNow,
  };
}

/** Whether a pack speaks of these contracts: a forger would deploy contracts of his own and prove anything by them. */
export function namesContracts(
  pack: GrantProofPack,
  trusted: { readonly chainId: number } & GrantProofPack["contracts"],
): boolean {
  const same = (name: keyof GrantProofPack["contracts"]): boolean =>
    String(pack.contracts?.[name]).toLowerCase() === trusted[name].toLowerCase();
  return pack.chainId === trusted.chainId && same("participants") && same("anchors") && same("financing");
}
