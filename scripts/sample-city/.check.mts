import { readRows } from "../../backend/features/data-exchange/files/read-rows.ts";
import { mapHeadings } from "../../backend/features/data-exchange/domain/heading-mapping.ts";
import { mapRowWith } from "../../backend/features/data-exchange/domain/row-mapping.ts";
import { watchRepeats } from "../../backend/features/data-exchange/domain/repeats.ts";
import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { generateSampleCity } from "./generate.ts";
import { basename } from "node:path";
const [n, seed, show] = process.argv.slice(2);
let t = performance.now();
const c = await generateSampleCity({ enterprises: Number(n), seed: seed!, outDir: `/tmp/sc-${seed}` });
console.log("gen", ((performance.now() - t) / 1000).toFixed(1), "rows", c.files.reduce((s, f) => s + f.rows, 0));
let corr = 0, wrong = 0; const reasons: Record<string, number> = {};
const tt = performance.now();
for (const f of c.files) {
  t = performance.now();
  let m: any, bad = 0, rows = 0; const w = watchRepeats(); let last;
  for await (const r of readRows(f.path, { name: basename(f.path) })) {
    if (!m) { const h = mapHeadings(standardCatalog(f.catalogId), r.cells, r.sheetUnit ? { sheetUnit: r.sheetUnit } : {}); if (!h.ok) throw new Error(JSON.stringify(h)); m = h.mapping; continue; }
    rows++; const x = mapRowWith(m, r.cells);
    if (x.ok) { w.see(x.record); if (rows < 3 && show) console.log(r.cells.join("|"), "=>", JSON.stringify(x.record.fields)); } else { bad++; for (const q of x.faults) reasons[q.reason] = (reasons[q.reason] ?? 0) + 1; }
  }
  corr += w.counts.correction; if (bad !== f.badRows || w.counts.duplicate !== f.repeatedRows || rows !== f.rows) { wrong++; console.log("MISMATCH", f, bad, w.counts, rows); }
  const s = (performance.now() - t) / 1000; if (show || s > 1) console.log(f.catalogId, f.format, rows, s.toFixed(2), Math.round(rows / s), "rows/s");
}
console.log("read", ((performance.now() - tt) / 1000).toFixed(1), { corr, wrong }, reasons, Math.round(process.memoryUsage().rss / 1e6), "MB");
