import { type Connection, Schema } from "mongoose";
import { isDuplicateKey } from "./aggregate.ts";

/** A right that one process at a time holds, and that another takes over when it is not renewed. */
export interface Leases {
  /** True when `owner` holds the lease for the next `ms`. */
  hold(name: string, owner: string, ms: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
}

interface LeaseDocument {
  _id: string;
  owner: string;
  until: Date;
}

export function createLeases(connection: Connection): Leases {
  const model = connection.model(
    "Lease",
    new Schema<LeaseDocument>(
      {
        _id: { type: String, required: true },
        owner: { type: String, required: true },
        until: { type: Date, required: true },
      },
      { strict: "throw", versionKey: false, collection: "leases" },
    ),
  );
  return {
    async hold(name, owner, ms) {
      const now = new Date();
      try {
        const held = await model.findOneAndUpdate(
          { _id: name, $or: [{ owner }, { until: { $lt: now } }] },
          { $set: { owner, until: new Date(now.getTime() + ms) } },
          { upsert: true, returnDocument: "after" },
        );
        return held?.owner === owner;
      } catch (error) {
        if (isDuplicateKey(error)) return false; // another holds it: the upsert met its document
        throw error;
      }
    },
    async release(name, owner) {
      await model.deleteOne({ _id: name, owner });
    },
  };
}
