import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { readPurpose } from "../consents/consent-schemas.ts";
import {
  batchList,
  batchQuery,
  batchUpload,
  batchView,
  catalogList,
  ownRecordsQuery,
  quarantineList,
  quarantineParam,
  quarantineQuery,
  readingInput,
  readingView,
  recordHistory,
  recordParam,
  recordView,
  replayInput,
} from "./data-exchange-schemas.ts";
import type { DataExchangeService } from "./data-exchange-service.ts";
import type { HistoryService } from "./history-service.ts";
import type { IngestionService } from "./ingestion-service.ts";
import type { QuarantineService } from "./quarantine-service.ts";
import type { ReadingService } from "./reading-service.ts";

interface Services {
  exchange: DataExchangeService;
  ingestion: IngestionService;
  quarantine: QuarantineService;
  readings: ReadingService;
  histories: HistoryService;
}

const BATCH_READERS = ["department", "operator", "regulator"] as const;
const RECORD_READERS = ["enterprise", "institution", "regulator"] as const;

export function dataExchangeRoutes(api: Api, services: Services): void {
  const { exchange, ingestion, quarantine, readings, histories } = services;
  api.add({
    method: "get",
    path: "/catalogs",
    access: "account",
    summary: "Data catalogs",
    answer: catalogList,
    handle: ({ actor }) => exchange.catalogs(actor),
  });
  api.add({
    method: "post",
    path: "/catalogs/:id/batches",
    access: ["department"],
    summary: "Share a file: the raw body is the file",
    params: idParam,
    query: batchUpload,
    rawBody: true,
    answer: batchView,
    status: 202,
    async handle({ actor, params, query, request }) {
      const catalog = await exchange.ownCatalog(actor, params.id);
      const { fileName, replayOf, ...options } = query;
      return exchange.viewOf(
        replayOf
          ? await quarantine.replayFile(actor, replayOf, fileName, request)
          : await ingestion.receive(catalog, fileName, request, { kind: "file", by: actor.participantId }, options),
      );
    },
  });
  api.add({
    method: "get",
    path: "/batches",
    access: BATCH_READERS,
    summary: "Batches, newest first",
    query: batchQuery,
    answer: batchList,
    handle: ({ actor, query }) => exchange.batches(actor, query.catalogId, query.page),
  });
  api.add({
    method: "get",
    path: "/batches/:id",
    access: BATCH_READERS,
    summary: "One batch",
    params: idParam,
    answer: batchView,
    handle: ({ actor, params }) => exchange.batch(actor, params.id),
  });
  api.add({
    method: "get",
    path: "/batches/:id/quarantine",
    access: BATCH_READERS,
    summary: "Rows that were not taken, with row, column and reason",
    params: idParam,
    query: quarantineQuery,
    answer: quarantineList,
    handle: ({ actor, params, query }) => quarantine.list(actor, params.id, query.state, query.page),
  });
  api.add({
    method: "get",
    path: "/batches/:id/quarantine.csv",
    access: ["department"],
    summary: "The rows that are still open, with reasons: mended, they can be sent with replayOf",
    params: idParam,
    query: z.object({ language: z.enum(["zh", "en"]).default("zh") }),
    sends: "text/csv",
    async handle({ actor, params, query, response }) {
      const { fileName, lines } = await quarantine.csv(actor, params.id, query.language);
      response.type("text/csv; charset=utf-8");
      response.setHeader("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`);
      await pipeline(Readable.from(lines), response);
    },
  });
  api.add({
    method: "post",
    path: "/batches/:id/quarantine/:number/replay",
    access: ["department"],
    summary: "Send a quarantined row again with its cells mended, as a batch of its own",
    params: quarantineParam,
    body: replayInput,
    answer: batchView,
    status: 202,
    handle: async ({ actor, params, body }) =>
      exchange.viewOf(await quarantine.replayRow(actor, params.id, params.number, body.cells)),
  });
  api.add({
    method: "get",
    path: "/catalogs/:id/reading",
    access: ["department"],
    summary: "How the files of a catalog are read",
    params: idParam,
    answer: readingView,
    handle: ({ actor, params }) => readings.find(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/catalogs/:id/reading",
    access: ["department"],
    summary: "Say how the files of a catalog are read: own headings, sheet, heading row, encoding",
    params: idParam,
    body: readingInput,
    answer: readingView,
    handle: ({ actor, params, body }) => readings.save(actor, params.id, body),
  });
  api.add({
    method: "get",
    path: "/catalogs/:id/records",
    access: ["department"],
    summary: "A department's own current records of one enterprise, or of one key",
    params: idParam,
    query: ownRecordsQuery,
    answer: recordHistory,
    handle: ({ actor, params, query }) => histories.ownRecords(actor, params.id, query),
  });
  api.add({
    method: "get",
    path: "/records/:id/history",
    access: [...RECORD_READERS, "department"],
    summary: "Every version of a record, the newest first, each with its commitment",
    params: recordParam,
    query: readPurpose,
    answer: recordHistory,
    handle: ({ actor, params, query }) => histories.history(actor, params.id, query.purpose),
  });
  api.add({
    method: "get",
    path: "/records/:id",
    access: RECORD_READERS,
    summary: "One record with its source",
    params: recordParam,
    query: readPurpose,
    answer: recordView,
    handle: ({ actor, params, query }) => exchange.record(actor, params.id, query.purpose),
  });
}
