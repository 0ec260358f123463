import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BenchRow } from "./bench.ts";
import { type Fields, fieldsOf, idOf, PER_OWNER, randomOwner, randomRecord, SECTORS } from "./document-store-data.ts";
import { inBatches, tenths } from "./document-store-load.ts";
import { needSpace, peakMemory, startStore } from "./document-store-process.ts";

export const MEMORY_ROWS = ["rss_mb_3m"];
export const CITY = 3_200_000;
const LIMIT_MB = 600;
const BYTES_A_DOCUMENT = 600;
const LOADERS = 4;
const READERS = 16;
const READS = 20_000;
const GROUPED = 100_000;

/** What the driver does here, on a collection with its secondary index. */
export interface Loader {
  createIndex(): Promise<void>;
  insert(records: readonly (Fields & { id: Buffer })[]): Promise<number>;
  findById(n: number): Promise<{ seq: number } | null>;
  findOwner(owner: number): Promise<readonly { seq: number }[]>;
  /** Groups of the records whose owner is below `owner`. */
  groupBelow(owner: number): Promise<readonly { n: number }[]>;
  count(): Promise<number>;
  close(): Promise<void>;
}

async function read(client: Loader, count: number): Promise<void> {
  let left = READS;
  const reader = async (): Promise<void> => {
    while (left-- > 0) {
      assert(await client.findById(randomRecord(count)));
      if (left % 4 === 0) assert.equal((await client.findOwner(randomOwner(count))).length, PER_OWNER);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
}

/** The most memory that the store's process ever held while a city's records are loaded and read. */
export async function memoryRows(
  connect: (uri: string) => Promise<Loader>,
  { folder, count, note }: { folder: string; count: number; note: (text: string) => void },
): Promise<BenchRow[]> {
  mkdirSync(folder);
  needSpace(folder, count * BYTES_A_DOCUMENT);
  const store = await startStore(join(folder, "store"));
  let client: Loader | undefined;
  const peak = (when: string): number => {
    const megabytes = peakMemory(store.pid);
    note(`  at most ${Math.round(megabytes)} MB ${when}`);
    return megabytes;
  };
  try {
    client = await connect(store.uri);
    peak("after the start");
    await client.createIndex();
    note(`loading ${count} documents through the driver`);
    await load(client, count, note);
    const loaded = peak("after loading");
    await read(client, count);
    peak("after reads by _id and by the index");
    const groups = await client.groupBelow(Math.floor(Math.min(count, GROUPED) / PER_OWNER));
    assert.equal(groups.length, SECTORS);
    peak("after a group");
    assert.equal(await client.count(), count);
    const value = peak("after a count");
    // The limit is for the full size: fewer documents can't show that it holds.
    const limit = count >= CITY ? { target: `≤ ${LIMIT_MB}`, met: value <= LIMIT_MB } : {};
    return [
      { id: MEMORY_ROWS[0]!, value, unit: "MB", ...limit },
      { id: "rss_mb_loaded", value: loaded, unit: "MB" },
    ];
  } finally {
    await client?.close();
    await store.stop();
  }
}

async function load(client: Loader, count: number, note: (text: string) => void): Promise<void> {
  const progress = tenths(count, note);
  await inBatches(count, LOADERS, async (_, from, to) => {
    const records = Array.from({ length: to - from }, (_, i) => ({ id: idOf(from + i), ...fieldsOf(from + i, count) }));
    assert.equal(await client.insert(records), records.length);
    progress(records.length);
  });
}
