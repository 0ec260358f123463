import { type ChildProcess, fork } from "node:child_process";
import { createReadStream, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import { FULL_CITY, generateSampleCity, type SampleCity } from "../sample-city/generate.ts";
import { BAD_ROWS, type ExpectedFault } from "../sample-city/manifest.ts";
import type { BenchRow } from "./bench.ts";
import { needSpace, peakMemory, type Store, startStore } from "./document-store-process.ts";

export const INGEST_ROWS = [
  "ingest_rows_per_second",
  "ingest_seconds",
  "ingest_rss_mb",
  "ingest_bad_rows_right",
  "ingest_api_held_ms",
  "plain_rows_per_second",
] as const;

export interface IngestOptions {
  readonly folder: string;
  /** Of 220,000 enterprises and 3.2 million records. */
  readonly scale: number;
  readonly note: (text: string) => void;
}

/** For the full city. */
const SECONDS = 300;
const MEGABYTES = 1_500;
const SAMPLED_MS = 250;
/** The plain loop is timed over so many rows at most. */
const PLAIN_ROWS = 400_000;

export interface Told {
  seconds: number;
  cpuSeconds: number;
  heldUp: number;
  rows: number;
  stored: number;
  duplicates: number;
  quarantined: number;
  deleted: number;
  rejected: string[];
}

/** Runs a program of this folder beside this process, and gives what it tells at its end. */
export async function run<T>(
  program: string,
  args: readonly string[],
  watch: (child: ChildProcess) => void,
): Promise<T> {
  const child = fork(join(import.meta.dirname, program), args, { execArgv: ["--disable-warning=ExperimentalWarning"] });
  const sampling = setInterval(() => watch(child), SAMPLED_MS);
  try {
    const told = await new Promise<T>((resolve, reject) => {
      child.once("message", (message) => resolve(message as T));
      child.once("exit", (code) => reject(new Error(`${program} ended with code ${code}`)));
    });
    watch(child);
    await new Promise((resolve) => child.once("exit", resolve));
    return told;
  } finally {
    clearInterval(sampling);
    child.kill();
  }
}

const peakOf = (pid: number | undefined): number => {
  try {
    return pid === undefined ? 0 : peakMemory(pid);
  } catch {
    // It has ended since.
    return 0;
  }
};

/** The share of the bad rows that are in quarantine under their own row, column and reason; nothing else may be there. */
async function rightShare(store: Store, cityDir: string, note: IngestOptions["note"]): Promise<number> {
  const connection = await connectMongo(store.uri);
  const names = new Map<string, string>();
  for await (const batch of connection.collection("batches").find({}, { projection: { fileName: 1 } })) {
    names.set(String(batch._id), batch.fileName);
  }
  const found = new Map<string, { column: string; reason: string }[]>();
  for await (const row of connection.collection("quarantine").find({}, { projection: { cells: 0 } })) {
    found.set(`${names.get(row.batchId)}|${row.row}`, row.faults);
  }
  await connection.close();
  const quarantined = found.size;
  let [expected, right] = [0, 0];
  const wrong: string[] = [];
  for await (const line of createInterface({ input: createReadStream(join(cityDir, BAD_ROWS)) })) {
    const { file, row, reason, column } = JSON.parse(line) as ExpectedFault;
    const faults = found.get(`${file}|${row}`);
    const isRight = faults?.some((fault) => fault.reason === reason && fault.column === column);
    expected += 1;
    if (isRight) right += 1;
    else wrong.push(`${file} ${row}: ${reason} in "${column}", found ${JSON.stringify(faults)?.slice(0, 200)}`);
    found.delete(`${file}|${row}`);
  }
  for (const text of wrong.slice(0, 10)) note(text);
  for (const [place, faults] of [...found].slice(0, 10)) note(`${place} is no bad row: ${JSON.stringify(faults)}`);
  note(`${right} of ${expected} bad rows are quarantined with their reason; ${quarantined} rows are in quarantine`);
  return right / Math.max(expected, quarantined);
}

export async function writeCity(options: IngestOptions): Promise<{ city: SampleCity; dir: string; manifest: string }> {
  const { folder, scale, note } = options;
  needSpace(folder, 6e9 * scale + 1e9);
  const dir = join(folder, "city");
  note(`writing the departments' files of ${Math.round(FULL_CITY.enterprises * scale)} enterprises`);
  const city = await generateSampleCity({
    enterprises: Math.round(FULL_CITY.enterprises * scale),
    wellKnownShare: FULL_CITY.wellKnownShare,
    outDir: dir,
  });
  const manifest = join(folder, "files.json");
  const files = city.files.map(({ catalogId, path }) => ({ catalogId, path, name: basename(path) }));
  writeFileSync(manifest, JSON.stringify(files));
  return { city, dir, manifest };
}

/**
 * The whole city through the door for files into a document store, both as they run in a server: rows a second from the
 * first byte received to the last batch visible. Beside it a loop of csv-parse and insertMany over some of the same files,
 * which checks, hashes, indexes and anchors nothing. The store stays as it is, for whoever measures next.
 */
export async function ingestRows(options: IngestOptions & { readonly store: Store }): Promise<BenchRow[]> {
  const { folder, scale, note, store } = options;
  const { city, dir, manifest } = await writeCity(options);
  const filesDir = join(folder, "received");
  mkdirSync(filesDir);
  let megabytes = 0;
  const measure = (child: ChildProcess) => {
    megabytes = Math.max(megabytes, peakOf(child.pid) + peakOf(store.pid));
  };
  note(`reading ${city.files.length} files`);
  const told = await run<Told>("data-ingest-child.ts", [store.uri, manifest, filesDir], measure);
  if (told.rejected.length > 0) throw new Error(`files were refused: ${told.rejected.join("; ")}`);
  if (told.stored + told.duplicates + told.quarantined !== told.rows) throw new Error("rows were lost");
  note(
    `${told.rows} rows in ${told.seconds.toFixed(1)} s: ${told.stored} stored, ${told.duplicates} duplicates, ` +
      `${told.quarantined} quarantined; ${told.cpuSeconds.toFixed(0)} s of processor time beside the store's`,
  );
  const share = await rightShare(store, dir, note);
  const plain = await plainRows(folder, city, note);
  rmSync(dir, { recursive: true });
  const full = scale >= 1;
  const limit = Math.round(SECONDS * scale);
  const rate = told.rows / told.seconds;
  return [
    {
      id: "ingest_rows_per_second",
      value: rate,
      unit: "rows/s",
      ratio: rate / plain,
      against: "plain_rows_per_second",
    },
    {
      id: "ingest_seconds",
      value: told.seconds,
      unit: "s",
      ...(full ? { target: `at most ${limit}`, met: told.seconds <= limit } : {}),
    },
    {
      id: "ingest_rss_mb",
      value: megabytes,
      unit: "MB",
      ...(full ? { target: `at most ${MEGABYTES}`, met: megabytes <= MEGABYTES } : {}),
    },
    { id: "ingest_bad_rows_right", value: share, unit: "share", target: "1", met: share === 1 },
    { id: "ingest_api_held_ms", value: told.heldUp, unit: "ms" },
    { id: "plain_rows_per_second", value: plain, unit: "rows/s" },
  ];
}

/** Rows a second of the least that could be done: csv-parse, and insertMany of what it gives. */
async function plainRows(folder: string, city: SampleCity, note: IngestOptions["note"]): Promise<number> {
  const store = await startStore(join(folder, "plain-store"));
  try {
    const files = city.files.filter(({ format, path }) => format === "csv-utf8-bom" && path.endsWith(".csv"));
    const manifest = join(folder, "plain.json");
    writeFileSync(manifest, JSON.stringify(files.map(({ path }) => path)));
    const args = [store.uri, manifest, String(PLAIN_ROWS)];
    const { rows, seconds } = await run<{ rows: number; seconds: number }>("data-ingest-plain.ts", args, () => {});
    note(`plain loop: ${rows} rows in ${seconds.toFixed(1)} s`);
    return rows / seconds;
  } finally {
    await store.stop();
    rmSync(join(folder, "plain-store"), { recursive: true, force: true });
  }
}
