import { Worker } from "node:worker_threads";
import type { AnchoringService } from "./features/anchoring/anchoring-service.ts";
import type { ConsentPurpose } from "./features/consents/consent-schemas.ts";
import type { BatchDocument } from "./features/data-exchange/batch-types.ts";
import type { DataExchangeService } from "./features/data-exchange/data-exchange-service.ts";
import type { Catalog } from "./features/data-exchange/domain/catalog.ts";
import { fileKind } from "./features/data-exchange/files/file-kind.ts";
import { createHistoryService } from "./features/data-exchange/history-service.ts";
import type { ResolveSubjects } from "./features/data-exchange/ingestion-ports.ts";
import { createIngestionService, type RunBatch } from "./features/data-exchange/ingestion-service.ts";
import { createQuarantineService } from "./features/data-exchange/quarantine-service.ts";
import { createReadingService } from "./features/data-exchange/reading-service.ts";
import type { RecordDocument } from "./features/data-exchange/record-store.ts";
import type { ErasureService } from "./features/objections/erasure-service.ts";
import type { FromThread, ThreadOptions, ToThread } from "./ingestion-messages.ts";
import type { Actor } from "./lib/actor.ts";
import type { ChainContext } from "./lib/chain-context.ts";
import type { Clock } from "./lib/clock.ts";
import type { Stores } from "./stores.ts";

const THREAD = new URL("./ingestion-thread.ts", import.meta.url);
/** What a thread may hold: a large workbook's texts. */
const BOOK_HEAP_MB = 448;
/** What is enough for rows that stream by (their keys lie outside the heap), and for a small file whatever it unpacks to. */
const HEAP_MB = 192;
const SMALL_BYTES = 2 * 1024 ** 2;
/** Rows die young: a large nursery would only let their remains lie longer. */
const YOUNG_MB = 24;
/** What is read beside a file of any size, so that a correction doesn't wait for a gigabyte: half a minute's work. */
export const BESIDE_BYTES = 32 * 1024 ** 2;
/** A thread that has had nothing to do for so long is ended, and its memory given back. */
const IDLE_MS = 60_000;

interface Parts {
  stores: Stores;
  chain: { readonly contracts: Pick<ChainContext["contracts"], "anchors">; readonly anchors: ChainContext["anchors"] };
  mongodbUri?: string;
  personKeys: readonly Buffer[];
  filesDir: string;
  clock: Clock;
  dataExchange: Pick<DataExchangeService, "ownBatch" | "ownCatalog">;
  catalogOf(id: string): Catalog | Promise<Catalog>;
  resolveSubjects: ResolveSubjects;
  namingCatalogs: readonly string[];
  /** A batch came in. */
  onBatch: () => void;
  onWork: () => void;
}

/** Reading of batches, in threads of their own: as many as are read at a time. */
export function ingestionOf(parts: Parts) {
  const { stores, chain, resolveSubjects, onWork } = parts;
  const options: Omit<ThreadOptions, "mongodbUri"> = {
    anchorsAddress: chain.contracts.anchors,
    anchorsAbi: chain.anchors.formatJson(),
    personKeys: parts.personKeys,
  };
  const idle = new Map<Worker, { timer: NodeJS.Timeout; heapMb: number }>();
  const all = new Set<Worker>();

  let stopping = false;

  function takeThread(heapMb: number): Worker {
    const { mongodbUri } = parts;
    if (stopping || !mongodbUri) throw new Error("this process reads no batches");
    for (const [thread, { timer, heapMb: own }] of idle) {
      if (own !== heapMb) continue;
      clearTimeout(timer);
      idle.delete(thread);
      return thread;
    }
    const thread = new Worker(THREAD, {
      workerData: { ...options, mongodbUri } satisfies ThreadOptions,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    // What is half read goes on after the next start: no reason to keep the process.
    thread.unref();
    all.add(thread);
    thread.once("exit", () => {
      all.delete(thread);
      clearTimeout(idle.get(thread)?.timer);
      idle.delete(thread);
    });
    return thread;
  }

  async function heapFor({ path, fileName, bytes }: BatchDocument): Promise<number> {
    if (bytes <= SMALL_BYTES) return HEAP_MB;
    // What is wrong with the file is for its reader to tell.
    const kind = await fileKind(path, fileName).catch(() => undefined);
    return kind === "xlsx" || kind === "zip" ? BOOK_HEAP_MB : HEAP_MB;
  }

  const run: RunBatch = async (batch, catalog, onProgress) => {
    const heapMb = await heapFor(batch);
    return new Promise((resolve, reject) => {
      const thread = takeThread(heapMb);
      const tell = (message: ToThread): void => thread.postMessage(message);
      const end = (): void => {
        thread.off("message", hear).off("error", fail).off("exit", stopped);
      };
      const fail = (error: Error): void => {
        end();
        reject(error);
      };
      const stopped = (): void => fail(new Error(`the thread that read batch ${batch._id} has ended`));
      const hear = (message: FromThread): void => {
        if (message.type === "progress") onProgress(message.rows);
        else if (message.type === "work") onWork();
        else if (message.type === "resolve") {
          const { id } = message;
          resolveSubjects(message.rows, message.catalogId).then(
            (answers) => tell({ type: "resolved", id, answers }),
            (error: Error) => tell({ type: "notResolved", id, message: error.message }),
          );
        } else {
          end();
          const retire = (): void => {
            idle.delete(thread);
            void thread.terminate();
          };
          idle.set(thread, { timer: setTimeout(retire, IDLE_MS).unref(), heapMb });
          if (message.type === "done") resolve();
          else reject(Object.assign(new Error(message.message), { stack: message.stack }));
        }
      };
      thread.on("message", hear).on("error", fail).on("exit", stopped);
      tell({ type: "read", batchId: batch._id, catalog });
    });
  };

  const ingestion = createIngestionService(
    {
      batches: stores.batches,
      records: stores.records,
      quarantine: stores.quarantine,
      catalogOf: parts.catalogOf,
      namingCatalogs: parts.namingCatalogs,
      savedOptions: async (catalogId) => (await stores.readings.find(catalogId))?.options ?? {},
      run,
    },
    parts.filesDir,
    parts.clock,
    parts.onBatch,
  );
  const { ownBatch, ownCatalog } = parts.dataExchange;
  return {
    ingestion,
    quarantine: createQuarantineService(
      { quarantine: stores.quarantine, ingestion, ownBatch, ownCatalog },
      parts.clock,
    ),
    readings: createReadingService(stores.readings, ownCatalog, parts.clock),
    /** What is half read goes on after the next start. */
    async stopReading(): Promise<void> {
      stopping = true;
      await Promise.all([...all].map((thread) => thread.terminate()));
    },
  };
}

interface HistoryParts {
  stores: Stores;
  dataExchange: Pick<DataExchangeService, "ownCatalog">;
  erasures: Pick<ErasureService, "kept" | "requireKept">;
  anchoring: Pick<AnchoringService, "batchAnchor">;
  mayRead(actor: Actor, record: RecordDocument, purpose?: ConsentPurpose): Promise<boolean>;
}

/** The versions of records, without what is erased. */
export const historiesOf = ({ stores, dataExchange, erasures, anchoring, mayRead }: HistoryParts) =>
  createHistoryService({
    batches: stores.batches,
    records: stores.records,
    ownCatalog: dataExchange.ownCatalog,
    batchAnchor: anchoring.batchAnchor,
    mayRead,
    requireKept: erasures.requireKept,
    kept: erasures.kept,
  });
