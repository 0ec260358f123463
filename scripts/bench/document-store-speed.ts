import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BenchRow } from "./bench.ts";
import { type Fields, fieldsOf, PER_OWNER, randomOwner, randomRecord, SECTORS } from "./document-store-data.ts";
import { loadRaw } from "./document-store-load.ts";
import { startStore } from "./document-store-process.ts";
import { measureInRounds, rateOf, rateOfSync, type Task } from "./document-store-rounds.ts";
import { Peer } from "./document-store-sqlite.ts";

/** A real client with a fixed number of connections. */
export interface Client {
  readonly kind: "mongoose" | "driver";
  readonly connections: number;
  findById(n: number): Promise<{ seq: number } | null>;
  findOwner(owner: number): Promise<readonly { seq: number }[]>;
  findOneAndUpdate(n: number): Promise<{ version: number } | null>;
  /** Into a collection of its own, without a secondary index. */
  insertMany(batch: readonly Fields[]): Promise<{ insertedCount: number }>;
  clearInserted(): Promise<void>;
  group(): Promise<readonly { _id: string; total: number; mean: number }[]>;
  close(): Promise<void>;
}

export type Connect = (kind: Client["kind"], uri: string, connections: number) => Promise<Client>;

const RECORDS = 100_000;
const BATCH = 1_000;
const CONNECTIONS = [50, 16, 1] as const;

interface Work {
  readonly unit: string;
  readonly kinds: readonly Client["kind"][];
  /** What one operation counts for. */
  readonly weight: number;
  /** What another prototype did with 50 at a time, by row. */
  readonly reference?: Readonly<Record<string, number>>;
  readonly writesBatches?: boolean;
  run(client: Client): Promise<void>;
  peer(peer: Peer): void;
}

const BOTH = ["mongoose", "driver"] as const;
const batch: readonly Fields[] = Array.from({ length: BATCH }, (_, n) => fieldsOf(n, BATCH));

const inOrder = (found: readonly { seq: unknown }[]): boolean =>
  found.length === PER_OWNER && found.every((record, i) => i === 0 || Number(found[i - 1]!.seq) < Number(record.seq));

const WORKS: Readonly<Record<string, Work>> = {
  find_by_id: {
    unit: "reads/s",
    kinds: BOTH,
    weight: 1,
    reference: { find_by_id: 3_894 },
    run: async (client) => assert(await client.findById(randomRecord(RECORDS))),
    peer: (peer) => assert(peer.findById(randomRecord(RECORDS))),
  },
  indexed_find_15: {
    unit: "reads/s",
    kinds: BOTH,
    weight: 1,
    run: async (client) => assert(inOrder(await client.findOwner(randomOwner(RECORDS)))),
    peer: (peer) => assert(inOrder(peer.findOwner(randomOwner(RECORDS)) as { seq: unknown }[])),
  },
  insert_many: {
    unit: "documents/s",
    kinds: BOTH,
    weight: BATCH,
    reference: { insert_many: 9_300, insert_many_driver: 45_000 },
    writesBatches: true,
    run: async (client) => assert.equal((await client.insertMany(batch)).insertedCount, BATCH),
    peer: (peer) => peer.insertMany(batch),
  },
  find_one_and_update: {
    unit: "updates/s",
    kinds: BOTH,
    weight: 1,
    reference: { find_one_and_update: 4_433, find_one_and_update_driver: 4_433 },
    run: async (client) => assert((await client.findOneAndUpdate(randomRecord(RECORDS)))!.version > 0),
    peer: (peer) => assert(peer.findOneAndUpdate(randomRecord(RECORDS))),
  },
  group_100k: {
    unit: "documents/s",
    kinds: ["mongoose"],
    weight: RECORDS,
    run: async (client) => assert.equal((await client.group()).length, SECTORS),
    peer: (peer) => assert.equal(peer.group().length, SECTORS),
  },
};

export const SPEED_ROWS = Object.keys(WORKS);

/** The bare id is mongoose with 50 connections; the others say in what they differ from it. */
function taskId(name: string, { kind, connections }: Client): string {
  const parts = [name, kind === "mongoose" ? "" : kind, connections === CONNECTIONS[0] ? "" : connections];
  return parts.filter((part) => part !== "").join("_");
}

function tasksOf(name: string, clients: readonly Client[], peer: Peer): Task[] {
  const { unit, kinds, weight, reference, writesBatches, run, peer: peerRun } = WORKS[name]!;
  const against = `${name}_sqlite`;
  const measured = clients.filter(({ kind }) => kinds.includes(kind));
  const tasks = measured.map((client): Task => {
    const id = taskId(name, client);
    const known = reference?.[id];
    return {
      id,
      unit,
      against,
      ...(known && { target: `reference: 1.5 × ${known} = ${1.5 * known}` }),
      rate: async (ms) => weight * (await rateOf(client.connections, ms, () => run(client))),
      ...(writesBatches && { tidy: () => client.clearInserted() }),
    };
  });
  const plain: Task = {
    id: against,
    unit,
    rate: async (ms) => weight * rateOfSync(ms, () => peerRun(peer)),
    ...(writesBatches && { tidy: async () => peer.clearInserted() }),
  };
  return [...tasks, plain];
}

/** Both must give the same sums before their speeds are compared. */
async function checkGroup(client: Client, peer: Peer): Promise<void> {
  const byKey = (a: { key: unknown }, b: { key: unknown }) => (String(a.key) < String(b.key) ? -1 : 1);
  const ours = (await client.group()).map(({ _id, total, mean }) => ({ key: _id, total, mean })).toSorted(byKey);
  const theirs = peer.group().map(({ sector, total, mean }) => ({ key: sector, total, mean }));
  assert.deepEqual(ours, theirs.toSorted(byKey));
}

/** Operations a second through the real clients, beside the same work on node:sqlite. */
export async function speedRows(
  names: readonly string[],
  connect: Connect,
  { folder, rounds, ms, note }: { folder: string; rounds: number; ms: number; note: (text: string) => void },
): Promise<BenchRow[]> {
  mkdirSync(folder);
  const store = await startStore(join(folder, "store"));
  const clients: Client[] = [];
  let peer: Peer | undefined;
  try {
    note(`loading ${RECORDS} documents twice`);
    await loadRaw(store.port, RECORDS, () => {});
    peer = new Peer(folder, RECORDS);
    for (const kind of BOTH)
      for (const connections of CONNECTIONS) clients.push(await connect(kind, store.uri, connections));
    await checkGroup(clients[0]!, peer);
    const rows: BenchRow[] = [];
    for (const name of names) {
      note(name);
      rows.push(...(await measureInRounds(tasksOf(name, clients, peer), rounds, ms, note)));
    }
    return rows;
  } finally {
    peer?.close();
    for (const client of clients) await client.close();
    await store.stop();
  }
}
