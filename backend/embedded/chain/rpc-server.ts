import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { RpcError } from "./anvil-rpc.ts";
import type { ChainNode } from "./chain-node.ts";
import { answerFromHistory } from "./history-rpc.ts";

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const MAX_BATCH = 1_000;

interface RpcRequest {
  id?: unknown;
  method?: unknown;
  params?: unknown;
}

/**
 * What a client may call: reading, estimating, and sending signed transactions. Everything that bends the chain is out,
 * and so is what anvil would answer from old blocks, which it doesn't keep.
 */
const READABLE = /^(eth|net|web3|txpool)_|^debug_trace(Call|Transaction)$/;
const FORBIDDEN =
  /^(eth_(send|sign|accounts$|mining$|submit|getWork|newFilter|getFilterLogs)|txpool_(drop|clear))|^(anvil|evm|hardhat|personal|admin|miner|wallet)_/;

const errorAnswer = (id: unknown, code: number, message: string, data?: unknown) => ({
  jsonrpc: "2.0",
  id: id ?? null,
  error: data === undefined ? { code, message } : { code, message, data },
});

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function send(node: ChainNode, params: readonly unknown[]): Promise<string> {
  const [raw] = params;
  if (typeof raw !== "string" || !/^0x([0-9a-fA-F]{2})+$/.test(raw)) {
    throw new RpcError(-32602, "eth_sendRawTransaction takes one signed transaction as 0x-prefixed hex");
  }
  return node.send(raw.toLowerCase());
}

/** The answer to one call, as JSON text. */
async function answerOne(node: ChainNode, call: RpcRequest): Promise<string> {
  const id = call?.id ?? null;
  const method = call?.method;
  if (typeof method !== "string") return JSON.stringify(errorAnswer(id, -32600, "not a JSON-RPC 2.0 request"));
  const params: readonly unknown[] = Array.isArray(call.params) ? call.params : [];
  try {
    if (method === "eth_sendRawTransaction") {
      return JSON.stringify({ jsonrpc: "2.0", id, result: await send(node, params) });
    }
    if (FORBIDDEN.test(method) || !READABLE.test(method)) {
      throw new RpcError(-32601, `${method} is not offered by this chain`);
    }
    const { rpc, history } = await node.reader();
    const known = await answerFromHistory(history, method, params);
    if (known) return JSON.stringify({ jsonrpc: "2.0", id, result: known.result });
    return (await rpc.forward(JSON.stringify(call))).toString("utf8");
  } catch (error) {
    if (error instanceof RpcError) return JSON.stringify(errorAnswer(id, error.code, error.message, error.data));
    throw error;
  }
}

async function answerBody(node: ChainNode, body: string): Promise<string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return JSON.stringify(errorAnswer(null, -32700, "the body is not JSON"));
  }
  if (!Array.isArray(parsed)) return answerOne(node, parsed as RpcRequest);
  if (parsed.length === 0 || parsed.length > MAX_BATCH) {
    return JSON.stringify(errorAnswer(null, -32600, `a batch holds 1 to ${MAX_BATCH} calls`));
  }
  return `[${(await Promise.all(parsed.map((call: RpcRequest) => answerOne(node, call)))).join(",")}]`;
}

async function handle(node: ChainNode, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // What is on a chain is public, and only signed transactions are taken: any page may ask.
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-headers", "content-type");
  if (request.method === "OPTIONS") {
    response.writeHead(204).end();
    return;
  }
  if (request.method !== "POST") {
    response.writeHead(405, { allow: "POST" }).end();
    return;
  }
  response.setHeader("content-type", "application/json");
  const body = await readBody(request);
  if (body === undefined) {
    response
      .writeHead(413, { connection: "close" })
      .end(JSON.stringify(errorAnswer(null, -32600, `a body holds at most ${MAX_BODY_BYTES} bytes`)));
    return;
  }
  let answer: string;
  try {
    answer = await answerBody(node, body);
  } catch {
    // anvil is between an end and a new start: nothing is known about this call, so the client asks again
    response.writeHead(503).end(JSON.stringify(errorAnswer(null, -32603, "the chain is starting, ask again")));
    return;
  }
  response.end(answer);
}

export function serveRpc(node: ChainNode, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    handle(node, request, response).catch(() => response.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve({ server, port: typeof address === "object" && address ? address.port : port });
    });
  });
}
