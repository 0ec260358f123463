import { z } from "zod";
import { address, hex32, isoTime, receipt, signature, usccText } from "../../lib/schemas.ts";
import { role } from "../identity/identity-schemas.ts";

/**
 * The operator signs Admission{idCommitment, kind, invitation, expiresAt} with
 * idCommitment = commitment(salt, {kind, name, uscc or departmentCode}) (see participants/domain/identity.ts).
 */
export const admission = z.object({
  kind: role.exclude(["operator"]),
  name: z.string().trim().min(2).max(120),
  uscc: usccText.optional(),
  departmentCode: z.string().max(40).optional(),
  salt: hex32,
  invitation: address,
  expiresAt: isoTime,
  signature,
});

export const participant = z
  .object({
    id: z.string(),
    kind: role,
    name: z.string(),
    uscc: z.string().optional(),
    departmentCode: z.string().optional(),
    status: z.enum(["admitted", "active", "suspended"]),
    address: address.optional(),
    idCommitment: hex32,
    admittedAt: isoTime,
    enrolledAt: isoTime.optional(),
    receipt: receipt.optional(),
  })
  .openapi("Participant");
export type ParticipantView = z.infer<typeof participant>;
export const participantList = z.object({ items: z.array(participant), total: z.int() });
export const participantQuery = z.object({
  kind: role.optional(),
  query: z.string().max(60).optional(),
  page: z.coerce.number().int().min(1).max(10_000).default(1),
});

/** Enterprises known from the business registration catalog, for the operator to admit. */
export const registeredEnterprise = z.object({
  uscc: z.string(),
  name: z.string(),
  district: z.string(),
  industry: z.string(),
  status: z.string(),
  participantId: z.string().optional(),
});
export const registeredEnterpriseList = z.object({ items: z.array(registeredEnterprise) });
export const registeredEnterpriseQuery = z.object({ query: z.string().trim().min(2).max(60) });
