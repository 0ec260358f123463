import { z } from "zod";
import { isoTime, localizedText } from "../../lib/schemas.ts";
import { RESOURCE_KINDS, RESOURCE_STATES } from "./domain/resource-states.ts";

const name = (most: number) => z.string().trim().min(1).max(most);
const column = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !text.includes("\0"), "a column's name without zero bytes");
const fieldName = z.string().regex(/^[a-z][A-Za-z0-9]{0,59}$/, "a field's name as the catalog has it");
const pointer = z
  .string()
  .max(200)
  .regex(/^(\/.*)?$/, 'a JSON pointer such as "/data/rows", or nothing for the answer itself');
const parameter = z.string().regex(/^[\w.[\]-]{1,60}$/, "the name of a query parameter");
const pem = z
  .string()
  .max(20_000)
  .regex(/-----BEGIN CERTIFICATE-----/, "certificates in PEM");

export const resourceKind = z.enum(RESOURCE_KINDS);
export const resourceState = z.enum(RESOURCE_STATES);

export const columnMapping = z.strictObject({
  source: column.openapi({ description: "The source's column; in JSON it may be a pointer into the row: /owner/code" }),
  field: fieldName,
  unit: z.enum(["yuan", "wanyuan"]).optional(),
});
export const deletionMark = z
  .strictObject({ source: column, values: z.array(z.string().max(100)).min(1).max(20) })
  .openapi({ description: "A row is a deletion of its record when this column holds one of these values" });

const paging = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({
    kind: z.literal("cursor"),
    parameter,
    pointer,
    atEnd: z
      .enum(["restart", "resume"])
      .default("restart")
      .openapi({ description: "Whether the next run reads all again or goes on from the last cursor" }),
  }),
  z.strictObject({
    kind: z.literal("page"),
    parameter,
    first: z.int().min(0).max(1).default(1),
    sizeParameter: parameter.optional(),
    size: z.int().min(1).max(10_000),
  }),
  z.strictObject({
    kind: z.literal("since"),
    parameter,
    pointer: pointer.openapi({ description: "The time within a row" }),
    first: z.string().max(60).optional(),
  }),
]);

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,60}$/, "the name of a header")
  .refine(
    (header) => !/^(host|connection|content-.*|transfer-encoding|te|upgrade|accept-encoding)$/i.test(header),
    "another header: this one is set by the connection itself",
  );
const headerValue = z
  .string()
  .min(1)
  .max(4_000)
  .regex(/^[\x20-\x7e]*$/, "a value of visible ASCII characters");

const pullPlace = {
  url: z
    .url({ protocol: /^https?$/, error: "an address that starts with https://" })
    .max(2_000)
    .refine((url) => !/^https?:\/\/[^/]*@/.test(url), "an address without a user name: use a header"),
  rows: pointer.default(""),
  paging: paging.default({ kind: "none" }),
  timeoutSeconds: z.int().min(1).max(120).default(30),
  ca: pem.optional(),
};
export const pullInput = z.strictObject({
  ...pullPlace,
  headers: z
    .array(z.strictObject({ name: headerName, value: headerValue.optional() }))
    .max(20)
    .default([])
    .openapi({ description: "Values are kept encrypted and never shown; without a value the kept one stays" }),
});
export const pullView = z.object({ ...pullPlace, headers: z.array(z.object({ name: z.string() })) });

const tablePlace = {
  engine: z.enum(["postgresql", "mysql", "sqlite"]),
  host: z.string().trim().max(253).default("").openapi({ description: "Of a server; none for SQLite" }),
  port: z.int().min(1).max(65_535).optional(),
  database: name(200).openapi({ description: "The database; for SQLite the file's name in the folder of such files" }),
  user: z.string().max(100).default(""),
  tls: z.enum(["off", "encrypt", "verify"]).default("verify"),
  ca: pem.optional(),
  schema: column.optional(),
  table: column,
  keyColumn: column.openapi({ description: "Unique, and growing where there is no updatedColumn" }),
  updatedColumn: column.optional(),
  settleSeconds: z.int().min(0).max(3_600).default(0),
  pageRows: z.int().min(1).max(10_000).default(2_000),
  timeoutSeconds: z.int().min(1).max(120).default(30),
};
export const tableInput = z.strictObject({
  ...tablePlace,
  password: z
    .string()
    .max(500)
    .optional()
    .openapi({ description: "Kept encrypted and never shown; without it the kept one stays" }),
});
export const tableView = z.object({ ...tablePlace, hasPassword: z.boolean() });

const resourceBase = {
  name: name(100),
  description: z.string().trim().max(1_000).default(""),
  owner: name(100).openapi({ description: "The office or person who answers for it" }),
  mapping: z.array(columnMapping).max(300).default([]),
  deletion: deletionMark.optional(),
  everyMinutes: z
    .int()
    .min(1)
    .max(44_640)
    .optional()
    .openapi({ description: "How often it is fetched; only by hand without it" }),
};

export const resourceInput = z
  .strictObject({
    ...resourceBase,
    catalogId: z.string().min(1).max(100),
    kind: resourceKind,
    pull: pullInput.optional(),
    table: tableInput.optional(),
  })
  .superRefine((input, context) => {
    const issue = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    for (const kind of ["pull", "table"] as const) {
      if (input.kind === kind && !input[kind]) issue(kind, "say where the rows are fetched");
      if (input.kind !== kind && input[kind]) issue(kind, `only of a resource of the kind ${kind}`);
    }
    if (input.everyMinutes !== undefined && input.kind !== "pull" && input.kind !== "table") {
      issue("everyMinutes", "only what is fetched has a schedule");
    }
    if (input.table && input.table.engine !== "sqlite" && input.table.host === "")
      issue("table.host", "name the server");
    const fields = input.mapping.map(({ field }) => field);
    const twice = fields.find((field, index) => fields.indexOf(field) !== index);
    if (twice) issue("mapping", `the field ${twice} has two columns`);
  });
export type ResourceInput = z.output<typeof resourceInput>;

export const credentialInput = z.discriminatedUnion("algorithm", [
  z.strictObject({
    algorithm: z.literal("ed25519"),
    label: name(100),
    publicKey: z.string().max(500).openapi({ description: "PEM (SubjectPublicKeyInfo), or its 32 bytes in base64" }),
  }),
  z.strictObject({ algorithm: z.literal("hmac-sha256"), label: name(100) }),
]);
export const credentialView = z.object({
  id: z.string().openapi({ description: "The signature's keyid" }),
  algorithm: z.enum(["ed25519", "hmac-sha256"]),
  label: z.string(),
  createdAt: isoTime,
  revokedAt: isoTime.optional(),
});
export const newCredential = credentialView.extend({
  secret: z.string().optional().openapi({ description: "Of hmac-sha256, in base64; shown this once" }),
});

export const runView = z
  .object({
    id: z.string(),
    trigger: z.enum(["schedule", "manual", "push"]),
    state: z.enum(["running", "waiting", "done", "failed"]),
    startedAt: isoTime,
    finishedAt: isoTime.optional(),
    pages: z.int(),
    rows: z.int(),
    /** The newest batches, at most 20. */
    batchIds: z.array(z.string()),
    attempts: z.int().openapi({ description: "Failed in a row just now" }),
    nextAttemptAt: isoTime.optional(),
    fault: z.object({ code: z.string(), message: z.string() }).optional(),
  })
  .openapi("SourceRun");
export const runList = z.object({ items: z.array(runView), total: z.int() });

export const resourceView = z
  .object({
    ...resourceBase,
    id: z.string(),
    catalogId: z.string(),
    catalogName: localizedText,
    departmentCode: z.string(),
    kind: resourceKind,
    state: resourceState,
    version: z.int(),
    createdAt: isoTime,
    changedAt: isoTime,
    pull: pullView.optional(),
    table: tableView.optional(),
    credentials: z.array(credentialView),
    nextRunAt: isoTime.optional(),
    lastRun: runView.optional(),
  })
  .openapi("DataResource");
export type ResourceView = z.infer<typeof resourceView>;
export const resourceList = z.object({ items: z.array(resourceView) });
export const resourceQuery = z.object({ catalogId: z.string().max(100).optional() });

export const resourceChange = z.object({
  at: isoTime,
  accountId: z.string(),
  action: z.enum(["create", "edit", "activate", "pause", "addCredential", "revokeCredential", "run"]),
  fields: z.array(z.string()).openapi({ description: "What was changed; no values" }),
});
export const changeList = z.object({ items: z.array(resourceChange) });

export const runInput = z.strictObject({
  fromStart: z.boolean().default(false).openapi({ description: "Reads everything again, not only what is new" }),
});
export const resourceEdit = z.strictObject({ version: z.int(), resource: resourceInput });

export const previewInput = z.strictObject({
  resource: resourceInput,
  id: z.string().max(100).optional().openapi({ description: "Of the kept resource whose secrets are to be used" }),
});
export const preview = z
  .object({
    columns: z.array(z.string()),
    rows: z.array(
      z.object({
        source: z.record(z.string(), z.string()),
        record: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
        deleted: z.boolean(),
        faults: z.array(z.object({ column: z.string(), value: z.string(), message: localizedText })),
      }),
    ),
    faults: z.array(localizedText).openapi({ description: "Of the mapping as a whole" }),
    tookMs: z.int(),
  })
  .openapi("SourcePreview");
export const pageQuery = z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1) });
export const fileUpload = z.object({ fileName: name(200) });
