import { type FactSource, factOf, mergeFacts, type SubjectFact, subjectOf } from "./domain/facts.ts";
import { type NameReader, registrationNumberOf } from "./domain/names.ts";
import { keysOf } from "./domain/resolution.ts";
import type { SourceRecord, SubjectSourceStore } from "./subject-source-store.ts";
import type { SubjectDocument, SubjectStore } from "./subject-store.ts";

const PAGE = 2_000;

export interface SubjectIndex {
  /** Catalogs with names or numbers of enterprises. */
  readonly naming: readonly string[];
  /** Reads one page of what is visible and not yet in the index. False when there is nothing. */
  step(): Promise<boolean>;
  /** Until all names and numbers that are visible by now are in. Owners and staff come with `step`: no row waits for them. */
  catchUp(): Promise<void>;
  /** Empties the index: the next steps build it anew from the records. */
  rebuild(): Promise<void>;
  /** Whether all that is visible is in. */
  isWhole(): Promise<boolean>;
  state(): Promise<{ subjects: number; batchesRead: number; batchesWaiting: number }>;
}

/**
 * Keeps the index up with the records: each page of a batch is merged into its enterprises, then noted as read. A page that
 * was cut off is merged again and changes nothing, so a restart goes on where it was.
 */
export function createSubjectIndex(
  store: SubjectStore,
  source: SubjectSourceStore,
  sources: readonly FactSource[],
  readName: NameReader,
  upgradeHash: (hash: string) => string | undefined,
): SubjectIndex {
  const byCatalog = new Map<string, FactSource[]>();
  for (const one of sources) byCatalog.set(one.catalogId, [...(byCatalog.get(one.catalogId) ?? []), one]);
  const catalogIds = [...byCatalog.keys()];
  const naming = sources
    .filter((one) => one.currentNameField ?? one.nameFields ?? one.registrationNumberFields)
    .map(({ catalogId }) => catalogId);
  let doing: Promise<unknown> | undefined;

  /** A record that several sources read is one fact. */
  function factsOf(record: SourceRecord, cameAt: string): SubjectFact {
    const facts = byCatalog
      .get(record.catalogId)!
      .map((one) => factOf(record, cameAt, one, registrationNumberOf, upgradeHash));
    const current = facts.find((fact) => fact.current !== undefined)?.current;
    return {
      ...facts[0]!,
      ...(current === undefined ? {} : { current }),
      names: facts.flatMap(({ names }) => names),
      registrationNumbers: facts.flatMap(({ registrationNumbers }) => registrationNumbers),
      people: facts.flatMap(({ people }) => people),
    };
  }

  function documentOf(uscc: string, before: SubjectDocument | undefined, facts: SubjectFact[]): SubjectDocument {
    const merged = mergeFacts(before?.facts ?? [], facts);
    const subject = subjectOf(uscc, merged);
    return {
      _id: uscc,
      version: (before?.version ?? -1) + 1,
      name: subject.name,
      formerNames: [...subject.formerNames],
      registrationNumbers: [...subject.registrationNumbers],
      people: [...subject.people],
      // While only its changes or owners are known, nothing is found under its name.
      keys: subject.name ? keysOf(subject, readName) : [],
      persons: [...new Set(subject.people.map(({ hash }) => hash))],
      facts: merged,
    };
  }

  async function merge(records: readonly SourceRecord[], cameAt: string): Promise<void> {
    const byUscc = new Map<string, SubjectFact[]>();
    for (const record of records) {
      const facts = byUscc.get(record.uscc);
      if (facts) facts.push(factsOf(record, cameAt));
      else byUscc.set(record.uscc, [factsOf(record, cameAt)]);
    }
    for (;;) {
      const known = await store.findMany([...byUscc.keys()]);
      const documents = [...byUscc].map(([uscc, facts]) => documentOf(uscc, known.get(uscc), facts));
      if (await store.replace(documents)) return;
    }
  }

  async function readPage(from: readonly string[]): Promise<boolean> {
    const read = await store.readBatches();
    const next = (await source.visibleBatches(from)).find(({ id }) => !read.get(id)?.done);
    if (next === undefined) return false;
    let after = read.get(next.id)?.after;
    for (;;) {
      const records = await source.recordsOf(next.id, after, PAGE);
      await merge(records, next.at);
      after = records.at(-1)?._id ?? after;
      const done = records.length < PAGE;
      await store.noteRead({ _id: next.id, after, done });
      if (done) return true;
    }
  }

  /** One at a time in this process; another process that writes as well makes a page be merged again. */
  async function alone<T>(work: () => Promise<T>): Promise<T> {
    while (doing) await doing.catch(() => undefined);
    const own = work();
    doing = own;
    try {
      return await own;
    } finally {
      doing = undefined;
    }
  }

  return {
    naming,
    step: () => alone(() => readPage(catalogIds)),
    catchUp: () =>
      alone(async () => {
        while (await readPage(naming));
      }),
    rebuild: () => alone(store.clear),
    async isWhole() {
      // What is read stays visible: read first, the counts are equal only when nothing is left.
      const read = await store.countRead();
      return read === (await source.countVisible(catalogIds));
    },
    async state() {
      const [subjects, read, visible] = await Promise.all([
        store.count(),
        store.readBatches(),
        source.visibleBatches(catalogIds),
      ]);
      const waiting = visible.filter(({ id }) => !read.get(id)?.done).length;
      return { subjects, batchesRead: visible.length - waiting, batchesWaiting: waiting };
    },
  };
}
