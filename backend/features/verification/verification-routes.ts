import type { Request } from "express";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { z } from "zod";
import { DomainError } from "../../lib/errors.ts";
import { type LeafPack, leafPack } from "../../lib/proof/pack.ts";
import { idParam } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { answerLeafId } from "./answer-service.ts";
import type { AnswerService } from "./answer-types.ts";
import { batchCsv, readBatchCsv } from "./batch-csv.ts";
import type { CheckService } from "./check-service.ts";
import type { QueryService } from "./query-service.ts";
import {
  answerList,
  answerView,
  batchInput,
  batchQuery,
  batchResult,
  type CheckContent,
  checkInput,
  checkView,
  idempotencyKey,
  kindList,
  listQuery,
  numberParam,
  numberView,
  type QueryContent,
  queryInput,
  queryView,
  reviewInput,
} from "./verification-schemas.ts";

const ASKERS = ["institution", "department"] as const;
const READERS = ["institution", "department", "enterprise", "regulator"] as const;
const MAX_CSV_BYTES = 512 * 1024;

interface Services {
  answers: AnswerService;
  checks: CheckService;
  queries: QueryService;
  proofOfLeaf(
    leafId: string,
    kind: "documents",
    opening: { document?: unknown; salt: string; commitment: string },
  ): Promise<LeafPack>;
}

/** So many of a minute for each party; of the public, for each address. */
function limiter(points: number) {
  const limit = new RateLimiterMemory({ points, duration: 60 });
  return async (who: string, request: Request): Promise<void> => {
    try {
      await limit.consume(who);
    } catch (error) {
      if (error instanceof Error) throw error;
      const seconds = Math.ceil((error as RateLimiterRes).msBeforeNext / 1000);
      request.res?.setHeader("Retry-After", seconds);
      throw new DomainError("verification.tooMany", `more than ${points} a minute`, {
        status: 429,
        fix: `wait ${seconds} seconds; many subjects go into one batch`,
      });
    }
  };
}

function keyOf(request: Request): string | undefined {
  const header = request.get("idempotency-key");
  if (header === undefined) return undefined;
  const key = idempotencyKey.safeParse(header);
  if (!key.success)
    throw new DomainError("input.invalid", key.error.issues[0]!.message, { field: "Idempotency-Key", status: 400 });
  return key.data;
}

async function bodyOf(request: Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_CSV_BYTES)
      throw new DomainError("file.tooLarge", "the file is too large", { status: 413, fix: "at most 512 kB, 500 rows" });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function verificationRoutes(api: Api, services: Services): void {
  const { answers, checks } = services;
  const limitChecks = limiter(300);
  const limitBatches = limiter(10);

  api.add({
    method: "get",
    path: "/verification-kinds",
    access: READERS,
    summary: "The kinds of checks with their parameters and registers, and the legal bases that the reader may use",
    answer: kindList,
    handle: ({ actor }) => checks.kinds(actor),
  });
  api.add({
    method: "post",
    path: "/verifications",
    access: ASKERS,
    summary: "Check one thing of one enterprise: yes, no or unknown. Idempotency-Key is kept to",
    body: checkInput,
    answer: checkView,
    status: 201,
    async handle({ actor, body, request }) {
      await limitChecks(actor.participantId, request);
      return checks.check(actor, body, keyOf(request));
    },
  });
  api.add({
    method: "post",
    path: "/verification-batches",
    access: ASKERS,
    summary: "One check of many enterprises; each is answered, refused or invalid by itself",
    body: batchInput,
    answer: batchResult,
    async handle({ actor, body, request }) {
      await limitBatches(actor.participantId, request);
      return checks.batch(actor, body, keyOf(request));
    },
  });
  api.add({
    method: "post",
    path: "/verification-batches/csv",
    access: ASKERS,
    summary: "The same as a CSV file: the raw body has the subjects, the answer is CSV too",
    query: batchQuery,
    rawBody: true,
    sends: "text/csv",
    async handle({ actor, query, request, response }) {
      await limitBatches(actor.participantId, request);
      const { kind, purpose, basis, caseNo, officer } = query;
      const subjects = readBatchCsv(kind, await bodyOf(request));
      const input = batchInput.parse({
        kind,
        subjects,
        ...(purpose ? { purpose } : {}),
        ...(basis ? { legalBasis: { code: basis, caseNo, officer } } : {}),
      });
      const result = await checks.batch(actor, input, keyOf(request));
      response.attachment("verifications.csv").type("text/csv").send(batchCsv(result));
    },
  });
  api.add({
    method: "get",
    path: "/verifications",
    access: READERS,
    summary:
      "Checks and queries: one's own, those about oneself, or for the regulator all on a legal basis; newest first",
    query: listQuery,
    answer: answerList,
    handle: ({ actor, query }) => answers.list(actor, query),
  });
  api.add({
    method: "get",
    path: "/verifications/:id",
    access: READERS,
    summary: "One check, with its answer where the reader may still see it",
    params: idParam,
    answer: checkView,
    handle: ({ actor, params }) => answers.open<CheckContent>(actor, params.id, "check"),
  });
  api.add({
    method: "get",
    path: "/verifications/:id/proof",
    access: ["institution", "department", "enterprise"],
    summary: "The proof pack of a check or query, to show to others",
    params: idParam,
    answer: leafPack.openapi("LeafProof"),
    handle: async ({ actor, params }) =>
      services.proofOfLeaf(answerLeafId(params.id), "documents", await answers.opening(actor, params.id)),
  });
  api.add({
    method: "post",
    path: "/verifications/:id/review",
    access: ["regulator"],
    summary: "What the regulator found of a use of a legal basis",
    params: idParam,
    body: reviewInput,
    answer: answerView,
    handle: ({ actor, params, body }) => answers.review(actor, params.id, body),
  });
  addQueryRoutes(api, services);
}

function addQueryRoutes(api: Api, { answers, queries }: Services): void {
  const limitQueries = limiter(60);
  const limitLookups = limiter(60);
  api.add({
    method: "post",
    path: "/one-click-queries",
    access: ASKERS,
    summary: "All that is known of one enterprise in one table. Idempotency-Key is kept to",
    body: queryInput,
    answer: queryView,
    status: 201,
    async handle({ actor, body, request }) {
      await limitQueries(actor.participantId, request);
      return queries.query(actor, body, keyOf(request));
    },
  });
  api.add({
    method: "get",
    path: "/one-click-queries/:id",
    access: READERS,
    summary: "One query, with its table where the reader may still see it",
    params: idParam,
    answer: queryView,
    handle: ({ actor, params }) => answers.open<QueryContent>(actor, params.id, "query"),
  });
  api.add({
    method: "get",
    path: "/one-click-queries/:id/workbook",
    access: ["institution", "department", "enterprise"],
    summary: "The same as a spreadsheet (XLSX)",
    params: idParam,
    query: z.object({ language: z.enum(["zh", "en"]).default("zh") }),
    sends: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    async handle({ actor, params, query, response }) {
      const { fileName, bytes } = await queries.workbook(actor, params.id, query.language);
      response
        .attachment(fileName)
        .type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .send(bytes);
    },
  });
  api.add({
    method: "get",
    path: "/verification-numbers/:number",
    access: "public",
    summary: "Whether an answer with this number was given, and what to compare its proof pack with",
    params: numberParam,
    answer: numberView,
    async handle({ params, request }) {
      await limitLookups(request.ip ?? "", request);
      return answers.byNumber(params.number);
    },
  });
}
