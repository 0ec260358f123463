import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface CutConnection {
  readonly port: number;
  /** Bytes that went to the server. */
  sent(): number;
  /** The next `bytes` to the server still get through; then nothing does, as if the sender had been killed. */
  cutAfter(bytes: number): void;
  close(): Promise<void>;
}

/** A way to the server at `port` that can be cut at any byte. */
export async function cutConnection(port: number): Promise<CutConnection> {
  const sockets = new Set<Socket>();
  let sent = 0;
  let limit = Number.POSITIVE_INFINITY;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (sent >= limit) return client.destroy();
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.pipe(client);
    client.on("data", (chunk: Buffer) => {
      const through = chunk.subarray(0, Math.max(0, limit - sent));
      sent += through.length;
      upstream.write(through, () => {
        if (sent >= limit) cut();
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => sent,
    cutAfter(bytes) {
      limit = sent + bytes;
    },
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
