import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Bench, BenchRow } from "./bench.ts";
import { ingestRows } from "./data-ingest.ts";
import { profileRows } from "./data-profiles.ts";
import { inTemporaryFolder, startStore } from "./document-store-process.ts";

const PARTS = ["ingest", "profiles"] as const;
/** 4,400 enterprises: a minute. 1 is the full city, 3.1 ten million records. */
const USUAL_SCALE = 0.02;

/** --scale X, --parts ingest,profiles (profiles are read from the city that was ingested, so both are measured then). */
function choiceOf(args: readonly string[]): { scale: number; withProfiles: boolean } {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean" }, scale: text, parts: text },
  });
  const scale = Number(values.scale ?? USUAL_SCALE);
  if (!(scale > 0 && scale <= 4.5)) throw new Error("--scale must be a number above 0, up to 4.5");
  const parts = values.parts?.split(",") ?? PARTS;
  const unknown = parts.find((part) => !PARTS.includes(part as (typeof PARTS)[number]));
  if (unknown !== undefined) throw new Error(`there is no part "${unknown}"; there are ${PARTS.join(", ")}`);
  return { scale, withProfiles: parts.includes("profiles") };
}

/** From the departments' files to profiles: ingestion of a city, and reading of the enterprises' profiles out of it. */
export const bench: Bench = (note) => {
  const { scale, withProfiles } = choiceOf(process.argv.slice(2));
  return inTemporaryFolder(async (folder) => {
    const store = await startStore(join(folder, "store"));
    try {
      const rows: BenchRow[] = await ingestRows({ folder, scale, note, store });
      if (withProfiles) rows.push(...(await profileRows({ storeUrl: store.uri, scale, note })));
      return rows;
    } finally {
      await store.stop();
    }
  });
};
