// The layers of docs/architecture.md as rules: `npm run check` fails on an import that goes the wrong way.
const FEATURE = "^backend/features/([^/]+)/";
const SCHEMAS = "^backend/features/[^/]+/[^/]+-schemas\\.ts$";
const LIB = "^backend/lib/";
const TYPED_DATA = "^contracts/(typed-data|codes)\\.ts$";
const mongoose = "(^|/)node_modules/(mongoose|mongodb)/|^mongoose$";
const express = "(^|/)node_modules/express/|^express$";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment:
        "Modules in a circle can't be read, tested or moved one at a time. Types alone don't count: they vanish.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "resolvable",
      comment: "Every import leads somewhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "lib-is-pure",
      comment: "backend/lib is the ground: it knows no other folder of ours but the signed messages.",
      severity: "error",
      from: { path: LIB },
      to: { path: "^(backend|contracts|frontend|scripts|test)/", pathNot: [LIB, TYPED_DATA] },
    },
    {
      name: "typed-data-is-pure",
      comment: "Browser, backend and tests share the EIP-712 messages: ethers only.",
      severity: "error",
      from: { path: TYPED_DATA },
      to: { pathNot: ["^node_modules/ethers/", "^ethers$"] },
    },
    {
      name: "domain-is-pure",
      comment:
        "Domain code uses the pure library, ethers' encodings, schemas' types and itself: it runs in the browser as well.",
      severity: "error",
      from: { path: "^backend/features/([^/]+)/domain/" },
      to: { pathNot: ["^backend/features/$1/domain/", LIB, TYPED_DATA, SCHEMAS, "^node_modules/ethers/"] },
    },
    {
      name: "features-do-not-meet",
      comment:
        "A feature declares the port that it needs and compose.ts passes it in; schemas are the common language.",
      severity: "error",
      from: { path: FEATURE },
      to: { path: "^backend/features/", pathNot: ["^backend/features/$1/", SCHEMAS] },
    },
    {
      name: "mongoose-in-stores",
      comment: "Queries live in *-store.ts, so that everything else is free of the store's words.",
      severity: "error",
      from: {
        path: "^(backend|scripts|frontend|contracts)/",
        pathNot: [
          "-store\\.ts$",
          "^backend/stores\\.ts$",
          "^backend/platform/mongo/",
          "^scripts/bench/document-store-clients\\.ts$",
        ],
      },
      to: { path: mongoose },
    },
    {
      name: "express-at-the-edge",
      comment: "Routes parse, call and answer; services know nothing of HTTP.",
      severity: "error",
      from: {
        path: "^(backend|scripts|frontend|contracts)/",
        pathNot: ["-routes\\.ts$", "^backend/platform/http/", "^backend/(app|routes)\\.ts$"],
      },
      to: { path: express },
    },
    {
      name: "services-below-routes",
      comment: "Arrows run domain ← service ← routes.",
      severity: "error",
      from: { path: "^backend/features/", pathNot: "-routes\\.ts$" },
      to: { path: "-routes\\.ts$" },
    },
    {
      name: "features-below-compose",
      comment: "Features know neither how they are put together nor the process that they run in.",
      severity: "error",
      from: { path: "^backend/(features|platform|lib|embedded)/" },
      to: { path: "^backend/[^/]+\\.ts$" },
    },
    {
      name: "embedded-from-main",
      comment: "The embedded parts stand in for servers: only main starts them, everybody else speaks their protocol.",
      severity: "error",
      from: { path: "^(backend|scripts|frontend|contracts)/", pathNot: ["^backend/embedded/", "^backend/main\\.ts$"] },
      to: { path: "^backend/embedded/" },
    },
    {
      name: "embedded-stands-alone",
      comment: "An embedded part can be taken out: it leans on the pure library only.",
      severity: "error",
      from: { path: "^backend/embedded/([^/]+)/" },
      to: { path: "^(backend|contracts|frontend|scripts)/", pathNot: ["^backend/embedded/$1/", LIB] },
    },
    {
      name: "platform-from-its-users",
      comment: "Doors to the world are opened by stores and the composition; routes see the HTTP one alone.",
      severity: "error",
      from: {
        path: "^backend/",
        pathNot: ["^backend/platform/", "-(store|service|routes)\\.ts$", "^backend/[^/]+\\.ts$"],
      },
      to: { path: "^backend/platform/" },
    },
    {
      name: "services-declare-ports",
      comment: "A service is handed what it needs and knows no more than its type.",
      severity: "error",
      from: { path: "^backend/features/.*-service\\.ts$" },
      to: { path: "^backend/platform/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "routes-see-http",
      comment: "Routes parse, call and answer; stores and the chain are behind the services.",
      severity: "error",
      from: { path: "^backend/features/.*-routes\\.ts$" },
      to: { path: "^backend/platform/", pathNot: "^backend/platform/http/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "platform-knows-no-feature",
      comment: "The doors serve every feature alike.",
      severity: "error",
      from: { path: "^backend/platform/" },
      to: { path: "^backend/features/", pathNot: SCHEMAS },
    },
    {
      name: "frontend-takes-the-pure-parts",
      comment:
        "Of the backend the pages share the schemas, the pure library, the domain rules and the signed messages.",
      severity: "error",
      from: { path: "^frontend/" },
      to: {
        path: "^(backend|contracts|scripts|test)/",
        pathNot: [SCHEMAS, LIB, "^backend/features/[^/]+/domain/", TYPED_DATA],
      },
    },
    {
      name: "product-without-tests",
      comment: "What is shipped never leans on tests or scripts, but for the sample city, which is both.",
      severity: "error",
      from: { path: "^(backend|contracts|frontend)/" },
      to: { path: "^(test|scripts)/", pathNot: "^scripts/sample-city/" },
    },
    {
      name: "sample-city-through-one-door",
      comment: "Sample data is loaded in one place and is nobody else's business.",
      severity: "error",
      from: { path: "^(backend|contracts|frontend)/", pathNot: "^backend/sample-city\\.ts$" },
      to: { path: "^scripts/sample-city/" },
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(frontend/dist|artifacts|types|cache)/" },
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      mainFields: ["module", "main"],
    },
    builtInModules: { add: ["node:sqlite"] },
  },
};
