import { Readable } from "node:stream";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import type { SignedMessage } from "./domain/message-signature.ts";
import { parseRows, rowsAsLines, type SourceRow } from "./domain/source-rows.ts";
import type { DeliveryDocument, PageDocument, PageStore } from "./page-store.ts";
import type { SourcePorts } from "./ports.ts";
import type { PushQuery, PushReceipt, PushRun } from "./push-schemas.ts";
import { digestOf, requireSigned, statedDigest } from "./push-signature.ts";
import type { ResourceDocument, ResourceStore } from "./resource-store.ts";
import type { RunStore } from "./run-store.ts";
import type { Sealing } from "./sealing.ts";

export const MAX_PUSH_BYTES = 4 * 1024 ** 2;
export const MAX_PUSH_ROWS = 10_000;
const MAX_CONTENT_BYTES = 15 * 1024 ** 2;
const SHOWN_MISSING = 100;
/** A delivery that isn't complete after so long is given up: its pages are not kept for ever. */
export const ABANDONED_AFTER_MS = 7 * 86_400_000;
const SIGNED_PAGE = ["@method", "@path", "@query", "content-digest"] as const;
const SIGNED_QUESTION = ["@method", "@path", "@query"] as const;

export interface PushService {
  /** Takes a signed page. The same page again gets the same receipt. */
  push(id: string, query: PushQuery, message: SignedMessage, body: AsyncIterable<Buffer>): Promise<PushReceipt>;
  /** What became of a delivery, for the machine that sent it. */
  status(id: string, run: string, message: SignedMessage): Promise<PushRun>;
  /** Finishes deliveries whose last page came before a crash, and gives up old ones. False when there was none. */
  step(): Promise<boolean>;
}

const fault = (code: string, status: number, message: string, fix: string): DomainError =>
  new DomainError(code, message, { status, fix });

const deliveryId = (resourceId: string, run: string) => `${resourceId}:${run}`;

async function readBody(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_PUSH_BYTES) {
      throw fault("push.tooLarge", 413, `a page has at most ${MAX_PUSH_BYTES} bytes`, "send the rows in more pages");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function rowsOf(body: Buffer): SourceRow[] {
  let rows: SourceRow[];
  try {
    rows = parseRows(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : "it is no UTF-8";
    throw fault(
      "push.body",
      422,
      `the page can't be read: ${why}`,
      "send a JSON array of objects, or one object a line",
    );
  }
  if (rows.length > MAX_PUSH_ROWS) {
    throw fault("push.tooLarge", 413, `a page has at most ${MAX_PUSH_ROWS} rows`, "send the rows in more pages");
  }
  return rows;
}

export function createPushService(
  resources: ResourceStore,
  pages: PageStore,
  runs: RunStore,
  ports: Pick<SourcePorts, "receive" | "batch">,
  sealing: Sealing,
  clock: Clock,
): PushService {
  async function signedFor(id: string, message: SignedMessage, required: readonly string[]): Promise<ResourceDocument> {
    const found = await resources.find(id);
    const resource = found?.kind === "push" ? found : null;
    requireSigned(message, required, resource, sealing, clock.now());
    return resource!;
  }

  /** Gives a delivery that is complete to the ingestion. */
  async function finish(resource: ResourceDocument, delivery: DeliveryDocument): Promise<void> {
    const { run, _id } = delivery;
    const present = await pages.ofRun(resource._id, run);
    const rows = present.reduce((sum, page) => sum + page.rows, 0);
    const complete = delivery.lastPage !== undefined && present.length >= delivery.lastPage;
    let { batchId } = delivery;
    if (complete && rows > 0 && !batchId) {
      const sourceTime = present.findLast((page) => page.sourceTime)?.sourceTime;
      const { id } = await ports.receive({
        catalogId: resource.catalogId,
        fileName: `${resource.name} ${run}.ndjson`,
        content: Readable.from(pages.contents(resource._id, run)),
        origin: { kind: "push", resourceId: resource._id, sourceTime },
      });
      batchId = id;
    }
    if (complete && !delivery.batchId) await pages.setBatch(_id, batchId ?? "");
    await runs.putRun({
      _id,
      resourceId: resource._id,
      trigger: "push",
      state: complete ? "done" : "running",
      startedAt: delivery.startedAt,
      ...(complete ? { finishedAt: clock.now() } : {}),
      pages: present.length,
      rows,
      batchIds: batchId ? [batchId] : [],
      attempts: 0,
    });
    if (complete) await pages.dropContents(resource._id, run);
  }

  async function giveUp(): Promise<boolean> {
    const now = clock.now();
    const old = await pages.abandoned(new Date(now.getTime() - ABANDONED_AFTER_MS), 20);
    for (const delivery of old) {
      const { _id, resourceId, run, startedAt } = delivery;
      const present = await pages.ofRun(resourceId, run);
      await runs.putRun({
        _id,
        resourceId,
        trigger: "push",
        state: "failed",
        startedAt,
        finishedAt: now,
        pages: present.length,
        rows: present.reduce((sum, page) => sum + page.rows, 0),
        batchIds: [],
        attempts: 0,
        fault: {
          code: "push.abandoned",
          message: "the delivery was not completed within 7 days; nothing of it was taken",
        },
      });
      await pages.dropDelivery(delivery);
    }
    return old.length > 0;
  }

  const receiptOf = ({ resourceId, run, number, last, rows, digest, receivedAt }: PageDocument): PushReceipt => ({
    resourceId,
    run: run!,
    page: number,
    last,
    rows,
    contentDigest: `sha-256=:${digest}:`,
    receivedAt: receivedAt.toISOString(),
  });

  async function settle(resource: ResourceDocument, page: PageDocument): Promise<PushReceipt> {
    const id = deliveryId(resource._id, page.run!);
    const delivery = (await pages.findDelivery(id))!;
    if (page.last && delivery.lastPage === undefined) {
      const lastPage = await pages.endDelivery(id, page.number);
      await finish(resource, { ...delivery, lastPage });
    } else if (delivery.batchId === undefined) await finish(resource, delivery);
    return receiptOf(page);
  }

  return {
    async push(id, query, message, body) {
      const resource = await signedFor(id, message, SIGNED_PAGE);
      const digest = statedDigest(message);
      const { run, page: number } = query;
      const last = query.last === "true";
      const pageId = `${deliveryId(id, run)}:${number}`;
      const before = await pages.find(pageId);
      if (!before) {
        if (resource.state !== "active") {
          throw fault("push.notActive", 409, `the resource is ${resource.state}`, "ask the department to activate it");
        }
        const end = (await pages.findDelivery(deliveryId(id, run)))?.lastPage;
        if (end !== undefined && (number > end || last)) {
          throw fault(
            "push.ended",
            409,
            `the delivery ${run} has ended with page ${end}`,
            "use another name for the run",
          );
        }
        const newest = last ? (await pages.ofRun(id, run)).at(-1)?.number : undefined;
        if (newest !== undefined && newest > number) {
          throw fault(
            "push.ended",
            409,
            `page ${newest} came already, so ${number} is not the last`,
            "number the pages in order",
          );
        }
      }
      const content = await readBody(body);
      if (digestOf(content) !== digest) {
        throw fault("push.digest", 400, "the body is not the one that Content-Digest speaks of", "send it again");
      }
      const rows = before ? [] : rowsOf(content);
      const { mapping, deletion } = resource;
      const lines = rowsAsLines(rows, { mapping, deletion }, `${run}/${number}`);
      if (lines.length > MAX_CONTENT_BYTES) {
        throw fault("push.tooLarge", 413, "the page is too large under the catalog's names", "send more pages");
      }
      const deliveryStart = { _id: deliveryId(id, run), resourceId: id, run, startedAt: clock.now() };
      if (!before) await pages.openDelivery(deliveryStart);
      const kept =
        before ??
        (await pages.keep({
          _id: pageId,
          resourceId: id,
          run,
          number,
          last,
          rows: rows.length,
          digest,
          content: lines,
          sourceTime: query.sourceTime,
          receivedAt: clock.now(),
        }));
      if (kept.digest !== digest || kept.last !== last) {
        throw fault(
          "push.pageChanged",
          409,
          `page ${number} of the delivery ${run} came before with another content`,
          "send corrections under another name for the run",
        );
      }
      return settle(resource, kept);
    },

    async status(id, run, message) {
      await signedFor(id, message, SIGNED_QUESTION);
      const delivery = await pages.findDelivery(deliveryId(id, run));
      if (!delivery) throw new DomainError("notFound", `nothing was sent under the name ${run}`);
      const present = await pages.ofRun(id, run);
      const numbers = new Set(present.map(({ number }) => number));
      const end = delivery.lastPage ?? Math.max(0, ...numbers);
      const missing: number[] = [];
      for (let page = 1; page <= end && missing.length < SHOWN_MISSING; page++) {
        if (!numbers.has(page)) missing.push(page);
      }
      const batch = delivery.batchId ? await ports.batch(delivery.batchId) : undefined;
      const received = delivery.batchId !== undefined;
      return {
        run,
        state: received ? "received" : delivery.lastPage !== undefined && missing.length === 0 ? "complete" : "open",
        pages: [...numbers],
        missing,
        rows: present.reduce((sum, page) => sum + page.rows, 0),
        ...(batch ? { batch: { id: delivery.batchId!, ...batch } } : {}),
      };
    },

    async step() {
      let finished = await giveUp();
      let after = "";
      for (;;) {
        const found = await pages.unfinished(after, 100);
        for (const delivery of found) {
          const present = await pages.ofRun(delivery.resourceId, delivery.run);
          const resource = present.length >= delivery.lastPage! ? await resources.find(delivery.resourceId) : null;
          if (resource) {
            await finish(resource, delivery);
            finished = true;
          }
        }
        if (found.length < 100) return finished;
        after = found.at(-1)!._id;
      }
    },
  };
}
