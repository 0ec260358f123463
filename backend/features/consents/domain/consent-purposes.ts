/** How many reads in a rolling day, week or month. */
export interface Frequency {
  readonly count: number;
  readonly per: "day" | "week" | "month";
}

export interface PurposeRule {
  /** The longest that one consent may last. */
  readonly maxDays: number;
  /** The most reads; a day's are the limit of a consent that names none. */
  readonly maxReads: Readonly<Record<Frequency["per"], number>>;
  /** The longest that a copy may be kept; the limit of a consent that names none. A copy ends with its consent anyway. */
  readonly maxDataLifeDays: number;
  /** What an institution may ask for. */
  readonly asking: {
    /** Requests that wait for an answer, over all enterprises. */
    readonly open: number;
    readonly perDay: number;
    /** After a rejection, before it may ask the same enterprise again. */
    readonly quietDays: number;
    /** A request that isn't answered lapses. */
    readonly answerDays: number;
  };
}

/** What each purpose allows at most. */
export const CONSENT_PURPOSES = {
  creditReview: {
    maxDays: 365,
    maxReads: { day: 100, week: 300, month: 600 },
    maxDataLifeDays: 365,
    asking: { open: 200, perDay: 100, quietDays: 7, answerDays: 14 },
  },
  postLoan: {
    maxDays: 1_095,
    maxReads: { day: 20, week: 60, month: 120 },
    maxDataLifeDays: 365,
    asking: { open: 100, perDay: 50, quietDays: 7, answerDays: 14 },
  },
  productMatching: {
    maxDays: 365,
    maxReads: { day: 5, week: 10, month: 20 },
    maxDataLifeDays: 30,
    asking: { open: 50, perDay: 20, quietDays: 30, answerDays: 7 },
  },
} as const satisfies Record<string, PurposeRule>;

export type ConsentPurpose = keyof typeof CONSENT_PURPOSES;
export const consentPurposes = Object.keys(CONSENT_PURPOSES) as [ConsentPurpose, ...ConsentPurpose[]];

export const purposeRule = (purpose: ConsentPurpose): PurposeRule => CONSENT_PURPOSES[purpose];
