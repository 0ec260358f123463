import { decodeDoc } from "./bson/codec.ts";
import { RANK } from "./bson/compare.ts";
import { after, encodeKey } from "./keys.ts";
import type { Storage } from "./storage.ts";

/** Documents removed for one index in one sweep, so that a sweep never holds up other work for long. */
const MOST_AT_ONCE = 2000;

/** Removes documents whose indexed date is older than their TTL index allows. */
export function expireOnce(storage: Storage, now: number): number {
  let removed = 0;
  for (const c of storage.catalog.list()) {
    for (const index of c.indexes) {
      if (index.expireAfterSeconds === undefined) continue;
      const limit = encodeKey([new Date(now - index.expireAfterSeconds * 1000)]);
      // Only dates expire; in a descending index the old ones are at the far end.
      const dates = { from: Buffer.from([RANK.date]), to: after(limit)! };
      const flip = (b: Buffer): Buffer => Buffer.from(b.map((x) => ~x & 0xff));
      const range = index.fields[0]!.descending ? { from: flip(limit), to: after(flip(dates.from))! } : dates;
      const rows = new Set<number>();
      for (const row of storage.scanIndex(c, index, range)) {
        rows.add(row.r);
        if (rows.size >= MOST_AT_ONCE) break;
      }
      for (const r of rows) {
        const row = storage.byRow(c, r);
        if (!row) continue;
        storage.remove(c, r, decodeDoc(row.d));
        removed++;
      }
    }
  }
  return removed;
}
