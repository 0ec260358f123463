import { DomainError } from "../../../lib/errors.ts";
import { afterPage, type Paging, pageParameters } from "../domain/paging.ts";
import { atPointer, type SourceRow } from "../domain/source-rows.ts";
import type { AllowList } from "../outbound/allow-list.ts";
import { type HttpAnswer, httpGet, passing } from "../outbound/http-request.ts";
import { MAX_PAGE_BYTES, type SourcePage, sourceInstant } from "./source-page.ts";

export interface JsonApi {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where in the answer the rows are. */
  readonly rows: string;
  readonly paging: Paging;
  readonly timeoutMs: number;
  readonly ca?: string | undefined;
}

const MAX_WAIT_SECONDS = 900;

function retryAfterMs(answer: HttpAnswer): number | undefined {
  const seconds = Number(answer.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, MAX_WAIT_SECONDS) * 1000 : undefined;
}

function requireGood(answer: HttpAnswer): void {
  const { status } = answer;
  if (status === 200) return;
  if (status >= 300 && status < 400) {
    throw new DomainError("source.redirect", `the source sends elsewhere (${status}), which is not followed`, {
      fix: "enter the final address",
    });
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const waitMs = retryAfterMs(answer);
    throw passing("source.status", `the source answers ${status}`, waitMs === undefined ? {} : { waitMs });
  }
  throw new DomainError("source.status", `the source answers ${status}`, {
    fix: status === 401 || status === 403 ? "check the headers that it should be called with" : "check the address",
  });
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as unknown;
  } catch {
    throw new DomainError("source.answer", "the source's answer is no JSON in UTF-8");
  }
}

/** One page of a JSON API. Throws DomainError outbound.* or source.*, with `retry` where trying again can help. */
export async function readJsonApi(allowList: AllowList, api: JsonApi, cursor: string | null): Promise<SourcePage> {
  const url = new URL(api.url);
  for (const [name, value] of Object.entries(pageParameters(api.paging, cursor))) url.searchParams.set(name, value);
  const headers = { accept: "application/json", ...api.headers };
  const answer = await httpGet(allowList, url, headers, {
    timeoutMs: api.timeoutMs,
    maxBytes: MAX_PAGE_BYTES,
    ca: api.ca,
  });
  requireGood(answer);
  const json = jsonOf(answer.body);
  const rows = atPointer(json, api.rows);
  if (!Array.isArray(rows)) throw new DomainError("source.answer", `the answer has no list at "${api.rows}"`);
  const wrong = rows.findIndex((row) => typeof row !== "object" || row === null || Array.isArray(row));
  if (wrong >= 0) throw new DomainError("source.answer", `row ${wrong + 1} of the answer is no object`);
  const outcome = afterPage(api.paging, cursor, json, rows as SourceRow[]);
  if (!outcome) throw new DomainError("source.answer", "the source names a page as the one that follows itself");
  return {
    rows: rows as SourceRow[],
    ...outcome,
    ...(api.paging.kind === "since" ? { sourceTime: sourceInstant(outcome.next ?? undefined) } : {}),
  };
}
