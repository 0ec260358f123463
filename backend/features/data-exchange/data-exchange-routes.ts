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
  pageQuery,
  quarantineList,
  recordView,
} from "./data-exchange-schemas.ts";
import type { DataExchangeService } from "./data-exchange-service.ts";
import type { IngestionService } from "./ingestion-service.ts";

const BATCH_READERS = ["department", "operator", "regulator"] as const;
const RECORD_READERS = ["enterprise", "institution", "regulator"] as const;

export function dataExchangeRoutes(api: Api, exchange: DataExchangeService, ingestion: IngestionService): void {
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
      return exchange.viewOf(await ingestion.receive(catalog, query.fileName, request));
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
    query: pageQuery,
    answer: quarantineList,
    handle: ({ actor, params, query }) => exchange.quarantine(actor, params.id, query.page),
  });
  api.add({
    method: "get",
    path: "/records/:id",
    access: RECORD_READERS,
    summary: "One record with its source",
    params: z.object({ id: z.string().min(1).max(100) }),
    query: readPurpose,
    answer: recordView,
    handle: ({ actor, params, query }) => exchange.record(actor, params.id, query.purpose),
  });
}
