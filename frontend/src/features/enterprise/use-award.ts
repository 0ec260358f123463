import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { BidView } from "../../../../backend/features/bids/bid-schemas.ts";
import type { RequestView } from "../../../../backend/features/requests/request-schemas.ts";
import { api } from "../../lib/api.ts";
import { isProblem } from "../../lib/api-problem.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSigner } from "../session/signer-context.ts";
import { useMeta } from "../session/use-account.ts";
import { signAward } from "./signed-acts.ts";

const ATTEMPTS = 30;
const PAUSE_MS = 1_000;

/** Signs and sends an award. A bid that came seconds ago is not on the chain yet: the award waits for it. */
export function useAward(request: RequestView) {
  const signer = useSigner();
  const meta = useMeta();
  const client = useQueryClient();
  const [waiting, setWaiting] = useState(false);
  const award = useAction(async (bid: BidView): Promise<RequestView> => {
    const signature = await signAward(signer, meta, request, bid);
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          const awarded = await api.post<RequestView>(`/requests/${request.id}/award`, { bidId: bid.id, signature });
          client.setQueryData(["requests", request.id], awarded);
          await client.invalidateQueries({ queryKey: ["requests"] });
          return awarded;
        } catch (error) {
          if (!isProblem(error, "bid.notAnchored") || attempt === ATTEMPTS) throw error;
          setWaiting(true);
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        }
      }
    } finally {
      setWaiting(false);
    }
  });
  return { ...award, waiting };
}
