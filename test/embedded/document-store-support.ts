import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Db, type Document, MongoClient } from "mongodb";
import { type DocumentStore, startDocumentStore } from "../../backend/embedded/document-store/index.ts";

export interface TestStore {
  dir: string;
  store: DocumentStore;
  client: MongoClient;
  db: Db;
  stop(): Promise<void>;
}

/** Documents of any shape; the tests number them. */
export type Loose = Document & { _id: number };

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "document-store-"));

/** A store of its own in a temporary folder, with a connected driver. */
export async function startTestStore(dir = temporaryFolder()): Promise<TestStore> {
  const store = await startDocumentStore({ dataDir: dir, port: 0 });
  const client = await MongoClient.connect(store.uri, { maxPoolSize: 60 });
  return {
    dir,
    store,
    client,
    db: client.db("test"),
    async stop() {
      await client.close();
      await store.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The error that a promise rejects with; fails when it doesn't. */
export async function failure(p: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await p;
  } catch (e) {
    return e as Error & Record<string, unknown>;
  }
  throw new Error("expected a rejection");
}
