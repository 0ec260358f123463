import { createServer, type Server, type Socket } from "node:net";
import { attach } from "./client.ts";
import { Engine } from "./engine.ts";
import { type Credentials, makeAccount } from "./scram.ts";
import { MAX_CONNECTIONS, ServerState } from "./state.ts";
import { Storage } from "./storage.ts";

const SWEEP_MS = 30_000;
const SETTLE_MS = 500;

export interface ServerOptions {
  dataDir: string;
  port: number;
  log?: (line: string) => void;
  sweepMs?: number;
  /** How many keys of documents that came in bulk wait in memory before they are written. */
  mostFreshKeys?: number;
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
  const storage = new Storage(options.dataDir, options.mostFreshKeys);
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
  const sweeping = setInterval(() => engine.sweep(), options.sweepMs ?? SWEEP_MS);
  const settling = setInterval(() => engine.settle(), SETTLE_MS);
  return {
    port: state.port,
    engine,
    async close() {
      clearInterval(sweeping);
      clearInterval(settling);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // What has arrived is still done and answered; then the connections end.
      engine.drain();
      for (const s of sockets) s.end(() => s.destroy());
      await closed;
      storage.close();
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
