import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../lib/clock.ts";
import { type Effect, leafEffect } from "../../lib/effects.ts";
import { commitment } from "../../lib/hash.ts";
import { nextReminderAt, reachedReminder } from "./domain/answer-clock.ts";
import { nextObjectionState } from "./domain/objection-states.ts";
import type { ObjectionDocument, ObjectionStore } from "./objection-store.ts";
import { answerDocument, answerLeafId, type CurrentRecord } from "./objection-views.ts";

/** How long an answer waits for its correction to be stored before it says "correcting". */
const SOON_MS = 4_000;
const LOOK_MS = 25;
const A_STEP = 100;

type BatchState = { _id: string; state: "received" | "stored" | "rejected" };

/** The door by which departments' files come in. */
export interface CorrectionDoor {
  /** Keeps a file of one row. The same file again gives its first batch, as long as that was not rejected. */
  receive(catalogId: string, fileName: string, content: string): Promise<BatchState>;
  batch(id: string): Promise<BatchState | null>;
  currentRecords(uscc: string): Promise<CurrentRecord[]>;
  departments: readonly { code: string; name: { zh: string; en: string } }[];
}

/** The answer's leaf among the decisions. */
export function answerEffects(objection: ObjectionDocument): Effect[] {
  const digest = commitment(objection.answer!.salt, answerDocument(objection));
  return [leafEffect({ id: answerLeafId(objection._id), kind: "decisions", commitment: digest })];
}

/** The objection's number makes the file one of its own, so that no two corrections are taken for the same file. */
const fileOf = ({ _id, answer }: ObjectionDocument): string =>
  `${JSON.stringify({ ...answer!.row, objection: `${_id} ${answer!.at.toISOString()}` })}\n`;

export function createObjectionSteps(store: ObjectionStore, door: CorrectionDoor, clock: Clock, onWork: () => void) {
  const receive = (objection: ObjectionDocument): Promise<BatchState> =>
    door.receive(objection.catalogId, `correction-${objection._id}.ndjson`, fileOf(objection));

  /** Ends a correction whose batch has been read; null when it was ended meanwhile. */
  async function end(objection: ObjectionDocument, batch: BatchState): Promise<ObjectionDocument | null> {
    const { answer, enterprise, catalogId, key, dueAt } = objection;
    const record = (await door.currentRecords(enterprise.uscc)).find(
      (one) => one.catalogId === catalogId && one.key === key,
    );
    // A file that came after the correction may have taken its place already, or brought the record back.
    const taken = record ? record.batchId >= batch._id : answer!.decision === "removed";
    if (batch.state !== "stored" || !taken) {
      const state = nextObjectionState(objection.state, "fail")!;
      return store.change(objection, { state, answer: undefined, remindAt: nextReminderAt(dueAt, clock.now()) });
    }
    const { row: _, ...rest } = answer!;
    const ended = { ...rest, ...(record?.batchId === batch._id ? { recordId: record._id } : {}) };
    const state = nextObjectionState(objection.state, "store")!;
    const changed = await store.change(
      objection,
      { state, answer: ended, openKey: undefined },
      answerEffects({ ...objection, answer: ended }),
    );
    if (changed) onWork();
    return changed;
  }

  async function settle(objection: ObjectionDocument): Promise<boolean> {
    const batch = await receive(objection);
    if (batch.state === "received") return false;
    await end(objection, batch);
    return true;
  }

  /** One reminder, in one write: whoever does it again finds the next one's time. */
  async function remind(objection: ObjectionDocument): Promise<void> {
    const now = clock.now();
    const { dueAt, notices } = objection;
    const kind = reachedReminder(dueAt, now);
    const told = kind === undefined || notices.some((notice) => notice.kind === kind);
    await store.change(objection, {
      remindAt: nextReminderAt(dueAt, now),
      ...(told ? {} : { notices: [...notices, { kind, at: now, read: false }] }),
    });
  }

  return {
    /** Waits a little for the correction to be stored; the worker ends what takes longer. */
    async settleSoon(objection: ObjectionDocument): Promise<ObjectionDocument> {
      const { _id } = await receive(objection);
      for (const until = Date.now() + SOON_MS; Date.now() < until; await sleep(LOOK_MS)) {
        const batch = await door.batch(_id);
        if (batch && batch.state !== "received") {
          const ended = await end(objection, batch);
          if (ended) return ended;
          break;
        }
      }
      return (await store.find(objection._id)) ?? objection;
    },
    async step(): Promise<boolean> {
      const due = await store.remindersDue(clock.now(), A_STEP);
      for (const objection of due) await remind(objection);
      let settled = 0;
      for (const objection of await store.correcting(A_STEP)) if (await settle(objection)) settled += 1;
      return due.length === A_STEP || settled === A_STEP;
    },
  };
}
