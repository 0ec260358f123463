import { type Connection, type Model, Schema } from "mongoose";
import { insertNew } from "../../platform/mongo/aggregate.ts";
import type { Fault } from "./domain/faults.ts";
import { idsOfBatch, rowId } from "./record-store.ts";

/** Who mended a quarantined row and when, and the batch that its mended form came in. */
export interface ReplayMark {
  batchId: string;
  by?: string | undefined;
  at: Date;
}

export interface QuarantinedRowDocument {
  _id: string;
  batchId: string;
  row: number;
  entry?: string | undefined;
  /** The headings above it, where the batch has several tables. */
  headings?: string[] | undefined;
  cells: string[];
  faults: Fault[];
  replay?: ReplayMark | undefined;
}

export type RowFilter = "open" | "replayed";

export interface QuarantineStore {
  insert(rows: readonly QuarantinedRowDocument[]): Promise<void>;
  page(batchId: string, filter: RowFilter | undefined, page: number, size: number): Promise<QuarantinedRowDocument[]>;
  count(batchId: string, filter?: RowFilter): Promise<number>;
  each(batchId: string): AsyncIterable<QuarantinedRowDocument>;
  /** The row by its number in the whole file. */
  find(batchId: string, row: number): Promise<QuarantinedRowDocument | null>;
  /**
   * Takes these rows for a replay, each at most once for good; gives those that are this replay's. The same call again gives
   * the same.
   */
  takeForReplay(
    batchId: string,
    rows: readonly number[],
    mark: ReplayMark,
  ): Promise<{ own: Set<number>; there: Set<number> }>;
  /** Gives up what a replay took: these rows, or all. */
  releaseReplay(batchId: string, replayId: string, rows?: readonly number[]): Promise<void>;
  /** Takes away what was written of a batch beyond this row of the whole file. */
  removeAfter(batchId: string, row: number): Promise<void>;
}

export const rowOfId = (id: string): number => Number(id.slice(id.lastIndexOf(":") + 1));

export function createQuarantineStore(connection: Connection): QuarantineStore {
  const schema = new Schema<QuarantinedRowDocument>(
    {
      _id: { type: String, required: true },
      batchId: { type: String, required: true },
      row: { type: Number, required: true },
      entry: String,
      headings: { type: [String], default: undefined },
      cells: [String],
      faults: { type: Schema.Types.Mixed, required: true },
      replay: {
        type: new Schema({ batchId: String, by: String, at: Date }, { _id: false, strict: "throw" }),
        default: undefined,
      },
    } as never,
    { strict: "throw", versionKey: false, collection: "quarantine" },
  );
  const model = connection.model("QuarantinedRow", schema) as unknown as Model<QuarantinedRowDocument>;
  const where = (batchId: string, filter?: RowFilter) => ({
    _id: idsOfBatch(batchId),
    ...(filter ? { "replay.batchId": { $exists: filter === "replayed" } } : {}),
  });
  return {
    insert: (documents) => insertNew(model, documents),
    page: (batchId, filter, page, size) =>
      model
        .find(where(batchId, filter))
        .sort({ _id: 1 })
        .skip((page - 1) * size)
        .limit(size)
        .lean<QuarantinedRowDocument[]>(),
    count: (batchId, filter) => model.countDocuments(where(batchId, filter)),
    each: (batchId) => model.find(where(batchId)).sort({ _id: 1 }).lean<QuarantinedRowDocument>().cursor(),
    find: (batchId, row) => model.findById(rowId(batchId, row)).lean<QuarantinedRowDocument>(),
    async takeForReplay(batchId, rows, mark) {
      const ids = rows.map((row) => rowId(batchId, row));
      await model.updateMany({ _id: { $in: ids }, "replay.batchId": { $exists: false } }, { $set: { replay: mark } });
      const found = await model
        .find({ _id: { $in: ids } }, { replay: 1 })
        .lean<Pick<QuarantinedRowDocument, "_id" | "replay">[]>();
      return {
        there: new Set(found.map(({ _id }) => rowOfId(_id))),
        own: new Set(found.filter(({ replay }) => replay?.batchId === mark.batchId).map(({ _id }) => rowOfId(_id))),
      };
    },
    async releaseReplay(batchId, replayId, rows) {
      const _id = rows ? { $in: rows.map((row) => rowId(batchId, row)) } : idsOfBatch(batchId);
      await model.updateMany({ _id, "replay.batchId": replayId }, { $unset: { replay: 1 } });
    },
    async removeAfter(batchId, row) {
      await model.deleteMany({ _id: idsOfBatch(batchId, row) });
    },
  };
}
