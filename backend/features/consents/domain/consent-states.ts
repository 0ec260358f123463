/** What the holder can make of a consent. Expiry and being used up are read from the clock and the reads. */
export type SignedConsentState = "active" | "paused" | "revoked";

const TRANSITIONS: Record<SignedConsentState, readonly SignedConsentState[]> = {
  active: ["paused", "revoked"],
  paused: ["active", "revoked"],
  revoked: [],
};

export const canChangeConsent = (from: SignedConsentState, to: SignedConsentState): boolean =>
  TRANSITIONS[from].includes(to);

/** Of an institution's request for a consent. "active" once the consent is given; lapsing is read from the clock. */
export type AskedState = "requested" | "active" | "rejected";

export const shownAskedState = (state: AskedState, lapsesAt: Date, now: Date): AskedState | "lapsed" =>
  state === "requested" && lapsesAt <= now ? "lapsed" : state;
