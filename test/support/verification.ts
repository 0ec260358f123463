import type { z } from "zod";
import {
  answerList,
  answerView,
  batchResult,
  checkView,
  kindList,
  numberView,
  queryView,
} from "../../backend/features/verification/verification-schemas.ts";
import { leafPack } from "../../backend/lib/proof/pack.ts";
import type { Api } from "../../scripts/client/api.ts";
import { ApiProblem } from "../../scripts/client/transport.ts";

type Body = Record<string, unknown>;

async function send<T>(api: Api, path: string, body: Body, answer: z.ZodType<T>, key?: string): Promise<T> {
  const { status, text } = await api.transport.raw(
    "POST",
    path,
    { json: body },
    key === undefined ? {} : { "idempotency-key": key },
  );
  if (status >= 400) throw new ApiProblem(status, JSON.parse(text), `POST ${path}`);
  return answer.parse(JSON.parse(text));
}

/* The doors of checks and queries. */

export const kinds = (api: Api) => api.transport.get("/verification-kinds", kindList);
export const check = (api: Api, body: Body, key?: string) => send(api, "/verifications", body, checkView, key);
export const batch = (api: Api, body: Body, key?: string) => send(api, "/verification-batches", body, batchResult, key);
export const oneClick = (api: Api, body: Body, key?: string) => send(api, "/one-click-queries", body, queryView, key);
export const answers = (api: Api, query = "") => api.transport.get(`/verifications${query}`, answerList);
export const opened = (api: Api, id: string) => api.transport.get(`/verifications/${id}`, checkView);
export const openedQuery = (api: Api, id: string) => api.transport.get(`/one-click-queries/${id}`, queryView);
export const answerProof = (api: Api, id: string) => api.transport.get(`/verifications/${id}/proof`, leafPack);
export const byNumber = (api: Api, number: string) =>
  api.transport.get(`/verification-numbers/${encodeURIComponent(number)}`, numberView);
export const review = (api: Api, id: string, body: Body) =>
  api.transport.post(`/verifications/${id}/review`, body, answerView);
export const workbook = async (api: Api, id: string, language = "zh"): Promise<Buffer> => {
  const url = `${api.transport.url}/api/v1/one-click-queries/${id}/workbook?language=${language}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${api.transport.options.token}` } });
  if (!response.ok) throw new ApiProblem(response.status, (await response.json()) as never, `GET ${url}`);
  return Buffer.from(await response.arrayBuffer());
};
