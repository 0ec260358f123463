import { z } from "zod";
import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import type { createFileDoor } from "./file-service.ts";
import type { createPreview } from "./preview-service.ts";
import {
  changeList,
  credentialInput,
  fileUpload,
  newCredential,
  pageQuery,
  preview,
  previewInput,
  resourceEdit,
  resourceInput,
  resourceList,
  resourceQuery,
  resourceView,
  runInput,
  runList,
} from "./resource-schemas.ts";
import type { ResourceService } from "./resource-service.ts";

const READERS = ["department", "operator", "regulator"] as const;

export function resourceRoutes(
  api: Api,
  resources: ResourceService,
  previewOf: ReturnType<typeof createPreview>,
  sendFile: ReturnType<typeof createFileDoor>,
): void {
  api.add({
    method: "get",
    path: "/data-resources",
    access: READERS,
    summary: "Data resources: one's department's, or all",
    query: resourceQuery,
    answer: resourceList,
    handle: ({ actor, query }) => resources.list(actor, query.catalogId),
  });
  api.add({
    method: "post",
    path: "/data-resources",
    access: ["department"],
    summary: "Register a resource of a catalog, as a draft",
    body: resourceInput,
    answer: resourceView,
    status: 201,
    handle: ({ actor, body }) => resources.create(actor, body),
  });
  api.add({
    method: "post",
    path: "/data-resource-previews",
    access: ["department"],
    summary: "Call a source once, and show its first rows and what they would become; nothing is kept",
    body: previewInput,
    answer: preview,
    handle: ({ actor, body }) => previewOf(actor, body.resource, body.id),
  });
  api.add({
    method: "get",
    path: "/data-resources/:id",
    access: READERS,
    summary: "One resource",
    params: idParam,
    answer: resourceView,
    handle: ({ actor, params }) => resources.get(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/data-resources/:id/edits",
    access: ["department"],
    summary: "Change a resource; `version` is the one that was changed from",
    params: idParam,
    body: resourceEdit,
    answer: resourceView,
    handle: ({ actor, params, body }) => resources.edit(actor, params.id, body.version, body.resource),
  });
  for (const [path, action, summary] of [
    ["activation", "activate", "Take rows from it from now on"],
    ["pause", "pause", "Take nothing from it for the time being"],
  ] as const) {
    api.add({
      method: "post",
      path: `/data-resources/:id/${path}`,
      access: ["department"],
      summary,
      params: idParam,
      answer: resourceView,
      handle: ({ actor, params }) => resources.act(actor, params.id, action),
    });
  }
  api.add({
    method: "post",
    path: "/data-resources/:id/runs",
    access: ["department"],
    summary: "Fetch now, without waiting for the schedule",
    params: idParam,
    body: runInput,
    answer: resourceView,
    status: 202,
    handle: ({ actor, params, body }) => resources.runNow(actor, params.id, body.fromStart),
  });
  api.add({
    method: "get",
    path: "/data-resources/:id/runs",
    access: READERS,
    summary: "What was fetched or pushed, newest first",
    params: idParam,
    query: pageQuery,
    answer: runList,
    handle: ({ actor, params, query }) => resources.runs(actor, params.id, query.page),
  });
  api.add({
    method: "get",
    path: "/data-resources/:id/changes",
    access: READERS,
    summary: "Who changed what of it, newest first",
    params: idParam,
    answer: changeList,
    handle: ({ actor, params }) => resources.changes(actor, params.id),
  });
  api.add({
    method: "post",
    path: "/data-resources/:id/credentials",
    access: ["department"],
    summary: "Register a machine's key; a secret made here is shown this once",
    params: idParam,
    body: credentialInput,
    answer: newCredential,
    status: 201,
    handle: ({ actor, params, body }) => resources.addCredential(actor, params.id, body),
  });
  api.add({
    method: "post",
    path: "/data-resources/:id/credentials/:credentialId/revocation",
    access: ["department"],
    summary: "Revoke a machine's key, at once and for good",
    params: idParam.extend({ credentialId: z.string().min(1).max(100) }),
    answer: resourceView,
    handle: ({ actor, params }) => resources.revokeCredential(actor, params.id, params.credentialId),
  });
  api.add({
    method: "post",
    path: "/data-resources/:id/files",
    access: ["department"],
    summary: "Share a file through a resource of the kind file: the raw body is the file",
    params: idParam,
    query: fileUpload,
    rawBody: true,
    answer: z.object({ batchId: z.string() }),
    status: 202,
    handle: ({ actor, params, query, request }) => sendFile(actor, params.id, query.fileName, request),
  });
}
