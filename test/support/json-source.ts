import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";

export type Answering = (url: URL, response: ServerResponse, request: IncomingMessage) => void;

export interface JsonSource {
  readonly url: string;
  readonly port: number;
  /** Path and query of every call, in order. */
  readonly calls: string[];
  answer: Answering;
  stop(): Promise<void>;
}

export const json = (
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
};

/** A department's system that answers as a test wants it to. */
export async function startJsonSource(answer: Answering, tls?: { key: string; cert: string }): Promise<JsonSource> {
  const calls: string[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    calls.push(request.url ?? "");
    source.answer(new URL(request.url ?? "/", "http://source"), response, request);
  };
  const server: Server = tls ? createSecureServer(tls, handle) : createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const source: JsonSource = {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    calls,
    answer,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return source;
}

/** Rows in pages by a cursor that is the number of the next row. */
export function paged(rows: () => readonly unknown[], size: number): Answering {
  return (url, response) => {
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const next = from + size < rows().length ? String(from + size) : null;
    json(response, { data: { rows: rows().slice(from, from + size) }, next });
  };
}
