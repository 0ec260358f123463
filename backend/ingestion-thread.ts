import { parentPort, workerData } from "node:worker_threads";
import { Interface } from "ethers";
import { createActStore } from "./features/anchoring/act-store.ts";
import { createAnchoringService, MAX_LEAVES } from "./features/anchoring/anchoring-service.ts";
import { createLeafStore } from "./features/anchoring/leaf-store.ts";
import { createBatchStore } from "./features/data-exchange/batch-store.ts";
import { ingestBatch } from "./features/data-exchange/ingestion-engine.ts";
import type { IngestionPorts, ResolvedSubject } from "./features/data-exchange/ingestion-ports.ts";
import { createQuarantineStore } from "./features/data-exchange/quarantine-store.ts";
import { createRecordStore } from "./features/data-exchange/record-store.ts";
import type { FromThread, ThreadOptions, ToThread } from "./ingestion-messages.ts";
import { installFastKeccak } from "./lib/fast-keccak.ts";
import { createPersonHasher } from "./lib/person-hash.ts";
import { connectMongo } from "./platform/mongo/connect.ts";

/*
 * Reads batches beside the thread that answers requests: files, checks, hashes and writes of millions of rows would hold up
 * every answer there. It has its own connection to the store; who an enterprise is, it asks the other thread.
 */

const { mongodbUri, anchorsAddress, anchorsAbi, personKeys } = workerData as ThreadOptions;
const say = (message: FromThread): void => parentPort!.postMessage(message);

await installFastKeccak();
const connection = await connectMongo(mongodbUri);
const anchorsContract = new Interface(anchorsAbi);
const anchoring = createAnchoringService(
  createActStore(connection),
  createLeafStore(connection),
  {
    address: anchorsAddress,
    encodeAnchor: (root, kind, count) => anchorsContract.encodeFunctionData("anchor", [root, kind, count]),
  },
  () => say({ type: "work" }),
);
const persons = createPersonHasher(personKeys);
const batches = createBatchStore(connection);

interface Waiting {
  resolve(answers: readonly ResolvedSubject[]): void;
  reject(error: Error): void;
}
const asked = new Map<number, Waiting>();
let lastQuestion = 0;

const ports: IngestionPorts = {
  batches,
  records: createRecordStore(connection),
  quarantine: createQuarantineStore(connection),
  anchors: { maxLeaves: MAX_LEAVES, anchorBatch: anchoring.anchorBatch },
  personHash: persons.hash,
  resolveSubjects: (rows, catalogId) =>
    new Promise((resolve, reject) => {
      const id = ++lastQuestion;
      asked.set(id, { resolve, reject });
      say({ type: "resolve", id, catalogId, rows });
    }),
};

parentPort!.on("message", (message: ToThread) => {
  if (message.type !== "read") {
    const waiting = asked.get(message.id);
    asked.delete(message.id);
    if (message.type === "resolved") waiting?.resolve(message.answers);
    else waiting?.reject(new Error(message.message));
    return;
  }
  read(message).then(
    () => say({ type: "done" }),
    (error: Error) => say({ type: "failed", message: error.message, stack: error.stack }),
  );
});

async function read({ batchId, catalog }: Extract<ToThread, { type: "read" }>): Promise<void> {
  const batch = await batches.find(batchId);
  if (batch) await ingestBatch(ports, batch, catalog, (rows) => say({ type: "progress", rows }));
}
