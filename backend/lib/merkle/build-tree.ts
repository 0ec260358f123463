import { Worker } from "node:worker_threads";
import { buildMerkleNodes, HASH, type MerkleNodes } from "./tree-builder.ts";

/** Below this a tree takes a few milliseconds, less than a thread's start. */
const IN_PLACE = 8_192;
const WORKER = new URL("./tree-worker.ts", import.meta.url);

/** Builds the tree of values of 32 bytes each; a large one in a thread of its own. The values are given away. */
export function buildTree(values: Uint8Array<ArrayBuffer>): Promise<MerkleNodes> {
  const count = values.length / HASH;
  if (count <= IN_PLACE) return Promise.resolve().then(() => buildMerkleNodes(values));
  // Only a buffer of its own can be given to another thread without copying.
  const own = values.byteLength === values.buffer.byteLength ? values : values.slice();
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: own, transferList: [own.buffer] });
    worker.once("message", (bytes: Uint8Array<ArrayBuffer>) => resolve({ count, bytes }));
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the thread that builds a Merkle tree ended with code ${code}`)));
  });
}
