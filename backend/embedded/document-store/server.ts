import { createServer, type Server, type Socket } from "node:net";
import { Engine } from "./engine.ts";
import { errorReply, StoreError } from "./errors.ts";
import { type Credentials, makeAccount } from "./scram.ts";
import { type Connection, MAX_CONNECTIONS, ServerState } from "./state.ts";
import { Storage } from "./storage.ts";
import { Framer, frameReply, parseMessage, type Reply, type Request } from "./wire.ts";

const SWEEP_MS = 30_000;

export interface ServerOptions {
  dataDir: string;
  port: number;
  log?: (line: string) => void;
  sweepMs?: number;
  /** Every client must log in with these (SCRAM-SHA-256). */
  credentials?: Credentials | undefined;
  /** Not announced as a replica set of one, so that clients send no retryable writes. */
  standalone?: boolean;
}

export interface RunningServer {
  port: number;
  engine: Engine;
  close(): Promise<void>;
}

/** Opens the store and listens on this machine only; rejects with a one-line reason. */
export async function serve(options: ServerOptions): Promise<RunningServer> {
  const log = options.log ?? ((line) => process.stderr.write(`${line}\n`));
  const account = options.credentials && makeAccount(options.credentials);
  const storage = new Storage(options.dataDir);
  const state = new ServerState(storage.sqlite, { standalone: options.standalone ?? false, account, log });
  const engine = new Engine(storage, state);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const connection = state.connect(`${socket.remoteAddress}:${socket.remotePort}`);
    socket.on("close", () => {
      sockets.delete(socket);
      state.connections.delete(connection.id);
    });
    attach(socket, engine, state, connection);
  });
  server.maxConnections = MAX_CONNECTIONS;
  try {
    await listen(server, options.port);
  } catch (e) {
    storage.sqlite.close();
    throw e;
  }
  state.port = (server.address() as { port: number }).port;
  const timer = setInterval(() => engine.sweep(), options.sweepMs ?? SWEEP_MS);
  return {
    port: state.port,
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

function attach(socket: Socket, engine: Engine, state: ServerState, connection: Connection): void {
  const framer = new Framer();
  let responseId = 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    state.network.bytesIn += chunk.length;
    try {
      for (const message of framer.push(chunk)) {
        const request = parseMessage(message);
        engine.submit({ request, connection, reply: (r) => answer(socket, state, request, r, ++responseId) });
      }
    } catch (e) {
      state.log(`connection ${connection.id} closed: ${(e as Error).message}`);
      socket.destroy();
    }
  });
}

function answer(socket: Socket, state: ServerState, request: Request, reply: Reply, responseId: number): void {
  if (request.silent || socket.destroyed) return;
  let bytes: Buffer;
  try {
    bytes = frameReply(request, reply, responseId);
  } catch (e) {
    bytes = frameReply(request, errorReply(new StoreError("InternalError", (e as Error).message)), responseId);
  }
  state.network.bytesOut += bytes.length;
  socket.write(bytes);
}
