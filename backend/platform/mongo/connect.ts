import mongoose, { type Connection } from "mongoose";
import { DomainError } from "../../lib/errors.ts";

const DATABASE = "rongqiao";

const namesDatabase = (uri: string): boolean => /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(uri);

/** One connection with the product's rules: journaled writes, no operator smuggling, no unknown fields. */
export async function connectMongo(uri: string): Promise<Connection> {
  const connection = mongoose.createConnection(uri, {
    ...(namesDatabase(uri) ? {} : { dbName: DATABASE }),
    writeConcern: { w: "majority", journal: true },
    // A write whose answer got lost is sent again and applied once; a standalone server doesn't have that.
    retryWrites: true,
    serverSelectionTimeoutMS: 10_000,
    maxPoolSize: 32,
    autoIndex: false,
    autoCreate: false,
  });
  try {
    await connection.asPromise();
  } catch (error) {
    throw new DomainError(
      "store.unreachable",
      `no document store answers at ${uri.replace(/\/\/[^@/]*@/, "//…@")}: ${(error as Error).message}`,
    );
  }
  return connection;
}

/** Builds all collections and indexes, and waits for them: a unique index that isn't there yet protects nothing. */
export async function initModels(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) {
    await model.createCollection();
    await model.createIndexes();
  }
}
