import type { Connection, Model } from "mongoose";
import type { Effect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import {
  type AggregateFields,
  aggregateSchema,
  changeWithEffects,
  isDuplicateKey,
  withEffects,
} from "../../platform/mongo/aggregate.ts";
import { batchedFind, foundOf } from "../../platform/mongo/batched-find.ts";
import type { Role } from "../identity/identity-schemas.ts";

export interface ParticipantFields {
  kind: Role;
  name: string;
  uscc?: string | undefined;
  departmentCode?: string | undefined;
  status: "admitted" | "active" | "suspended";
  idSalt: string;
  idCommitment: string;
  invitation?: string | undefined;
  /** The operator's signed Admission. */
  admission?: { operator: string; expiresAt: number; signature: string } | undefined;
  address?: string | undefined;
  enrolActId?: string | undefined;
  admittedAt: Date;
  enrolledAt?: Date | undefined;
}
export type ParticipantDocument = ParticipantFields & AggregateFields;

export interface ParticipantStore {
  readonly model: Model<ParticipantDocument>;
  insert(id: string, fields: ParticipantFields): Promise<ParticipantDocument>;
  /** Null when it isn't in state admitted any more. */
  enrol(
    id: string,
    change: { address: string; enrolActId: string; enrolledAt: Date },
    effects: readonly Effect[],
  ): Promise<ParticipantDocument | null>;
  find(id: string): Promise<ParticipantDocument | null>;
  findMany(ids: readonly string[]): Promise<Map<string, ParticipantDocument>>;
  byInvitation(invitation: string): Promise<ParticipantDocument | null>;
  byUsccs(usccs: readonly string[]): Promise<ParticipantDocument[]>;
  list(
    filter: { kind?: Role | undefined; query?: string | undefined; status?: "active" },
    page: number,
    size: number,
  ): Promise<{ items: ParticipantDocument[]; total: number }>;
  count(kind: Role): Promise<number>;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

export function createParticipantStore(connection: Connection): ParticipantStore {
  const schema = aggregateSchema<ParticipantDocument>({
    kind: { type: String, required: true },
    name: { type: String, required: true },
    uscc: String,
    departmentCode: String,
    status: { type: String, required: true },
    idSalt: { type: String, required: true },
    idCommitment: { type: String, required: true },
    invitation: String,
    admission: { type: { operator: String, expiresAt: Number, signature: String }, _id: false },
    address: String,
    enrolActId: String,
    admittedAt: { type: Date, required: true },
    enrolledAt: Date,
  });
  schema.index({ uscc: 1 }, { unique: true, sparse: true });
  schema.index({ departmentCode: 1 }, { unique: true, sparse: true });
  schema.index({ invitation: 1 }, { unique: true, sparse: true });
  schema.index({ address: 1 }, { unique: true, sparse: true });
  schema.index({ kind: 1, admittedAt: -1 });
  schema.set("collection", "participants");
  const model = connection.model("Participant", schema) as unknown as Model<ParticipantDocument>;
  const find = batchedFind(model);
  return {
    model,
    async insert(id, fields) {
      try {
        const created = await model.create({ ...fields, _id: id, ...withEffects([]) });
        return created.toObject() as ParticipantDocument;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        const field = Object.keys((error as { keyPattern?: object }).keyPattern ?? {})[0] ?? "uscc";
        throw new DomainError("participant.exists", `a participant with this ${field} is admitted already`, {
          field,
          fix: "look it up in the list of participants",
        });
      }
    },
    enrol: (id, change, effects) =>
      model
        .findOneAndUpdate(
          { _id: id, status: "admitted" },
          changeWithEffects({ ...change, status: "active" }, effects),
          { returnDocument: "after" },
        )
        .lean<ParticipantDocument>(),
    find,
    findMany: (ids) => foundOf(find, ids),
    byInvitation: (invitation) => model.findOne({ invitation }).lean<ParticipantDocument>(),
    byUsccs: (usccs) => model.find({ uscc: { $in: [...usccs] } }).lean<ParticipantDocument[]>(),
    async list({ kind, query, status }, page, size) {
      const pattern = query ? new RegExp(escaped(query), "i") : undefined;
      const filter = {
        ...(kind ? { kind } : {}),
        ...(status ? { status } : {}),
        ...(pattern ? { $or: [{ name: pattern }, { uscc: pattern }] } : {}),
      };
      const items = await model
        .find(filter)
        .sort({ admittedAt: -1, _id: 1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<ParticipantDocument[]>();
      return { items, total: await model.countDocuments(filter) };
    },
    count: (kind) => model.countDocuments({ kind }),
  };
}
