import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "mocha";
import type { Connection } from "mongoose";
import { type DocumentStore, startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import type { LedgerIndex } from "../../backend/features/ledger-index/index-service.ts";
import { createLedgerStore, type LedgerStore } from "../../backend/features/ledger-index/projection-store.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";

/** Within a describe: a document store of its own, and an empty database of it for whoever asks. */
export function ledgerStores(): () => Promise<{ store: LedgerStore; connection: Connection }> {
  let folder: string;
  let server: DocumentStore;
  const connections: Connection[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ledger-"));
    server = await startDocumentStore({ dataDir: folder, port: 0 });
  });
  after(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  return async () => {
    const connection = await connectMongo(server.url(`ledger${connections.length}`));
    connections.push(connection);
    const store = createLedgerStore(connection);
    await initModels(connection);
    return { store, connection };
  };
}

/** As the worker does it, until there is nothing more to read. */
export async function catchUp(index: LedgerIndex, confirmations = 1): Promise<void> {
  const { step } = index.indexer({ confirmations, log: () => undefined });
  while (await step());
}

export const quietly = { confirmations: 1, log: () => undefined, progress: async () => undefined };
