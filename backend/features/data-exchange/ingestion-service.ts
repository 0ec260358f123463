import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { BatchStore } from "./batch-store.ts";
import { type BatchDocument, type BatchOptions, type BatchOrigin, NO_COUNTS } from "./batch-types.ts";
import type { Catalog } from "./domain/catalog.ts";
import { withoutPersons } from "./domain/person-guard.ts";
import { finishBatch, LEASE_MS, refuseBatch } from "./ingestion-engine.ts";
import type { QuarantineStore } from "./quarantine-store.ts";
import type { RecordStore } from "./record-store.ts";

const MAX_FILE_BYTES = 16 * 1024 ** 3;

export interface IngestionService {
  /**
   * The one door for files, pushes and pulls. Keeps the file, then its batch: what was answered is never lost. The same file
   * again, in the same manner, gives its first batch.
   */
  receive(
    catalog: Catalog,
    fileName: string,
    content: Readable,
    origin?: BatchOrigin,
    options?: Partial<BatchOptions>,
  ): Promise<BatchDocument>;
  /** Reads one received batch, of at most `maxBytes`, in a thread of its own. False when there is none. */
  ingestNext(onProgress?: (rows: number) => void, maxBytes?: number): Promise<boolean>;
}

/** Reads a claimed batch to its end, somewhere else than in this thread. */
export type RunBatch = (batch: BatchDocument, catalog: Catalog, onProgress: (rows: number) => void) => Promise<void>;

interface Ports {
  batches: BatchStore;
  records: RecordStore;
  quarantine: QuarantineStore;
  catalogOf(id: string): Catalog | Promise<Catalog>;
  /** Catalogs that say who an enterprise is: rows that name theirs in other words are read after them. */
  namingCatalogs: readonly string[];
  /** What the department said once of how its files are to be read. */
  savedOptions(catalogId: string): Promise<Partial<BatchOptions>>;
  run: RunBatch;
}

export function createIngestionService(
  ports: Ports,
  filesDir: string,
  clock: Clock,
  onWork: () => void,
): IngestionService {
  const { batches } = ports;

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
          done(new DomainError("file.tooLarge", "the file is larger than 16 GB", { fix: "send it in parts" }));
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

  /** Batches that ended, and then the process did. */
  async function finishEnded(): Promise<void> {
    for (const batch of await batches.unsummed()) await finishBatch(ports, batch);
  }

  return {
    async receive(catalog, fileName, content, origin = { kind: "file" }, given = {}) {
      const id = newId();
      const file = await keepFile(id, content);
      const options: BatchOptions = { mode: "append", ...(await ports.savedOptions(catalog.id)), ...given };
      const before = await batches.sameFile(catalog.id, file.sha256, { options, origin });
      if (before || file.bytes === 0) {
        await rm(file.path, { force: true });
        if (before) return before;
        throw new DomainError("file.empty", `${fileName} is empty`, { field: "body" });
      }
      const batch = await batches.insert(id, {
        ...structuredClone(NO_COUNTS),
        catalogId: catalog.id,
        departmentCode: catalog.departmentCode,
        // People write into it whose file it is.
        fileName: withoutPersons(fileName, { phones: true }),
        ...file,
        salt: randomSalt(),
        state: "received",
        origin,
        options,
        headings: [],
        checkpoint: 0,
        attempt: 0,
        replayed: 0,
        leaseUntil: new Date(0),
        receivedAt: clock.now(),
        summed: false,
      });
      onWork();
      return batch;
    },

    async ingestNext(onProgress = () => {}, maxBytes) {
      const batch = await batches.claim(LEASE_MS, maxBytes, async (catalogId) =>
        (await ports.catalogOf(catalogId)).identity ? ports.namingCatalogs : [],
      );
      if (!batch) {
        await finishEnded();
        return false;
      }
      try {
        await ports.run(batch, await ports.catalogOf(batch.catalogId), onProgress);
      } catch (error) {
        // It would do so each time, and hold up the catalog's other files.
        if ((error as { code?: unknown }).code !== "ERR_WORKER_OUT_OF_MEMORY") throw error;
        const why = `${batch.fileName} doesn't fit into memory; send it as CSV, or in parts`;
        await refuseBatch(ports, batch, new DomainError("file.tooLarge", why));
      }
      return true;
    },
  };
}
