import type { z } from "zod";
import { type Problem, problem } from "../../backend/lib/schemas.ts";

/** The server answered with problem details. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;

  constructor(status: number, details: Problem, request: string) {
    const fields = (details.errors ?? []).map(({ field, reason }) => `${field}: ${reason}`).join("; ");
    super(`${request} answered ${status} ${details.code}: ${details.detail}${fields ? ` (${fields})` : ""}`);
    this.name = "ApiProblem";
    this.status = status;
    this.code = details.code;
    this.problem = details;
  }
}

/** No answer: the server is not there, or went away in mid-request. Whether the request took effect is not known. */
export class ServerAway extends Error {
  constructor(request: string, cause: unknown) {
    super(`${request}: no answer from the server`, { cause });
    this.name = "ServerAway";
  }
}

export interface TransportOptions {
  readonly token?: string;
  /** Called once per answer; for measuring. */
  readonly onAnswer?: (milliseconds: number, status: number) => void;
  readonly timeoutMs?: number;
}

export type Body = { readonly json: unknown } | { readonly bytes: Uint8Array };

/** Answers of a server that is starting or stopping, from it or from a proxy before it. */
const AWAY_STATUSES = new Set([502, 503, 504]);

function problemOf(status: number, text: string): Problem {
  try {
    return problem.parse(JSON.parse(text));
  } catch {
    return { type: "about:blank", title: "", status, code: "notAProblem", detail: text.slice(0, 300) };
  }
}

/** JSON over HTTP to one server, with the token of one session. Every answer is checked against its schema. */
export class Transport {
  readonly url: string;
  readonly options: TransportOptions;

  constructor(url: string, options: TransportOptions = {}) {
    this.url = url.replace(/\/+$/, "");
    this.options = options;
  }

  get<T>(path: string, answer: z.ZodType<T>): Promise<T> {
    return this.send("GET", path, answer);
  }

  post<T>(path: string, json: unknown, answer: z.ZodType<T>): Promise<T> {
    return this.send("POST", path, answer, { json });
  }

  async send<T>(method: string, path: string, answer: z.ZodType<T>, body?: Body): Promise<T> {
    const { status, text } = await this.raw(method, path, body);
    if (status >= 400) throw new ApiProblem(status, problemOf(status, text), `${method} ${path}`);
    const parsed = answer.safeParse(text === "" ? undefined : JSON.parse(text));
    if (!parsed.success) throw new Error(`${method} ${path} answered what its schema does not say: ${parsed.error}`);
    return parsed.data;
  }

  /** The bare answer, whatever its status. */
  async raw(
    method: string,
    path: string,
    body?: Body,
    extraHeaders: Record<string, string> = {},
  ): Promise<{ status: number; text: string; headers: Headers }> {
    const { token, onAnswer, timeoutMs = 60_000 } = this.options;
    const headers: Record<string, string> = { accept: "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    if (body) headers["content-type"] = "json" in body ? "application/json" : "application/octet-stream";
    Object.assign(headers, extraHeaders);
    const started = performance.now();
    const init: RequestInit = { method, headers, signal: AbortSignal.timeout(timeoutMs) };
    if (body) init.body = "json" in body ? JSON.stringify(body.json) : new Uint8Array(body.bytes);
    let status: number;
    let text: string;
    let answerHeaders: Headers;
    try {
      const response = await fetch(`${this.url}/api/v1${path}`, init);
      status = response.status;
      answerHeaders = response.headers;
      text = await response.text();
    } catch (cause) {
      throw new ServerAway(`${method} ${path}`, cause);
    }
    onAnswer?.(performance.now() - started, status);
    if (AWAY_STATUSES.has(status)) throw new ServerAway(`${method} ${path}`, new Error(`${status} ${text}`));
    return { status, text, headers: answerHeaders };
  }
}
