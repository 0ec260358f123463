import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keccak256, toBeHex } from "ethers";
import mongoose, { type Connection } from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { type ActDocument, type ActStore, createActStore } from "../../backend/features/anchoring/act-store.ts";
import { createRelayMongoStore, type MongoRelayStore } from "../../backend/features/anchoring/relay-mongo-store.ts";
import type { Sender } from "../../backend/platform/chain/relay-store.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";
import { type CutConnection, cutConnection } from "./cut-connection.ts";

/** One process's view of the shared store. */
export interface Process {
  connection: Connection;
  acts: ActStore;
  relay: MongoRelayStore;
  sender: Sender;
}

export interface RelayStoreWorld {
  /** A process with a connection of its own, under the next epoch. */
  process(through?: CutConnection): Promise<Process>;
  way(): Promise<CutConnection>;
  /** Everything away, for the next case. */
  clear(): Promise<void>;
  all(): Promise<ActDocument[]>;
  /** Ids of the acts in open transactions, once for each time. */
  underway(): Promise<string[]>;
  stop(): Promise<void>;
}

export const actId = (n: number): string => keccak256(toBeHex(n + 1, 32));
export const payloadOf = (n: number) => ({
  payload: { id: actId(n), kind: "test", target: `0x${"11".repeat(20)}`, data: "0x01", gasLimit: 50_000 },
  order: `order-${String(n).padStart(6, "0")}`,
});

/** The relayer's real store over the real document store, without a chain. */
export async function startRelayStoreWorld(): Promise<RelayStoreWorld> {
  const folder = mkdtempSync(join(tmpdir(), "rongqiao-relaying-"));
  const server = await startDocumentStore({ dataDir: folder, port: 0 });
  const port = Number(new URL(server.uri).port);
  const own = await connectMongo(server.uri);
  const ownActs = createActStore(own);
  await initModels(own);
  await createRelayMongoStore(own, ownActs);
  const open: Connection[] = [];
  const ways: CutConnection[] = [];
  let epoch = 0;
  return {
    async process(through) {
      // Direct: the address that the store tells of itself would lead past a cut connection.
      const uri = `mongodb://127.0.0.1:${through?.port ?? port}/rongqiao?directConnection=true`;
      const options = { serverSelectionTimeoutMS: 300, autoIndex: false, autoCreate: false };
      const connection = mongoose.createConnection(uri, options);
      open.push(connection);
      await connection.asPromise();
      const acts = createActStore(connection);
      const relay = await createRelayMongoStore(connection, acts);
      epoch += 1;
      return { connection, acts, relay, sender: { chainId: 1n, address: `0x${"22".repeat(20)}`, epoch } };
    },
    async way() {
      const way = await cutConnection(port);
      ways.push(way);
      return way;
    },
    async clear() {
      await Promise.all(open.splice(0).map((connection) => connection.destroy().catch(() => undefined)));
      await Promise.all(ways.splice(0).map((way) => way.close()));
      await own.collection("acts").deleteMany({});
      await own.collection("relayTransactions").deleteMany({});
    },
    all: () => ownActs.model.find().sort({ order: 1 }).lean<ActDocument[]>(),
    async underway() {
      const found = await own.collection("relayTransactions").find({ state: "open" }).toArray();
      return found.flatMap(({ actIds }) => actIds as string[]);
    },
    async stop() {
      await Promise.all(open.map((connection) => connection.destroy().catch(() => undefined)));
      await Promise.all(ways.map((way) => way.close()));
      await own.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
