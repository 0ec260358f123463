import { Interface, type Result } from "ethers";
import { ChainUnreachable } from "./lines.ts";

/** Sends one read-only JSON-RPC call. Throws ChainUnreachable without an answer, an Error on an answer that is one. */
export type ChainReader = (method: string, params: unknown[]) => Promise<unknown>;

export interface RpcAnswer {
  result?: unknown;
  error?: { code: number; message: string };
}

const TIMEOUT_MS = 15_000;

/** The result of an answer that may be an error, or not come at all. */
export async function resultOf(answered: Promise<RpcAnswer>): Promise<unknown> {
  let answer: RpcAnswer;
  try {
    answer = await answered;
  } catch (error) {
    throw new ChainUnreachable(error instanceof Error ? error.message : String(error));
  }
  // A proxy's or a limiter's answer is none of the chain's: only a call that the chain itself refused is a finding.
  if (answer.error && (answer.error.code === 3 || /revert/i.test(answer.error.message)))
    throw new Error(answer.error.message);
  if (answer.error || answer.result === undefined)
    throw new ChainUnreachable(answer.error?.message ?? "the address answers, but not as a node");
  return answer.result;
}

async function ask(url: string, body: unknown): Promise<RpcAnswer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return (await response.json()) as RpcAnswer;
}

/** Any node that the checker trusts, by its JSON-RPC address. */
export const nodeAt =
  (url: string): ChainReader =>
  (method, params) =>
    resultOf(ask(url, { jsonrpc: "2.0", id: 1, method, params }));

const views = new Interface([
  "function anchorOf(bytes32 root) view returns (uint64 at, uint8 kind, uint32 count)",
  "function bidPlacedAt(address requestKey, bytes32 bidHash, address institution) view returns (uint64 at)",
  "function participantOf(address account) view returns (uint8 kind, uint8 status, bytes32 idCommitment, uint64 enrolledAt)",
  "function currentAccountOf(address account) view returns (address)",
  "function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)",
]);

/** Calls a view function and decodes what it returns; an address without that function makes it throw. */
export async function view(read: ChainReader, to: string, name: string, args: unknown[]): Promise<Result> {
  const data = views.encodeFunctionData(name, args);
  const answer = await read("eth_call", [{ to, data }, "latest"]);
  return views.decodeFunctionResult(name, String(answer));
}

export interface RpcLog {
  address: string;
  topics: string[];
  data: string;
}
export interface RpcReceipt {
  status: string;
  blockNumber: string;
  blockHash: string;
  logs: RpcLog[];
}

export const receiptOf = async (read: ChainReader, hash: string): Promise<RpcReceipt | null> =>
  (await read("eth_getTransactionReceipt", [hash])) as RpcReceipt | null;

/** The hash of the block that the chain has at this height now; undefined beyond its head. */
export async function blockHashAt(read: ChainReader, height: number): Promise<string | undefined> {
  const block = (await read("eth_getBlockByNumber", [`0x${height.toString(16)}`, false])) as { hash: string } | null;
  return block?.hash;
}

/** Asks for each thing once: for a check of many proofs of one moment. */
export function remembering(read: ChainReader): ChainReader {
  const answers = new Map<string, Promise<unknown>>();
  return (method, params) => {
    const question = JSON.stringify([method, params]);
    const known = answers.get(question) ?? read(method, params);
    answers.set(question, known);
    return known;
  };
}
