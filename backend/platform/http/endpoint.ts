import type { OpenAPIRegistry } from "@asteasolutions/zod-to-openapi";
import { type Request, type Response, Router } from "express";
import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import { DomainError } from "../../lib/errors.ts";
import { problem } from "../../lib/schemas.ts";

type Schema = z.ZodType;
type Out<S> = S extends Schema ? z.output<S> : undefined;

/** Who may call: everyone, anyone signed in, or the listed roles. */
export type Access = "public" | "account" | readonly Actor["role"][];

export interface Endpoint<P, Q, B, A extends Access> {
  method: "get" | "post" | "delete";
  /** In Express form: /requests/:id */
  path: string;
  access: A;
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  /** The raw body is the handler's to stream. */
  rawBody?: boolean;
  answer?: Schema;
  /** Instead of an answer: the media type of the file that the handler sends itself. */
  sends?: string;
  status?: number;
  handle: (input: {
    params: Out<P>;
    query: Out<Q>;
    body: Out<B>;
    actor: A extends "public" ? Actor | undefined : Actor;
    request: Request;
    response: Response;
  }) => Promise<unknown>;
}

export interface Api {
  readonly router: Router;
  add<P = undefined, Q = undefined, B = undefined, const A extends Access = Access>(
    endpoint: Endpoint<P, Q, B, A>,
  ): void;
}

function allow(access: Access, actor: Actor | undefined): void {
  if (access === "public") return;
  if (!actor) throw new DomainError("session.required", "sign in first");
  if (access !== "account" && !access.includes(actor.role)) {
    throw new DomainError("role.notAllowed", `this is for ${access.join(", ")}; you are signed in as ${actor.role}`);
  }
}

/** Routes and the OpenAPI document out of one description: what is checked at the edge is what is published. */
export function createApi(registry: OpenAPIRegistry): Api {
  const router = Router();
  return {
    router,
    add(endpoint) {
      const { method, path, access, params, query, body, answer, sends, status = 200, handle } = endpoint;
      router[method](path, async (request: Request, response: Response) => {
        const actor = response.locals.actor as Actor | undefined;
        allow(access, actor);
        const input = {
          params: (params as Schema | undefined)?.parse(request.params),
          query: (query as Schema | undefined)?.parse(request.query),
          body: (body as Schema | undefined)?.parse(request.body ?? {}),
          actor,
          request,
          response,
        };
        const result = await handle(input as Parameters<typeof handle>[0]);
        if (sends !== undefined) return;
        if (answer === undefined) response.status(204).end();
        else response.status(status).json(result);
      });
      registry.registerPath({
        method,
        path: path.replace(/:(\w+)/g, "{$1}"),
        summary: endpoint.summary,
        security: access === "public" ? [] : [{ session: [] }],
        request: {
          ...(params ? { params: params as unknown as z.ZodObject } : {}),
          ...(query ? { query: query as unknown as z.ZodObject } : {}),
          ...(body
            ? { body: { required: true, content: { "application/json": { schema: body as unknown as Schema } } } }
            : {}),
          ...(endpoint.rawBody
            ? {
                body: {
                  required: true,
                  content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
                },
              }
            : {}),
        },
        responses: {
          ...(answer
            ? { [status]: { description: "done", content: { "application/json": { schema: answer } } } }
            : sends
              ? {
                  200: {
                    description: "a file",
                    content: { [sends]: { schema: { type: "string", format: "binary" } } },
                  },
                }
              : { 204: { description: "done" } }),
          default: {
            description: "a problem (RFC 9457)",
            content: { "application/problem+json": { schema: problem } },
          },
        },
      });
    },
  };
}
