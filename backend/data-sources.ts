import type { CatalogRegistry } from "./features/data-exchange/catalog-registry.ts";
import type { DataExchangeService } from "./features/data-exchange/data-exchange-service.ts";
import { mapRow } from "./features/data-exchange/domain/row-mapping.ts";
import { STANDARD_DEPARTMENTS } from "./features/data-exchange/domain/standard-catalogs.ts";
import type { IngestionService } from "./features/data-exchange/ingestion-service.ts";
import { createFileDoor } from "./features/data-sources/file-service.ts";
import { createAllowList } from "./features/data-sources/outbound/allow-list.ts";
import type { SourcePorts } from "./features/data-sources/ports.ts";
import { createPreview } from "./features/data-sources/preview-service.ts";
import { createPullService } from "./features/data-sources/pull-service.ts";
import { createPushService } from "./features/data-sources/push-service.ts";
import { createResourceService } from "./features/data-sources/resource-service.ts";
import { createScoreboard } from "./features/data-sources/scoreboard-service.ts";
import { sealedPages } from "./features/data-sources/sealed-pages.ts";
import { createSealing } from "./features/data-sources/sealing.ts";
import { createSourceReader } from "./features/data-sources/source-reader.ts";
import type { ParticipantService } from "./features/participants/participant-service.ts";
import { CHECK_KINDS } from "./features/verification/domain/check-kinds.ts";
import type { Clock } from "./lib/clock.ts";
import { createLoop, type Loop } from "./platform/chain/loop.ts";
import type { Stores } from "./stores.ts";

/** Where sources may be called, and where SQLite files may lie. Nowhere, when nothing is said. */
export interface OutboundOptions {
  readonly allow: readonly string[];
  readonly sqliteDir?: string | undefined;
}

interface Parts {
  stores: Stores;
  catalogRegistry: CatalogRegistry;
  dataExchange: DataExchangeService;
  ingestion: IngestionService;
  participants: ParticipantService;
  installationSecret: Buffer;
  outbound: OutboundOptions;
  clock: Clock;
  onWork: () => void;
}

/** So many sources are fetched from at a time: a slow one holds up no other. */
const PULLERS = 3;

/** The doors through which departments' systems share their rows: files, pushes, pulls, tables. */
export function dataSourcesOf(parts: Parts) {
  const { stores, catalogRegistry, dataExchange, ingestion, participants, clock } = parts;
  const ports: SourcePorts = {
    departmentOf: async (participantId) => (await participants.find(participantId))?.departmentCode,
    ownCatalog: dataExchange.ownCatalog,
    catalogs: async () => catalogRegistry.list,
    async checkRows(catalogId, rows) {
      const catalog = catalogRegistry.require(catalogId);
      const results = rows.map((row) => mapRow(catalog, Object.keys(row), Object.values(row)));
      const isHeading = (fault: { reason: string }) => /Heading$/.test(fault.reason);
      const whole = results[0]?.ok === false ? results[0].faults.filter(isHeading) : [];
      return {
        faults: whole.map(({ message }) => message),
        rows: results.map((result) =>
          result.ok
            ? { record: { ...result.record.fields }, deleted: result.record.deleted === true, faults: [] }
            : {
                deleted: false,
                faults: result.faults.flatMap((fault) =>
                  "value" in fault ? [{ column: fault.column, value: fault.value, message: fault.message }] : [],
                ),
              },
        ),
      };
    },
    async receive({ catalogId, fileName, content, origin }) {
      const options = origin.kind === "file" ? {} : { mode: "append" as const, headings: [] };
      const batch = await ingestion.receive(catalogRegistry.require(catalogId), fileName, content, origin, options);
      return { id: batch._id };
    },
    async batch(id) {
      const batch = await stores.batches.find(id);
      if (!batch) return undefined;
      const { state, rows, stored, quarantined } = batch;
      return { state, rows, stored, quarantined };
    },
  };
  const reader = createSourceReader(createAllowList(parts.outbound.allow), parts.outbound.sqliteDir);
  const sealing = createSealing(parts.installationSecret);
  const pages = sealedPages(stores.pages, sealing);
  const loops: Loop[] = [];
  const wake = () => {
    parts.onWork();
    for (const loop of loops) loop.wake();
  };
  const resources = createResourceService(stores.resources, stores.runs, ports, reader, sealing, clock, wake);
  const pulls = createPullService(stores.resources, stores.runs, pages, ports, reader, sealing, clock);
  const pushes = createPushService(stores.resources, pages, stores.runs, ports, sealing, clock);
  return {
    resources,
    pushes,
    previewOf: createPreview(resources, ports, reader, sealing),
    sendFile: createFileDoor(resources, ports),
    scoreboard: createScoreboard(
      stores.scoreboard,
      {
        departmentOf: ports.departmentOf,
        departments: async () => STANDARD_DEPARTMENTS,
        catalogs: ports.catalogs,
        counts: stores.batches.summaries,
        activeResources: stores.resources.countByCatalog,
        catalogsOfRead(what) {
          const [, kind, code = ""] = /^([a-z]+):(.+)$/.exec(what) ?? [];
          if (kind === "record") return [code];
          if (kind === "verification") return CHECK_KINDS.find((check) => check.code === code)?.catalogs;
          return undefined;
        },
      },
      clock,
    ),
    /** Fetching and what a crash left unfinished; leases keep several processes apart. */
    startWork(onError: (what: string, error: unknown) => void): { stop(): Promise<void> } {
      const failing = (what: string) => (error: unknown, failures: number) => {
        if (failures === 1 || failures % 20 === 0) onError(what, error);
      };
      for (let index = 0; index < PULLERS; index++) {
        loops.push(createLoop({ step: pulls.step, idleMs: 1_000, onError: failing("fetching from a source") }));
      }
      loops.push(createLoop({ step: pushes.step, idleMs: 10_000, onError: failing("finishing a delivery") }));
      for (const loop of loops) loop.start();
      return { stop: async () => void (await Promise.all(loops.splice(0).map((loop) => loop.stop()))) };
    },
  };
}
