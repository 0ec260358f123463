export type ScorecardState = "draft" | "published" | "retired";
export type ScorecardAction = "replace" | "publish" | "retire";

const TRANSITIONS: Record<ScorecardState, Partial<Record<ScorecardAction, ScorecardState>>> = {
  draft: { replace: "draft", publish: "published" },
  // Published is for good: whoever was scored must be able to have it scored again.
  published: { retire: "retired" },
  retired: {},
};

export const afterScorecard = (state: ScorecardState, action: ScorecardAction): ScorecardState | undefined =>
  TRANSITIONS[state][action];
