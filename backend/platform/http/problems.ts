import type { NextFunction, Request, Response } from "express";
import { ZodError } from "zod";
import { DomainError } from "../../lib/errors.ts";
import type { Problem } from "../../lib/schemas.ts";

/** Status and fix of each error code, by its most special prefix: the one place where errors meet HTTP. */
const TABLE: readonly (readonly [prefix: string, status: number, title: string, fix?: string])[] = [
  ["session.wrong", 401, "Wrong user name or password", "Check both; capital letters count in the password"],
  ["session.required", 401, "Not signed in", "Sign in with POST /api/v1/sessions"],
  ["session.tooMany", 429, "Too many attempts", "Wait a minute, then try again"],
  ["role.notAllowed", 403, "Not for this role", "Sign in with an account of the right role"],
  ["consent.required", 403, "No live consent", "Ask the enterprise for a consent that covers this"],
  ["consent.", 409, "The consent doesn't allow this"],
  ["notFound", 404, "Not found", "Check the address; what belongs to another party is not shown"],
  ["signature.", 422, "The signature doesn't fit", "Sign exactly the message described, with the party's own key"],
  ["commitment.", 422, "The commitment doesn't fit", "Compute it over exactly the terms sent, with the salt sent"],
  ["conflict", 409, "Changed meanwhile", "Load it again and repeat"],
  ["scorecard.", 422, "The scorecard doesn't allow this"],
  ["outbound.", 422, "This address may not be called"],
  ["source.invalid", 422, "The resource isn't valid"],
  ["source.secretNeeded", 422, "A secret is needed"],
  ["source.state", 409, "Not in this state"],
  ["source.", 502, "The source doesn't answer as it should"],
  ["push.", 422, "The page can't be taken"],
  ["code.", 422, "The enterprise code can't be used"],
  ["material.", 409, "The material can't be taken or opened"],
  ["file.", 422, "The file can't be read", "Send CSV, TSV, XLSX or NDJSON with a heading row"],
  ["body.", 400, "The body can't be read"],
  ["chain.", 502, "The chain doesn't answer", "Try again in a minute"],
  ["queue.full", 503, "Too many acts wait for the chain", "Send it again after the seconds in Retry-After"],
  ["bid.notAnchored", 409, "The bid is still being anchored", "Try again in a few seconds"],
  ["proof.notConfirmed", 409, "Still being confirmed", "Try again in a few seconds"],
  ["grant.notConfirmed", 409, "The grant is still being confirmed", "Try again in a few seconds"],
];

const own = (code: string) =>
  TABLE.find(([prefix]) => code.startsWith(prefix)) ?? ([code, 409, "Not possible now"] as const);

function fieldProblem(error: ZodError): Problem {
  const errors = error.issues.slice(0, 50).flatMap((issue) => {
    const path = issue.path.join(".");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        field: path ? `${path}.${key}` : key,
        reason: "unknown field",
        fix: "leave it out",
      }));
    }
    return [{ field: path || "body", reason: issue.message, fix: `send a valid ${path || "body"}: ${issue.message}` }];
  });
  return {
    type: "https://rongqiao.example/problems/input.invalid",
    title: "The input is not valid",
    status: 400,
    code: "input.invalid",
    detail: errors.map(({ field, reason }) => `${field}: ${reason}`).join("; "),
    errors,
  };
}

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof ZodError) return fieldProblem(error);
  if (error instanceof DomainError) {
    const [, status, title, fix] = own(error.code);
    const field = typeof error.data.field === "string" ? error.data.field : undefined;
    const advice = typeof error.data.fix === "string" ? error.data.fix : fix;
    return {
      type: `https://rongqiao.example/problems/${error.code}`,
      title,
      status: typeof error.data.status === "number" ? error.data.status : status,
      code: error.code,
      detail: error.message,
      ...(advice ? { fix: advice } : {}),
      ...(field ? { errors: [{ field, reason: error.message, ...(advice ? { fix: advice } : {}) }] } : {}),
    };
  }
  const parser = error as { type?: string; code?: string; status?: number; message?: string } | null;
  if (parser?.status === 404 && parser.code === "ENOENT") {
    // A web page of an earlier build asks for a part that the present build doesn't have.
    return {
      type: "https://rongqiao.example/problems/notFound",
      title: "Not found",
      status: 404,
      code: "notFound",
      detail: "there is no such file",
      fix: "load the page again",
    };
  }
  if (
    parser?.type?.startsWith("entity.") ||
    parser?.type === "encoding.unsupported" ||
    parser?.type === "charset.unsupported"
  ) {
    const status = parser.status ?? 400;
    return {
      type: "https://rongqiao.example/problems/body.invalid",
      title: status === 413 ? "The body is too large" : "The body can't be read",
      status,
      code: "body.invalid",
      detail: parser.message ?? "the body is not valid",
      fix: status === 413 ? "Send at most 1 MB of JSON; files go to the catalog's batches" : "Send valid JSON in UTF-8",
    };
  }
  return undefined;
}

/** What is ours becomes its problem; anything else a bare 500 with the request's id, and a line in the log. */
export function problemHandler(onUnknown: (error: unknown, requestId: string) => void) {
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    const requestId = String((request as { id?: unknown }).id ?? "");
    const known = problemOf(error);
    if (!known) onUnknown(error, requestId);
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem: Problem = known ?? {
      type: "about:blank",
      title: "Something went wrong on our side",
      status: 500,
      code: "internal",
      detail: "It has been noted. Nothing was changed, or the change was completed: load the page again to see.",
    };
    response
      .status(problem.status)
      .type("application/problem+json")
      .send(JSON.stringify({ ...problem, requestId }));
  };
}
