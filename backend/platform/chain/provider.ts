import { FetchRequest, JsonRpcProvider, Network } from "ethers";
import { DomainError } from "../../lib/errors.ts";

export const isLoopback = (rpcUrl: string): boolean =>
  ["127.0.0.1", "localhost", "[::1]"].includes(new URL(rpcUrl).hostname);

/** How often to look for something new on the chain behind this address, in milliseconds. */
export const pollIntervalOf = (rpcUrl: string): number => (isLoopback(rpcUrl) ? 25 : 1_000);

function requestOf(rpcUrl: string): FetchRequest {
  const request = new FetchRequest(rpcUrl);
  request.timeout = 30_000;
  return request;
}

/** Asks for the chain id first, so that a wrong address is one clear error and not a provider that retries for ever. */
export async function connectProvider(rpcUrl: string): Promise<JsonRpcProvider> {
  const request = requestOf(rpcUrl);
  request.timeout = 10_000;
  request.body = { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] };
  let chainId: bigint;
  try {
    const response = await request.send();
    response.assertOk();
    chainId = BigInt((response.bodyJson as { result: string }).result);
  } catch (error) {
    throw new DomainError("CHAIN_UNREACHABLE", `no chain answers at ${new URL(rpcUrl).origin}`, {
      cause: (error as Error).message,
    });
  }
  return new JsonRpcProvider(requestOf(rpcUrl), Network.from(chainId), {
    staticNetwork: true,
    polling: true,
    pollingInterval: pollIntervalOf(rpcUrl),
    // A cached answer would hide a block that was just made.
    cacheTimeout: -1,
    batchMaxCount: 1,
  });
}
