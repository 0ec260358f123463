import { type Connection, type Model, Schema } from "mongoose";

/** Small facts about this installation itself, one document each. */
export interface SettingsStore {
  get<T>(name: string): Promise<T | undefined>;
  set(name: string, value: unknown): Promise<void>;
}

interface SettingDocument {
  _id: string;
  value: unknown;
}

export function createSettingsStore(connection: Connection): SettingsStore {
  const model = connection.model(
    "Setting",
    new Schema<SettingDocument>(
      { _id: { type: String, required: true }, value: { type: Schema.Types.Mixed, required: true } } as never,
      { strict: "throw", versionKey: false, minimize: false, collection: "settings" },
    ),
  ) as unknown as Model<SettingDocument>;
  return {
    async get<T>(name: string) {
      return (await model.findById(name).lean<SettingDocument>())?.value as T | undefined;
    },
    async set(name, value) {
      await model.updateOne({ _id: name }, { $set: { value } }, { upsert: true });
    },
  };
}
