import type { Request } from "express";
import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import type { SignedMessage } from "./domain/message-signature.ts";
import { pushQuery, pushReceipt, pushRun, runParams } from "./push-schemas.ts";
import type { PushService } from "./push-service.ts";

const messageOf = (request: Request): SignedMessage => ({
  method: request.method,
  target: request.originalUrl,
  header: (name) => request.get(name),
});

/** Doors for departments' machines: their signature takes the place of a session. */
export function pushRoutes(api: Api, pushes: PushService): void {
  api.add({
    method: "post",
    path: "/data-resources/:id/pages",
    access: "public",
    summary: "Push a page of rows, signed by RFC 9421: the raw body is a JSON array or one object a line",
    params: idParam,
    query: pushQuery,
    rawBody: true,
    answer: pushReceipt,
    status: 202,
    handle: ({ params, query, request }) => pushes.push(params.id, query, messageOf(request), request),
  });
  api.add({
    method: "get",
    path: "/data-resources/:id/pushes/:run",
    access: "public",
    summary: "What became of a delivery, signed by RFC 9421",
    params: runParams,
    answer: pushRun,
    handle: ({ params, request }) => pushes.status(params.id, params.run, messageOf(request)),
  });
}
