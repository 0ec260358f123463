import { parentPort, workerData } from "node:worker_threads";
import { buildMerkleNodes } from "./tree-builder.ts";

const { bytes } = buildMerkleNodes(workerData as Uint8Array);
parentPort!.postMessage(bytes, [bytes.buffer]);
