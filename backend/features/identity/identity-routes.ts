import type { Response } from "express";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { z } from "zod";
import { DomainError } from "../../lib/errors.ts";
import { address } from "../../lib/schemas.ts";
import type { Api } from "../../platform/http/endpoint.ts";
import { SESSION_COOKIE } from "../../platform/http/session.ts";
import { account, enrolment, enrolmentResult, invitation, keystore, login, session } from "./identity-schemas.ts";
import type { AccountHolder, IdentityService } from "./identity-service.ts";

interface Invitations {
  invitation(
    address: string,
  ): Promise<AccountHolder & { idCommitment: string; admission?: { expiresAt: number } | undefined }>;
}

function setCookie(response: Response, token: string, expiresAt: string): void {
  response.cookie(SESSION_COOKIE, token, {
    httpOnly: true,
    sameSite: "strict",
    secure: response.req.secure,
    expires: new Date(expiresAt),
    path: "/",
  });
}

export function identityRoutes(api: Api, identity: IdentityService, invitations: Invitations): void {
  // Per name and address: a guesser is slowed down, and can't lock out the owner who comes from elsewhere.
  const attempts = new RateLimiterMemory({ points: 20, duration: 60 });

  api.add({
    method: "post",
    path: "/sessions",
    access: "public",
    summary: "Sign in",
    body: login,
    answer: session,
    async handle({ body, request, response }) {
      const who = `${request.ip}|${body.username.toLowerCase()}`;
      const allowance = await attempts.get(who);
      if (allowance && allowance.remainingPoints <= 0)
        throw new DomainError("session.tooMany", "too many wrong attempts; wait a minute");
      try {
        const opened = await identity.login(body.username, body.password);
        setCookie(response, opened.token, opened.expiresAt);
        return opened;
      } catch (error) {
        await attempts.consume(who).catch(() => undefined);
        throw error;
      }
    },
  });
  api.add({
    method: "delete",
    path: "/sessions/current",
    access: "account",
    summary: "Sign out",
    async handle({ actor, response }) {
      await identity.logout(actor.sessionId);
      response.clearCookie(SESSION_COOKIE, { path: "/" });
    },
  });
  api.add({
    method: "get",
    path: "/me",
    access: "account",
    summary: "Who is signed in",
    answer: account,
    handle: ({ actor }) => identity.me(actor),
  });
  api.add({
    method: "get",
    path: "/me/keystore",
    access: "account",
    summary: "The account's encrypted key",
    answer: keystore,
    handle: async ({ actor }) => ({ keystore: await identity.keystore(actor) }),
  });
  api.add({
    method: "get",
    path: "/invitations/:address",
    access: "public",
    summary: "What an activation code is for",
    params: z.object({ address }),
    answer: invitation,
    async handle({ params }) {
      const found = await invitations.invitation(params.address);
      return {
        participant: { id: found._id, kind: found.kind, name: found.name, ...(found.uscc ? { uscc: found.uscc } : {}) },
        idCommitment: found.idCommitment,
        expiresAt: new Date(found.admission!.expiresAt * 1000).toISOString(),
        used: found.status !== "admitted",
      };
    },
  });
  api.add({
    method: "post",
    path: "/enrolments",
    access: "public",
    summary: "Sign up with an activation code and a new key",
    body: enrolment,
    answer: enrolmentResult,
    status: 201,
    async handle({ body, response }) {
      const result = await identity.enrol(body);
      setCookie(response, result.session.token, result.session.expiresAt);
      return result;
    },
  });
}
