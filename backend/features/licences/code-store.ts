import type { Connection, Model } from "mongoose";
import type { Effect } from "../../lib/effects.ts";
import {
  type AggregateFields,
  aggregateSchema,
  changeWithEffects,
  isDuplicateKey,
  withEffects,
} from "../../platform/mongo/aggregate.ts";

export interface CodeLook {
  at: Date;
  reader: { id: string; name: string };
  allowed: boolean;
  reason?: "early" | "expired" | "audience" | "used" | undefined;
}

/** A code that was looked at: kept from the first look on. What is in it was signed by its enterprise. */
export interface CodeUseDocument extends AggregateFields {
  /** The code's digest. */
  codeId: string;
  holderId: string;
  items: string[];
  audience: string;
  views: number;
  issuedAt: Date;
  expiresAt: Date;
  used: number;
  refused: number;
  looks: CodeLook[];
}
type Code = Pick<CodeUseDocument, "codeId" | "holderId" | "items" | "audience" | "views" | "issuedAt" | "expiresAt">;

export interface CodeStore {
  find(codeId: string): Promise<CodeUseDocument | null>;
  findUse(digest: string): Promise<CodeUseDocument | null>;
  /** Counts a look, with its effects, in one write. Null when the code was looked at as often as it allows. */
  countLook(digest: string, code: Code, look: CodeLook, effects: readonly Effect[]): Promise<CodeUseDocument | null>;
  /** Notes a refusal, the first few of a code: a stranger can't fill the enterprise's log. False when it isn't noted. */
  noteRefusal(digest: string, code: Code, look: CodeLook, effects: readonly Effect[]): Promise<boolean>;
  ofHolder(holderId: string, limit: number): Promise<CodeUseDocument[]>;
}

const MOST_REFUSALS = 3;

export function createCodeStore(connection: Connection): CodeStore {
  const schema = aggregateSchema<CodeUseDocument>({
    codeId: { type: String, required: true },
    holderId: { type: String, required: true },
    items: [String],
    audience: String,
    views: { type: Number, required: true },
    issuedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    used: { type: Number, required: true },
    refused: { type: Number, required: true },
    looks: [
      {
        at: Date,
        reader: { type: { id: String, name: String }, _id: false },
        allowed: Boolean,
        reason: String,
        _id: false,
      },
    ],
  });
  schema.index({ holderId: 1, issuedAt: -1 });
  schema.index({ codeId: 1 });
  schema.set("collection", "enterpriseCodes");
  const model = connection.model("EnterpriseCode", schema) as unknown as Model<CodeUseDocument>;

  async function ensure(digest: string, code: Code): Promise<void> {
    try {
      await model.create({ ...code, _id: digest, used: 0, refused: 0, looks: [], ...withEffects([]) });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  async function add(
    digest: string,
    code: Code,
    counter: "used" | "refused",
    most: number,
    look: CodeLook,
    effects: readonly Effect[],
  ): Promise<CodeUseDocument | null> {
    await ensure(digest, code);
    const { $push, ...change } = changeWithEffects({}, effects, { [counter]: 1 });
    return model
      .findOneAndUpdate(
        { _id: digest, [counter]: { $lt: most } },
        { ...change, $push: { ...$push, looks: look } },
        { returnDocument: "after" },
      )
      .lean<CodeUseDocument>();
  }

  return {
    find: (codeId) => model.findOne({ codeId }).lean<CodeUseDocument>(),
    findUse: (digest) => model.findById(digest).lean<CodeUseDocument>(),
    countLook: (digest, code, look, effects) => add(digest, code, "used", code.views, look, effects),
    noteRefusal: async (digest, code, look, effects) =>
      (await add(digest, code, "refused", MOST_REFUSALS, look, effects)) !== null,
    ofHolder: (holderId, limit) =>
      model.find({ holderId }).sort({ issuedAt: -1 }).limit(limit).lean<CodeUseDocument[]>(),
  };
}
