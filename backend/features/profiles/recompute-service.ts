import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../lib/clock.ts";
import { newId } from "../../lib/ids.ts";
import type { CatalogFacts } from "./domain/sources.ts";
import { contentOf, digestOf, pack, type StoredRecord } from "./profile-content.ts";
import type { ProfileInputsStore, RecordVersion } from "./profile-inputs-store.ts";
import { dayOf, stampOf } from "./profile-reader.ts";
import type { RecomputeRun, RecomputeState } from "./profile-schemas.ts";
import type { KeptProfile, ProfileStore, RunDocument } from "./profile-store.ts";

/** Records of one slice: a few hundred enterprises, a fraction of a second. */
const SLICE_RECORDS = 4_000;
const SHOWN_RUNS = 8;
const DAY_MS = 86_400_000;
/** Enterprises worked out before others have their turn: two milliseconds. */
const TURN = 4;

export interface RecomputeService {
  /** Starts a pass over all enterprises, unless one is under way. */
  start(): Promise<RecomputeRun>;
  state(): Promise<RecomputeState>;
  /**
   * The next slice of the pass under way. True while there is more. Ages and trends move with the day: when none is under
   * way and none has begun on this day, one begins.
   */
  step(): Promise<boolean>;
}

const viewOf = ({
  _id,
  state,
  startedBy = "operator",
  startedAt,
  finishedAt,
  done,
  changed,
  total,
}: RunDocument): RecomputeRun => ({
  id: _id,
  state,
  startedAt: startedAt.toISOString(),
  ...(finishedAt ? { finishedAt: finishedAt.toISOString() } : {}),
  startedBy,
  done,
  changed,
  ...(total === undefined ? {} : { total }),
});

/** The day after that on which the newest pass began: profiles of a day are stamped with it (see profile-reader.ts). */
const nextDaily = (newest: RunDocument | null | undefined, now: Date): Date =>
  newest ? new Date((Math.floor(newest.startedAt.getTime() / DAY_MS) + 1) * DAY_MS) : now;

/** Works out every enterprise's profile again, in the order of their codes; goes on after a restart where it was. */
export function createRecomputeService(
  store: ProfileStore,
  inputs: ProfileInputsStore,
  ports: {
    /** Of all versions of an enterprise's records, what may be seen: as the exchange gives it, without what is erased. */
    seen(versions: readonly RecordVersion[]): StoredRecord[];
    catalogs: ReadonlyMap<string, CatalogFacts>;
    catalogsVersion(): string;
    /** How many there are, roughly. */
    enterprises(): Promise<number>;
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

  async function begin(startedBy: RecomputeRun["startedBy"]): Promise<RunDocument> {
    const run: RunDocument = {
      _id: newId(),
      state: "running",
      stamp: stampOf(dayOf(clock), await inputs.state(), ports.catalogsVersion()),
      after: "",
      done: 0,
      changed: 0,
      startedAt: clock.now(),
      startedBy,
      total: await ports.enterprises(),
    };
    await store.startRun(run);
    onWork();
    return run;
  }

  return {
    async start() {
      const newest = await store.run();
      return viewOf(newest?.state === "running" ? newest : await begin("operator"));
    },
    async state() {
      const [newest, ...earlier] = await store.runs(SHOWN_RUNS);
      return {
        ...(newest ? { run: viewOf(newest) } : {}),
        earlier: earlier.map(viewOf),
        nextDaily: nextDaily(newest, clock.now()).toISOString(),
      };
    },
    async step() {
      const run = await store.run();
      if (run?.state !== "running") {
        if (nextDaily(run, clock.now()) > clock.now() || (await ports.enterprises()) === 0) return false;
        await begin("daily");
        return true;
      }
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
