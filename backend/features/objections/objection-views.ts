import { commitment } from "../../lib/hash.ts";
import type { AnchorState } from "../../lib/schemas.ts";
import { daysLeft } from "./domain/answer-clock.ts";
import { cellOf } from "./domain/correction.ts";
import { isOpenObjection } from "./domain/objection-states.ts";
import type { ObjectionDetail, ObjectionView, RecordObjection } from "./objection-schemas.ts";
import type { ObjectionDocument } from "./objection-store.ts";

interface Bilingual {
  zh: string;
  en: string;
}

/** A catalog as objections need it. */
export interface ObjectionCatalog {
  name: Bilingual;
  departmentCode: string;
  departmentName: Bilingual;
  fields: readonly {
    name: string;
    label: Bilingual;
    type: string;
    required: boolean;
    codes?: Readonly<Record<string, string>>;
  }[];
  /** Name the record: a correction can't change them. */
  fixedFields: readonly string[];
}

export interface CurrentRecord {
  _id: string;
  catalogId: string;
  key: string;
  uscc: string;
  batchId: string;
  fields: Record<string, string | number | boolean>;
}

/** What an answer's commitment hides. */
export const answerDocument = ({ _id, recordId, catalogId, enterprise, answer }: ObjectionDocument) => ({
  objectionId: _id,
  recordId,
  catalogId,
  uscc: enterprise.uscc,
  decision: answer!.decision,
  reason: answer!.reason,
  answeredAt: answer!.at.toISOString(),
  ...(answer!.changes ? { changes: answer!.changes } : {}),
  ...(answer!.recordId ? { correctedRecordId: answer!.recordId } : {}),
});

/** Undefined while there is no final answer, and once its texts are erased. */
export function openingOf(objection: ObjectionDocument) {
  const { answer, state, erasedAt } = objection;
  if (!answer || isOpenObjection(state) || erasedAt) return undefined;
  const document = answerDocument(objection);
  return { document, salt: answer.salt, commitment: commitment(answer.salt, document) };
}

export const answerLeafId = (objectionId: string): string => `objection:${objectionId}`;

export const isOverdue = ({ state, dueAt }: ObjectionDocument, now: Date): boolean => state === "raised" && dueAt < now;

export function objectionView(
  objection: ObjectionDocument,
  catalog: ObjectionCatalog,
  anchor: AnchorState | undefined,
  now: Date,
): ObjectionView {
  const { answer, statement } = objection;
  return {
    id: objection._id,
    recordId: objection.recordId,
    catalogId: objection.catalogId,
    catalogName: catalog.name,
    departmentCode: objection.departmentCode,
    departmentName: catalog.departmentName,
    enterprise: objection.enterprise,
    ground: objection.ground,
    text: objection.text,
    ...(objection.wished ? { wished: objection.wished } : {}),
    state: objection.state,
    raisedAt: objection.raisedAt.toISOString(),
    dueAt: objection.dueAt.toISOString(),
    ...(objection.state === "raised" ? { daysLeft: daysLeft(objection.dueAt, now) } : {}),
    overdue: isOverdue(objection, now),
    ...(answer
      ? {
          answer: {
            decision: answer.decision,
            reason: answer.reason ?? "",
            at: answer.at.toISOString(),
            ...(answer.changes ? { changes: answer.changes } : {}),
            ...(answer.recordId ? { recordId: answer.recordId } : {}),
            ...(isOpenObjection(objection.state) ? {} : { anchor: anchor ?? { state: "waiting" } }),
          },
        }
      : {}),
    ...(statement ? { statement: { text: statement.text, at: statement.at.toISOString() } } : {}),
    ...(objection.erasedAt ? { erasedAt: objection.erasedAt.toISOString() } : {}),
  };
}

export function objectionDetail(
  objection: ObjectionDocument,
  view: ObjectionView,
  catalog: ObjectionCatalog,
  record: CurrentRecord | undefined,
): ObjectionDetail {
  const opening = openingOf(objection);
  return {
    ...view,
    ...(record
      ? {
          record: {
            id: record._id,
            fields: catalog.fields.map(({ name, label, type, required, codes }) => {
              const value = record.fields[name] ?? null;
              // The first word of a code is the usual one.
              const words = new Map(
                Object.entries(codes ?? {})
                  .toReversed()
                  .map(([word, code]) => [code, word]),
              );
              return {
                name,
                label,
                type,
                required,
                correctable: !catalog.fixedFields.includes(name),
                ...(type === "code" ? { codes: [...words].map(([code, word]) => ({ code, word })).toReversed() } : {}),
                value,
                cell: value === null ? "" : cellOf(type, value),
              };
            }),
          },
        }
      : {}),
    ...(opening ? { opening } : {}),
  };
}

/** The objection as it stands beside one version of a record. */
export const besideRecord = (objection: ObjectionDocument, recordId: string): RecordObjection => ({
  id: objection._id,
  state: objection.state,
  ground: objection.ground,
  disputed: isOpenObjection(objection.state),
  raisedAt: objection.raisedAt.toISOString(),
  dueAt: objection.dueAt.toISOString(),
  ...(objection.answer ? { answeredAt: objection.answer.at.toISOString() } : {}),
  ...(objection.statement && objection.recordId === recordId ? { statement: objection.statement.text } : {}),
  ...(objection.answer?.recordId && objection.recordId === recordId ? { correctedBy: objection.answer.recordId } : {}),
  ...(objection.answer?.recordId === recordId ? { corrects: objection.recordId } : {}),
});
