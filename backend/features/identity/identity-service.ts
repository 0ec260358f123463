import { createSecretKey, type KeyObject } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import jwt from "jsonwebtoken";
import type { z } from "zod";
import type { Actor } from "../../lib/actor.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Effect } from "../../lib/effects.ts";
import { DomainError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Receipt } from "../../lib/schemas.ts";
import type { AccountDocument, AccountStore } from "./account-store.ts";
import type { Account, enrolment, Role, session } from "./identity-schemas.ts";

const SESSION_HOURS = 12;
const TOKEN = { issuer: "rongqiao", audience: "rongqiao-api" } as const;

/** What identity needs to know of a participant. */
export interface AccountHolder {
  _id: string;
  kind: Role;
  name: string;
  uscc?: string | undefined;
  departmentCode?: string | undefined;
  address?: string | undefined;
  status: "admitted" | "active" | "suspended";
}

interface Participants {
  find(id: string): Promise<AccountHolder | null>;
  /** Throws unless the code is unused and both keys signed. */
  checkEnrolment(acts: {
    invitation: string;
    account: string;
    invitationSignature: string;
    accountSignature: string;
  }): Promise<{ participant: AccountHolder }>;
  enrol(
    acts: { invitation: string; account: string; invitationSignature: string; accountSignature: string },
    effects: () => Effect[],
  ): Promise<{ participant: AccountHolder; receipt: Receipt }>;
}

export interface IdentityService {
  login(username: string, password: string): Promise<z.infer<typeof session>>;
  logout(sessionId: string): Promise<void>;
  /** The actor behind a token; undefined when it is forged, expired or signed out. */
  authenticate(token: string): Promise<Actor | undefined>;
  me(actor: Actor): Promise<Account>;
  keystore(actor: Actor): Promise<string>;
  enrol(input: z.output<typeof enrolment>): Promise<{ session: z.infer<typeof session>; receipt: Receipt }>;
  activate(accountId: string): Promise<void>;
}

interface Claims {
  sub: string;
  sid: string;
  typ: string;
}

export function createIdentityService(
  store: AccountStore,
  participants: Participants,
  /** Of an address whose acts a contract signs for: its owners' keys have other addresses. */
  isSmartAccount: (address: string) => Promise<boolean>,
  secret: Buffer,
  clock: Clock,
): IdentityService {
  const key: KeyObject = createSecretKey(secret);
  // Verifying against a hash of nothing takes as long as against a real one: a name's existence doesn't show in the time.
  const nobody = hash(newId());

  async function viewOf(account: AccountDocument): Promise<Account> {
    const participant = await participants.find(account.participantId);
    if (!participant) throw new DomainError("session.required", "this account's participant is gone");
    const { _id, name, uscc, departmentCode, address, status } = participant;
    return {
      id: account._id,
      username: account.username,
      role: account.role,
      participant: {
        id: _id,
        name,
        ...(uscc ? { uscc } : {}),
        ...(departmentCode ? { departmentCode } : {}),
        ...(address ? { address } : {}),
        status,
      },
      hasKeystore: account.keystore !== undefined,
    };
  }

  async function open(account: AccountDocument): Promise<z.infer<typeof session>> {
    const expiresAt = new Date(clock.now().getTime() + SESSION_HOURS * 3_600_000);
    const sid = newId();
    await store.openSession({ _id: sid, accountId: account._id, expiresAt });
    const token = jwt.sign({ sid, typ: "session", exp: Math.floor(expiresAt.getTime() / 1000) }, key, {
      algorithm: "HS256",
      subject: account._id,
      ...TOKEN,
    });
    return { token, expiresAt: expiresAt.toISOString(), account: await viewOf(account) };
  }

  const accountOf = async (actor: Actor): Promise<AccountDocument> => {
    const account = await store.find(actor.accountId);
    if (!account) throw new DomainError("session.required", "this account is gone");
    return account;
  };

  return {
    async login(username, password) {
      const account = await store.byUsername(username.trim().toLowerCase());
      const right = await verify(account?.passwordHash ?? (await nobody), password).catch(() => false);
      if (!account || !right) throw new DomainError("session.wrong", "user name or password is wrong");
      return open(account);
    },
    logout: (sessionId) => store.closeSession(sessionId),
    async authenticate(token) {
      let claims: Claims;
      try {
        claims = jwt.verify(token, key, { algorithms: ["HS256"], ...TOKEN }) as unknown as Claims;
      } catch {
        return undefined;
      }
      if (claims.typ !== "session") return undefined;
      const session = await store.session(claims.sid);
      if (!session || session.accountId !== claims.sub || session.expiresAt <= clock.now()) return undefined;
      const account = await store.find(claims.sub);
      if (!account?.active) return undefined;
      return {
        accountId: account._id,
        sessionId: session._id,
        role: account.role,
        participantId: account.participantId,
      };
    },
    me: async (actor) => viewOf(await accountOf(actor)),
    async keystore(actor) {
      const { keystore } = await accountOf(actor);
      if (!keystore) throw new DomainError("notFound", "this account has no keystore with us");
      return keystore;
    },
    async enrol({ username, password, keystore, ...acts }) {
      // The signatures before anything is kept: who only knows an invitation's address can't take a name with it.
      const { participant: invited } = await participants.checkEnrolment(acts);
      requireKeystore(keystore, (await isSmartAccount(acts.account)) ? undefined : acts.account);
      const account: AccountDocument = {
        _id: newId(),
        username,
        passwordHash: await hash(password),
        role: invited.kind,
        participantId: invited._id,
        keystore,
        active: false,
        createdAt: clock.now(),
      };
      // The name first: were it taken after the enrolment, the enrolment would stand without an account.
      await store.reserve(account);
      const { receipt } = await participants.enrol(acts, () => [
        { type: "account.activate", payload: { accountId: account._id } },
      ]);
      await store.activate(account._id);
      return { session: await open({ ...account, active: true }), receipt };
    },
    activate: store.activate,
  };
}

/**
 * The keystore must open to the key being enrolled, or to an owner's of the wallet being enrolled; its address is the
 * part that can be checked without the passphrase.
 */
function requireKeystore(keystore: string, account: string | undefined): void {
  let address: unknown;
  try {
    address = (JSON.parse(keystore) as { address?: unknown }).address;
  } catch {
    // told below
  }
  const found = typeof address === "string" && /^(0x)?[0-9a-fA-F]{40}$/.test(address) ? address.slice(-40) : undefined;
  if (!found || (account && found.toLowerCase() !== account.slice(2).toLowerCase())) {
    throw new DomainError("input.keystore", "keystore is not an encrypted JSON keystore of this account", {
      field: "keystore",
      status: 400,
      fix: "send what wallet.encrypt(passphrase) gave for this account",
    });
  }
}
