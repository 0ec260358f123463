import { Interface, type Result } from "ethers";
import { api } from "../api.ts";
import { ChainUnreachable } from "./check.ts";

/** Sends one read-only JSON-RPC call. Throws ChainUnreachable without an answer, an Error on an answer that is one. */
export type ChainReader = (method: string, params: unknown[]) => Promise<unknown>;

interface RpcAnswer {
  result?: unknown;
  error?: { code: number; message: string };
}

async function resultOf(answered: Promise<RpcAnswer>): Promise<unknown> {
  let answer: RpcAnswer;
  try {
    answer = await answered;
  } catch (error) {
    throw new ChainUnreachable(error instanceof Error ? error.message : String(error));
  }
  if (answer.error) throw new Error(answer.error.message);
  return answer.result;
}

/** The platform's own node; only for signed-in accounts. */
export const platformChain: ChainReader = (method, params) =>
  resultOf(api.post<RpcAnswer>("/chain", { jsonrpc: "2.0", id: 1, method, params }));

async function ask(url: string, body: unknown): Promise<RpcAnswer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as RpcAnswer;
}

/** Any node that the reader trusts, without our backend. */
export const nodeAt =
  (url: string): ChainReader =>
  (method, params) =>
    resultOf(ask(url, { jsonrpc: "2.0", id: 1, method, params }));

const contracts = new Interface([
  "function anchorOf(bytes32 root) view returns (uint64 at, uint8 kind, uint32 count)",
  "function requestOf(address requestKey) view returns (tuple(uint128 amountFen, uint64 closesAt, uint64 expiresAt, bytes32 termsCommitment, uint8 state, uint128 grantedFen, uint64 grantsEndAt, uint128 drawnFen, uint128 repaidFen))",
  "function awardOf(address requestKey) view returns (tuple(bytes32 bidHash, address institution, uint64 validUntil, uint128 amountFen, uint128 grantedFen))",
  "function grantOf(bytes32 grantId) view returns (tuple(address requestKey, uint64 expiresAt, address institution, uint64 grantedAt, bytes32 bidHash, bytes32 termsCommitment, uint128 amountFen, uint128 drawnFen, uint128 repaidFen))",
  "function participantOf(address account) view returns (uint8 kind, uint8 status, bytes32 idCommitment, uint64 enrolledAt)",
]);

/** Calls a view function of one of our contracts and decodes what it returns. */
export async function callView(read: ChainReader, to: string, name: string, args: unknown[]): Promise<Result> {
  const data = contracts.encodeFunctionData(name, args);
  const answer = await read("eth_call", [{ to, data }, "latest"]);
  return contracts.decodeFunctionResult(name, String(answer));
}

export interface TransactionReceipt {
  status: string;
  blockNumber: string;
  blockHash: string;
}
export const transactionReceipt = async (read: ChainReader, hash: string): Promise<TransactionReceipt | null> =>
  (await read("eth_getTransactionReceipt", [hash])) as TransactionReceipt | null;
