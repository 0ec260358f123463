import { rm } from "node:fs/promises";
import { DomainError } from "../../lib/errors.ts";
import type { BatchStore } from "./batch-store.ts";
import { type BatchDocument, type BatchFields, NO_COUNTS } from "./batch-types.ts";
import type { Catalog } from "./domain/catalog.ts";
import { type IngestionPorts, Overtaken } from "./ingestion-ports.ts";
import { createRun } from "./ingestion-run.ts";

export const LEASE_MS = 12_000;

/**
 * Reads one claimed batch to its end and makes it visible, or refuses it. The same file gives the same records, quarantine
 * and Merkle trees, however often it is broken off: ids, salts and chunks come out of the batch and the rows' numbers, what
 * lies beyond the last checkpoint is taken away before it goes on, and trees are built from what is stored.
 */
export async function ingestBatch(
  ports: IngestionPorts,
  batch: BatchDocument,
  catalog: Catalog,
  onProgress: (rows: number) => void = () => {},
): Promise<void> {
  const { batches } = ports;
  let overtaken = false;
  const note = async (change: Partial<BatchFields>): Promise<void> => {
    const lease = { leaseUntil: new Date(Date.now() + LEASE_MS) };
    if (!(await batches.progress(batch._id, batch.attempt, { ...lease, ...change }))) overtaken = true;
    if (overtaken) throw new Overtaken(`batch ${batch._id} was taken over`);
  };
  const beating = setInterval(() => void note({}).catch(() => {}), LEASE_MS / 4);
  try {
    const run = createRun(ports, batch, catalog, note, onProgress);
    const counts = await run();
    const latest = { ...counts, bytesRead: batch.bytes, finishedAt: new Date() };
    // The one write that makes the whole batch visible.
    await note({ ...latest, state: "stored" });
  } catch (error) {
    if (!(error instanceof DomainError) || !error.code.startsWith("file.")) throw error;
    if (!(await refuseBatch(ports, batch, error))) throw new Overtaken(`batch ${batch._id} was taken over`);
  } finally {
    clearInterval(beating);
  }
  const ended = await batches.find(batch._id);
  if (ended) await finishBatch(ports, ended);
}

/** Takes back what was written of a batch, and says why it is refused. False when another has claimed it since. */
export async function refuseBatch(
  {
    batches,
    records,
    quarantine,
  }: Pick<IngestionPorts, "records" | "quarantine"> & { batches: Pick<BatchStore, "progress"> },
  batch: BatchDocument,
  { code, message }: DomainError,
): Promise<boolean> {
  await records.removeAfter(batch._id, -1);
  await quarantine.removeAfter(batch._id, -1);
  if (batch.origin.replayOf) await quarantine.releaseReplay(batch.origin.replayOf, batch._id);
  return batches.progress(batch._id, batch.attempt, {
    ...structuredClone(NO_COUNTS),
    checkpoint: 0,
    state: "rejected",
    fault: { code, message },
    finishedAt: new Date(),
  });
}

/** What follows an ended batch; again and again does no harm. */
export async function finishBatch(
  { batches, quarantine }: Pick<IngestionPorts, "quarantine"> & { batches: Pick<BatchStore, "setReplayed" | "sum"> },
  batch: BatchDocument,
): Promise<void> {
  if (batch.state === "received" || batch.summed) return;
  const { replayOf } = batch.origin;
  if (replayOf) await batches.setReplayed(replayOf, await quarantine.count(replayOf, "replayed"));
  // What was read is in the store, with the file's own hash: the file itself would only be a second copy, of id numbers too.
  await rm(batch.path, { force: true });
  await batches.sum(batch);
}
