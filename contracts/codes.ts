/* The numbers that stand for kinds and states on the chain, by name. */

export const participantKinds = { enterprise: 1, institution: 2, department: 3, regulator: 4, operator: 5 } as const;
export type ParticipantKind = keyof typeof participantKinds;

/** "rotated": the key was replaced and is dead for good. */
export const participantStatuses = { none: 0, active: 1, suspended: 2, rotated: 3 } as const;
export type ParticipantStatus = keyof typeof participantStatuses;

export const anchorKinds = {
  records: 1,
  bids: 2,
  consents: 3,
  snapshots: 4,
  accessLog: 5,
  decisions: 6,
  documents: 7,
} as const;
export type AnchorKind = keyof typeof anchorKinds;

export const requestStates = {
  none: 0,
  open: 1,
  awarded: 2,
  granted: 3,
  active: 4,
  settled: 5,
  withdrawn: 6,
} as const;
export type RequestState = keyof typeof requestStates;

export const consentStates = { none: 0, active: 1, paused: 2, revoked: 3 } as const;
export type ConsentState = keyof typeof consentStates;

/** "lapsed": reserved, and not confirmed in time. */
export const pledgeStates = { none: 0, reserved: 1, pledged: 2, released: 3, lapsed: 4 } as const;
export type PledgeState = keyof typeof pledgeStates;

export const sealStatuses = { none: 0, issued: 1, suspended: 2, revoked: 3 } as const;
export type SealStatus = keyof typeof sealStatuses;

/** What the contracts have room for: amounts of a request and all that follows it, and times of consents (in 2106). */
export const MOST_FEN = 2n ** 48n - 1n;
export const LAST_CONSENT_SECOND = 2 ** 32 - 1;

/** The name behind a number read from the chain. Throws RangeError on a number that the map doesn't have. */
export function nameOf<Name extends string>(map: Readonly<Record<Name, number>>, value: bigint | number): Name {
  for (const name of Object.keys(map) as Name[]) if (map[name] === Number(value)) return name;
  throw new RangeError(`no name for ${value} among ${Object.keys(map).join(", ")}`);
}
