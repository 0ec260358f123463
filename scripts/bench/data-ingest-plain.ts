import { createReadStream, readFileSync } from "node:fs";
import { parse } from "csv-parse";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";

/* node data-ingest-plain.ts STORE_URL FILES.json ROWS: CSV files into a collection, as a script of twenty lines does it. */

const BATCH = 1_000;

const [storeUrl, manifest, most] = process.argv.slice(2) as [string, string, string];
const files = JSON.parse(readFileSync(manifest, "utf8")) as string[];
const connection = await connectMongo(storeUrl);
const collection = connection.collection("plain");
const started = performance.now();
let rows = 0;
for (const file of files) {
  let batch: Record<string, string>[] = [];
  const parser = createReadStream(file).pipe(parse({ columns: true, bom: true, relax_column_count: true }));
  for await (const row of parser) {
    batch.push(row as Record<string, string>);
    rows += 1;
    if (batch.length < BATCH && rows < Number(most)) continue;
    await collection.insertMany(batch);
    batch = [];
    if (rows >= Number(most)) break;
  }
  if (batch.length > 0) await collection.insertMany(batch);
  if (rows >= Number(most)) break;
}
process.send!({ rows, seconds: (performance.now() - started) / 1000 });
await connection.close();
process.disconnect();
