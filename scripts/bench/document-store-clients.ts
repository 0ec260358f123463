import mongoose, { mongo, Schema, Types } from "mongoose";
import { COLLECTION, type Fields, INDEX, idOf } from "./document-store-data.ts";
import type { Loader } from "./document-store-memory.ts";
import type { Client } from "./document-store-speed.ts";

const DATABASE = "bench";
const INSERTED = "inserted";
const UPDATE = () => ({ $inc: { version: 1 }, $set: { closedAt: new Date() } });
const SUMS = { _id: "$sector", total: { $sum: "$amount" }, mean: { $avg: "$amount" } };

type Sums = { _id: string; total: number; mean: number };

/** As the product connects: an answer to a write comes after its sync. */
const options = (connections: number) => ({
  minPoolSize: connections,
  maxPoolSize: connections,
  retryWrites: false,
  writeConcern: { w: "majority" as const, journal: true },
});

const objectId = (n: number): Types.ObjectId => new Types.ObjectId(idOf(n));

const schema = new Schema<Fields>(
  {
    owner: { type: Number, required: true },
    seq: { type: Number, required: true },
    sector: { type: String, required: true },
    amount: { type: Number, required: true },
    closedAt: { type: Date, required: true },
    version: { type: Number, required: true },
    uscc: { type: String, required: true },
    name: { type: String, required: true },
    note: String,
  },
  { versionKey: false, autoIndex: false, autoCreate: false },
);

async function mongooseClient(uri: string, connections: number): Promise<Client> {
  const connection = await mongoose
    .createConnection(uri, { ...options(connections), dbName: DATABASE, autoIndex: false, autoCreate: false })
    .asPromise();
  const records = connection.model("Record", schema, COLLECTION);
  const inserted = connection.model("Inserted", schema, INSERTED);
  return {
    kind: "mongoose",
    connections,
    findById: (n) => records.findById(objectId(n)).exec(),
    findOwner: (owner) => records.find({ owner }).sort({ seq: 1 }).exec(),
    findOneAndUpdate: (n) =>
      records.findOneAndUpdate({ _id: objectId(n) }, UPDATE(), { returnDocument: "after" }).exec(),
    insertMany: async (batch) => ({ insertedCount: (await inserted.insertMany(batch)).length }),
    clearInserted: async () => void (await inserted.collection.drop()),
    group: () => records.aggregate<Sums>([{ $group: SUMS }]).exec(),
    close: () => connection.close(),
  };
}

async function driverClient(uri: string, connections: number): Promise<Client> {
  const client = await mongo.MongoClient.connect(uri, options(connections));
  const records = client.db(DATABASE).collection<Fields>(COLLECTION);
  const inserted = client.db(DATABASE).collection<Fields>(INSERTED);
  return {
    kind: "driver",
    connections,
    findById: (n) => records.findOne({ _id: objectId(n) }),
    findOwner: (owner) => records.find({ owner }).sort({ seq: 1 }).toArray(),
    findOneAndUpdate: (n) => records.findOneAndUpdate({ _id: objectId(n) }, UPDATE(), { returnDocument: "after" }),
    // The driver writes the _id into what it is given: each batch must be new objects.
    insertMany: (batch) => inserted.insertMany(batch.map((fields) => ({ ...fields }))),
    clearInserted: async () => void (await inserted.drop()),
    group: () => records.aggregate<Sums>([{ $group: SUMS }]).toArray(),
    close: () => client.close(),
  };
}

/** A real client with a pool of exactly so many connections. */
export const connectClient = (kind: Client["kind"], uri: string, connections: number): Promise<Client> =>
  kind === "mongoose" ? mongooseClient(uri, connections) : driverClient(uri, connections);

export async function connectLoader(uri: string): Promise<Loader> {
  const client = await mongo.MongoClient.connect(uri, options(16));
  const records = client.db(DATABASE).collection<Fields>(COLLECTION);
  return {
    createIndex: async () => void (await records.createIndex(INDEX)),
    insert: async (batch) => {
      const documents = batch.map(({ id, ...fields }) => ({ _id: new Types.ObjectId(id), ...fields }));
      return (await records.insertMany(documents)).insertedCount;
    },
    findById: (n) => records.findOne({ _id: objectId(n) }),
    findOwner: (owner) => records.find({ owner }).sort({ seq: 1 }).toArray(),
    groupBelow: (owner) =>
      records
        .aggregate<{ n: number }>([{ $match: { owner: { $lt: owner } } }, { $group: { ...SUMS, n: { $sum: 1 } } }])
        .toArray(),
    count: () => records.countDocuments({}),
    close: () => client.close(),
  };
}
