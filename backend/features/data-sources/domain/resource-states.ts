export const RESOURCE_KINDS = ["file", "push", "pull", "table"] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

export const RESOURCE_STATES = ["draft", "active", "paused"] as const;
export type ResourceState = (typeof RESOURCE_STATES)[number];
export type ResourceAction = "activate" | "pause";

/** A resource is never taken away: its batches name it. Who doesn't want it any more leaves it paused. */
const TRANSITIONS: Record<ResourceState, Partial<Record<ResourceAction, ResourceState>>> = {
  draft: { activate: "active" },
  active: { pause: "paused" },
  paused: { activate: "active" },
};

export const afterAction = (state: ResourceState, action: ResourceAction): ResourceState | undefined =>
  TRANSITIONS[state][action];

/** Kinds that fetch by themselves, on a schedule. */
export const pulls = (kind: ResourceKind): boolean => kind === "pull" || kind === "table";
