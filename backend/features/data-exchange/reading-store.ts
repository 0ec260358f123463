import { type Connection, type Model, Schema } from "mongoose";
import type { BatchOptions } from "./batch-types.ts";

/** What a department said once of how the files of a catalog are to be read. */
export interface ReadingDocument {
  _id: string;
  options: Partial<BatchOptions>;
  by: string;
  at: Date;
}

export interface ReadingStore {
  find(catalogId: string): Promise<ReadingDocument | null>;
  save(reading: ReadingDocument): Promise<void>;
}

export function createReadingStore(connection: Connection): ReadingStore {
  const schema = new Schema<ReadingDocument>(
    {
      _id: { type: String, required: true },
      options: { type: Schema.Types.Mixed, required: true },
      by: { type: String, required: true },
      at: { type: Date, required: true },
    } as never,
    { strict: "throw", versionKey: false, minimize: false, collection: "catalogReadings" },
  );
  const model = connection.model("CatalogReading", schema) as unknown as Model<ReadingDocument>;
  return {
    find: (catalogId) => model.findById(catalogId).lean<ReadingDocument>(),
    async save({ _id, ...fields }) {
      await model.updateOne({ _id }, { $set: fields }, { upsert: true });
    },
  };
}
