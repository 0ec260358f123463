import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../lib/clock.ts";
import { newId } from "../../lib/ids.ts";
import type { CatalogFacts } from "./domain/sources.ts";
import { contentOf, digestOf, pack, type StoredRecord } from "./profile-content.ts";
import type { ProfileInputsStore, RecordVersion } from "./profile-inputs-store.ts";
import { dayOf, stampOf } from "./profile-reader.ts";
import type { RecomputeRun } from "./profile-schemas.ts";
import type { KeptProfile, ProfileStore, RunDocument } from "./profile-store.ts";

/** Records of one slice: a few hundred enterprises, a fraction of a second. */
const SLICE_RECORDS = 4_000;
/** Enterprises worked out before others have their turn: two milliseconds. */
const TURN = 4;

export interface RecomputeService {
  /** Starts a pass over all enterprises, unless one is under way. */
  start(): Promise<RecomputeRun>;
  state(): Promise<{ run?: RecomputeRun }>;
  /** The next slice of the pass under way. True while there is more. */
  step(): Promise<boolean>;
}

const viewOf = ({ _id, state, startedAt, finishedAt, done, changed }: RunDocument): RecomputeRun => ({
  id: _id,
  state,
  startedAt: startedAt.toISOString(),
  ...(finishedAt ? { finishedAt: finishedAt.toISOString() } : {}),
  done,
  changed,
});

/** Works out every enterprise's profile again, in the order of their codes; goes on after a restart where it was. */
export function createRecomputeService(
  store: ProfileStore,
  inputs: ProfileInputsStore,
  ports: {
    /** Of all versions of an enterprise's records, what may be seen: as the exchange gives it, without what is erased. */
    seen(versions: readonly RecordVersion[]): StoredRecord[];
    catalogs: ReadonlyMap<string, CatalogFacts>;
    catalogsVersion(): string;
  },
  clock: Clock,
  onWork: () => void,
): RecomputeService {
  /** The next page is read while this one is worked out. */
  let ahead: { after: string; page: ReturnType<ProfileInputsStore["page"]> } | undefined;
  function pageAfter(after: string): ReturnType<ProfileInputsStore["page"]> {
    const page = ahead?.after === after ? ahead.page : inputs.page(after, SLICE_RECORDS);
    ahead = undefined;
    return page;
  }

  return {
    async start() {
      const running = await store.run();
      if (running?.state === "running") return viewOf(running);
      const run: RunDocument = {
        _id: newId(),
        state: "running",
        stamp: stampOf(dayOf(clock), await inputs.state(), ports.catalogsVersion()),
        after: "",
        done: 0,
        changed: 0,
        startedAt: clock.now(),
      };
      await store.startRun(run);
      onWork();
      return viewOf(run);
    },
    async state() {
      const run = await store.run();
      return run ? { run: viewOf(run) } : {};
    },
    async step() {
      const run = await store.run();
      if (run?.state !== "running") return false;
      const day = dayOf(clock);
      const state = await inputs.state();
      const stamp = stampOf(day, state, ports.catalogsVersion());
      const page = await pageAfter(run.after);
      const last = page.at(-1);
      if (!last) {
        await store.advance(run, { ...run, state: "done", finishedAt: clock.now() });
        return false;
      }
      const next = inputs.page(last.uscc, SLICE_RECORDS);
      // Its failure is met when it is asked for.
      next.catch(() => undefined);
      ahead = { after: last.uscc, page: next };
      const before = await store.between(page[0]!.uscc, last.uscc);
      const changed: KeptProfile[] = [];
      const confirmed: { _id: string; stamp: string }[] = [];
      for (const [at, { uscc, records }] of page.entries()) {
        if (at % TURN === TURN - 1) await nextTurn();
        const known = before.get(uscc);
        if (known?.stamp === stamp) continue;
        const visible = ports.seen(records);
        if (visible.length === 0) continue;
        const json = JSON.stringify(
          contentOf({ day, records: visible, received: state.received, catalogs: ports.catalogs }),
        );
        const digest = digestOf(json);
        if (known?.digest === digest) confirmed.push({ _id: uscc, stamp });
        else changed.push({ _id: uscc, stamp, digest, content: pack(json) });
      }
      await store.keep(changed, confirmed);
      await store.advance(run, {
        after: last.uscc,
        done: run.done + page.length,
        changed: run.changed + changed.length,
        state: "running",
        finishedAt: undefined,
      });
      return true;
    },
  };
}
