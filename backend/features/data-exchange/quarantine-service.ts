import { Readable } from "node:stream";
import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import type { BatchDocument, BatchOptions } from "./batch-types.ts";
import type { quarantineList } from "./data-exchange-schemas.ts";
import type { Catalog } from "./domain/catalog.ts";
import type { FaultReason } from "./domain/faults.ts";
import { mapRow } from "./domain/row-mapping.ts";
import { guardedCell, REPLAY_REASON, REPLAY_ROW } from "./domain/special-columns.ts";
import type { IngestionService } from "./ingestion-service.ts";
import { type QuarantinedRowDocument, type QuarantineStore, type RowFilter, rowOfId } from "./quarantine-store.ts";

const PAGE_SIZE = 50;
const UNTOLD: ReadonlySet<string> = new Set<FaultReason>(["unknownSubject", "ambiguousSubject"]);

export interface QuarantineService {
  list(
    actor: Actor,
    batchId: string,
    filter: RowFilter | undefined,
    page: number,
  ): Promise<z.infer<typeof quarantineList>>;
  /** Rows that are still open, as CSV with their numbers and reasons, to be mended and sent as a replay. */
  csv(
    actor: Actor,
    batchId: string,
    language: "zh" | "en",
  ): Promise<{ fileName: string; lines: AsyncIterable<string> }>;
  /** Checks one mended row, and sends it as a batch of its own. */
  replayRow(actor: Actor, batchId: string, number: number, cells: readonly string[]): Promise<BatchDocument>;
  /** Sends a file of mended rows. */
  replayFile(actor: Actor, batchId: string, fileName: string, content: Readable): Promise<BatchDocument>;
}

interface Ports {
  quarantine: QuarantineStore;
  ingestion: Pick<IngestionService, "receive">;
  /** Throws notFound where the batch is not the actor's to see. */
  ownBatch(actor: Actor, id: string): Promise<BatchDocument>;
  ownCatalog(actor: Actor, catalogId: string): Promise<Catalog>;
}

const quoted = (cell: string): string => {
  const safe = guardedCell(cell);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const line = (cells: readonly string[]): string => `${cells.map(quoted).join(",")}\r\n`;

const reasonsOf = (row: QuarantinedRowDocument, language: "zh" | "en"): string =>
  row.faults.map(({ column, message }) => (column ? `${column}: ${message[language]}` : message[language])).join("; ");

export function createQuarantineService(ports: Ports, clock: Clock): QuarantineService {
  const { quarantine, ingestion } = ports;

  /** A batch whose rows may be replayed: rows that a replay refused are still open in the batch that they came from. */
  async function mendable(actor: Actor, batchId: string): Promise<{ batch: BatchDocument; catalog: Catalog }> {
    const batch = await ports.ownBatch(actor, batchId);
    const catalog = await ports.ownCatalog(actor, batch.catalogId);
    if (batch.state !== "stored") {
      throw new DomainError("conflict", "the batch is still being read, or was rejected as a whole", {
        fix: "wait until it is stored; mend a rejected file and send it again",
      });
    }
    if (batch.origin.replayOf) {
      throw new DomainError(
        "conflict",
        "this batch is a replay itself; its rows are open in the batch that they came from",
        {
          fix: `mend them in batch ${batch.origin.replayOf}`,
        },
      );
    }
    return { batch, catalog };
  }

  const optionsOf = ({ options, unit }: BatchDocument): Partial<BatchOptions> => ({
    mode: "append",
    headings: options.headings,
    // Made here: neither the department's encoding, nor its sheet, nor its titles.
    encoding: undefined,
    sheet: undefined,
    headingRow: undefined,
    ...((options.unit ?? unit) ? { unit: options.unit ?? unit! } : {}),
  });

  const read = (catalog: Catalog, batch: BatchDocument, headings: readonly string[], cells: readonly string[]) => {
    const { headings: given, unit } = optionsOf(batch);
    return mapRow(catalog, headings, cells, { given, ...(unit ? { sheetUnit: unit } : {}) });
  };

  /** What an open row says of an enterprise that couldn't be told. */
  function openSubject(
    catalog: Catalog,
    batch: BatchDocument,
    { headings, cells, faults, replay }: QuarantinedRowDocument,
  ): { registrationNumber?: string; name?: string } | undefined {
    if (replay || !faults.some(({ reason }) => UNTOLD.has(reason))) return undefined;
    const result = read(catalog, batch, headings ?? batch.headings, cells);
    if (!result.ok || !result.record.subject) return undefined;
    const { registrationNumber, name } = result.record.subject;
    return { ...(registrationNumber ? { registrationNumber } : {}), ...(name ? { name } : {}) };
  }

  const receive = (actor: Actor, batch: BatchDocument, catalog: Catalog, fileName: string, content: Readable) =>
    ingestion.receive(
      catalog,
      fileName,
      content,
      {
        kind: "replay",
        replayOf: batch._id,
        by: actor.participantId,
        ...(batch.origin.sourceTime ? { sourceTime: batch.origin.sourceTime } : {}),
      },
      optionsOf(batch),
    );

  return {
    async list(actor, batchId, filter, page) {
      const batch = await ports.ownBatch(actor, batchId);
      const rows = await quarantine.page(batchId, filter, page, PAGE_SIZE);
      // To settle whom a row means is its department's business alone.
      const catalog = actor.role === "department" ? await ports.ownCatalog(actor, batch.catalogId) : undefined;
      const open = batch.quarantined - batch.replayed;
      return {
        headings: batch.headings,
        total: filter === undefined ? batch.quarantined : filter === "open" ? open : batch.replayed,
        open,
        items: rows.map((document) => {
          const { _id, row, entry, headings, cells, faults, replay } = document;
          const subject = catalog && openSubject(catalog, batch, document);
          return {
            number: rowOfId(_id),
            fileName: entry ?? batch.fileName,
            row,
            ...(headings ? { headings } : {}),
            cells,
            faults,
            ...(subject ? { subject } : {}),
            ...(replay
              ? {
                  replay: {
                    batchId: replay.batchId,
                    ...(replay.by ? { by: replay.by } : {}),
                    at: replay.at.toISOString(),
                  },
                }
              : {}),
          };
        }),
      };
    },
    async csv(actor, batchId, language) {
      const batch = await ports.ownBatch(actor, batchId);
      const columns = [...batch.headings];
      for await (const { headings } of quarantine.each(batchId)) {
        for (const heading of headings ?? []) if (!columns.includes(heading)) columns.push(heading);
      }
      async function* lines(): AsyncGenerator<string> {
        yield `\uFEFF${line([REPLAY_ROW, REPLAY_REASON, ...columns])}`;
        for await (const row of quarantine.each(batchId)) {
          if (row.replay) continue;
          const own = row.headings ?? batch.headings;
          const cells = columns.map((heading) => row.cells[own.indexOf(heading)] ?? "");
          yield line([String(rowOfId(row._id)), reasonsOf(row, language), ...cells]);
        }
      }
      return { fileName: `${batch.fileName.replace(/\.[^.]+$/, "")}-${REPLAY_ROW}.csv`, lines: lines() };
    },
    async replayRow(actor, batchId, number, cells) {
      const { batch, catalog } = await mendable(actor, batchId);
      const row = await quarantine.find(batchId, number);
      if (!row) throw new DomainError("notFound", "there is no such row in quarantine");
      if (row.replay) {
        throw new DomainError("quarantine.replayed", "this row was replayed before", {
          fix: `see batch ${row.replay.batchId}`,
        });
      }
      const headings = row.headings ?? batch.headings;
      const result = read(catalog, batch, headings, cells);
      if (!result.ok) {
        throw new DomainError(
          "row.faults",
          result.faults.map(({ column, message }) => `${column}: ${message.zh} / ${message.en}`).join("; "),
          {
            status: 422,
            field: "cells",
            fix: "mend these cells too",
          },
        );
      }
      const object = {
        [REPLAY_ROW]: number,
        ...Object.fromEntries(headings.map((heading, i) => [heading, guardedCell(cells[i] ?? "")])),
      };
      const name = `${batch.fileName.replace(/\.[^.]+$/, "")}-${number}-${clock.now().getTime()}.ndjson`;
      return receive(actor, batch, catalog, name, Readable.from([Buffer.from(`${JSON.stringify(object)}\n`)]));
    },
    async replayFile(actor, batchId, fileName, content) {
      const { batch, catalog } = await mendable(actor, batchId);
      return receive(actor, batch, catalog, fileName, content);
    },
  };
}
