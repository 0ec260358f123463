import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import {
  catalogChange,
  catalogDecision,
  catalogDetail,
  catalogDetails,
  catalogRegistration,
  codeWordList,
  templateQuery,
  versionParam,
} from "./catalog-schemas.ts";
import type { CatalogService } from "./catalog-service.ts";
import { templateOf } from "./files/template-file.ts";

export function catalogRoutes(api: Api, catalogs: CatalogService): void {
  api.add({
    method: "get",
    path: "/code-words",
    access: "public",
    summary: "What the codes in records are called, for every catalog: whoever may see a record can read it",
    answer: codeWordList,
    handle: async () => catalogs.words(),
  });
  api.add({
    method: "get",
    path: "/catalog-versions/waiting",
    access: ["department", "operator", "regulator"],
    summary: "Catalogs with a version that waits for the operator",
    answer: catalogDetails,
    handle: ({ actor }) => catalogs.waiting(actor),
  });
  api.add({
    method: "post",
    path: "/catalogs",
    access: ["department"],
    summary: "Register a catalog; it can be used once the operator has approved it",
    body: catalogRegistration,
    answer: catalogDetail,
    status: 201,
    handle: ({ actor, body }) => catalogs.register(actor, body),
  });
  api.add({
    method: "get",
    path: "/catalogs/:id",
    access: "account",
    summary: "One catalog: fields, headings, key, legal basis; its versions to those whom they concern",
    params: idParam,
    answer: catalogDetail,
    handle: ({ actor, params }) => catalogs.detail(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/catalogs/:id/versions",
    access: ["department"],
    summary: "Change a catalog: a new version, in use once the operator has approved it",
    params: idParam,
    body: catalogChange,
    answer: catalogDetail,
    status: 201,
    handle: ({ actor, params, body }) => catalogs.change(actor, params.id, body),
  });
  api.add({
    method: "post",
    path: "/catalogs/:id/versions/:number/decision",
    access: ["operator"],
    summary: "Approve or reject a version",
    params: versionParam,
    body: catalogDecision,
    answer: catalogDetail,
    handle: ({ actor, params, body }) => catalogs.decide(actor, params.id, params.number, body),
  });
  api.add({
    method: "get",
    path: "/catalogs/:id/template",
    access: ["department", "operator", "regulator"],
    summary: "An empty file with the catalog's headings, as CSV or XLSX",
    params: idParam,
    query: templateQuery,
    sends: "application/octet-stream",
    async handle({ actor, params, query, response }) {
      const { bytes, fileName, mediaType } = await templateOf(
        await catalogs.definition(actor, params.id),
        query.format,
      );
      response.type(mediaType);
      response.setHeader("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(fileName)}`);
      response.end(bytes);
    },
  });
}
