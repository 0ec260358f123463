import { z } from "zod";
import { anchorState, hex32, isoTime, localizedText } from "../../lib/schemas.ts";
import { recordObjection } from "../objections/objection-schemas.ts";

export const catalogView = z
  .object({
    id: z.string(),
    name: localizedText,
    departmentCode: z.string(),
    departmentName: localizedText,
    sensitivity: z.enum(["public", "internal", "sensitive"]),
    shareType: z.enum(["open", "conditional", "closed"]),
    updateFrequency: z.string(),
    legalBasis: z.string(),
    fields: z.array(
      z.object({
        name: z.string(),
        label: localizedText,
        headings: z.array(z.string()),
        type: z.string(),
        required: z.boolean(),
      }),
    ),
    recordCount: z.int(),
    lastBatchAt: isoTime.optional(),
  })
  .openapi("Catalog");
export const catalogList = z.object({ items: z.array(catalogView) });

export const batchUpload = z.object({
  fileName: z.string().trim().min(1).max(200).openapi({
    description: "The file's name; its ending tells the format (csv, tsv, xlsx, ndjson, zip of such files)",
  }),
  mode: z
    .enum(["append", "replace"])
    .default("append")
    .openapi({ description: "replace: the file is the catalog's whole state; records that are not in it are deleted" }),
  sheet: z.string().trim().min(1).max(100).optional().openapi({ description: "A sheet's name, or its place from 1" }),
  headingRow: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .openapi({ description: "The row of the headings, from 1" }),
  encoding: z.enum(["utf-8", "gb18030", "utf-16le", "utf-16be"]).optional(),
  replayOf: z.string().max(60).optional().openapi({
    description: "The batch whose quarantined rows the file mends, by their numbers in the column 隔离行号",
  }),
});

export const batchView = z
  .object({
    id: z.string(),
    catalogId: z.string(),
    fileName: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    /** validated: its rows are being read and checked. */
    state: z.enum(["received", "validated", "stored", "anchored", "rejected"]),
    origin: z.object({
      kind: z.enum(["file", "push", "pull", "table", "correction", "replay"]),
      resourceId: z.string().optional(),
      sourceTime: isoTime.optional(),
      replayOf: z.string().optional(),
    }),
    mode: z.enum(["append", "replace"]),
    rows: z.int(),
    stored: z.int(),
    duplicates: z.int(),
    quarantined: z.int(),
    corrected: z.int(),
    late: z.int(),
    deleted: z.int(),
    replayed: z.int().openapi({ description: "Of the quarantined rows, how many were mended and taken since" }),
    bytesRead: z.int().openapi({ description: "How much of the file is read; rows and the other counts grow with it" }),
    fault: z.object({ code: z.string(), message: z.string() }).optional(),
    receivedAt: isoTime,
    startedAt: isoTime.optional(),
    finishedAt: isoTime.optional(),
    anchor: anchorState,
  })
  .openapi("Batch");
export type BatchView = z.infer<typeof batchView>;
export const batchList = z.object({ items: z.array(batchView), total: z.int() });
export const batchQuery = z.object({
  catalogId: z.string().max(60).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
});

export const quarantinedRow = z.object({
  /** In the whole batch: what a replay names it by. */
  number: z.int(),
  fileName: z.string(),
  row: z.int().openapi({ description: "Row of the file, its heading is row 1" }),
  headings: z.array(z.string()).optional().openapi({ description: "Where they differ from the batch's" }),
  cells: z.array(z.string()),
  faults: z.array(z.object({ column: z.string(), value: z.string(), reason: z.string(), message: localizedText })),
  subject: z
    .object({ registrationNumber: z.string().optional(), name: z.string().optional() })
    .optional()
    .openapi({ description: "What it says of an enterprise that couldn't be told: what can be settled" }),
  replay: z.object({ batchId: z.string(), by: z.string().optional(), at: isoTime }).optional(),
});
export const quarantineList = z.object({
  items: z.array(quarantinedRow),
  total: z.int(),
  open: z.int().openapi({ description: "Not yet mended" }),
  headings: z.array(z.string()),
});
export const pageQuery = z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1) });
export const quarantineQuery = pageQuery.extend({ state: z.enum(["open", "replayed"]).optional() });
export const quarantineParam = z.object({ id: z.string().max(60), number: z.coerce.number().int().min(1) });
export const replayInput = z
  .object({ cells: z.array(z.string().max(10_000)).min(1).max(500) })
  .openapi("MendedRow", { description: "All cells of the row, in the order of the headings" });

const heading = z.object({
  heading: z.string().trim().min(1).max(200),
  field: z
    .string()
    .max(60)
    .openapi({ description: 'A field of the catalog, "$deleted" for a deletion mark, "" for a column not to be read' }),
});
export const readingInput = z
  .object({
    headings: z.array(heading).max(500).default([]),
    sheet: z.string().trim().min(1).max(100).optional(),
    headingRow: z.int().min(1).max(1_000).optional(),
    encoding: z.enum(["utf-8", "gb18030", "utf-16le", "utf-16be"]).optional(),
  })
  .openapi("Reading", { description: "How this catalog's files are read, kept for every file that comes" });
export const readingView = readingInput.extend({ savedAt: isoTime.optional() });

export const ownRecordsQuery = z.object({
  uscc: z.string().trim().max(40).optional(),
  key: z.string().trim().max(300).optional(),
});
export const recordParam = z.object({ id: z.string().min(1).max(100) });
const recordValue = z.union([z.string(), z.number(), z.boolean()]);
export const recordVersion = z.object({
  id: z.string(),
  current: z.boolean(),
  deleted: z.boolean(),
  uscc: z.string(),
  key: z.string(),
  asOf: z.string().openapi({ description: "The source's own time, else when it came" }),
  fields: z.record(z.string(), recordValue),
  source: z.object({ batchId: z.string(), fileName: z.string(), row: z.int(), receivedAt: isoTime }),
  commitment: hex32,
  anchor: anchorState,
});
export const recordHistory = z.object({ items: z.array(recordVersion) }).openapi("RecordHistory");
export type RecordVersion = z.infer<typeof recordVersion>;

export const recordView = z
  .object({
    id: z.string(),
    catalogId: z.string(),
    catalogName: localizedText,
    departmentName: localizedText,
    uscc: z.string(),
    fields: z.array(
      z.object({
        name: z.string(),
        label: localizedText,
        type: z.string(),
        value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
        word: localizedText.optional().openapi({ description: "Of a code: what its value is called" }),
      }),
    ),
    source: z.object({ batchId: z.string(), fileName: z.string(), row: z.int(), receivedAt: isoTime }),
    commitment: hex32,
    anchor: anchorState,
    /** What was objected to it, newest first. */
    objections: z.array(recordObjection).optional(),
  })
  .openapi("Record");
