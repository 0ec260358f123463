import { type Connection, type Model, Schema } from "mongoose";
import {
  type AggregateFields,
  aggregateSchema,
  changeWithEffects,
  insertOnce,
  withEffects,
} from "../../platform/mongo/aggregate.ts";
import type { Catalog } from "./domain/catalog.ts";

/** pending → approved | rejected | replaced (its department sent another before it was decided). */
export type CatalogVersionState = "pending" | "approved" | "rejected" | "replaced";

export interface CatalogVersion {
  number: number;
  definition: Catalog;
  state: CatalogVersionState;
  /** Participants; none for what came with the installation. */
  submittedBy?: string | undefined;
  submittedAt?: Date | undefined;
  decidedBy?: string | undefined;
  decidedAt?: Date | undefined;
  note?: string | undefined;
}

export interface CatalogFields {
  departmentCode: string;
  versions: CatalogVersion[];
  /** The number of the newest approved version; 0 for a catalog that was never approved. */
  current: number;
  pending: boolean;
}
/** One document a catalog that a department registered or changed; its id is the catalog's. */
export type CatalogDocument = CatalogFields & AggregateFields;

export interface CatalogStore {
  /** False when there is one with this id. */
  insert(id: string, fields: CatalogFields): Promise<boolean>;
  find(id: string): Promise<CatalogDocument | null>;
  /** Null when it was changed meanwhile. */
  change(document: CatalogDocument, set: CatalogFields): Promise<CatalogDocument | null>;
  /** Id and version of every document: little, and asked often. */
  versions(): Promise<{ _id: string; version: number }[]>;
  many(ids: readonly string[]): Promise<CatalogDocument[]>;
  pending(): Promise<CatalogDocument[]>;
}

/** Kept as text: the words of codes are keys in a definition, and may hold dots and dollar signs. */
type StoredVersion = Omit<CatalogVersion, "definition"> & { definition: string };
type StoredDocument = Omit<CatalogDocument, "versions"> & { versions: StoredVersion[] };

const stored = ({ versions, ...fields }: CatalogFields) => ({
  ...fields,
  versions: versions.map((version) => ({ ...version, definition: JSON.stringify(version.definition) })),
});
const read = ({ versions, ...document }: StoredDocument): CatalogDocument => ({
  ...document,
  versions: versions.map((version) => ({ ...version, definition: JSON.parse(version.definition) as Catalog })),
});

export function createCatalogStore(connection: Connection): CatalogStore {
  const schema = aggregateSchema<StoredDocument>({
    departmentCode: { type: String, required: true },
    versions: { type: Schema.Types.Mixed, required: true },
    current: { type: Number, required: true },
    pending: { type: Boolean, required: true },
  });
  schema.index({ pending: 1 });
  schema.set("collection", "catalogs");
  const model = connection.model("Catalog", schema) as unknown as Model<StoredDocument>;
  return {
    insert: (id, fields) => insertOnce(model, { ...stored(fields), _id: id, ...withEffects([]) }),
    async find(id) {
      const found = await model.findById(id).lean<StoredDocument>();
      return found && read(found);
    },
    async change({ _id, version }, set) {
      const changed = await model
        .findOneAndUpdate({ _id, version }, changeWithEffects(stored(set), []), { returnDocument: "after" })
        .lean<StoredDocument>();
      return changed && read(changed);
    },
    versions: () => model.find({}, { version: 1 }).lean<{ _id: string; version: number }[]>(),
    many: async (ids) => (await model.find({ _id: { $in: [...ids] } }).lean<StoredDocument[]>()).map(read),
    pending: async () => (await model.find({ pending: true }).sort({ _id: 1 }).lean<StoredDocument[]>()).map(read),
  };
}
