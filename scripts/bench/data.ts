import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Bench, BenchRow } from "./bench.ts";
import { ingestRows } from "./data-ingest.ts";
import { killRows } from "./data-kill.ts";
import { profileRows } from "./data-profiles.ts";
import { inTemporaryFolder, startStore } from "./document-store-process.ts";

const PARTS = ["ingest", "profiles", "kill"] as const;
const USUAL_PARTS: readonly string[] = ["ingest", "profiles"];
/** 4,400 enterprises: a minute. 1 is the full city, 3.1 ten million records. */
const USUAL_SCALE = 0.02;

/**
 * --scale X, --parts ingest,profiles,kill: profiles are read from the city that was ingested, so both are measured then;
 * kill takes twice as long as ingest, and is only done when it is named.
 */
function choiceOf(args: readonly string[]): { scale: number; has(part: (typeof PARTS)[number]): boolean } {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean" }, scale: text, parts: text },
  });
  const scale = Number(values.scale ?? USUAL_SCALE);
  if (!(scale > 0 && scale <= 4.5)) throw new Error("--scale must be a number above 0, up to 4.5");
  const parts = values.parts?.split(",") ?? USUAL_PARTS;
  const unknown = parts.find((part) => !PARTS.includes(part as (typeof PARTS)[number]));
  if (unknown !== undefined) throw new Error(`there is no part "${unknown}"; there are ${PARTS.join(", ")}`);
  return { scale, has: (part) => parts.includes(part) };
}

/** From the departments' files to profiles: ingestion of a city, and reading of the enterprises' profiles out of it. */
export const bench: Bench = async (note) => {
  const { scale, has } = choiceOf(process.argv.slice(2));
  const rows: BenchRow[] = [];
  if (has("ingest") || has("profiles"))
    await inTemporaryFolder(async (folder) => {
      const store = await startStore(join(folder, "store"));
      try {
        rows.push(...(await ingestRows({ folder, scale, note, store })));
        if (has("profiles")) rows.push(...(await profileRows({ storeUrl: store.uri, scale, note })));
      } finally {
        await store.stop();
      }
    });
  if (has("kill")) rows.push(...(await inTemporaryFolder((folder) => killRows({ folder, scale, note }))));
  return rows;
};
