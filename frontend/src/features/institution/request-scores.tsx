import { useQuery } from "@tanstack/react-query";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { consentsQuery } from "../../lib/queries.ts";
import { SnapshotScores } from "../scoring/snapshot-scores.tsx";
import { requestProfileQuery } from "./queries.ts";

/** The scores of the profile that was read on this page: of that very snapshot. Nothing before a profile is read. */
export function RequestScores({ request }: { request: RequestView }) {
  const consents = useQuery({ ...consentsQuery, enabled: request.mine?.consentId !== undefined });
  const purpose = consents.data?.items.find(({ id }) => id === request.mine?.consentId)?.terms.purpose;
  // Reading is the person's act, in the section above: here its answer is only waited for.
  const { data } = useQuery({ ...requestProfileQuery(request.id, purpose), enabled: false });
  return data?.snapshot ? <SnapshotScores key={data.snapshot.id} snapshotId={data.snapshot.id} /> : null;
}
