import { Readable } from "node:stream";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import { backoffMs, MAX_ATTEMPTS, nextRunAfter } from "./domain/schedule.ts";
import { rowsAsLines } from "./domain/source-rows.ts";
import type { PageDocument, PageStore } from "./page-store.ts";
import type { SourcePorts } from "./ports.ts";
import { openSecrets } from "./resource-secrets.ts";
import type { ResourceDocument, ResourceStore } from "./resource-store.ts";
import type { FetchState, RunDocument, RunStore } from "./run-store.ts";
import type { Sealing } from "./sealing.ts";
import type { SourceReader } from "./source-reader.ts";

const LEASE_MS = 30_000;
/** A source without an end: the rest comes with the next run. */
const MAX_PAGES = 10_000;
const MAX_CONTENT_BYTES = 15 * 1024 ** 2;
const SHOWN_BATCHES = 20;

export interface PullService {
  /** Fetches one page of the most overdue resource. False when none is due. */
  step(): Promise<boolean>;
}

export interface PullOptions {
  /** The first pause after a failure. */
  retryBaseMs: number;
  random(): number;
}

/**
 * Fetches what is due, one page a step: a page is kept, then given to the ingestion, then the cursor moves on. Whatever of
 * it is done twice after a kill has the effect of once.
 */
export function createPullService(
  resources: ResourceStore,
  runs: RunStore,
  pages: PageStore,
  ports: Pick<SourcePorts, "receive">,
  reader: Pick<SourceReader, "read">,
  sealing: Sealing,
  clock: Clock,
  { retryBaseMs, random }: PullOptions = { retryBaseMs: 5_000, random: Math.random },
): PullService {
  async function fetchPage(resource: ResourceDocument, { cursor, sequence }: FetchState): Promise<PageDocument> {
    const id = `${resource._id}:${sequence}`;
    const kept = await pages.find(id);
    if (kept) return kept;
    const { mapping, deletion, pull, table } = resource;
    const rules = { mapping, deletion };
    const page = await reader.read({ pull, table, rules }, openSecrets(sealing, resource), cursor);
    const content = rowsAsLines(page.rows, rules, String(sequence));
    if (content.length > MAX_CONTENT_BYTES) {
      throw new DomainError("source.tooLarge", "a page of the source is too large", { fix: "ask for smaller pages" });
    }
    return pages.keep({
      _id: id,
      resourceId: resource._id,
      number: sequence,
      last: page.done,
      rows: page.rows.length,
      ...(page.rows.length > 0 ? { content } : {}),
      next: page.next,
      sourceTime: page.sourceTime,
      receivedAt: clock.now(),
    });
  }

  const later = (
    resource: ResourceDocument,
    { scheduledAt }: FetchState,
  ): Pick<FetchState, "dueAt" | "scheduledAt"> => {
    if (resource.everyMinutes === undefined) return { dueAt: undefined, scheduledAt: undefined };
    const dueAt = nextRunAfter(scheduledAt ?? clock.now(), resource.everyMinutes, clock.now());
    return { dueAt, scheduledAt: dueAt };
  };

  async function takePage(resource: ResourceDocument, state: FetchState, run: RunDocument): Promise<boolean> {
    const page = await fetchPage(resource, state);
    let { batchIds } = run;
    if (page.content) {
      const { id } = await ports.receive({
        catalogId: resource.catalogId,
        fileName: `${resource.name} ${String(page.number + 1).padStart(6, "0")}.ndjson`,
        content: Readable.from([page.content]),
        origin: {
          kind: resource.kind === "table" ? "table" : "pull",
          resourceId: resource._id,
          sourceTime: page.sourceTime,
        },
      });
      batchIds = [...batchIds.filter((one) => one !== id), id].slice(-SHOWN_BATCHES);
    }
    const counts = { pages: state.pages + 1, rows: state.rows + page.rows };
    const over = page.last || counts.pages >= MAX_PAGES;
    await runs.putRun({
      ...run,
      ...counts,
      batchIds,
      state: over ? "done" : "running",
      attempts: 0,
      nextAttemptAt: undefined,
      fault: undefined,
      finishedAt: over ? clock.now() : undefined,
    });
    const moved = { cursor: page.next ?? null, sequence: page.number + 1, attempts: 0, leaseUntil: new Date(0) };
    const advanced = await runs.advance(state, {
      ...moved,
      ...(over
        ? { runId: undefined, pages: 0, rows: 0, ...later(resource, state) }
        : { ...counts, dueAt: clock.now() }),
    });
    if (advanced) await pages.dropBefore(resource._id, page.number + 1);
    return true;
  }

  async function putOff(resource: ResourceDocument, state: FetchState, run: RunDocument, error: DomainError) {
    const attempts = state.attempts + 1;
    const fault = { code: error.code, message: error.message };
    const again = error.data.retry === true && attempts < MAX_ATTEMPTS;
    const counts = { pages: state.pages, rows: state.rows, attempts, fault };
    if (again) {
      const waitMs = Math.max(backoffMs(attempts, retryBaseMs, random()), Number(error.data.waitMs ?? 0));
      const dueAt = new Date(clock.now().getTime() + waitMs);
      await runs.putRun({ ...run, ...counts, state: "waiting", nextAttemptAt: dueAt });
      await runs.advance(state, { dueAt, attempts, leaseUntil: new Date(0) });
    } else {
      await runs.putRun({ ...run, ...counts, state: "failed", nextAttemptAt: undefined, finishedAt: clock.now() });
      const over = { runId: undefined, attempts: 0, pages: 0, rows: 0, leaseUntil: new Date(0) };
      await runs.advance(state, { ...over, ...later(resource, state) });
    }
  }

  /** The run under way, or a new one: its id is kept first, so that a kill leaves no run that nobody ends. */
  async function runOf(state: FetchState, trigger: "schedule" | "manual"): Promise<RunDocument | undefined> {
    const _id = state.runId ?? newId();
    if (!state.runId && !(await runs.advance(state, { runId: _id, manual: false, pages: 0, rows: 0, attempts: 0 }))) {
      return undefined;
    }
    const fresh: RunDocument = {
      _id,
      resourceId: state._id,
      trigger,
      state: "running",
      startedAt: clock.now(),
      pages: 0,
      rows: 0,
      batchIds: [],
      attempts: 0,
    };
    const run = (state.runId ? await runs.findRun(_id) : null) ?? fresh;
    await runs.putRun({ ...run, state: "running", nextAttemptAt: undefined });
    return run;
  }

  return {
    async step() {
      const state = await runs.claim(clock.now(), LEASE_MS);
      if (!state) return false;
      const resource = await resources.find(state._id);
      if (resource?.state !== "active") {
        await runs.advance(state, { dueAt: undefined, leaseUntil: new Date(0) });
        return true;
      }
      const renewing = setInterval(() => {
        const leaseUntil = new Date(clock.now().getTime() + LEASE_MS);
        runs.advance(state, { leaseUntil }).catch(() => undefined);
      }, LEASE_MS / 3);
      try {
        const run = await runOf(state, state.manual ? "manual" : "schedule");
        if (!run) return true;
        const counted = state.runId ? state : { ...state, runId: run._id, pages: 0, rows: 0, attempts: 0 };
        try {
          return await takePage(resource, counted, run);
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          await putOff(resource, counted, run, error);
          return true;
        }
      } finally {
        clearInterval(renewing);
      }
    },
  };
}
