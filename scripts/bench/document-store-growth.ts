import assert from "node:assert/strict";
import { createReadStream, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ObjectId } from "bson";
import { type BenchRow, quantile, rounded } from "./bench.ts";
import { COLLECTION, idOf, PER_OWNER, randomOwner, randomRecord } from "./document-store-data.ts";
import { loadRaw } from "./document-store-load.ts";
import { needSpace, type Store, startStore } from "./document-store-process.ts";
import { spread } from "./document-store-rounds.ts";
import { answer, message, WireClient } from "./document-store-wire.ts";

export const GROWTH_ROWS = ["growth_point_read", "growth_indexed_read"];
export const GROWN = 10_000_000;
const SMALL = 10_000;
const LIMIT = 2;
/** Documents, two indexes and the log, while loading. */
const BYTES_A_DOCUMENT = 600;
const READS = { growth_point_read: 4_000, growth_indexed_read: 1_500 };
/** The second way of asking: so many at once that the store never waits for the wire, which hides growth. */
const WINDOW = 50;
/** Rounds before measuring: the small store was loaded in a moment, and its code must be as hot as the big one's. */
const WARM_UPS = 6;

interface Side {
  readonly count: number;
  readonly folder: string;
  readonly store: Store;
  readonly client: WireClient;
}

/** A read of one random document that is there, and what its answer must hold. */
function pointRead({ count }: Side): { request: Buffer; check: (found: readonly { _id: ObjectId }[]) => void } {
  const _id = new ObjectId(idOf(randomRecord(count)));
  return {
    request: message({ find: COLLECTION, filter: { _id }, limit: 1, singleBatch: true }),
    check: (found) => assert(found.length === 1 && found[0]!._id.equals(_id)),
  };
}

/** A read of an owner's documents in the order of the index. */
function indexedRead({ count }: Side): { request: Buffer; check: (found: readonly { owner: number }[]) => void } {
  const owner = randomOwner(count);
  return {
    request: message({ find: COLLECTION, filter: { owner }, sort: { seq: 1 } }),
    check: (found) => assert(found.length === PER_OWNER && found.every((record) => record.owner === owner)),
  };
}

/** Milliseconds of each read; of those sent in one window, their share of its time. */
async function costs(side: Side, row: string, window: number): Promise<number[]> {
  const make = row === "growth_point_read" ? pointRead : indexedRead;
  const reads = Array.from({ length: READS[row as keyof typeof READS] }, () => make(side));
  const replies: Buffer[] = [];
  const times: number[] = [];
  for (let i = 0; i < reads.length; i += window) {
    const started = performance.now();
    const batch = reads.slice(i, i + window).map(({ request }) => side.client.send(request));
    replies.push(...(await Promise.all(batch)));
    times.push((performance.now() - started) / batch.length);
  }
  // Requests were made, and answers are looked at, outside of what is measured.
  for (const [i, { check }] of reads.entries()) check(answer(replies[i]!).cursor.firstBatch);
  return times;
}

/** Both sides in turns, so that noise hits both. */
async function compare(
  { small, big }: { small: Side; big: Side },
  row: string,
  window: number,
  rounds: number,
): Promise<{ small: number; big: number; ratio: number; text: string }> {
  const few: number[] = [];
  const many: number[] = [];
  const ratios: number[] = [];
  for (let round = -WARM_UPS; round < rounds; round++) {
    const times = new Map<Side, number[]>();
    for (const side of round % 2 === 0 ? [small, big] : [big, small]) times.set(side, await costs(side, row, window));
    if (round < 0) continue;
    few.push(...times.get(small)!);
    many.push(...times.get(big)!);
    ratios.push(quantile(times.get(big)!, 0.5) / quantile(times.get(small)!, 0.5));
  }
  const [before, after] = [quantile(few, 0.5), quantile(many, 0.5)];
  const tail = rounded(quantile(many, 0.95) / quantile(few, 0.95));
  const text = `${spread(ratios)} a round; the 95th percentile grows × ${tail}`;
  return { small: before, big: after, ratio: after / before, text };
}

async function open(folder: string, count: number, note: (text: string) => void): Promise<Side> {
  note(`loading ${count} documents`);
  const store = await startStore(folder);
  await loadRaw(store.port, count, note);
  return { count, folder, store, client: await WireClient.open(store.port) };
}

/**
 * Reads the data once from end to end, so that both sides find theirs in the system's cache: the row tells what the
 * store's structures cost, not what the disk of the day does (some machines drop idle pages within a minute).
 */
async function intoSystemCache({ folder }: Side): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    for await (const _ of createReadStream(join(folder, entry.name), { highWaterMark: 1 << 22 }));
  }
}

/** What a read costs at `count` documents over what it costs at 10,000, each in a store of its own. */
export async function growthRows(
  names: readonly string[],
  { folder, count, rounds, note }: { folder: string; count: number; rounds: number; note: (text: string) => void },
): Promise<BenchRow[]> {
  mkdirSync(folder);
  needSpace(folder, count * BYTES_A_DOCUMENT);
  const sides: Side[] = [];
  try {
    for (const n of [SMALL, count]) sides.push(await open(join(folder, String(n)), n, note));
    const [small, big] = [sides[0]!, sides[1]!];
    const rows: BenchRow[] = [];
    for (const row of names) {
      const ways = [
        { id: row, window: 1 },
        { id: `${row}_busy`, window: WINDOW },
      ];
      for (const { id, window } of ways) {
        await intoSystemCache(big);
        const found = await compare({ small, big }, row, window, rounds);
        note(`${id}: ${found.text}`);
        // The limit is for the full size: fewer documents can't show that it holds.
        const limit = count >= GROWN ? { target: `≤ ${LIMIT}`, met: found.ratio <= LIMIT } : {};
        const against = `${id}_${SMALL}`;
        rows.push({ id, value: found.ratio, unit: "×", ...limit });
        rows.push({ id: against, value: found.small * 1000, unit: "µs" });
        rows.push({ id: `${id}_${count}`, value: found.big * 1000, unit: "µs", ratio: found.ratio, against });
      }
    }
    return rows;
  } finally {
    for (const { client, store } of sides) {
      client.close();
      await store.stop();
    }
  }
}
