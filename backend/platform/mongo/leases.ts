import { type Connection, Schema } from "mongoose";
import { isDuplicateKey } from "./aggregate.ts";

/** A right that one process at a time holds, and that another takes over when it is not renewed. */
export interface Leases {
  /**
   * Takes the lease for the next `ms` if it is free or has run out, or if it was the same owner's before. Answers its
   * epoch, one higher than that of whoever held it before; undefined while another holds it.
   */
  take(name: string, owner: string, ms: number): Promise<number | undefined>;
  /** False when another has taken it over. */
  renew(name: string, epoch: number, ms: number): Promise<boolean>;
  release(name: string, epoch: number): Promise<void>;
}

interface LeaseDocument {
  _id: string;
  owner: string;
  epoch: number;
  until: Date;
}

export function createLeases(connection: Connection): Leases {
  const model = connection.model(
    "Lease",
    new Schema<LeaseDocument>(
      {
        _id: { type: String, required: true },
        owner: { type: String, required: true },
        epoch: { type: Number, required: true },
        until: { type: Date, required: true },
      },
      { strict: "throw", versionKey: false, collection: "leases" },
    ),
  );
  const later = (ms: number) => new Date(Date.now() + ms);
  return {
    async take(name, owner, ms) {
      try {
        const taken = await model
          .findOneAndUpdate(
            { _id: name, $or: [{ owner }, { until: { $lt: new Date() } }] },
            { $set: { owner, until: later(ms) }, $inc: { epoch: 1 } },
            { upsert: true, returnDocument: "after" },
          )
          .lean<LeaseDocument>();
        return taken?.epoch;
      } catch (error) {
        if (isDuplicateKey(error)) return undefined; // another holds it: the upsert met its document
        throw error;
      }
    },
    async renew(name, epoch, ms) {
      const { matchedCount } = await model.updateOne({ _id: name, epoch }, { $set: { until: later(ms) } });
      return matchedCount > 0;
    },
    async release(name, epoch) {
      // The document stays, and with it the count of epochs.
      await model.updateOne({ _id: name, epoch }, { $set: { owner: "", until: new Date(0) } });
    },
  };
}
