import type { Server } from "node:http";
import { openBlockLog } from "./block-log.ts";
import { type ChainDir, openChainDir } from "./chain-dir.ts";
import { type ChainNode, startChainNode } from "./chain-node.ts";
import { type BlockHistory, openHistory } from "./history.ts";
import type { FromChild, ToChild } from "./messages.ts";
import { serveRpc } from "./rpc-server.ts";

/**
 * The chain's own process. It lives as long as its parent is connected. Ctrl-C is the parent's business: it says when
 * to stop.
 */
const tell = (message: FromChild) => {
  if (process.connected) process.send?.(message, () => undefined);
};
const note = (line: string) => tell({ type: "note", message: line });
const oneLine = (error: unknown) => (error instanceof Error ? error.message : String(error)).replaceAll("\n", " ");

let dir: ChainDir | undefined;
let history: BlockHistory | undefined;
let node: ChainNode | undefined;
let server: Server | undefined;
let stopping = false;

async function stop(snapshot: boolean): Promise<void> {
  if (stopping) return;
  stopping = true;
  server?.close();
  try {
    await node?.stop({ snapshot });
    history?.close();
    tell({ type: "stopped" });
  } finally {
    server?.closeAllConnections();
    dir?.release();
    process.exit(0);
  }
}

async function fail(error: unknown): Promise<void> {
  stopping = true;
  await node?.stop({ snapshot: false }).catch(() => undefined);
  dir?.release();
  const message: FromChild = { type: "failed", message: oneLine(error) };
  if (process.connected) process.send?.(message, () => process.exit(1));
  else process.exit(1);
}

async function start(): Promise<void> {
  const [dataDir, port, chainId, snapshotAfterMs] = process.argv.slice(2);
  dir = openChainDir(String(dataDir), chainId ? Number(chainId) : undefined);
  const log = openBlockLog(dir.logPath);
  history = openHistory(dir.path);
  node = await startChainNode({ stores: { dir, log, history }, note, snapshotAfterMs: Number(snapshotAfterMs) });
  node.failed.catch(fail);
  const listening = await serveRpc(node, Number(port));
  server = listening.server;
  tell({ type: "ready", port: listening.port, chainId: dir.chainId, deployerKey: dir.deployerKey });
}

process.on("disconnect", () => void stop(false));
process.on("message", (message: ToChild) => {
  if (message.type === "stop") void stop(true);
});
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => void stop(true));

start().catch((error: NodeJS.ErrnoException) =>
  fail(
    error.code === "EADDRINUSE"
      ? new Error(`port ${process.argv[3]} for the embedded chain is in use by another program`)
      : error,
  ),
);
