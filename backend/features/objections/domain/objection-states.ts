/**
 * correcting: the department has corrected, the corrected record isn't stored yet · upheld: the record stays as it is ·
 * stated: as upheld, with the enterprise's statement beside it · erased: its record's time was over first.
 */
export const OBJECTION_STATES = [
  "raised",
  "correcting",
  "corrected",
  "upheld",
  "stated",
  "withdrawn",
  "erased",
] as const;
export type ObjectionState = (typeof OBJECTION_STATES)[number];

export const OBJECTION_ACTIONS = ["withdraw", "correct", "store", "fail", "uphold", "state", "erase"] as const;
export type ObjectionAction = (typeof OBJECTION_ACTIONS)[number];

/** `fail` is the one way back: a correction that could not be stored is none, and the clock goes on as it was. */
const TRANSITIONS: Record<ObjectionState, Partial<Record<ObjectionAction, ObjectionState>>> = {
  raised: { withdraw: "withdrawn", correct: "correcting", uphold: "upheld", erase: "erased" },
  correcting: { store: "corrected", fail: "raised", erase: "erased" },
  upheld: { state: "stated" },
  corrected: {},
  stated: {},
  withdrawn: {},
  erased: {},
};

export const nextObjectionState = (state: ObjectionState, action: ObjectionAction): ObjectionState | undefined =>
  TRANSITIONS[state][action];

/** While it is open the record is marked as disputed wherever it is read. */
export const isOpenObjection = (state: ObjectionState): boolean => state === "raised" || state === "correcting";
