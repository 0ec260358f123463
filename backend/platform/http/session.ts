import type { NextFunction, Request, Response } from "express";
import type { Actor } from "../../lib/actor.ts";

export const SESSION_COOKIE = "rongqiao_session";

function tokenOf(request: Request): string | undefined {
  const header = request.headers.authorization;
  if (header?.startsWith("Bearer ")) return header.slice(7).trim();
  for (const part of request.headers.cookie?.split(";") ?? []) {
    const [name, value] = part.trim().split("=", 2);
    if (name === SESSION_COOKIE) return value;
  }
  return undefined;
}

/** Finds out who is calling; whether that is enough is each endpoint's own question. */
export const sessionReader =
  (authenticate: (token: string) => Promise<Actor | undefined>) =>
  async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const token = tokenOf(request);
    if (token) response.locals.actor = await authenticate(token);
    next();
  };
