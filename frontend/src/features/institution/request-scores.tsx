import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import type { ProfileView } from "../../../../backend/features/profiles/profile-schemas.ts";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { SnapshotScores } from "../scoring/snapshot-scores.tsx";

/** The snapshot that the section above has read; undefined again as soon as that one lets go of it. */
function useReadSnapshot(requestId: string): string | undefined {
  const cache = useQueryClient().getQueryCache();
  const subscribe = useCallback((changed: () => void) => cache.subscribe(changed), [cache]);
  return useSyncExternalStore(subscribe, () => {
    const read = cache.findAll({ queryKey: ["request-profiles", requestId] });
    return read.map(({ state }) => (state.data as ProfileView | undefined)?.snapshot?.id).find(Boolean);
  });
}

/** The scores of the profile that was read on this page: of that very snapshot, and as long as it is shown. */
export function RequestScores({ request }: { request: RequestView }) {
  const snapshotId = useReadSnapshot(request.id);
  return snapshotId === undefined ? null : <SnapshotScores key={snapshotId} snapshotId={snapshotId} />;
}
