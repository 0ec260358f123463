import { isOpenObjection, type ObjectionState } from "./objection-states.ts";

/** What a reader of a record has to know beside it. */
export interface Mark {
  /** The open objection's id. */
  readonly disputed?: string;
  readonly statement?: { readonly objectionId: string; readonly text: string };
}

interface Marking {
  readonly _id: string;
  readonly catalogId: string;
  readonly key: string;
  readonly recordId: string;
  readonly state: ObjectionState;
  readonly statement?: { readonly text: string } | undefined;
}

/**
 * The mark of each record. An open objection stays on the record whatever newer version of it arrives; a statement stays
 * beside the very version that it is about.
 */
export function markerOf(objections: readonly Marking[]) {
  const nameOf = (catalogId: string, key: string) => `${catalogId}|${key}`;
  const open = new Map<string, string>();
  const statements = new Map<string, NonNullable<Mark["statement"]>>();
  for (const { _id, catalogId, key, recordId, state, statement } of objections) {
    if (isOpenObjection(state)) open.set(nameOf(catalogId, key), _id);
    if (statement) statements.set(recordId, { objectionId: _id, text: statement.text });
  }
  return (record: { readonly _id: string; readonly catalogId: string; readonly key: string }): Mark => {
    const disputed = open.get(nameOf(record.catalogId, record.key));
    const statement = statements.get(record._id);
    return { ...(disputed ? { disputed } : {}), ...(statement ? { statement } : {}) };
  };
}
