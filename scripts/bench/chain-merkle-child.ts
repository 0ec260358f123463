import { randomFillSync } from "node:crypto";
import { merkleTreeBuilder } from "../../backend/lib/merkle/tree-builder.ts";

/** Builds one tree of random values in a process of its own, which tells its time and the most memory it ever held. */
const count = Number(process.argv[2]);
const portion = new Uint8Array(10_000 * 32);
const started = performance.now();
const builder = merkleTreeBuilder(count);
for (let left = count; left > 0; left -= 10_000)
  builder.add(randomFillSync(portion).subarray(0, Math.min(left, 10_000) * 32));
builder.finish();
const seconds = (performance.now() - started) / 1000;
process.stdout.write(JSON.stringify({ seconds, megabytes: (process.resourceUsage().maxRSS * 1024) / 1e6 }));
