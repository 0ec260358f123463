import { useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { ConsentView } from "../../../../backend/features/consents/consent-schemas.ts";
import type { participantList } from "../../../../backend/features/participants/participant-schemas.ts";
import { api } from "../../lib/api.ts";
import { afterDays } from "../../lib/time.ts";
import { useAction } from "../../lib/use-action.ts";
import { useSigner } from "../session/signer-context.ts";
import { useMeta, useSignedIn } from "../session/use-account.ts";
import { type ConsentTerms, signConsent } from "./signed-acts.ts";

export type Institution = z.infer<typeof participantList>["items"][number];

export interface ConsentWish {
  institutions: string[];
  catalogs: string[];
  purpose: ConsentTerms["purpose"];
  mode: ConsentTerms["mode"];
  days: number;
}

/** Signs and sends one consent for each chosen institution: each can be revoked by itself. */
export function useGiveConsents(requestId?: string) {
  const signer = useSigner();
  const meta = useMeta();
  const client = useQueryClient();
  const { participant } = useSignedIn();
  return useAction(async (wish: ConsentWish, institutions: Institution[]): Promise<ConsentView[]> => {
    const given: ConsentView[] = [];
    const startsAt = new Date();
    try {
      for (const institution of institutions) {
        if (!wish.institutions.includes(institution.id)) continue;
        const terms: ConsentTerms = {
          holder: { id: participant.id, uscc: participant.uscc ?? "" },
          recipient: { id: institution.id, name: institution.name },
          ...(requestId === undefined ? {} : { requestId }),
          purpose: wish.purpose,
          catalogs: wish.catalogs,
          mode: wish.mode,
        };
        const input = await signConsent(signer, meta, participant.address ?? "", terms, {
          startsAt,
          expiresAt: afterDays(wish.days, startsAt),
        });
        given.push(await api.post<ConsentView>("/consents", input));
      }
      return given;
    } finally {
      await client.invalidateQueries({ queryKey: ["consents"] });
    }
  });
}
