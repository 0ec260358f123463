import { Interface, type Result } from "ethers";
import {
  type ChainReader,
  type RpcAnswer,
  type RpcReceipt,
  receiptOf,
  resultOf,
} from "../../../../backend/lib/proof/node.ts";
import { api } from "../api.ts";

export type { ChainReader };
export type TransactionReceipt = Omit<RpcReceipt, "logs">;
export const transactionReceipt = (read: ChainReader, hash: string): Promise<TransactionReceipt | null> =>
  receiptOf(read, hash);

/** The platform's own node; only for signed-in accounts. */
export const platformChain: ChainReader = (method, params) =>
  resultOf(api.post<RpcAnswer>("/chain", { jsonrpc: "2.0", id: 1, method, params }));

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
