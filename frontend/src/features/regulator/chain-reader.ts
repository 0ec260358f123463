import type { Interface } from "ethers";
import {
  type AwardOnChain,
  anchorsAbi,
  type GrantOnChain,
  ledgerAbi,
  participantsAbi,
  type RequestOnChain,
} from "./ledger-abi.ts";

/** One JSON-RPC call to a node of the chain; throws on an error answer. */
export type Rpc = (method: string, params: readonly unknown[]) => Promise<unknown>;

export interface TransactionReceipt {
  status: string;
  blockNumber: string;
  blockHash: string;
  logs: { address: string; topics: string[]; data: string }[];
}

export interface ChainReader {
  blockNumber(): Promise<number>;
  chainId(): Promise<number>;
  requestOf(requestKey: string): Promise<RequestOnChain>;
  awardOf(requestKey: string): Promise<AwardOnChain>;
  grantOf(grantId: string): Promise<GrantOnChain>;
  bidPlacedAt(requestKey: string, bidHash: string, institution: string): Promise<bigint>;
  anchorOf(root: string): Promise<{ at: bigint; kind: bigint; count: bigint }>;
  participantOf(account: string): Promise<{ kind: bigint; status: bigint; enrolledAt: bigint }>;
  currentAccountOf(account: string): Promise<string>;
  receiptOf(transactionHash: string): Promise<TransactionReceipt | null>;
}

/** Reads the contracts through plain eth_call, so that any node of the chain can be put behind `rpc`. */
export function chainReader(
  rpc: Rpc,
  contracts: { participants: string; anchors: string; financing: string },
): ChainReader {
  async function view(abi: Interface, to: string, name: string, values: readonly unknown[]) {
    const data = abi.encodeFunctionData(name, values);
    const answer = await rpc("eth_call", [{ to, data }, "latest"]);
    if (typeof answer !== "string") throw new TypeError(`eth_call ${name}: no data`);
    return abi.decodeFunctionResult(name, answer);
  }
  return {
    blockNumber: async () => Number(await rpc("eth_blockNumber", [])),
    chainId: async () => Number(await rpc("eth_chainId", [])),
    requestOf: async (key) => (await view(ledgerAbi, contracts.financing, "requestOf", [key]))[0] as RequestOnChain,
    awardOf: async (key) => (await view(ledgerAbi, contracts.financing, "awardOf", [key]))[0] as AwardOnChain,
    grantOf: async (id) => (await view(ledgerAbi, contracts.financing, "grantOf", [id]))[0] as GrantOnChain,
    bidPlacedAt: async (...values) =>
      (await view(ledgerAbi, contracts.financing, "bidPlacedAt", values))[0] as bigint,
    anchorOf: async (root) => {
      const [at, kind, count] = await view(anchorsAbi, contracts.anchors, "anchorOf", [root]);
      return { at, kind, count };
    },
    participantOf: async (account) => {
      const answer = await view(participantsAbi, contracts.participants, "participantOf", [account]);
      return { kind: answer.kind, status: answer.status, enrolledAt: answer.enrolledAt };
    },
    currentAccountOf: async (account) =>
      (await view(participantsAbi, contracts.participants, "currentAccountOf", [account]))[0] as string,
    receiptOf: async (hash) => (await rpc("eth_getTransactionReceipt", [hash])) as TransactionReceipt | null,
  };
}
