import { type Connection, type Model, Schema } from "mongoose";
import type { Effect } from "../../lib/effects.ts";
import { type AggregateFields, aggregateSchema, isDuplicateKey, withEffects } from "../../platform/mongo/aggregate.ts";

export interface MaterialDocument extends AggregateFields {
  holderId: string;
  kind: string;
  title: string;
  validFrom: string;
  validUntil: string;
  file?: { name: string; mediaType: string; bytes: number; sha256: string } | undefined;
  statement?: Record<string, string> | undefined;
  salt: string;
  uploadedAt: Date;
  withdrawnAt?: Date | undefined;
}

export interface Ask {
  institution: { id: string; name: string };
  kind: string;
  note: string;
  at: Date;
}
export interface Attached {
  kind: string;
  materialId?: string | undefined;
  licenceId?: string | undefined;
  at: Date;
}

/** What is asked for and attached for one financing request, whose id it has. */
export interface DossierDocument {
  _id: string;
  version: number;
  holderId: string;
  asks: Ask[];
  attached: Attached[];
}

export type DossierLists = Pick<DossierDocument, "asks" | "attached">;

export interface MaterialStore {
  insert(
    id: string,
    fields: Omit<MaterialDocument, keyof AggregateFields>,
    effects: readonly Effect[],
  ): Promise<MaterialDocument>;
  find(id: string): Promise<MaterialDocument | null>;
  ofHolder(holderId: string): Promise<MaterialDocument[]>;
  withdraw(id: string, at: Date): Promise<void>;
  dossier(requestId: string): Promise<DossierDocument | null>;
  dossiersOf(holderId: string): Promise<DossierDocument[]>;
  /** Changes a request's dossier in one write, again from the start when it was changed meanwhile. */
  changeDossier(requestId: string, holderId: string, change: (now: DossierLists) => DossierLists): Promise<void>;
}

export function createMaterialStore(connection: Connection): MaterialStore {
  const schema = aggregateSchema<MaterialDocument>({
    holderId: { type: String, required: true },
    kind: { type: String, required: true },
    title: { type: String, required: true },
    validFrom: { type: String, required: true },
    validUntil: { type: String, required: true },
    file: { type: { name: String, mediaType: String, bytes: Number, sha256: String }, _id: false },
    statement: Schema.Types.Mixed,
    salt: { type: String, required: true },
    uploadedAt: { type: Date, required: true },
    withdrawnAt: Date,
  });
  schema.index({ holderId: 1, uploadedAt: -1 });
  schema.set("collection", "materials");
  const dossierSchema = new Schema<DossierDocument>(
    {
      _id: { type: String, required: true },
      version: { type: Number, required: true },
      holderId: { type: String, required: true },
      asks: [
        {
          institution: { type: { id: String, name: String }, _id: false },
          kind: String,
          note: String,
          at: Date,
          _id: false,
        },
      ],
      attached: [{ kind: String, materialId: String, licenceId: String, at: Date, _id: false }],
    },
    { strict: "throw", versionKey: false, collection: "materialDossiers" },
  );
  dossierSchema.index({ holderId: 1 });
  const model = connection.model("Material", schema) as unknown as Model<MaterialDocument>;
  const dossiers = connection.model("MaterialDossier", dossierSchema) as unknown as Model<DossierDocument>;

  return {
    async insert(id, fields, effects) {
      const created = await model.create({ ...fields, _id: id, ...withEffects(effects) });
      return created.toObject() as MaterialDocument;
    },
    find: (id) => model.findById(id).lean<MaterialDocument>(),
    ofHolder: (holderId) => model.find({ holderId }).sort({ uploadedAt: -1 }).lean<MaterialDocument[]>(),
    async withdraw(id, at) {
      await model.updateOne({ _id: id, withdrawnAt: null }, { $set: { withdrawnAt: at }, $inc: { version: 1 } });
    },
    dossier: (requestId) => dossiers.findById(requestId).lean<DossierDocument>(),
    dossiersOf: (holderId) => dossiers.find({ holderId }).sort({ _id: -1 }).lean<DossierDocument[]>(),
    async changeDossier(requestId, holderId, change) {
      for (;;) {
        const found = await dossiers.findById(requestId).lean<DossierDocument>();
        const lists = change(found ?? { asks: [], attached: [] });
        if (!found) {
          try {
            await dossiers.create({ _id: requestId, version: 0, holderId, ...lists });
            return;
          } catch (error) {
            if (!isDuplicateKey(error)) throw error;
          }
        } else {
          const { modifiedCount } = await dossiers.updateOne(
            { _id: requestId, version: found.version },
            { $set: { asks: lists.asks, attached: lists.attached }, $inc: { version: 1 } },
          );
          if (modifiedCount > 0) return;
        }
      }
    },
  };
}
