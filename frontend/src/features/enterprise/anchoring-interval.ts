import type { AnchorState } from "../../../../backend/lib/schemas.ts";

const POLL_MS = 1_500;

/** A refetchInterval: asks again while something on the list is on its way to the chain. */
export const anchoringInterval = (query: {
  state: { data?: { items: { anchor: AnchorState }[] } | undefined };
}): number | false =>
  query.state.data?.items.some(({ anchor }) => anchor.state === "waiting" || anchor.state === "pending")
    ? POLL_MS
    : false;
