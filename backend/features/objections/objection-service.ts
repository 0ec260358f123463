import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import { DomainError } from "../../lib/errors.ts";
import { randomSalt } from "../../lib/hash.ts";
import { newId } from "../../lib/ids.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import { type RowRules, requireRow } from "./correction-check.ts";
import { answerDueAt, nextReminderAt } from "./domain/answer-clock.ts";
import { removalRow } from "./domain/correction.ts";
import { type Mark, markerOf } from "./domain/marks.ts";
import { nextObjectionState, type ObjectionAction, type ObjectionState } from "./domain/objection-states.ts";
import type {
  correctionInput,
  ObjectionDetail,
  ObjectionView,
  objectionCounts,
  objectionInput,
  objectionList,
  objectionNotices,
  objectionQuery,
  RecordObjection,
} from "./objection-schemas.ts";
import { answerEffects, type CorrectionDoor, createObjectionSteps } from "./objection-steps.ts";
import type { AnswerFields, ObjectionDocument, ObjectionFields, ObjectionStore } from "./objection-store.ts";
import {
  answerLeafId,
  besideRecord,
  type CurrentRecord,
  objectionDetail,
  objectionView,
  openingOf,
} from "./objection-views.ts";

const PAGE_SIZE = 50;
const NOTICED_OBJECTIONS = 100;

export interface ObjectionPorts extends CorrectionDoor, RowRules {
  enterprise(participantId: string): Promise<{ _id: string; name: string; uscc?: string | undefined }>;
  departmentOf(participantId: string): Promise<string | undefined>;
  /** The records of an enterprise as they stand: the newest visible version of each. */
  currentRecords(uscc: string): Promise<CurrentRecord[]>;
  /** Any version, with its key. */
  findRecord(id: string): Promise<Pick<CurrentRecord, "catalogId" | "key" | "uscc"> | null>;
  anchorsOf(leafIds: readonly string[]): Promise<Map<string, AnchorState>>;
}

export interface ObjectionService {
  raise(actor: Actor, recordId: string, input: z.output<typeof objectionInput>): Promise<ObjectionView>;
  withdraw(actor: Actor, id: string): Promise<ObjectionView>;
  correct(actor: Actor, id: string, input: z.output<typeof correctionInput>): Promise<ObjectionView>;
  /** Deletes the record: a version that says so is read from then on, and the record by nobody. */
  remove(actor: Actor, id: string, reason: string): Promise<ObjectionView>;
  uphold(actor: Actor, id: string, reason: string): Promise<ObjectionView>;
  state(actor: Actor, id: string, text: string): Promise<ObjectionView>;
  list(actor: Actor, query: z.output<typeof objectionQuery>): Promise<z.infer<typeof objectionList>>;
  detail(actor: Actor, id: string): Promise<ObjectionDetail>;
  /** What the answer's commitment hides. Throws notFound while there is no answer, or when it was erased. */
  answerOpening(actor: Actor, id: string): Promise<{ document: object; salt: string; commitment: string }>;
  notices(actor: Actor): Promise<z.infer<typeof objectionNotices>>;
  markNoticesRead(actor: Actor): Promise<void>;
  /** For each department with objections; for the scoreboard as well. */
  counts(): Promise<z.infer<typeof objectionCounts>>;
  /** The mark of each of an enterprise's records, as it is now. */
  markerFor(uscc: string): Promise<(record: { _id: string; catalogId: string; key: string }) => Mark>;
  /** The objections beside a record, newest first, whoever reads it. */
  beside(recordId: string): Promise<RecordObjection[]>;
  /** Reminders and corrections under way. True when there is more to do. */
  step(): Promise<boolean>;
}

const missing = () => new DomainError("notFound", "there is no such objection");
const conflict = () => new DomainError("conflict", "the objection was changed meanwhile");

function stateAfter({ state }: ObjectionDocument, action: ObjectionAction): ObjectionState {
  const next = nextObjectionState(state, action);
  if (!next)
    throw new DomainError("objection.wrongState", `an objection that is ${state} allows no "${action}"`, { state });
  return next;
}

export function createObjectionService(
  store: ObjectionStore,
  ports: ObjectionPorts,
  clock: Clock,
  onWork: () => void,
): ObjectionService {
  const steps = createObjectionSteps(store, ports, clock, onWork);

  async function viewsOf(objections: readonly ObjectionDocument[]): Promise<ObjectionView[]> {
    const answered = objections.filter(({ answer }) => answer).map(({ _id }) => answerLeafId(_id));
    const anchors = answered.length > 0 ? await ports.anchorsOf(answered) : new Map<string, AnchorState>();
    return objections.map((objection) =>
      objectionView(
        objection,
        ports.catalogOf(objection.catalogId),
        anchors.get(answerLeafId(objection._id)),
        clock.now(),
      ),
    );
  }
  const viewOf = async (objection: ObjectionDocument): Promise<ObjectionView> => (await viewsOf([objection]))[0]!;

  const currentOf = async ({ enterprise, catalogId, key }: ObjectionDocument): Promise<CurrentRecord | undefined> =>
    (await ports.currentRecords(enterprise.uscc)).find((one) => one.catalogId === catalogId && one.key === key);

  async function own(actor: Actor, id: string): Promise<ObjectionDocument> {
    const objection = await store.find(id);
    const may =
      objection &&
      (actor.role === "regulator" ||
        (actor.role === "enterprise" && objection.enterprise.id === actor.participantId) ||
        (actor.role === "department" && objection.departmentCode === (await ports.departmentOf(actor.participantId))));
    if (!may) throw missing();
    return objection;
  }

  async function change(
    objection: ObjectionDocument,
    set: Partial<ObjectionFields>,
    effects: Parameters<ObjectionStore["change"]>[2] = [],
  ): Promise<ObjectionDocument> {
    const changed = await store.change(objection, set, effects);
    if (!changed) throw conflict();
    if (effects.length > 0) onWork();
    return changed;
  }

  /** An objection that waits for its answer, with the record as it is now. */
  async function correctable(actor: Actor, id: string) {
    const objection = await own(actor, id);
    const state = stateAfter(objection, "correct");
    const record = await currentOf(objection);
    if (!record) throw new DomainError("objection.recordGone", "the record is no longer there");
    return { objection, record, state };
  }
  const answerNow = ({ accountId }: Actor, decision: AnswerFields["decision"], reason: string): AnswerFields => ({
    decision,
    reason,
    at: clock.now(),
    accountId,
    salt: randomSalt(),
  });

  const departmentOf = async (actor: Actor): Promise<string> => {
    const code = await ports.departmentOf(actor.participantId);
    if (!code) throw new DomainError("notFound", "your department shares no catalog");
    return code;
  };

  return {
    async raise(actor, recordId, input) {
      const { _id: id, name, uscc } = await ports.enterprise(actor.participantId);
      const records = uscc ? await ports.currentRecords(uscc) : [];
      const record = records.find((one) => one._id === recordId);
      if (!uscc || !record) throw new DomainError("notFound", "you have no such record, or a newer one took its place");
      if (input.wished) requireRow(ports, record, { [input.wished.field]: input.wished.value }, "wished");
      const { catalogId, key } = record;
      const before = (await store.ofSubject(uscc)).filter((one) => one.recordId === recordId);
      if (before.some(({ state }) => state === "upheld" || state === "stated")) {
        throw new DomainError("objection.answered", "the department has upheld this very record", {
          fix: "leave your statement beside it; a changed record can be objected to again",
        });
      }
      const raisedAt = clock.now();
      const dueAt = answerDueAt(raisedAt);
      const objectionId = newId();
      const inserted = await store.insert(objectionId, {
        recordId,
        catalogId,
        key,
        departmentCode: ports.catalogOf(catalogId).departmentCode,
        enterprise: { id, name, uscc },
        ...input,
        state: "raised",
        raisedAt,
        dueAt,
        remindAt: nextReminderAt(dueAt, raisedAt),
        openKey: `${catalogId}|${uscc}|${key}`,
        notices: [{ kind: "raised", at: raisedAt, read: false }],
      });
      if (!inserted) {
        throw new DomainError("objection.open", "this record has an open objection already", {
          fix: "wait for the answer, or withdraw it first",
        });
      }
      return viewOf((await store.find(objectionId))!);
    },

    async withdraw(actor, id) {
      const objection = await own(actor, id);
      const state = stateAfter(objection, "withdraw");
      return viewOf(await change(objection, { state, openKey: undefined, remindAt: undefined }));
    },

    async correct(actor, id, { reason, fields }) {
      const { objection, record, state } = await correctable(actor, id);
      const row = requireRow(ports, record, fields, "fields");
      const answer = { ...answerNow(actor, "corrected", reason), changes: fields, row };
      return viewOf(await steps.settleSoon(await change(objection, { state, answer, remindAt: undefined })));
    },

    async remove(actor, id, reason) {
      const { objection, record, state } = await correctable(actor, id);
      const row = removalRow(ports.catalogOf(record.catalogId).fields, record.fields);
      const answer = { ...answerNow(actor, "removed", reason), row };
      return viewOf(await steps.settleSoon(await change(objection, { state, answer, remindAt: undefined })));
    },

    async uphold(actor, id, reason) {
      const objection = await own(actor, id);
      const state = stateAfter(objection, "uphold");
      const answer = answerNow(actor, "upheld", reason);
      const set = { state, answer, openKey: undefined, remindAt: undefined };
      return viewOf(await change(objection, set, answerEffects({ ...objection, answer })));
    },

    async state(actor, id, text) {
      const objection = await own(actor, id);
      const state = stateAfter(objection, "state");
      return viewOf(await change(objection, { state, statement: { text, at: clock.now() } }));
    },

    async list(actor, { state, page }) {
      const filter = {
        state,
        ...(actor.role === "enterprise" ? { enterpriseId: actor.participantId } : {}),
        ...(actor.role === "department" ? { departmentCode: await departmentOf(actor) } : {}),
      };
      const { items, total } = await store.list(filter, clock.now(), page, PAGE_SIZE);
      return { items: await viewsOf(items), total };
    },

    async detail(actor, id) {
      const objection = await own(actor, id);
      const catalog = ports.catalogOf(objection.catalogId);
      return objectionDetail(objection, await viewOf(objection), catalog, await currentOf(objection));
    },

    async answerOpening(actor, id) {
      const opening = openingOf(await own(actor, id));
      if (!opening) throw new DomainError("notFound", "there is no answer to prove");
      return opening;
    },

    async notices(actor) {
      const departmentCode = await departmentOf(actor);
      const objections = await store.withNotices(departmentCode, NOTICED_OBJECTIONS);
      const items = objections.flatMap(({ _id, catalogId, enterprise, dueAt, notices }) =>
        notices.map(({ kind, at, read }) => ({
          objectionId: _id,
          kind,
          at: at.toISOString(),
          dueAt: dueAt.toISOString(),
          read,
          catalogName: ports.catalogOf(catalogId).name,
          enterpriseName: enterprise.name,
        })),
      );
      items.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.objectionId < b.objectionId ? 1 : -1));
      return { items: items.slice(0, NOTICED_OBJECTIONS), unread: await store.countUnread(departmentCode) };
    },
    markNoticesRead: async (actor) => store.markRead(await departmentOf(actor)),

    async counts() {
      const catalogName = new Map(ports.departments.map(({ code, name }) => [code, name]));
      const items = await store.counts(clock.now());
      return {
        items: items.map((one) => ({
          ...one,
          departmentName: catalogName.get(one.departmentCode) ?? { zh: one.departmentCode, en: one.departmentCode },
        })),
      };
    },

    markerFor: async (uscc) => markerOf(await store.ofSubject(uscc)),
    async beside(recordId) {
      const record = await ports.findRecord(recordId);
      if (!record) return [];
      const { uscc, catalogId, key } = record;
      return (await store.ofSubject(uscc))
        .filter((one) => one.catalogId === catalogId && one.key === key && one.state !== "withdrawn")
        .map((objection) => besideRecord(objection, recordId))
        .toReversed();
    },
    step: steps.step,
  };
}
