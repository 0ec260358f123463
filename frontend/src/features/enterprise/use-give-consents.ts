import { useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { ConsentRequestView, ConsentView } from "../../../../backend/features/consents/consent-schemas.ts";
import type { participantList } from "../../../../backend/features/participants/participant-schemas.ts";
import { api } from "../../lib/api.ts";
import { afterDays } from "../../lib/time.ts";
import { useAction } from "../../lib/use-action.ts";
import { type ScopeWish, scopeOf } from "../consents/scope-fields.tsx";
import { useSigner } from "../session/signer-context.ts";
import { useMeta, useSignedIn } from "../session/use-account.ts";
import { type ConsentTerms, signConsent } from "./signed-acts.ts";

export type Institution = z.infer<typeof participantList>["items"][number];

export interface ConsentWish extends ScopeWish {
  institutions: string[];
  catalogs: string[];
}

/** Signs and sends one consent. */
function useGive() {
  const signer = useSigner();
  const meta = useMeta();
  const { participant } = useSignedIn();
  return async (terms: Omit<ConsentTerms, "holder">, days: number, startsAt = new Date()): Promise<ConsentView> => {
    const holder = { id: participant.id, uscc: participant.uscc ?? "" };
    const input = await signConsent(
      signer,
      meta,
      participant.address ?? "",
      { holder, ...terms },
      { startsAt, expiresAt: afterDays(days, startsAt) },
    );
    return api.post<ConsentView>("/consents", input);
  };
}

/** One consent for each chosen institution: each can be revoked by itself. */
export function useGiveConsents(requestId?: string) {
  const client = useQueryClient();
  const give = useGive();
  return useAction(async (wish: ConsentWish, institutions: Institution[]): Promise<ConsentView[]> => {
    const given: ConsentView[] = [];
    const startsAt = new Date();
    try {
      for (const { id, name } of institutions) {
        if (!wish.institutions.includes(id)) continue;
        const terms = {
          recipient: { id, name },
          ...(requestId === undefined ? {} : { requestId }),
          ...scopeOf(wish),
          catalogs: wish.catalogs,
        };
        given.push(await give(terms, wish.days, startsAt));
      }
      return given;
    } finally {
      await client.invalidateQueries({ queryKey: ["consents"] });
    }
  });
}

/** Gives exactly what an institution asked for. */
export function useAnswerRequest() {
  const client = useQueryClient();
  const give = useGive();
  return useAction(async (asked: ConsentRequestView): Promise<ConsentView> => {
    const { institution, requestId, purpose, catalogs, mode, frequency, dataLifeDays, dataFrom, dataTo } = asked;
    try {
      return await give(
        {
          recipient: institution,
          ...(requestId === undefined ? {} : { requestId }),
          consentRequestId: asked.id,
          purpose,
          catalogs,
          mode,
          ...(frequency === undefined ? {} : { frequency }),
          ...(dataLifeDays === undefined ? {} : { dataLifeDays }),
          ...(dataFrom === undefined ? {} : { dataFrom }),
          ...(dataTo === undefined ? {} : { dataTo }),
        },
        asked.days,
      );
    } finally {
      await client.invalidateQueries({ queryKey: ["consents"] });
      await client.invalidateQueries({ queryKey: ["consent-requests"] });
    }
  });
}
