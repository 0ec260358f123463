import { stat } from "node:fs/promises";
import { DomainError } from "../../lib/errors.ts";
import type { Hex32 } from "../../lib/hash.ts";
import { type BatchCounts, type BatchDocument, type BatchFields, NO_COUNTS } from "./batch-types.ts";
import type { Catalog } from "./domain/catalog.ts";
import { type Fault, rowFault } from "./domain/faults.ts";
import { headingTest, type Mapping, mapHeadings } from "./domain/heading-mapping.ts";
import { withoutPersons } from "./domain/person-guard.ts";
import { recordCommitter, recordWriter } from "./domain/record-commitment.ts";
import { watchRepeats } from "./domain/repeats.ts";
import { keyOfRow, mapRowWith, type ReadRecord } from "./domain/row-mapping.ts";
import { unguardedCell } from "./domain/special-columns.ts";
import type { FileRow } from "./files/file-row.ts";
import { readBlocks } from "./files/read-rows.ts";
import { type Candidate, refusal, settleGroup } from "./ingestion-group.ts";
import { missingRecords } from "./ingestion-missing.ts";
import type { IngestionPorts } from "./ingestion-ports.ts";
import { personGuard } from "./ingestion-quarantine.ts";
import type { QuarantinedRowDocument } from "./quarantine-store.ts";
import { type RecordDocument, rowId } from "./record-store.ts";

/** Rows that are held against the store and written together. */
const GROUP_ROWS = 2_000;
/** After so many rows, or so long, it is written down how far the batch is: what a restart does again at most. */
const CHECKPOINT_ROWS = 20_000;
const CHECKPOINT_MS = 500;

type Counts = BatchCounts;

const add = (into: Record<string, number>, name: string, by = 1): void => {
  into[name] = (into[name] ?? 0) + by;
};

/** The way of one claimed batch through its rows. `note` writes down how far it is, and throws when it was overtaken. */
export function createRun(
  ports: IngestionPorts,
  batch: BatchDocument,
  catalog: Catalog,
  note: (change: Partial<BatchFields>) => Promise<void>,
  onProgress: (rows: number) => void,
): () => Promise<Counts & Pick<BatchFields, "checkpoint">> {
  const { records, quarantine, anchors, batches } = ports;
  const { options } = batch;
  const group = ports.pace?.group ?? GROUP_ROWS;
  const checkpointRows = ports.pace?.checkpointRows ?? CHECKPOINT_ROWS;
  const repeats = watchRepeats();
  const write = recordWriter(catalog);
  const commit = recordCommitter(batch.salt);
  const counts: Counts = { ...NO_COUNTS, reasons: {}, filled: {} };
  let headings = batch.headings;
  let unit = batch.unit;
  let checkpoint = batch.checkpoint;
  let notedAt = Date.now();
  let noted = checkpoint;
  let commitments: Hex32[] = [];
  let candidates: Candidate[] = [];
  let bad: QuarantinedRowDocument[] = [];
  let last = checkpoint;
  let hasEarlier = false;
  let mapping: Mapping | undefined;
  let guard: ReturnType<typeof personGuard> = (cells, faults) => ({ cells, faults: [...faults] });
  let ownHeadings: string[] | undefined;
  let pending: Promise<void> = Promise.resolve();

  async function restore(): Promise<void> {
    hasEarlier = (await batches.ofCatalog(catalog.id)).length > 0;
    if (batch.attempt > 1) {
      await records.removeAfter(batch._id, checkpoint);
      await quarantine.removeAfter(batch._id, checkpoint);
    }
    if (checkpoint === 0) return;
    for (const name of Object.keys(NO_COUNTS) as (keyof Counts)[])
      Object.assign(counts, { [name]: structuredClone(batch[name]) });
    for await (const record of records.ofBatch(batch._id, checkpoint)) {
      if (record.moved) continue;
      const canonical = write(record as ReadRecord & RecordDocument);
      repeats.see(record, canonical);
      if (record.chunk === counts.chunks) commitments.push(commit(record._id, canonical));
    }
  }

  /** How far the batch is, to be written down once all of that is in the store. */
  const checkpointState = (): Partial<BatchFields> => {
    noted = checkpoint;
    notedAt = Date.now();
    return { ...structuredClone(counts), checkpoint, headings, ...(unit ? { unit } : {}) };
  };

  function quarantineRow(
    seq: number,
    row: number,
    entry: string | undefined,
    cells: string[],
    faults: readonly Fault[],
  ): void {
    counts.quarantined += 1;
    for (const { reason } of faults) add(counts.reasons as Record<string, number>, reason);
    bad.push({
      _id: rowId(batch._id, seq),
      batchId: batch._id,
      row,
      ...(entry === undefined ? {} : { entry }),
      ...(ownHeadings ? { headings: ownHeadings } : {}),
      ...guard(cells, faults),
    });
    markPresent(cells);
  }

  /** In a whole state the record of a row that is not stored, for faults or as it says nothing new, is not missing. */
  function markPresent(cells: readonly string[]): void {
    const key = options.mode === "replace" && mapping ? keyOfRow(mapping, cells) : undefined;
    if (key !== undefined && !repeats.has(key)) repeats.see({ key, fields: {} }, "");
  }

  /** Settles the rows that have come together, and writes them while the next are read. */
  async function settle(): Promise<void> {
    const settling = candidates;
    candidates = [];
    const written = () => pending;
    const result = await settleGroup(settling, {
      batch,
      catalog,
      chunk: counts.chunks,
      repeats,
      write,
      hasEarlier,
      written,
      ports,
    });
    for (const one of result.refused) {
      const { candidate, faults } = refusal(one);
      quarantineRow(candidate.seq, candidate.row, candidate.entry, candidate.cells, faults);
    }
    for (const { record, canonical } of result.settled) {
      commitments.push(commit(record._id, canonical));
      if (!record.deleted) for (const name in record.fields) add(counts.filled, name);
    }
    counts.stored += result.settled.length;
    for (const name of Object.keys(result.counts) as (keyof typeof result.counts)[])
      counts[name] += result.counts[name];
    await writeOut([...result.settled.map(({ record }) => record), ...result.moved], last);
  }

  async function writeOut(good: readonly RecordDocument[], upTo: number): Promise<void> {
    const quarantined = bad;
    bad = [];
    await pending;
    checkpoint = upTo;
    onProgress(counts.rows);
    const due = checkpoint - noted >= checkpointRows || Date.now() - notedAt >= CHECKPOINT_MS;
    const state = due ? checkpointState() : undefined;
    pending = Promise.all([records.insertRecords(good), quarantine.insert(quarantined)]).then(async () => {
      if (state) await note(state);
    });
    // Told of where it is waited for.
    pending.catch(() => {});
    if (commitments.length >= anchors.maxLeaves) await anchorChunk();
  }

  /** The chunk's rows are written down as stored before its tree is built: a restart builds it of the same rows. */
  async function anchorChunk(): Promise<void> {
    await pending;
    await note(checkpointState());
    if (commitments.length === 0) return;
    await anchors.anchorBatch(`${batch._id}:${counts.chunks}`, "records", commitments);
    counts.chunks += 1;
    commitments = [];
    await note(checkpointState());
  }

  /** Of a file without headings the first row is taken for them. */
  const hidden = (text: string): string => withoutPersons(text, { hash: ports.personHash, phones: true, slips: true });

  function beginTable(heading: FileRow): void {
    const cells = heading.cells.map(hidden);
    const mapped = mapHeadings(catalog, cells, {
      ...((options.unit ?? heading.sheetUnit) ? { sheetUnit: options.unit ?? heading.sheetUnit! } : {}),
      given: options.headings,
      personHash: ports.personHash,
    });
    if (!mapped.ok) {
      const why = mapped.faults.map(({ message }) => `${message.zh} / ${message.en}`).join("; ");
      throw new DomainError("file.headings", why, { batchId: batch._id });
    }
    mapping = mapped.mapping;
    guard = personGuard(mapping, ports.personHash);
    if (headings.length === 0) headings = cells;
    unit ??= heading.sheetUnit;
    const same = cells.length === headings.length && cells.every((cell, i) => cell === headings[i]);
    ownHeadings = same ? undefined : cells;
  }

  function take(seq: number, { row, cells, damaged }: FileRow, entry: string | undefined): void {
    counts.rows += 1;
    const column = mapping!.replayRow;
    const own = batch.origin.replayOf ? cells.map(unguardedCell) : cells;
    const result = damaged
      ? { ok: false as const, faults: [rowFault("", cells[0]!, "lineDamaged")] }
      : mapRowWith(mapping!, own);
    if (!result.ok) {
      quarantineRow(seq, row, entry, own, result.faults);
      return;
    }
    const mends = column === undefined ? undefined : Number(own[column]);
    candidates.push({ seq, row, entry, cells: own, record: result.record, mends });
  }

  async function readFile(): Promise<void> {
    let base = 0;
    let entry: string | undefined;
    const { size } = await stat(batch.path);
    const blocks = readBlocks(batch.path, {
      name: batch.fileName,
      encoding: options.encoding,
      sheet: options.sheet,
      headingRow: options.headingRow,
      isHeading: headingTest(catalog, options.headings),
    });
    for await (const block of blocks) {
      if (block.heading) {
        // Each file of an archive has row numbers of its own.
        if (block.entry !== entry) base = last;
        entry = block.entry;
        beginTable(block.heading);
      }
      for (const row of block.rows) {
        const seq = base + row.row;
        if (seq <= last && seq > batch.checkpoint) {
          throw new DomainError("file.corrupt", `row ${row.row} comes again`, { row: row.row });
        }
        last = Math.max(last, seq);
        if (seq <= batch.checkpoint) {
          // Written before a restart.
          markPresent(row.cells);
          continue;
        }
        take(seq, row, entry);
        const room = Math.min(group, anchors.maxLeaves - commitments.length);
        if (candidates.length >= room || bad.length >= group) await settle();
      }
      counts.bytesRead = Math.floor(block.part * size);
    }
    await settle();
    if (options.mode === "replace" && counts.stored + counts.duplicates === 0) {
      throw new DomainError("file.noRows", "a whole state without one good row would delete everything", {
        fix: "send the file with its rows, or delete rows by a deletion mark",
      });
    }
  }

  /** Of a whole state: what the catalog has and the file hasn't is deleted. */
  async function deleteMissing(): Promise<void> {
    await pending;
    let good: RecordDocument[] = [];
    for await (const record of missingRecords(ports, catalog, repeats)) {
      last += 1;
      const { key, uscc, period, fields } = record;
      const kept = Object.fromEntries(
        catalog.key.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
      );
      const deletion = { catalogId: catalog.id, key, uscc, ...(period ? { period } : {}), fields: kept, deleted: true };
      const _id = rowId(batch._id, last);
      good.push({ ...deletion, _id, batchId: batch._id, row: 0, chunk: counts.chunks });
      commitments.push(commit(_id, write(deletion)));
      counts.deleted += 1;
      counts.net -= 1;
      if (good.length < Math.min(group, anchors.maxLeaves) && commitments.length < anchors.maxLeaves) continue;
      await writeOut(good, last);
      good = [];
    }
    await writeOut(good, last);
  }

  return async () => {
    await restore();
    if (commitments.length >= anchors.maxLeaves) await anchorChunk();
    await readFile();
    if (options.mode === "replace") await deleteMissing();
    await anchorChunk();
    return { ...counts, checkpoint };
  };
}
