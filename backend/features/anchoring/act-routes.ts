import { idParam, receipt } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { failedActList, failedActQuery } from "./act-schemas.ts";
import type { FailedActs } from "./act-service.ts";

export function actRoutes(api: Api, failedActs: FailedActs): void {
  api.add({
    method: "get",
    path: "/failed-acts",
    access: ["operator"],
    summary: "Acts that the chain refused, newest first, with the reason",
    query: failedActQuery,
    answer: failedActList,
    handle: ({ query }) => failedActs.list(query.before),
  });
  api.add({
    method: "post",
    path: "/failed-acts/:id/retry",
    access: ["operator"],
    summary: "Send a failed act again, when the cause of its failure is gone",
    params: idParam,
    answer: receipt,
    handle: ({ params }) => failedActs.retry(params.id),
  });
}
