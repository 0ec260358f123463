import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import { type Hex32, randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { BatchDocument, BatchStore } from "./batch-store.ts";
import type { Catalog } from "./domain/catalog.ts";
import { mapHeadings } from "./domain/heading-mapping.ts";
import { recordCommitment } from "./domain/record-commitment.ts";
import { watchRepeats } from "./domain/repeats.ts";
import { mapRowWith } from "./domain/row-mapping.ts";
import { readRows } from "./files/read-rows.ts";
import { type QuarantinedRowDocument, type RecordDocument, type RecordStore, rowId } from "./record-store.ts";

const MAX_FILE_BYTES = 4 * 1024 ** 3;
const WRITE_SIZE = 1_000;
const LEASE_MS = 60_000;

export interface IngestionService {
  /** Keeps the file, then its batch: what was answered is never lost. The same file again gives its first batch. */
  receive(catalog: Catalog, fileName: string, content: Readable): Promise<BatchDocument>;
  /** Reads one received batch. False when there is none. */
  ingestNext(onProgress?: (rows: number) => void): Promise<boolean>;
}

export function createIngestionService(
  batches: BatchStore,
  records: RecordStore,
  catalogOf: (id: string) => Catalog,
  anchors: {
    maxLeaves: number;
    anchorBatch(batchId: string, kind: "records", commitments: readonly Hex32[]): Promise<void>;
  },
  filesDir: string,
  clock: Clock,
  onWork: () => void,
): IngestionService {
  async function keepFile(id: string, content: Readable): Promise<{ path: string; bytes: number; sha256: string }> {
    await mkdir(filesDir, { recursive: true });
    const path = join(filesDir, id);
    const digest = createHash("sha256");
    let bytes = 0;
    const watch = new Transform({
      transform(chunk: Buffer, _, done) {
        bytes += chunk.length;
        digest.update(chunk);
        if (bytes > MAX_FILE_BYTES)
          done(new DomainError("file.tooLarge", "the file is larger than 4 GB", { fix: "send it in parts" }));
        else done(null, chunk);
      },
    });
    try {
      await pipeline(content, watch, createWriteStream(`${path}.part`));
      const handle = await open(`${path}.part`, "r+");
      await handle.sync();
      await handle.close();
      await rename(`${path}.part`, path);
    } catch (error) {
      await rm(`${path}.part`, { force: true });
      if ((error as { code?: string }).code === "ENOSPC") {
        throw new DomainError("file.diskFull", "there is no room for the file; nothing was kept", {
          status: 507,
          fix: "tell the operator, then send it again",
        });
      }
      throw error;
    }
    return { path, bytes, sha256: digest.digest("hex") };
  }

  async function read(batch: BatchDocument, onProgress?: (rows: number) => void): Promise<Partial<BatchDocument>> {
    const catalog = catalogOf(batch.catalogId);
    const repeats = watchRepeats();
    let mapping: Extract<ReturnType<typeof mapHeadings>, { ok: true }>["mapping"] | undefined;
    let headings: string[] = [];
    let good: RecordDocument[] = [];
    let bad: QuarantinedRowDocument[] = [];
    let commitments: Hex32[] = [];
    const counts = { rows: 0, stored: 0, quarantined: 0, chunks: 0 };
    let renewAt = Date.now() + LEASE_MS / 3;

    const write = async () => {
      await records.insertRecords(good);
      await records.insertQuarantined(bad);
      good = [];
      bad = [];
      onProgress?.(counts.rows);
      if (Date.now() > renewAt) {
        renewAt = Date.now() + LEASE_MS / 3;
        await batches.progress(batch._id, { rows: counts.rows, leaseUntil: new Date(Date.now() + LEASE_MS) });
      }
    };
    const anchor = async () => {
      if (commitments.length === 0) return;
      await anchors.anchorBatch(`${batch._id}:${counts.chunks}`, "records", commitments);
      counts.chunks += 1;
      commitments = [];
    };

    for await (const line of readRows(batch.path, { name: batch.fileName })) {
      if (!mapping) {
        const mapped = mapHeadings(catalog, line.cells, line.sheetUnit ? { sheetUnit: line.sheetUnit } : {});
        if (!mapped.ok) {
          throw new DomainError(
            "file.headings",
            mapped.faults.map(({ message }) => `${message.zh} / ${message.en}`).join("; "),
            { batchId: batch._id },
          );
        }
        mapping = mapped.mapping;
        headings = line.cells;
        continue;
      }
      counts.rows += 1;
      const result = mapRowWith(mapping, line.cells);
      const id = rowId(batch._id, line.row);
      if (!result.ok) {
        counts.quarantined += 1;
        bad.push({ _id: id, batchId: batch._id, row: line.row, cells: line.cells, faults: [...result.faults] });
      } else if (repeats.see(result.record) !== "duplicate") {
        const { key, uscc, period, fields } = result.record;
        const record = { catalogId: catalog.id, key, uscc, fields: { ...fields } };
        good.push({
          ...record,
          _id: id,
          ...(period ? { period } : {}),
          batchId: batch._id,
          row: line.row,
          chunk: counts.chunks,
        });
        commitments.push(recordCommitment(batch.salt, id, record));
        counts.stored += 1;
      }
      if (good.length + bad.length >= WRITE_SIZE) await write();
      if (commitments.length >= anchors.maxLeaves) await anchor();
    }
    await write();
    await anchor();
    return { ...counts, duplicates: repeats.counts.duplicate, headings };
  }

  return {
    async receive(catalog, fileName, content) {
      const id = newId();
      const file = await keepFile(id, content);
      const before = await batches.sameFile(catalog.id, file.sha256);
      if (before || file.bytes === 0) {
        await rm(file.path, { force: true });
        if (before) return before;
        throw new DomainError("file.empty", `${fileName} is empty`, { field: "body" });
      }
      const batch = await batches.insert(id, {
        catalogId: catalog.id,
        departmentCode: catalog.departmentCode,
        fileName,
        ...file,
        salt: randomSalt(),
        state: "received",
        rows: 0,
        stored: 0,
        duplicates: 0,
        quarantined: 0,
        headings: [],
        chunks: 0,
        leaseUntil: new Date(0),
        receivedAt: clock.now(),
      });
      onWork();
      return batch;
    },

    async ingestNext(onProgress) {
      const batch = await batches.claim(LEASE_MS);
      if (!batch) return false;
      try {
        const counts = await read(batch, onProgress);
        // The one write that makes the whole batch visible.
        await batches.progress(batch._id, { ...counts, state: "stored", finishedAt: clock.now() });
      } catch (error) {
        if (!(error instanceof DomainError) || !error.code.startsWith("file.")) throw error;
        await batches.progress(batch._id, {
          state: "rejected",
          fault: { code: error.code, message: error.message },
          finishedAt: clock.now(),
        });
      }
      return true;
    },
  };
}
