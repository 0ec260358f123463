import { decodeDoc } from "./bson/codec.ts";
import { RANK } from "./bson/compare.ts";
import { after, encodeKey } from "./keys.ts";
import { PAUSE, type Steps } from "./pause.ts";
import type { Storage } from "./storage.ts";

/** Documents removed for one index in one sweep. */
const MOST_AT_ONCE = 20_000;

/** Removes documents whose indexed date is older than their TTL index allows. */
export function* expire(storage: Storage, now: number): Steps<void> {
  for (const c of storage.catalog.list()) {
    for (const index of c.indexes) {
      if (index.expireAfterSeconds === undefined || index.building) continue;
      const limit = encodeKey([new Date(now - index.expireAfterSeconds * 1000)]);
      // Only dates expire; in a descending index the old ones are at the far end.
      const dates = { from: Buffer.from([RANK.date]), to: after(limit)! };
      const flip = (b: Buffer): Buffer => Buffer.from(b.map((x) => ~x & 0xff));
      const range = index.fields[0]!.descending ? { from: flip(limit), to: after(flip(dates.from))! } : dates;
      for (let removed = 0; removed < MOST_AT_ONCE && !c.dropped && !index.dropped; removed++) {
        const row = storage.firstIn(c, index, range);
        if (!row) break;
        storage.remove(c, row.r, decodeDoc(row.d));
        if (storage.slice.over) yield PAUSE;
      }
    }
  }
}
