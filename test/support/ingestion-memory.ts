import type { BatchDocument } from "../../backend/features/data-exchange/batch-types.ts";
import type { IngestionPorts } from "../../backend/features/data-exchange/ingestion-ports.ts";
import { type QuarantinedRowDocument, rowOfId } from "../../backend/features/data-exchange/quarantine-store.ts";
import { type RecordDocument, rowId } from "../../backend/features/data-exchange/record-store.ts";
import { merkleTree } from "../../backend/lib/merkle.ts";

/** What a power cut is to the one who writes. */
export class PowerCut extends Error {
  override readonly name = "PowerCut";
}

/** The stores that the ingestion writes to, in memory, with a power cut after so many writes. */
export function memoryWorld(maxLeaves: number, pace: { group: number; checkpointRows: number }) {
  const batches = new Map<string, BatchDocument>();
  const records = new Map<string, RecordDocument>();
  const quarantine = new Map<string, QuarantinedRowDocument>();
  const roots = new Map<string, string>();
  let writesLeft = Number.POSITIVE_INFINITY;
  let lost = false;

  /** One write, or what a cut leaves of it. */
  function write<T>(items: readonly T[], apply: (item: T) => void): void {
    if (lost) throw new PowerCut();
    if (--writesLeft < 0) {
      lost = true;
      // An unordered insert of many leaves any of them.
      items.forEach((item, i) => {
        if (i % 3 === 0) apply(item);
      });
      throw new PowerCut();
    }
    items.forEach(apply);
  }
  const later = async <T>(work: () => T): Promise<T> => {
    await new Promise((resolve) => setImmediate(resolve));
    return work();
  };
  const ofBatch = (id: string) => (one: { batchId: string }) => one.batchId === id;
  const after = <T extends { _id: string; batchId: string }>(
    from: Map<string, T>,
    batchId: string,
    row: number,
  ): string[] =>
    [...from.values()]
      .filter((one) => one.batchId === batchId && one._id > `${rowId(batchId, Math.max(row, 0))}~`)
      .map(({ _id }) => _id);

  const ports: IngestionPorts = {
    pace,
    batches: {
      progress: (id, attempt, change) =>
        later(() => {
          const batch = batches.get(id)!;
          if (batch.attempt !== attempt || batch.state !== "received") return false;
          write([change], () => batches.set(id, { ...batch, ...structuredClone(change) }));
          return true;
        }),
      visible: (ids) =>
        later(
          () => new Map(ids.flatMap((id) => (batches.get(id)?.state === "stored" ? [[id, batches.get(id)!]] : []))),
        ),
      ofCatalog: (catalogId) =>
        later(() => [...batches.values()].filter((batch) => batch.catalogId === catalogId && batch.state === "stored")),
      find: (id) => later(() => batches.get(id) ?? null),
      setReplayed: (id, replayed) => later(() => void batches.set(id, { ...batches.get(id)!, replayed })),
      sum: (batch) => later(() => void batches.set(batch._id, { ...batch, summed: true })),
    },
    records: {
      insertRecords: (some) =>
        later(() => write(some, (one) => void (records.has(one._id) || records.set(one._id, structuredClone(one))))),
      find: async (id) => records.get(id) ?? null,
      ofEnterprise: async (uscc) => [...records.values()].filter((one) => one.uscc === uscc),
      versions: (catalogId, keys) =>
        later(() => [...records.values()].filter((one) => one.catalogId === catalogId && keys.includes(one.key))),
      registrations: async () => [],
      async *ofBatch(batchId, upTo) {
        const own = [...records.values()]
          .filter(ofBatch(batchId))
          .filter(({ _id }) => _id < `${rowId(batchId, upTo)}~`);
        yield* own.toSorted((a, b) => (a._id < b._id ? -1 : 1));
      },
      removeAfter: (batchId, row) => later(() => write(after(records, batchId, row), (id) => void records.delete(id))),
    },
    quarantine: {
      insert: (some) =>
        later(() =>
          write(some, (one) => void (quarantine.has(one._id) || quarantine.set(one._id, structuredClone(one)))),
        ),
      page: async () => [],
      count: async (batchId, filter) =>
        [...quarantine.values()].filter(ofBatch(batchId)).filter(({ replay }) => filter !== "replayed" || replay)
          .length,
      async *each(batchId) {
        yield* [...quarantine.values()].filter(ofBatch(batchId));
      },
      find: async (batchId, row) => quarantine.get(rowId(batchId, row)) ?? null,
      takeForReplay: (batchId, rows, mark) =>
        later(() => {
          const found = rows.flatMap((row) => quarantine.get(rowId(batchId, row)) ?? []);
          write(
            found.filter(({ replay }) => !replay),
            (one) => void quarantine.set(one._id, { ...one, replay: mark }),
          );
          const now = found.map(({ _id }) => quarantine.get(_id)!);
          return {
            there: new Set(now.map(({ _id }) => rowOfId(_id))),
            own: new Set(now.filter(({ replay }) => replay?.batchId === mark.batchId).map(({ _id }) => rowOfId(_id))),
          };
        }),
      releaseReplay: async (batchId, replayId) => {
        for (const one of [...quarantine.values()].filter(ofBatch(batchId))) {
          if (one.replay?.batchId === replayId) quarantine.set(one._id, { ...one, replay: undefined });
        }
      },
      removeAfter: (batchId, row) =>
        later(() => write(after(quarantine, batchId, row), (id) => void quarantine.delete(id))),
    },
    anchors: {
      maxLeaves,
      anchorBatch: (batchId, _, commitments) =>
        later(() =>
          write([batchId], () => void (roots.has(batchId) || roots.set(batchId, merkleTree(commitments).root))),
        ),
    },
    resolveSubjects: async (rows) => rows.map(() => ({ unknown: true })),
    personHash: (value) => Buffer.from(value).toString("hex").padEnd(64, "0").slice(0, 64),
  };

  return {
    ports,
    batches,
    records,
    quarantine,
    roots,
    cutAfter(writes: number): void {
      writesLeft = writes;
      lost = false;
    },
    /** All that is kept, in one order, without the times at which it was written. */
    endState: () => ({
      records: [...records.values()].toSorted((a, b) => (a._id < b._id ? -1 : 1)),
      quarantine: [...quarantine.values()].toSorted((a, b) => (a._id < b._id ? -1 : 1)),
      roots: [...roots].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      batches: [...batches.values()].map(({ attempt, leaseUntil, finishedAt, path, ...kept }) => kept),
    }),
  };
}
