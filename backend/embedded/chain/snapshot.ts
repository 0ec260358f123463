import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { AnvilRpc } from "./anvil-rpc.ts";
import { writeFileDurably, writeStreamDurably } from "./durable-file.ts";

/** A shortcut past the start of the log, never the truth: a snapshot that doesn't fit is thrown away. */
export interface Snapshot {
  statePath: string;
  /** The log's records from here on are not in the snapshot. */
  logOffset: number;
  blockNumber: number;
  blockHash: string;
  /** Accepted but not mined yet (a nonce gap, a full block): anvil's dump leaves its pool out. */
  pooled: string[];
}

interface StoredSnapshot extends Omit<Snapshot, "statePath"> {
  file: string;
  sha256: string;
}

const META = "snapshot.json";

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

export async function readSnapshot(path: string, logSize: number): Promise<Snapshot | undefined> {
  const metaPath = join(path, META);
  if (!existsSync(metaPath)) return undefined;
  try {
    const { file, sha256: expected, ...rest } = JSON.parse(readFileSync(metaPath, "utf8")) as StoredSnapshot;
    const statePath = join(path, file);
    if (rest.logOffset > logSize || (await sha256OfFile(statePath)) !== expected) return undefined;
    return { ...rest, statePath };
  } catch {
    return undefined;
  }
}

interface WrittenState {
  file: string;
  sha256: string;
}

/** The state goes to the disk in pieces: unpacked, it may be many times as large as anvil's answer. */
export async function writeState(path: string, rpc: AnvilRpc, blockNumber: number): Promise<WrittenState> {
  const dump = await rpc.call<string>("anvil_dumpState");
  const packed = Buffer.from(dump.slice(2), "hex");
  const file = `state-${blockNumber}.json`;
  const hash = createHash("sha256");
  await writeStreamDurably(join(path, file), Readable.from([packed]).pipe(createGunzip()), (piece) =>
    hash.update(piece),
  );
  return { file, sha256: hash.digest("hex") };
}

/** From here on it is the snapshot to start from, and the one before is gone. */
export function publishSnapshot(path: string, state: WrittenState, head: Omit<Snapshot, "statePath">): Snapshot {
  const stored: StoredSnapshot = { ...head, ...state };
  writeFileDurably(join(path, META), JSON.stringify(stored));
  dropStates(path, state.file);
  return { ...head, statePath: join(path, state.file) };
}

function dropStates(path: string, except?: string): void {
  for (const name of readdirSync(path)) {
    if (/^state-\d+\.json(\.new)?$/.test(name) && name !== except) rmSync(join(path, name), { force: true });
  }
}

export function dropSnapshot(path: string): void {
  rmSync(join(path, META), { force: true });
  dropStates(path);
}
