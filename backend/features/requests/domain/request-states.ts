/** States that are written; "expired" is what an open request becomes by the clock alone. */
export type StoredRequestState = "open" | "awarded" | "granted" | "withdrawn";
export type RequestAction = "award" | "grant" | "withdraw";

const TRANSITIONS: Record<StoredRequestState, Partial<Record<RequestAction, StoredRequestState>>> = {
  open: { award: "awarded", withdraw: "withdrawn" },
  awarded: { grant: "granted" },
  granted: { grant: "granted" },
  withdrawn: {},
};

/** The state after the action; undefined when the state doesn't allow it. */
export const nextRequestState = (state: StoredRequestState, action: RequestAction): StoredRequestState | undefined =>
  TRANSITIONS[state][action];

export const shownState = (state: StoredRequestState, expiresAt: Date, now: Date): StoredRequestState | "expired" =>
  state === "open" && expiresAt <= now ? "expired" : state;
