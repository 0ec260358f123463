import http from "node:http";

/** The node answered, and the answer is an error: the call itself was wrong. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;
  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.name = "RpcError";
    this.code = code;
    this.data = data;
  }
}

/** No answer: the node is gone, hung, or speaks nonsense. Whether the call took effect is unknown. */
export class TransportError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "TransportError";
  }
}

export interface AnvilRpc {
  call<T>(method: string, params?: unknown[]): Promise<T>;
  /** Passes a JSON-RPC body on as it came and gives the answer's bytes back. */
  forward(body: string | Buffer): Promise<Buffer>;
  /** Resolves when nothing that was forwarded waits for its answer. */
  idle(): Promise<void>;
  close(): void;
}

/**
 * JSON-RPC over kept-alive loopback connections. `call` has one connection to itself, so that calls are executed in
 * the order in which they were made however many readers there are; `forward` shares a pool.
 */
export function createAnvilRpc(port: number, timeoutMs = 120_000): AnvilRpc {
  const ordered = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const pooled = new http.Agent({ keepAlive: true, maxSockets: 64 });

  function post(agent: http.Agent, body: string | Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(new TransportError("the chain process did not answer", error));
      const request = http.request(
        {
          host: "127.0.0.1",
          port,
          method: "POST",
          agent,
          timeout: timeoutMs,
          headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => resolve(Buffer.concat(chunks)));
          response.on("error", fail);
        },
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
      request.on("error", fail);
      request.end(body);
    });
  }

  const open = new Set<Promise<unknown>>();
  return {
    async call<T>(method: string, params: unknown[] = []): Promise<T> {
      const bytes = await post(ordered, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
      let answer: { result?: T; error?: { code: number; message: string; data?: unknown } };
      try {
        answer = JSON.parse(bytes.toString("utf8"));
      } catch (error) {
        throw new TransportError(`${method}: not a JSON answer`, error);
      }
      if (answer.error) throw new RpcError(answer.error.code, answer.error.message, answer.error.data);
      return answer.result as T;
    },
    forward(body) {
      const answer = post(pooled, body);
      open.add(answer);
      const answered = () => void open.delete(answer);
      answer.then(answered, answered);
      return answer;
    },
    async idle() {
      await Promise.allSettled(open);
    },
    close() {
      ordered.destroy();
      pooled.destroy();
    },
  };
}
