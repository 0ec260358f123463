import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { AnvilRpc } from "./anvil-rpc.ts";
import { writeFileDurably } from "./durable-file.ts";

/** A shortcut past the start of the log, never the truth: a snapshot that doesn't fit is thrown away. */
export interface Snapshot {
  statePath: string;
  /** The log's records from here on are not in the snapshot. */
  logOffset: number;
  blockNumber: number;
  blockHash: string;
  timestamp: number;
  /** Accepted but not mined yet (a nonce gap, a full block): anvil's dump leaves its pool out. */
  pooled: string[];
}

interface StoredSnapshot extends Omit<Snapshot, "statePath"> {
  file: string;
  sha256: string;
}

const META = "snapshot.json";
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

export function readSnapshot(path: string, logSize: number): Snapshot | undefined {
  const metaPath = join(path, META);
  if (!existsSync(metaPath)) return undefined;
  try {
    const { file, sha256: expected, ...rest } = JSON.parse(readFileSync(metaPath, "utf8")) as StoredSnapshot;
    const statePath = join(path, file);
    if (rest.logOffset > logSize || sha256(readFileSync(statePath)) !== expected) return undefined;
    return { ...rest, statePath };
  } catch {
    return undefined;
  }
}

export async function writeSnapshot(
  path: string,
  rpc: AnvilRpc,
  head: Omit<Snapshot, "statePath">,
): Promise<{ bytes: number }> {
  const dump = await rpc.call<string>("anvil_dumpState");
  const state = gunzipSync(Buffer.from(dump.slice(2), "hex"));
  const file = `state-${head.blockNumber}.json`;
  writeFileDurably(join(path, file), state);
  const stored: StoredSnapshot = { ...head, file, sha256: sha256(state) };
  writeFileDurably(join(path, META), JSON.stringify(stored));
  dropStates(path, file);
  return { bytes: state.length };
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
