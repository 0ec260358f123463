import type { Problem } from "../../../backend/lib/schemas.ts";
import { ApiProblem, problemOf } from "./api-problem.ts";

export const API_PREFIX = "/api/v1";

type QueryValue = string | number | boolean | undefined | null;
export type Query = Record<string, QueryValue>;

function urlOf(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {}))
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  const text = search.toString();
  return `${API_PREFIX}${path}${text ? `?${text}` : ""}`;
}

async function problemFrom(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  try {
    const body = JSON.parse(text) as Partial<Problem>;
    if (typeof body.code === "string")
      return new ApiProblem({
        type: body.type ?? "about:blank",
        title: body.title ?? body.code,
        status: response.status,
        code: body.code,
        detail: body.detail ?? body.title ?? body.code,
        ...(body.fix === undefined ? {} : { fix: body.fix }),
        ...(body.requestId === undefined ? {} : { requestId: body.requestId }),
        ...(body.errors === undefined ? {} : { errors: body.errors }),
      });
  } catch {
    // Not JSON: a proxy or a server that is starting answered in its own words.
  }
  return problemOf(
    response.status >= 502 && response.status <= 504 ? "network" : "http",
    response.status,
    `HTTP ${response.status}`,
  );
}

async function send<T>(method: string, path: string, init: RequestInit, query?: Query): Promise<T> {
  let response: Response;
  try {
    response = await fetch(urlOf(path, query), { method, credentials: "same-origin", ...init });
  } catch {
    throw problemOf("network", 0, "The server did not answer");
  }
  if (!response.ok) throw await problemFrom(response);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

const json = (body: unknown): RequestInit => ({
  headers: { "content-type": "application/json", accept: "application/json" },
  body: JSON.stringify(body ?? {}),
});

/** Paths start with "/", without the prefix. Throws ApiProblem. */
export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
    send<T>("GET", path, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) }, query),
  post: <T>(path: string, body?: unknown): Promise<T> => send<T>("POST", path, json(body)),
  delete: <T = void>(path: string): Promise<T> => send<T>("DELETE", path, {}),
};

/** Sends a file as it is and reports the part sent (0 to 1): fetch can't report it. Throws ApiProblem. */
export function uploadFile<T>(path: string, file: Blob, query: Query, onProgress: (part: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", urlOf(path, query));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("accept", "application/json");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onerror = () => reject(problemOf("network", 0, "The server did not answer"));
    request.onload = () => {
      const response = new Response(request.responseText, { status: request.status });
      if (response.ok) resolve(response.json() as Promise<T>);
      else problemFrom(response).then(reject, reject);
    };
    request.send(file);
  });
}
