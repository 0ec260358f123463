import { canonicalJson } from "../../../lib/canonical-json.ts";
import { sha256Hex } from "../../../lib/hash.ts";
import type { MappedRecord } from "./catalog.ts";

/**
 * first: not seen before in the file · duplicate: the same row again, to be dropped and counted ·
 * correction: the same key with other values; the later row wins.
 */
export type Repeat = "first" | "duplicate" | "correction";

export interface RepeatWatch {
  see(record: MappedRecord): Repeat;
  readonly counts: Readonly<Record<Repeat, number>>;
}

/** Watches the keys of one file. Holds about 150 bytes a key, whatever the row's size. */
export function watchRepeats(): RepeatWatch {
  const digests = new Map<string, string>();
  const counts: Record<Repeat, number> = { first: 0, duplicate: 0, correction: 0 };
  return {
    counts,
    see(record) {
      const digest = sha256Hex(canonicalJson(record.fields));
      const before = digests.get(record.key);
      const repeat = before === undefined ? "first" : before === digest ? "duplicate" : "correction";
      counts[repeat]++;
      digests.set(record.key, digest);
      return repeat;
    },
  };
}
