import { queryOptions } from "@tanstack/react-query";
import type { ConsentPurpose } from "../../../../backend/features/consents/consent-schemas.ts";
import type { ProfileView } from "../../../../backend/features/profiles/profile-schemas.ts";
import { api } from "../../lib/api.ts";

/** The enterprise's profile as frozen for this reader. Each fetch is an entry in the enterprise's access log. */
export const requestProfileQuery = (requestId: string, purpose?: ConsentPurpose) =>
  queryOptions({
    // Apart from the other keys of requests: what they invalidate must not read the profile again.
    queryKey: ["request-profiles", requestId, purpose],
    queryFn: ({ signal }) =>
      api.get<ProfileView>(`/requests/${encodeURIComponent(requestId)}/profile`, { purpose }, signal),
    // A read is logged and makes a snapshot: not on every focus of the window.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    // Left, it is gone from the page's memory.
    gcTime: 0,
    retry: false,
  });
