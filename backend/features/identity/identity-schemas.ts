import { z } from "zod";
import { address, hex32, isoTime, receipt, signature } from "../../lib/schemas.ts";

export const role = z.enum(["enterprise", "institution", "department", "regulator", "operator"]);
export type Role = z.infer<typeof role>;

export const username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._-]{2,39}$/, "3 to 40 characters: letters, digits, dot, dash, underscore");
export const password = z.string().min(10, "at least 10 characters").max(200);

export const login = z.object({ username: z.string().min(1).max(60), password: z.string().min(1).max(200) });

export const account = z
  .object({
    id: z.string(),
    username: z.string(),
    role,
    participant: z.object({
      id: z.string(),
      name: z.string(),
      uscc: z.string().optional(),
      departmentCode: z.string().optional(),
      address: address.optional(),
      status: z.enum(["admitted", "active", "suspended"]),
    }),
    hasKeystore: z.boolean(),
  })
  .openapi("Account");
export type Account = z.infer<typeof account>;

export const session = z.object({ token: z.string(), expiresAt: isoTime, account }).openapi("Session");

/** What the holder of an activation code sees before signing up. The code itself is the one-time key and never leaves the browser. */
export const invitation = z
  .object({
    participant: z.object({ id: z.string(), kind: role, name: z.string(), uscc: z.string().optional() }),
    idCommitment: hex32,
    expiresAt: isoTime,
    used: z.boolean(),
  })
  .openapi("Invitation");

/** Sign-up: both keys sign Enrolment{idCommitment, invitation, account}; the keystore is ciphertext under a passphrase we never see. */
export const enrolment = z.object({
  invitation: address,
  account: address,
  invitationSignature: signature,
  accountSignature: signature,
  username,
  password,
  keystore: z.string().min(100).max(20_000),
});
export const enrolmentResult = z.object({ session, receipt });
export const keystore = z.object({ keystore: z.string() });

/** What a client needs to sign: the chain, the contracts, and (on a sample city only) the demo accounts. */
export const meta = z
  .object({
    name: z.string(),
    version: z.string(),
    chainId: z.int(),
    contracts: z.object({
      accessManager: address,
      participants: address,
      consents: address,
      financing: address,
      pledges: address,
      seals: address,
      anchors: address,
      relay: address,
    }),
    time: isoTime,
    demoAccounts: z.array(z.object({ username: z.string(), password: z.string(), role, name: z.string() })),
  })
  .openapi("Meta");
