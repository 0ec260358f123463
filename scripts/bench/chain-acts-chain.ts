import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Interface } from "ethers";

const ROOT = join(import.meta.dirname, "../..");

const eventTopic = (contract: string, event: string): string => {
  const path = join(ROOT, "artifacts/contracts", `${contract}.sol`, `${contract}.json`);
  return new Interface(JSON.parse(readFileSync(path, "utf8")).abi).getEvent(event)!.topicHash;
};

export interface ChainEvent {
  readonly kind: "opened" | "withdrawn" | "failed";
  /** The request key, or the id of the failed act. */
  readonly subject: string;
  readonly transactionHash: string;
}

interface Log {
  topics: string[];
  transactionHash: string;
}

/** Reads the chain itself, not what the platform says of it; while the node is away, the same range is asked for again. */
export function createChainFollower(rpcUrl: string, contracts: { financing: string; relay: string }) {
  const kinds = new Map<string, ChainEvent["kind"]>([
    [eventTopic("FinancingLedger", "RequestOpened"), "opened"],
    [eventTopic("FinancingLedger", "RequestWithdrawn"), "withdrawn"],
    [eventTopic("Relay", "ActFailed"), "failed"],
  ]);
  let next = 0;

  async function ask<T>(method: string, params: unknown[]): Promise<T> {
    const response = await fetch(rpcUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(20_000),
    });
    const answer = (await response.json()) as { result?: T; error?: { message: string } };
    if (answer.result === undefined) throw new Error(answer.error?.message ?? `${method}: no answer`);
    return answer.result;
  }

  return {
    /** From here on. */
    async start(): Promise<void> {
      next = Number(await ask<string>("eth_blockNumber", [])) + 1;
    },
    /** What came since the last call; nothing when the node is away. */
    async poll(): Promise<ChainEvent[]> {
      try {
        const head = Number(await ask<string>("eth_blockNumber", []));
        if (head < next) return [];
        const logs = await ask<Log[]>("eth_getLogs", [
          {
            address: [contracts.financing, contracts.relay],
            fromBlock: `0x${next.toString(16)}`,
            toBlock: `0x${head.toString(16)}`,
          },
        ]);
        next = head + 1;
        return logs.flatMap(({ topics, transactionHash }) => {
          const kind = kinds.get(topics[0]!);
          if (!kind) return [];
          const subject = kind === "failed" ? topics[1]! : `0x${topics[1]!.slice(26)}`;
          return [{ kind, subject, transactionHash }];
        });
      } catch {
        return [];
      }
    },
  };
}
