import { type ChildProcess, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../../backend/lib/canonical-json.ts";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import { sleep } from "../client/waiting.ts";
import type { BenchRow } from "./bench.ts";
import { type IngestOptions, run, type Told, writeCity } from "./data-ingest.ts";
import { startStore } from "./document-store-process.ts";

const KILLS = 6;
/** What says when something was done, or how often it was tried, and not what became of it. */
const BESIDE: Record<string, readonly string[]> = {
  batches: ["attempt", "leaseUntil", "startedAt", "finishedAt"],
  catalogSummaries: ["latencyMs", "lastLatencyMs", "maxLatencyMs"],
  subjects: ["version"],
};
/** Work under way, and what is compared with its trees. */
const LEFT_OUT = new Set(["merkleDrafts", "leases", "merkleBatches", "merklePieces"]);

/** Trees with all their nodes, without the random names under which their pieces are kept. */
async function treesState(connection: Awaited<ReturnType<typeof connectMongo>>): Promise<string> {
  const digest = createHash("sha256");
  const pieces = connection.collection("merklePieces");
  let read = 0;
  const trees = await connection
    .collection("merkleBatches")
    .find({}, { projection: { kind: 1, root: 1, count: 1, top: 1, treeId: 1 }, sort: { _id: 1 } as never })
    .toArray();
  for (const { treeId, top, ...tree } of trees) {
    digest.update(`${canonicalJson(tree)}\n`).update(top.buffer);
    const own = { _id: { $gte: `${treeId}:`, $lt: `${treeId};` } } as object;
    for await (const { _id, nodes } of pieces.find(own, { sort: { _id: 1 } as never })) {
      digest.update(String(_id).slice(String(treeId).length)).update(nodes.buffer);
      read += 1;
    }
  }
  const stray = (await pieces.countDocuments({})) - read;
  return `${trees.length} ${digest.digest("hex")}${stray === 0 ? "" : ` and ${stray} pieces of no tree`}`;
}

/** A digest of each collection, in the order of the ids. */
async function endState(uri: string): Promise<Map<string, string>> {
  const connection = await connectMongo(uri);
  const state = new Map<string, string>();
  const collections = await connection.db!.listCollections({}, { nameOnly: true }).toArray();
  for (const { name } of collections.filter((one) => !LEFT_OUT.has(one.name))) {
    const digest = createHash("sha256");
    const projection = Object.fromEntries((BESIDE[name] ?? []).map((field) => [field, 0]));
    let count = 0;
    const all = connection.collection(name).find({}, { projection, sort: { _id: 1 } as never });
    for await (const document of all) {
      digest.update(`${canonicalJson(document)}\n`);
      count += 1;
    }
    if (count > 0) state.set(name, `${count} ${digest.digest("hex")}`);
  }
  state.set("trees", await treesState(connection));
  await connection.close();
  return state;
}

/**
 * The whole city twice from the same received files: let be, and killed with kill -9 time and again, the reading process
 * alone or the store with it. Both must end with the same documents, to the byte.
 */
export async function killRows(options: IngestOptions): Promise<BenchRow[]> {
  const { folder, note } = options;
  const { dir, manifest } = await writeCity(options);
  const at = (name: string): string => join(folder, name);
  mkdirSync(at("received"));
  writeFileSync(at("none.json"), "[]");
  let store = await startStore(at("whole"));
  const read = (watch: (child: ChildProcess) => void = () => {}) =>
    run<Told>("data-ingest-child.ts", [store.uri, at("none.json"), at("received")], watch);
  try {
    note("receiving the files");
    await run<Told>("data-ingest-child.ts", [store.uri, manifest, at("received"), "receive"], () => {});
    await store.stop();
    rmSync(dir, { recursive: true });
    cpSync(at("whole"), at("broken"), { recursive: true });
    cpSync(at("received"), at("kept"), { recursive: true });

    store = await startStore(at("whole"));
    const whole = await read();
    note(`let be: ${whole.rows} rows in ${whole.seconds.toFixed(0)} s`);
    const expected = await endState(store.uri);
    await store.stop();
    rmSync(at("whole"), { recursive: true });
    rmSync(at("received"), { recursive: true, force: true });
    cpSync(at("kept"), at("received"), { recursive: true });

    store = await startStore(at("broken"));
    let slowestStart = 0;
    let kills = 0;
    for (; kills < KILLS; kills++) {
      const after = ((0.5 + Math.random()) * whole.seconds * 1000) / (KILLS + 1);
      const child = fork(
        join(import.meta.dirname, "data-ingest-child.ts"),
        [store.uri, at("none.json"), at("received")],
        { execArgv: ["--disable-warning=ExperimentalWarning"] },
      );
      const ended = new Promise((resolve) => child.once("exit", resolve));
      await Promise.race([sleep(after), ended]);
      if (child.exitCode !== null) break;
      child.kill("SIGKILL");
      const withStore = kills % 2 === 1;
      if (withStore) await store.stop("SIGKILL");
      await ended;
      const startedAt = performance.now();
      if (withStore) store = await startStore(at("broken"));
      const seconds = (performance.now() - startedAt) / 1000;
      slowestStart = Math.max(slowestStart, seconds);
      const with_ = withStore ? `, the store with it; it was there again after ${seconds.toFixed(1)} s` : "";
      note(`killed after ${(after / 1000).toFixed(1)} s${with_}`);
    }
    const broken = await read();
    note(`killed ${kills} times: ${broken.rows} rows`);
    const found = await endState(store.uri);
    const names = [...new Set([...expected.keys(), ...found.keys()])].toSorted();
    const same = names.filter((name) => expected.get(name) === found.get(name));
    for (const name of names.filter((one) => !same.includes(one)))
      note(`${name} differs: ${expected.get(name)} let be, ${found.get(name)} killed`);
    note(`the same: ${same.map((name) => `${name} (${expected.get(name)!.split(" ")[0]})`).join(", ")}`);
    return [
      { id: "kills", value: kills, unit: "kills", target: `${KILLS}`, met: kills === KILLS },
      {
        id: "same_after_kills",
        value: same.length,
        unit: "collections",
        target: `${names.length} of ${names.length}`,
        met: same.length === names.length,
      },
      { id: "store_restart_s", value: slowestStart, unit: "s" },
    ];
  } finally {
    await store.stop();
  }
}
