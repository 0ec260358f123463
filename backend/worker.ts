import type { InterfaceAbi, JsonRpcProvider } from "ethers";
import type { Logger } from "pino";
import type { Services } from "./compose.ts";
import { BESIDE_BYTES } from "./ingestion.ts";
import type { ActPayload, LeafPayload } from "./lib/effects.ts";
import { newId, timeOfId } from "./lib/ids.ts";
import type { Receipt } from "./lib/schemas.ts";
import { createLoop, type Loop } from "./platform/chain/loop.ts";
import { createRelayer } from "./platform/chain/relayer.ts";
import { createOutboxDispatcher } from "./platform/mongo/outbox-dispatcher.ts";
import type { Stores } from "./stores.ts";

const LEASE = "worker";
const LEASE_MS = 15_000;
const LEDGER_POLL_MS = 250;
const OBJECTIONS_MS = 5_000;
const ERASURES_MS = 60_000;
const DAILY_ROUND_MS = 600_000;
const RECOMPUTING_MS = 2_000;
const SCORES_MS = 2_000;
const SURVEYS_MS = 15_000;

export interface WorkerParts {
  stores: Stores;
  services: Services;
  provider: JsonRpcProvider;
  relayerKey: string;
  relayAddress: string;
  abis: readonly InterfaceAbi[];
  confirmations: number;
  pollMs: number;
  /** The same after a restart, so that an instance that was killed takes its own lease up at once. */
  owner: string;
  log: Logger;
}

export interface Worker {
  start(): void;
  stop(): Promise<void>;
  outboxWaiting(): Promise<number>;
  /** Of an act that is still in an outbox. */
  waitingReceipt(actId: string): Promise<Receipt | undefined>;
}

/** Everything that goes on behind the answers: outboxes, batches, anchoring, relaying. One process at a time does it. */
export function createWorker(parts: WorkerParts): Worker {
  const { stores, services, log, owner } = parts;
  const relayer = createRelayer({
    provider: parts.provider,
    key: parts.relayerKey,
    relayAddress: parts.relayAddress,
    store: stores.relay,
    confirmations: parts.confirmations,
    abis: parts.abis,
    pollMs: parts.pollMs,
    log: (line) => log.warn(line),
  });
  const failing = (what: string) => (error: unknown, failures: number) => {
    if (failures === 1 || failures % 20 === 0) log.error({ err: error, failures }, `${what} failed and is tried again`);
  };

  const repeat = (what: string, idleMs: number, step: () => Promise<boolean>): Loop =>
    createLoop({ step, idleMs, onError: failing(what) });

  const leaves = repeat("anchoring", 500, services.anchoring.batchLeaves);
  const copies = repeat("deleting copies that are over", 1_000, services.copies.deleteDue);
  const dispatcher = createOutboxDispatcher(
    stores.aggregates,
    {
      act: {
        async many(entries) {
          await stores.acts.add(entries.map(({ _id, payload }) => ({ payload: payload as ActPayload, order: _id })));
          relayer.wake();
        },
      },
      leaf: async (payload, order) => {
        await stores.leaves.add(payload as LeafPayload, order);
        leaves.wake();
      },
      access: (payload) => services.access.record(payload as Parameters<typeof services.access.record>[0]),
      notice: (payload) => services.access.notify(payload as Parameters<typeof services.access.notify>[0]),
      "consent.answered": (payload) => {
        const { consentRequestId, consentId } = payload as { consentRequestId: string; consentId: string };
        return services.consentRequests.markGiven(consentRequestId, consentId);
      },
      "copy.taken": async (payload) => {
        await services.copies.keep(payload as Parameters<typeof services.copies.keep>[0]);
        copies.wake();
      },
      "copies.end": async (payload) => {
        await services.copies.endOf((payload as { consentId: string }).consentId);
        copies.wake();
      },
      "account.activate": (payload) => services.identity.activate((payload as { accountId: string }).accountId),
      "bids.decided": (payload) => {
        const { requestId, acceptedBidId } = payload as { requestId: string; acceptedBidId: string };
        return services.bids.decide(requestId, acceptedBidId);
      },
      "grant.store": (payload) => services.grants.store(payload as Parameters<typeof services.grants.store>[0]),
    },
    (error, entry) =>
      log.error({ err: error, effect: entry.type, entryId: entry._id }, "an effect failed and is tried again"),
  );
  const outbox = repeat("the outbox", 500, dispatcher.runOnce);
  const ingestion = repeat("ingestion", 1_000, () => services.ingestion.ingestNext());
  const ingestionBeside = repeat("ingestion", 1_000, () => services.ingestion.ingestNext(undefined, BESIDE_BYTES));
  const indexer = services.ledger.indexer({ confirmations: parts.confirmations, log: (line) => log.warn(line) });
  services.work.listen(() => outbox.wake());
  services.ingestionWork.listen(() => {
    ingestion.wake();
    ingestionBeside.wake();
  });

  const loops: readonly Loop[] = [
    outbox,
    leaves,
    ingestion,
    ingestionBeside,
    copies,
    repeat("indexing the ledger", Math.max(LEDGER_POLL_MS, parts.pollMs), indexer.step),
    repeat("reminding of objections", OBJECTIONS_MS, services.objections.step),
    repeat("erasing records", ERASURES_MS, services.erasures.step),
    repeat("indexing the enterprises", 1_000, services.subjectIndex.step),
    repeat("scoring again", SCORES_MS, services.scoring.scores.refresh),
    repeat("surveying scorecards", SURVEYS_MS, services.scoring.survey),
    repeat("working out all profiles", RECOMPUTING_MS, services.recomputing.step),
    repeat("deleting answers that are over", DAILY_ROUND_MS, services.answers.deleteDue),
    repeat("deleting old entries of the access log", DAILY_ROUND_MS, services.access.deleteOld),
  ];
  /** Of the lease that this process holds. */
  let epoch: number | undefined;
  const lease = createLoop({
    async step() {
      if (epoch !== undefined && !(await stores.leases.renew(LEASE, epoch, LEASE_MS))) {
        log.warn("another process has taken over the work");
        epoch = undefined;
        await rest();
      }
      epoch ??= await begin();
      return false;
    },
    idleMs: LEASE_MS / 3,
    maxBackoffMs: LEASE_MS / 3,
    onError: failing("renewing the lease"),
  });
  /** A name of its own each time after the first: two processes of one owner would take it from each other for ever. */
  let name = owner;
  async function begin(): Promise<number | undefined> {
    const taken = await stores.leases.take(LEASE, name, LEASE_MS);
    name = newId();
    if (taken === undefined) return undefined;
    log.info({ epoch: taken, pid: process.pid }, "this process does the work now");
    for (const loop of loops) loop.start();
    relayer.start(taken);
    return taken;
  }
  const rest = async (): Promise<void> => {
    await Promise.all([...loops.map((loop) => loop.stop()), relayer.stop()]);
  };

  return {
    start: () => lease.start(),
    async stop() {
      await lease.stop();
      await rest();
      if (epoch !== undefined) await stores.leases.release(LEASE, epoch).catch(() => undefined);
    },
    outboxWaiting: dispatcher.waiting,
    async waitingReceipt(actId) {
      const entry = await dispatcher.find("act", actId);
      if (!entry) return undefined;
      return {
        id: actId,
        kind: (entry.payload as ActPayload).kind,
        state: "pending",
        createdAt: timeOfId(entry._id).toISOString(),
      };
    },
  };
}
