import type { BatchDocument } from "./batch-types.ts";
import type { Catalog } from "./domain/catalog.ts";
import { type FaultReason, rowFault } from "./domain/faults.ts";
import { compareVersions, timeOfVersion } from "./domain/record-versions.ts";
import type { RepeatWatch } from "./domain/repeats.ts";
import { type ReadRecord, withSubject } from "./domain/row-mapping.ts";
import type { IngestionPorts } from "./ingestion-ports.ts";
import { type RecordDocument, rowId } from "./record-store.ts";

/** A row that is good in itself, before it is held against what is known. */
export interface Candidate {
  /** The row's number in the whole file. */
  readonly seq: number;
  readonly row: number;
  readonly entry: string | undefined;
  readonly cells: string[];
  readonly record: ReadRecord;
  /** Of a replay: the number of the row that is mended. */
  readonly mends: number | undefined;
}

export interface Refused {
  readonly candidate: Candidate;
  readonly reason: FaultReason;
  readonly column: string;
  readonly value: string;
}

export interface Settled {
  readonly record: RecordDocument;
  /** Of a deletion or a version: RFC 8785 JSON. */
  readonly canonical: string;
}

export interface GroupResult {
  readonly settled: Settled[];
  readonly moved: RecordDocument[];
  readonly refused: Refused[];
  readonly counts: { duplicates: number; corrected: number; late: number; deleted: number; net: number };
}

export interface GroupContext {
  readonly batch: BatchDocument;
  readonly catalog: Catalog;
  readonly chunk: number;
  readonly repeats: RepeatWatch;
  readonly write: (record: ReadRecord & { catalogId: string }) => string;
  /** Earlier batches of the catalog can be read: what rows say is held against them. */
  readonly hasEarlier: boolean;
  /** Waits until what came before is in the store. */
  readonly written: () => Promise<void>;
  readonly ports: IngestionPorts;
}

/** Of a replay: the rows that are still in quarantine, each taken by this replay and no other. */
async function takeMended(
  candidates: readonly Candidate[],
  context: GroupContext,
  refused: Refused[],
): Promise<Candidate[]> {
  const { batch, ports } = context;
  const { replayOf, by } = batch.origin;
  if (!replayOf) return [...candidates];
  const rows = candidates.flatMap(({ mends }) => (mends === undefined ? [] : [mends]));
  const mark = { batchId: batch._id, by, at: batch.receivedAt };
  const { own, there } = await ports.quarantine.takeForReplay(replayOf, rows, mark);
  const mended = new Set<number>();
  return candidates.filter((candidate) => {
    const { mends } = candidate;
    const taken = mends !== undefined && own.has(mends) && !mended.has(mends);
    if (taken) mended.add(mends);
    else {
      const reason = mends !== undefined && there.has(mends) ? "replayedBefore" : "notQuarantined";
      refused.push({ candidate, reason, column: "", value: String(mends ?? "") });
    }
    return taken;
  });
}

/** Of a replay: what was taken and then refused is open again where it came from. */
async function giveBack(refused: readonly Refused[], { batch, ports }: GroupContext): Promise<void> {
  const { replayOf } = batch.origin;
  const rows = refused.flatMap(({ reason, candidate: { mends } }) =>
    reason === "unknownRecord" && mends !== undefined ? [mends] : [],
  );
  if (replayOf && rows.length > 0) await ports.quarantine.releaseReplay(replayOf, batch._id, rows);
}

/** Finds the enterprise of each row that doesn't name it by its code. */
async function resolveSubjects(
  candidates: readonly Candidate[],
  context: GroupContext,
  refused: Refused[],
): Promise<Candidate[]> {
  const { catalog, ports } = context;
  const open = candidates.filter(({ record }) => record.subject);
  if (open.length === 0) return [...candidates];
  const answers = await ports.resolveSubjects(
    open.map(({ record }) => record.subject!),
    catalog.id,
  );
  const answerOf = new Map(open.map((candidate, i) => [candidate, answers[i]!]));
  return candidates.flatMap((candidate) => {
    const answer = answerOf.get(candidate);
    if (!answer) return [candidate];
    if ("uscc" in answer) return [{ ...candidate, record: withSubject(catalog, candidate.record, answer.uscc) }];
    const { registrationNumber, name } = candidate.record.subject!;
    const reason = "unknown" in answer ? "unknownSubject" : "ambiguousSubject";
    refused.push({ candidate, reason, column: "", value: registrationNumber ?? name ?? "" });
    return [];
  });
}

/** What is known of a record: its newest version, and all of them. */
interface Known {
  readonly record: RecordDocument;
  readonly batch: BatchDocument;
  readonly all: readonly RecordDocument[];
}

/** The newest version of each key that can be read, or that this batch has brought so far. */
async function currentVersions(
  keys: readonly string[],
  { batch, catalog, ports, written }: GroupContext,
): Promise<Map<string, Known>> {
  if (keys.length === 0) return new Map();
  await written();
  const found = (await ports.records.versions(catalog.id, keys)).filter(({ moved }) => !moved);
  const visible = await ports.batches.visible(found.map(({ batchId }) => batchId));
  visible.set(batch._id, batch);
  const newest = new Map<string, Known>();
  for (const record of found) {
    const own = visible.get(record.batchId);
    if (!own) continue;
    const before = newest.get(record.key);
    const later = !before || compareVersions(record, own, before.record, before.batch) > 0;
    const all = [...(before?.all ?? []), record];
    newest.set(record.key, later ? { record, batch: own, all } : { ...before, all });
  }
  return newest;
}

/** The row's own time, where the catalog names a field for it, or has one record for many periods. */
export function sourceTimeOf(catalog: Catalog, record: ReadRecord): string | undefined {
  const time = catalog.sourceTimeField === undefined ? undefined : record.fields[catalog.sourceTimeField];
  if (time !== undefined) return String(time);
  return catalog.periodField !== undefined && !catalog.key.includes(catalog.periodField) ? record.period : undefined;
}

const sameFacts = (a: RecordDocument, b: RecordDocument, write: GroupContext["write"]): boolean =>
  a.uscc === b.uscc &&
  a.deleted === b.deleted &&
  write(a as ReadRecord & RecordDocument) === write(b as ReadRecord & RecordDocument);

/** Holds a group of good rows against the file's earlier rows and against what is known of their records. */
export async function settleGroup(candidates: readonly Candidate[], context: GroupContext): Promise<GroupResult> {
  const { batch, catalog, chunk, repeats, write, hasEarlier } = context;
  const refused: Refused[] = [];
  const counts = { duplicates: 0, corrected: 0, late: 0, deleted: 0, net: 0 };
  // A row whose enterprise still can't be told isn't taken: it stays open where it came from.
  const rows = await takeMended(await resolveSubjects(candidates, context, refused), context, refused);
  const seen = rows.map((candidate) => {
    const canonical = write({ catalogId: catalog.id, ...candidate.record });
    return { candidate, canonical, repeat: repeats.see(candidate.record, canonical) };
  });
  // A deletion that is said again is told by the record's state.
  const fresh = seen.filter(({ repeat, candidate }) => repeat !== "duplicate" || candidate.record.deleted);
  counts.duplicates = seen.length - fresh.length;
  const asked = fresh.filter(
    ({ candidate, repeat }) => hasEarlier || repeat === "correction" || candidate.record.deleted,
  );
  const current = await currentVersions([...new Set(asked.map(({ candidate }) => candidate.record.key))], context);
  const settled: Settled[] = [];
  const moved: RecordDocument[] = [];
  for (const { candidate, canonical } of fresh) {
    const { seq, row, entry, record: read } = candidate;
    const asOf = sourceTimeOf(catalog, read);
    const { key, uscc, period, fields, deleted } = read;
    const record: RecordDocument = {
      _id: rowId(batch._id, seq),
      catalogId: catalog.id,
      key,
      uscc,
      ...(period === undefined ? {} : { period }),
      ...(asOf === undefined ? {} : { asOf }),
      fields,
      batchId: batch._id,
      row,
      ...(entry === undefined ? {} : { entry }),
      chunk,
      ...(deleted ? { deleted } : {}),
    };
    const before = current.get(key);
    if (deleted && (!before || before.record.deleted)) {
      if (before?.record.batchId === batch._id) counts.duplicates += 1;
      else refused.push({ candidate, reason: "unknownRecord", column: "", value: key });
      continue;
    }
    if (deleted && record.uscc === "") record.uscc = before!.record.uscc;
    if (before && before.record.batchId !== batch._id && sameFacts(before.record, record, write)) {
      counts.duplicates += 1;
      continue;
    }
    const late = before !== undefined && compareVersions(record, batch, before.record, before.batch) < 0;
    if (
      late &&
      before.all.some((old) => old.batchId !== batch._id && old.asOf === asOf && sameFacts(old, record, write))
    ) {
      counts.duplicates += 1;
      continue;
    }
    if (late) counts.late += 1;
    else {
      if (before) counts.corrected += 1;
      counts.net += (deleted ? 0 : 1) - (before && !before.record.deleted ? 1 : 0);
      if (before && before.record.uscc !== record.uscc) {
        // Else the enterprise that had it before would keep it: its own newest version is still the old one.
        const time = timeOfVersion(record, batch);
        moved.push({
          ...before.record,
          _id: `${record._id}m`,
          batchId: batch._id,
          asOf: time,
          row,
          chunk,
          fields: {},
          deleted: true,
          moved: true,
        });
      }
      current.set(key, { record, batch, all: before?.all ?? [] });
    }
    if (deleted) counts.deleted += 1;
    settled.push({
      record,
      canonical: record.uscc === uscc ? canonical : write(record as ReadRecord & RecordDocument),
    });
  }
  await giveBack(refused, context);
  return { settled, moved, refused, counts };
}

export const refusal = ({ candidate, reason, column, value }: Refused) => ({
  candidate,
  faults: [rowFault(column, value, reason)],
});
