import { existsSync } from "node:fs";
import { join } from "node:path";
import { OpenAPIRegistry, OpenApiGeneratorV31 } from "@asteasolutions/zod-to-openapi";
import express, { type Express } from "express";
import helmet from "helmet";
import type { Logger } from "pino";
import { pinoHttp } from "pino-http";
import type { Actor } from "./lib/actor.ts";
import { DomainError } from "./lib/errors.ts";
import { newId } from "./lib/ids.ts";
import { backlogGuard } from "./platform/http/backlog.ts";
import { type Api, createApi } from "./platform/http/endpoint.ts";
import { problemHandler } from "./platform/http/problems.ts";
import { sessionReader } from "./platform/http/session.ts";

export interface AppParts {
  addRoutes(api: Api): void;
  authenticate(token: string): Promise<Actor | undefined>;
  /** Acts that wait for the chain; new ones are refused when there are `maxWaitingActs`. */
  countWaiting(): Promise<number>;
  maxWaitingActs: number;
  webDir: string;
  log: Logger;
}

const isFileUpload = (path: string | undefined): boolean =>
  /^\/api\/v1\/(catalogs\/[^/]+\/batches|data-resources\/[^/]+\/(pages|files))(\?|$)/.test(path ?? "");

/** The order of what a request passes through. */
export function createApp({ addRoutes, authenticate, countWaiting, maxWaitingActs, webDir, log }: AppParts): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.use(
    pinoHttp({
      logger: log,
      genReqId: () => newId(),
      autoLogging: log.isLevelEnabled("info"),
      // What is asked for by name, code or file is nobody's business who reads the log.
      serializers: { req: ({ query: _, url, ...req }) => ({ ...req, url: String(url).split("?")[0] }) },
    }),
  );
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          // The component library writes its styles at run time.
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", "data:"],
          // /verify may ask a node of the visitor's own choice.
          connectSrc: ["'self'", "http://127.0.0.1:*", "http://localhost:*", "https:"],
          workerSrc: ["'self'", "blob:"],
          upgradeInsecureRequests: null,
        },
      },
      strictTransportSecurity: false,
    }),
  );

  const registry = new OpenAPIRegistry();
  registry.registerComponent("securitySchemes", "session", { type: "http", scheme: "bearer", bearerFormat: "JWT" });
  const api = createApi(registry);
  addRoutes(api);
  const document = JSON.stringify(
    new OpenApiGeneratorV31(registry.definitions).generateDocument({
      openapi: "3.1.0",
      info: {
        title: "Rongqiao",
        version: "1",
        description: "SME financing matchmaking. Errors are RFC 9457 problems; amounts are fen.",
      },
      servers: [{ url: "/api/v1" }],
    }),
  );
  api.router.get("/openapi.json", (_, response) => {
    response.type("application/json").send(document);
  });

  app.use("/api/v1", (_, response, next) => {
    response.setHeader("Cache-Control", "no-store");
    next();
  });
  app.use(
    "/api/v1",
    express.json({
      limit: "1mb",
      type: (request) =>
        !isFileUpload((request as { originalUrl?: string }).originalUrl) &&
        /json/.test(request.headers["content-type"] ?? ""),
    }),
  );
  const onCountError = (error: unknown) => log.error({ err: error }, "the waiting acts could not be counted");
  app.use("/api/v1", backlogGuard(countWaiting, maxWaitingActs, onCountError));
  app.use("/api/v1", sessionReader(authenticate), api.router);
  app.use("/api", (request) => {
    throw new DomainError("notFound", `there is no ${request.method} ${request.originalUrl.split("?")[0]}`, {
      fix: "see /api/v1/openapi.json",
    });
  });

  if (existsSync(webDir)) {
    app.use("/assets", express.static(join(webDir, "assets"), { immutable: true, maxAge: "1y", fallthrough: true }));
    // A chunk of an older build is gone: not the page in its place, which no script could read.
    app.use("/assets", (_, response) => {
      response.status(404).end();
    });
    app.use(express.static(webDir, { index: false, maxAge: 0 }));
    app.get("/{*path}", (_, response) => {
      response.setHeader("Cache-Control", "no-cache");
      response.sendFile(join(webDir, "index.html"));
    });
  }
  app.use(problemHandler((error, requestId) => log.error({ err: error, requestId }, "unexpected error")));
  return app;
}
