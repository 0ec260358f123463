import type { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import { leafEffect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { commitment, type Hex32, randomSalt } from "../../lib/hash.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import { shanghaiDate } from "./domain/answer-clock.ts";
import { type ErasureRule, isErasable } from "./domain/erasure.ts";
import type { ErasureStore, StoredVersion } from "./erasure-store.ts";
import type { erasureList } from "./objection-schemas.ts";

const PAGE_SIZE = 50;
const BUSINESSES_A_STEP = 100;

interface Ports {
  rules(): readonly ErasureRule[];
  /** The records of a business as they stand, with those that are to be erased. */
  currentRecords(uscc: string): Promise<StoredVersion[]>;
  findRecord(id: string): Promise<StoredVersion | null>;
  /** The commitment that stands for the record in its anchored batch. */
  digestOf(record: StoredVersion): Promise<Hex32>;
  anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
  eraseTexts(uscc: string, catalogId: string, key: string, at: Date): Promise<void>;
}

export interface ErasureService {
  /** Without the records whose time is over: they are gone for readers before the worker comes round. */
  kept<T extends { catalogId: string; uscc: string; fields: Readonly<Record<string, unknown>> }>(records: T[]): T[];
  /** Throws notFound for any version of a record whose time is over. */
  requireKept(recordId: string): Promise<void>;
  /** One page of the day's round. True when there is more to do today. */
  step(): Promise<boolean>;
  list(page: number): Promise<z.infer<typeof erasureList>>;
  /** What an erasure's commitment hides. */
  opening(recordId: string): Promise<{ document: object; salt: string; commitment: string }>;
}

export const erasureLeafId = (recordId: string): string => `erasure:${recordId}`;

const erasureDocument = (recordId: string, catalogId: string, digest: string, erasedAt: Date) => ({
  recordId,
  catalogId,
  digest,
  erasedAt: erasedAt.toISOString(),
});

export function createErasureService(
  store: ErasureStore,
  ports: Ports,
  clock: Clock,
  onWork: () => void,
): ErasureService {
  let known: { rules: readonly ErasureRule[]; byCatalog: Map<string, ErasureRule> } | undefined;
  /** Departments change their catalogs while this runs. */
  function ruleOf(catalogId: string): ErasureRule | undefined {
    const rules = ports.rules();
    if (known?.rules !== rules) known = { rules, byCatalog: new Map(rules.map((rule) => [rule.catalogId, rule])) };
    return known.byCatalog.get(catalogId);
  }
  const today = () => shanghaiDate(clock.now());
  const isOver = (
    record: { catalogId: string; uscc: string; fields: Readonly<Record<string, unknown>> },
    on: string,
  ) => {
    const rule = ruleOf(record.catalogId);
    return rule !== undefined && isErasable(rule, record, on);
  };

  /** The round of a day: where it is. Begun again after a restart, which does no harm. */
  let round = { day: "", rule: 0, after: "" };

  async function eraseRecord(record: StoredVersion, { endedField }: ErasureRule): Promise<void> {
    const erasedAt = clock.now();
    const endedOn = String(record.fields[endedField]);
    // Texts first: they are found by the key, which is known no more once the record is gone.
    await ports.eraseTexts(record.uscc, record.catalogId, record.key, erasedAt);
    // The version that says when it ended goes last: until then the next round finds it again.
    const versions = (await store.versions(record)).filter(({ _id }) => _id <= record._id);
    for (const version of versions.toSorted((a, b) => (a._id < b._id ? -1 : 1))) {
      const digest = await ports.digestOf(version);
      const salt = randomSalt();
      const { _id, catalogId, batchId } = version;
      const leaf = commitment(salt, erasureDocument(_id, catalogId, digest, erasedAt));
      await store.erase(_id, { catalogId, batchId, digest, endedOn, erasedAt, salt }, [
        leafEffect({ id: erasureLeafId(_id), kind: "decisions", commitment: leaf }),
      ]);
    }
  }

  return {
    kept: (records) => {
      const on = today();
      return records.filter((record) => !isOver(record, on));
    },
    async requireKept(recordId) {
      const record = await ports.findRecord(recordId);
      if (!record || !ruleOf(record.catalogId)) return;
      // An older version doesn't know yet that the event has ended.
      const { catalogId, key } = record;
      const current = (await ports.currentRecords(record.uscc)).find(
        (one) => one.catalogId === catalogId && one.key === key,
      );
      if (isOver(current ?? record, today())) throw new DomainError("notFound", "there is no such record");
    },
    async step() {
      const on = today();
      if (round.day !== on) round = { day: on, rule: 0, after: "" };
      const rule = ports.rules()[round.rule];
      if (!rule) return false;
      const businesses = await store.candidates(rule, on, round.after, BUSINESSES_A_STEP);
      for (const uscc of businesses) {
        const over = (await ports.currentRecords(uscc)).filter(
          (record) => record.catalogId === rule.catalogId && isErasable(rule, record, on),
        );
        for (const record of over) await eraseRecord(record, rule);
        if (over.length > 0) onWork();
      }
      const last = businesses.at(-1);
      round = last === undefined ? { day: on, rule: round.rule + 1, after: "" } : { ...round, after: last };
      return true;
    },
    async opening(recordId) {
      const erased = await store.find(recordId);
      if (!erased) throw new DomainError("notFound", "no such record was erased");
      const { catalogId, digest, erasedAt, salt } = erased;
      const document = erasureDocument(recordId, catalogId, digest, erasedAt);
      return { document, salt, commitment: commitment(salt, document) };
    },
    async list(page) {
      const { items, total } = await store.list(page, PAGE_SIZE);
      const anchors = await ports.anchorsOf(items.map(({ _id }) => erasureLeafId(_id)));
      return {
        total,
        items: items.map(({ _id, catalogId, batchId, digest, endedOn, erasedAt }) => ({
          recordId: _id,
          catalogId,
          batchId,
          digest,
          endedOn,
          erasedAt: erasedAt.toISOString(),
          anchor: anchors.get(erasureLeafId(_id)) ?? { state: "waiting" },
        })),
      };
    },
  };
}
