import http from "node:http";
import https from "node:https";
import { FetchRequest, type JsonRpcPayload, JsonRpcProvider, type JsonRpcResult, makeError, Network } from "ethers";
import { DomainError } from "../../lib/errors.ts";

const TIMEOUT_MS = 30_000;

export const isLoopback = (rpcUrl: string): boolean =>
  ["127.0.0.1", "localhost", "[::1]"].includes(new URL(rpcUrl).hostname);

/** How often to look for something new on the chain behind this address, in milliseconds. */
export const pollIntervalOf = (rpcUrl: string): number => (isLoopback(rpcUrl) ? 25 : 1_000);

/** With Node's own HTTP and text decoding: ethers takes a large transaction or receipt apart byte by byte. */
class HttpProvider extends JsonRpcProvider {
  private readonly agent: http.Agent;
  private readonly url: URL;

  constructor(rpcUrl: string, network: Network) {
    super(rpcUrl, network, {
      staticNetwork: true,
      polling: true,
      pollingInterval: pollIntervalOf(rpcUrl),
      // A cached answer would hide a block that was just made.
      cacheTimeout: -1,
      batchMaxCount: 1,
    });
    this.url = new URL(rpcUrl);
    const { Agent } = this.url.protocol === "https:" ? https : http;
    this.agent = new Agent({ keepAlive: true, maxSockets: 64 });
  }

  override _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    const body = JSON.stringify(payload);
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const { request } = this.url.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const sent = request(this.url, { method: "POST", agent: this.agent, headers, timeout: TIMEOUT_MS }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          try {
            if (answer.statusCode !== 200) throw new Error(`the node answered ${answer.statusCode}`);
            const result = JSON.parse(text) as JsonRpcResult | JsonRpcResult[];
            resolve(Array.isArray(result) ? result : [result]);
          } catch (error) {
            reject(makeError((error as Error).message, "NETWORK_ERROR", { event: text.slice(0, 200) }));
          }
        });
      });
      sent.on("timeout", () => sent.destroy(new Error(`the node did not answer within ${TIMEOUT_MS / 1000} s`)));
      sent.on("error", (error: NodeJS.ErrnoException) => {
        // The node had closed this kept connection in the same moment. All that is sent here may be sent twice.
        if (sent.reusedSocket && error.code === "ECONNRESET") this._send(payload).then(resolve, reject);
        else reject(error);
      });
      sent.end(body);
    });
  }

  override destroy(): void {
    this.agent.destroy();
    super.destroy();
  }
}

/** Asks for the chain id first, so that a wrong address is one clear error and not a provider that retries for ever. */
export async function connectProvider(rpcUrl: string): Promise<JsonRpcProvider> {
  const request = new FetchRequest(rpcUrl);
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
  return new HttpProvider(rpcUrl, Network.from(chainId));
}
