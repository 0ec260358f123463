import { getBytes, Interface, isError, type JsonRpcProvider, type Transaction } from "ethers";
import type { Act } from "./relay-store.ts";

export const relayInterface = new Interface([
  "function execute((address target, uint32 gasLimit, bytes32 actId, bytes data)[] calls)",
  "event ActFailed(bytes32 indexed actId, bytes reason)",
  "error RelayTargetNotAllowed(address target)",
  "error RelayTargetWithoutCode(address target)",
  "error RelayInsufficientGas(bytes32 actId, uint32 gasLimit)",
  "error RelayNotRelayer(address sender)",
]);

/** Reading the target, the event with the longest reason, copying, and the relay's own margin before each call. */
const GAS_PER_ACT = 20_000;
const GAS_PER_ACT_BYTE = 24;

export interface Fees {
  /** Undefined on a chain without base fee: legacy transactions with `maxFee` as the price. */
  tip?: bigint;
  maxFee: bigint;
}

/** More than any outcome of the acts can use: what is left over is given back. */
export function gasLimitOf(acts: readonly Act[], callData: string): number {
  let zeros = 0;
  const bytes = getBytes(callData);
  for (const byte of bytes) if (byte === 0) zeros += 1;
  const tokens = zeros + 4 * (bytes.length - zeros);
  const acting = acts.reduce(
    (sum, { gasLimit, data }) => sum + gasLimit + GAS_PER_ACT + (data.length / 2) * GAS_PER_ACT_BYTE,
    0,
  );
  // EIP-150: a caller passes on at most 63/64 of what it has, so the largest act needs more to be left than it gets.
  const reserve = acts.reduce((most, { gasLimit }) => Math.max(most, gasLimit), 0) / 32;
  // EIP-7623: call data costs 4 a token in a transaction that also computes, and 10 a token at least.
  return Math.ceil(21_000 + Math.max(4 * tokens + acting + reserve + 30_000, 10 * tokens));
}

const EXECUTE = relayInterface.getFunction("execute")!.selector;
const word = (value: number): string => value.toString(16).padStart(64, "0");

/** The call of execute(Call[]), as ethers encodes it in twenty times the time: most of what a batch costs this process. */
export function encodeExecute(acts: readonly Act[]): string {
  const offsets: string[] = [];
  const calls: string[] = [];
  let offset = 32 * acts.length;
  for (const { target, gasLimit, id, data } of acts) {
    const digits = data.length - 2;
    const call = [
      target.slice(2).toLowerCase().padStart(64, "0"),
      word(gasLimit),
      id.slice(2),
      word(4 * 32),
      word(digits / 2),
      data.slice(2).padEnd(Math.ceil(digits / 64) * 64, "0"),
    ].join("");
    offsets.push(word(offset));
    calls.push(call);
    offset += call.length / 2;
  }
  return [EXECUTE, word(32), word(acts.length), ...offsets, ...calls].join("");
}

/** The newest block, as much of it as sending needs. */
export interface Head {
  number: number;
  hash: string;
  /** Unix seconds. */
  timestamp: number;
  gasLimit: number;
  /** Undefined on a chain without one. */
  baseFee?: bigint;
}

export async function blockOf(
  provider: JsonRpcProvider,
  which: "latest" | { hash: string },
): Promise<Head | undefined> {
  const block: Record<string, string> | null =
    which === "latest"
      ? await provider.send("eth_getBlockByNumber", [which, false])
      : await provider.send("eth_getBlockByHash", [which.hash, false]);
  if (!block) return undefined;
  return {
    number: Number(block.number),
    hash: block.hash!,
    timestamp: Number(block.timestamp),
    gasLimit: Number(block.gasLimit),
    ...(block.baseFeePerGas ? { baseFee: BigInt(block.baseFeePerGas) } : {}),
  };
}

export async function currentFees(provider: JsonRpcProvider, head: Head): Promise<Fees> {
  if (head.baseFee === undefined) return { maxFee: BigInt(await provider.send("eth_gasPrice", [])) };
  let tip = 0n;
  try {
    tip = BigInt(await provider.send("eth_maxPriorityFeePerGas", []));
  } catch {
    // not offered by every node
  }
  return { tip, maxFee: 2n * head.baseFee + tip };
}

/** At least an eighth more than before, which is what nodes ask of a replacement. */
export function bumpedFees(previous: Transaction, now: Fees): Fees {
  const more = (before: bigint, wanted: bigint) => {
    const least = before + before / 8n + 1n;
    return wanted > least ? wanted : least;
  };
  if (now.tip === undefined) return { maxFee: more(previous.gasPrice ?? 0n, now.maxFee) };
  const tip = more(previous.maxPriorityFeePerGas ?? 0n, now.tip);
  const maxFee = more(previous.maxFeePerGas ?? 0n, now.maxFee);
  // A tip above the whole fee is not valid.
  if (maxFee < tip) return { tip, maxFee: tip };
  return { tip, maxFee };
}

export interface Unsigned {
  chainId: bigint;
  nonce: number;
  to: string;
  data: string;
  gasLimit: number | bigint;
}

/** What a node's answer to a raw transaction means for it. */
export type SendOutcome =
  /** In the pool or on the chain: its receipt will tell. */
  | { kind: "taken" }
  /** The node holds another one with this nonce, or one was mined. */
  | { kind: "superseded" }
  /** The node will never take this one. */
  | { kind: "refused"; reason: string }
  /** Nothing is known, or it may be taken later. */
  | { kind: "later"; reason: string };

export async function sendRaw(provider: JsonRpcProvider, raw: string): Promise<SendOutcome> {
  try {
    await provider.send("eth_sendRawTransaction", [raw]);
    return { kind: "taken" };
  } catch (error) {
    const nested = error as { error?: { message?: string }; info?: { error?: { message?: string } } };
    const reason = nested.error?.message ?? nested.info?.error?.message ?? (error as Error).message;
    if (/already (known|imported|exists)|known transaction/i.test(reason)) return { kind: "taken" };
    if (isError(error, "NONCE_EXPIRED") || /nonce too low|nonce has already/i.test(reason))
      return { kind: "superseded" };
    if (isError(error, "REPLACEMENT_UNDERPRICED") || /underpriced/i.test(reason)) return { kind: "superseded" };
    if (/intrinsic gas|exceeds.*gas limit|gas limit.*(exceed|high)|oversized|size limit|too large/i.test(reason)) {
      return { kind: "refused", reason };
    }
    return { kind: "later", reason };
  }
}
