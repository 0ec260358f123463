import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mongoose, { type Connection } from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { createActStore } from "../../backend/features/anchoring/act-store.ts";
import { type AnchoringService, createAnchoringService } from "../../backend/features/anchoring/anchoring-service.ts";
import { createLeafStore, type LeafStore } from "../../backend/features/anchoring/leaf-store.ts";
import type { ActPayload } from "../../backend/lib/effects.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";

/** What the anchoring asks the chain for. */
export interface AskedAnchor {
  root: string;
  kind: number;
  count: number;
}

export interface Anchorer {
  connection: Connection;
  store: LeafStore;
  anchoring: AnchoringService;
}

export interface AnchoringWorld extends Anchorer {
  port: number;
  /** Another process's service over the same store, by way of `port`. */
  another(port: number): Promise<Anchorer>;
  /** What batch `batchId` asks for. */
  asked(batchId: string): Promise<AskedAnchor[]>;
  /** What all batches since the last call ask for. */
  newActs(): Promise<AskedAnchor[]>;
  stored(): Promise<{ batches: number; pieces: number; drafts: number }>;
  stop(): Promise<void>;
}

function anchorerOn(connection: Connection): Anchorer {
  const store = createLeafStore(connection);
  const registry = {
    address: `0x${"aa".repeat(20)}`,
    encodeAnchor: (root: string, kind: number, count: number) => JSON.stringify({ root, kind, count }),
  };
  const anchoring = createAnchoringService(createActStore(connection), store, registry, () => undefined);
  return { connection, store, anchoring };
}

/** The anchoring feature over the real document store, without a chain: what it asks for is seen in its outboxes. */
export async function startAnchoringWorld(): Promise<AnchoringWorld> {
  const folder = mkdtempSync(join(tmpdir(), "rongqiao-anchoring-"));
  const server = await startDocumentStore({ dataDir: folder, port: 0 });
  const connection = await connectMongo(server.uri);
  const own = anchorerOn(connection);
  await initModels(connection);
  const seen = new Set<string>();
  const count = (name: string) => connection.collection(name).countDocuments();
  const actsIn = async (filter: object): Promise<(AskedAnchor & { _id: string })[]> => {
    const batches = await own.store.batches.find(filter, { outbox: 1 }).sort({ createdAt: 1 }).lean();
    return batches.flatMap(({ outbox }) =>
      outbox.map(({ _id, payload }) => ({ ...(JSON.parse((payload as ActPayload).data) as AskedAnchor), _id })),
    );
  };
  return {
    ...own,
    port: Number(new URL(server.uri).port),
    async another(port) {
      // Direct: the address that the store tells of itself would lead past a cut connection.
      const uri = `mongodb://127.0.0.1:${port}/rongqiao?directConnection=true`;
      const options = { serverSelectionTimeoutMS: 300, autoIndex: false, autoCreate: false };
      const theirs = mongoose.createConnection(uri, options);
      await theirs.asPromise();
      return anchorerOn(theirs);
    },
    async asked(batchId) {
      return (await actsIn({ _id: batchId })).map(({ root, kind, count: leaves }) => ({ root, kind, count: leaves }));
    },
    async newActs() {
      const fresh = (await actsIn({})).filter(({ _id }) => !seen.has(_id));
      for (const { _id } of fresh) seen.add(_id);
      return fresh.map(({ root, kind, count: leaves }) => ({ root, kind, count: leaves }));
    },
    stored: async () => ({
      batches: await count("merkleBatches"),
      pieces: await count("merklePieces"),
      drafts: await count("merkleDrafts"),
    }),
    async stop() {
      await connection.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
