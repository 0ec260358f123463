import { createServer, type Server, type Socket } from "node:net";
import { Engine, errorReply } from "./engine.ts";
import { StoreError } from "./errors.ts";
import { Storage } from "./storage.ts";
import { Framer, frameReply, parseMessage, type Request } from "./wire.ts";

const SWEEP_MS = 30_000;
const MAX_CONNECTIONS = 2000;

export interface ServerOptions {
  dataDir: string;
  port: number;
  log?: (line: string) => void;
  sweepMs?: number;
}

export interface RunningServer {
  port: number;
  engine: Engine;
  close(): Promise<void>;
}

/** Opens the store and listens on this machine only; rejects with a one-line reason. */
export async function serve(options: ServerOptions): Promise<RunningServer> {
  const log = options.log ?? ((line) => process.stderr.write(`${line}\n`));
  const storage = new Storage(options.dataDir);
  const engine = new Engine(storage, log);
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    attach(socket, engine, ++connections, log);
  });
  server.maxConnections = MAX_CONNECTIONS;
  try {
    await listen(server, options.port);
  } catch (e) {
    storage.sqlite.close();
    throw e;
  }
  const timer = setInterval(() => engine.sweep(), options.sweepMs ?? SWEEP_MS);
  return {
    port: (server.address() as { port: number }).port,
    engine,
    async close() {
      clearInterval(timer);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // What has arrived is still done and answered; then the connections end.
      engine.drain();
      for (const s of sockets) s.end(() => s.destroy());
      await closed;
      storage.sqlite.close();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (e: NodeJS.ErrnoException) =>
      reject(
        new Error(e.code === "EADDRINUSE" ? `port ${port} is in use` : `can't listen on port ${port}: ${e.message}`),
      ),
    );
    server.listen(port, "127.0.0.1", () => resolve());
  });
}

function attach(socket: Socket, engine: Engine, connectionId: number, log: (line: string) => void): void {
  const framer = new Framer();
  let responseId = 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    try {
      for (const message of framer.push(chunk)) {
        const request = parseMessage(message);
        engine.submit({ request, connectionId, reply: (r) => answer(socket, request, r, ++responseId) });
      }
    } catch (e) {
      log(`connection ${connectionId} closed: ${(e as Error).message}`);
      socket.destroy();
    }
  });
}

function answer(socket: Socket, request: Request, reply: Parameters<typeof frameReply>[1], responseId: number): void {
  if (request.silent || socket.destroyed) return;
  let bytes: Buffer;
  try {
    bytes = frameReply(request, reply, responseId);
  } catch (e) {
    bytes = frameReply(request, errorReply(new StoreError("InternalError", (e as Error).message)), responseId);
  }
  socket.write(bytes);
}
