import assert from "node:assert/strict";
import { COLLECTION, INDEX, rawRecords } from "./document-store-data.ts";
import { WireClient } from "./document-store-wire.ts";

const CONNECTIONS = 4;
const BATCH = 1_000;

/** Is told how many more were loaded, and notes each tenth of the way. */
export function tenths(count: number, note: (text: string) => void): (more: number) => void {
  const started = performance.now();
  let done = 0;
  let said = 0;
  return (more) => {
    done += more;
    const tenth = Math.floor((done * 10) / count);
    if (tenth === said) return;
    said = tenth;
    const rate = Math.round((done * 1000) / (performance.now() - started));
    note(`  ${done} of ${count} loaded, ${rate} documents/s`);
  };
}

/** Hands out batches [from, to) of records until all are out, to `workers` at a time. */
export async function inBatches(
  count: number,
  workers: number,
  load: (worker: number, from: number, to: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const run = async (_: unknown, worker: number): Promise<void> => {
    while (next < count) {
      const from = next;
      next = Math.min(count, from + BATCH);
      await load(worker, from, next);
    }
  };
  await Promise.all(Array.from({ length: workers }, run));
}

/** The collection with its secondary index, then the documents: as fast as the store takes them. */
export async function loadRaw(port: number, count: number, note: (text: string) => void): Promise<void> {
  const record = rawRecords(count);
  const progress = tenths(count, note);
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => WireClient.open(port)));
  try {
    await clients[0]!.command({ createIndexes: COLLECTION, indexes: [{ key: INDEX, name: "by_owner" }] });
    await inBatches(count, CONNECTIONS, async (worker, from, to) => {
      const documents = Array.from({ length: to - from }, (_, i) => record(from + i));
      const { n } = await clients[worker]!.command(
        { insert: COLLECTION, ordered: true, writeConcern: { w: "majority", j: true } },
        { name: "documents", documents },
      );
      assert.equal(n, documents.length);
      progress(n);
    });
    const { n } = await clients[0]!.command({ count: COLLECTION, query: {} });
    assert.equal(n, count);
  } finally {
    for (const client of clients) client.close();
  }
}
