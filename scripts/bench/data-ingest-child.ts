import { createReadStream, readFileSync } from "node:fs";
import { Interface } from "ethers";
import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { BESIDE_BYTES, ingestionOf } from "../../backend/ingestion.ts";
import { systemClock } from "../../backend/lib/clock.ts";
import { installFastKeccak } from "../../backend/lib/fast-keccak.ts";
import { createPersonHasher } from "../../backend/lib/person-hash.ts";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import { createStores } from "../../backend/stores.ts";
import { subjectsOf } from "../../backend/subjects.ts";
import { artifactsFrom } from "../../contracts/artifacts.ts";

/*
 * node data-ingest-child.ts STORE_URL CITY.json FILES_DIR [receive]: receives every file of a city and, unless that is all
 * it is to do, reads them as the server does, in threads of this process, over MongoDB's protocol. Without a chain: trees
 * are built and stored, roots wait.
 */

interface CityFile {
  readonly catalogId: string;
  readonly path: string;
  readonly name: string;
}

const [storeUrl, manifest, filesDir, only] = process.argv.slice(2) as [string, string, string, "receive"?];
const files = JSON.parse(readFileSync(manifest, "utf8")) as CityFile[];
const ANY = "0x0000000000000000000000000000000000000001";

await installFastKeccak();
const connection = await connectMongo(storeUrl);
const stores = await createStores(connection);
const { abi } = artifactsFrom(`${import.meta.dirname}/../../artifacts`)("AnchorRegistry");
const personKeys = [Buffer.alloc(32, 1)];
const unused = () => Promise.reject(new Error("not asked here"));
const { subjects, subjectIndex } = subjectsOf({
  stores,
  persons: createPersonHasher(personKeys),
  requireOwnCatalog: unused,
  clock: systemClock,
});
const { ingestion, stopReading } = ingestionOf({
  stores,
  mongodbUri: storeUrl,
  chain: { contracts: { anchors: ANY }, anchors: new Interface(abi) },
  personKeys,
  filesDir,
  dataExchange: { ownBatch: unused, ownCatalog: unused },
  catalogOf: standardCatalog,
  resolveSubjects: subjects.resolveSubjects,
  namingCatalogs: subjectIndex.naming,
  clock: systemClock,
  onBatch: () => undefined,
  onWork: () => undefined,
});

const started = performance.now();
for (const { catalogId, path, name } of files) {
  await ingestion.receive(standardCatalog(catalogId), name, createReadStream(path));
}
const received = (performance.now() - started) / 1000;
/** The longest that this thread, which would answer requests, was held up. */
let heldUp = 0;
let last = performance.now();
const watch = setInterval(() => {
  heldUp = Math.max(heldUp, performance.now() - last - 20);
  last = performance.now();
}, 20);
// As a server's worker does it: one reads whatever comes, one beside it what isn't large.
async function readAll(maxBytes?: number): Promise<void> {
  for (;;) {
    if (await ingestion.ingestNext(undefined, maxBytes)) continue;
    // One of them may have taken the last batch of a catalog that more files wait for.
    if ((await stores.batches.waiting()) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
if (only === undefined) await Promise.all([readAll(), readAll(BESIDE_BYTES)]);
clearInterval(watch);
const seconds = (performance.now() - started) / 1000;
const batches = await stores.batches.list({}, 1, 10_000);
const sum = (field: "rows" | "stored" | "duplicates" | "quarantined" | "corrected" | "late" | "deleted") =>
  batches.items.reduce((total, batch) => total + batch[field], 0);
const { userCPUTime, systemCPUTime } = process.resourceUsage();
process.send!({
  seconds,
  cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  received,
  heldUp,
  rows: sum("rows"),
  stored: sum("stored"),
  duplicates: sum("duplicates"),
  quarantined: sum("quarantined"),
  deleted: sum("deleted"),
  rejected: batches.items
    .filter(({ state }) => state === "rejected")
    .map(({ fileName, fault }) => `${fileName}: ${fault?.message}`),
});
await stopReading();
await connection.close();
process.disconnect();
