import { type Connection, type Model, Schema } from "mongoose";
import type { z } from "zod";
import type { Effect } from "../../lib/effects.ts";
import {
  type AggregateFields,
  aggregateSchema,
  changeWithEffects,
  withEffects,
} from "../../platform/mongo/aggregate.ts";
import type { ResourceState } from "./domain/resource-states.ts";
import type { ResourceInput, resourceChange } from "./resource-schemas.ts";

export interface Credential {
  id: string;
  algorithm: "ed25519" | "hmac-sha256";
  label: string;
  /** Of ed25519: the 32 bytes in base64. */
  publicKey?: string | undefined;
  /** Of hmac-sha256, sealed. */
  sealedSecret?: string | undefined;
  createdAt: Date;
  revokedAt?: Date | undefined;
}

export type Change = Omit<z.infer<typeof resourceChange>, "at"> & { at: Date; salt: string };

/** What was entered, without the secrets. */
export type Pull = Omit<NonNullable<ResourceInput["pull"]>, "headers"> & { headers: { name: string }[] };
export type Table = Omit<NonNullable<ResourceInput["table"]>, "password">;

export interface ResourceFields extends Omit<ResourceInput, "pull" | "table"> {
  departmentCode: string;
  state: ResourceState;
  pull?: Pull | undefined;
  table?: Table | undefined;
  /** Header values or the password, sealed under the resource's id. */
  sealedSecrets?: string | undefined;
  credentials: Credential[];
  /** Who changed what; the newest at the end. */
  changes: Change[];
  createdAt: Date;
  changedAt: Date;
}
export type ResourceDocument = ResourceFields & AggregateFields;

export interface ResourceStore {
  insert(id: string, fields: ResourceFields, effects: readonly Effect[]): Promise<ResourceDocument>;
  find(id: string): Promise<ResourceDocument | null>;
  list(filter: { departmentCode?: string | undefined; catalogId?: string | undefined }): Promise<ResourceDocument[]>;
  /** Sets, and takes away what is undefined. Null when it was changed meanwhile. */
  change(
    resource: ResourceDocument,
    set: Partial<ResourceFields>,
    change: Change,
    effects: readonly Effect[],
  ): Promise<ResourceDocument | null>;
  countByCatalog(): Promise<Map<string, number>>;
}

export function createResourceStore(connection: Connection): ResourceStore {
  const schema = aggregateSchema<ResourceDocument>({
    catalogId: { type: String, required: true },
    departmentCode: { type: String, required: true },
    kind: { type: String, required: true },
    state: { type: String, required: true },
    name: { type: String, required: true },
    description: String,
    owner: { type: String, required: true },
    mapping: { type: Schema.Types.Mixed, required: true },
    deletion: Schema.Types.Mixed,
    everyMinutes: Number,
    pull: Schema.Types.Mixed,
    table: Schema.Types.Mixed,
    sealedSecrets: String,
    credentials: { type: Schema.Types.Mixed, required: true },
    changes: { type: Schema.Types.Mixed, required: true },
    createdAt: { type: Date, required: true },
    changedAt: { type: Date, required: true },
  });
  schema.index({ departmentCode: 1, catalogId: 1 });
  schema.set("collection", "dataResources");
  const model = connection.model("DataResource", schema) as unknown as Model<ResourceDocument>;
  const given = (fields: object) =>
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    async insert(id, fields, effects) {
      const created = await model.create({ ...given(fields), _id: id, ...withEffects(effects) });
      return created.toObject() as ResourceDocument;
    },
    find: (id) => model.findById(id).lean<ResourceDocument>(),
    list: (filter) => model.find(given(filter)).sort({ catalogId: 1, _id: 1 }).lean<ResourceDocument[]>(),
    async change({ _id, version, changes }, set, change, effects) {
      const gone = Object.keys(set).filter((key) => set[key as keyof ResourceFields] === undefined);
      const all = { ...given(set), changedAt: change.at, changes: [...changes, change] };
      return model
        .findOneAndUpdate(
          { _id, version },
          {
            ...changeWithEffects(all, effects),
            ...(gone.length > 0 ? { $unset: Object.fromEntries(gone.map((key) => [key, 1])) } : {}),
          },
          { returnDocument: "after" },
        )
        .lean<ResourceDocument>();
    },
    async countByCatalog() {
      const found = await model.aggregate<{ _id: string; count: number }>([
        { $match: { state: "active" } },
        { $group: { _id: "$catalogId", count: { $sum: 1 } } },
      ]);
      return new Map(found.map(({ _id, count }) => [_id, count]));
    },
  };
}
