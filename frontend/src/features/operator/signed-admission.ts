import { hexlify, randomBytes, Wallet } from "ethers";
import type { z } from "zod";
import type { admission } from "../../../../backend/features/participants/participant-schemas.ts";
import { commitment } from "../../../../backend/lib/commitment.ts";
import { type Admission, participantKinds, participantsDomain, types } from "../../../../contracts/typed-data.ts";

export type AdmissionInput = z.infer<typeof admission>;
export type AdmittedKind = AdmissionInput["kind"];

export interface AdmittedBody {
  kind: AdmittedKind;
  name: string;
  uscc?: string;
  departmentCode?: string;
}

/** The operator's unlocked key, as far as signing needs it. */
export interface OperatorKey {
  signTypedData(
    domain: ReturnType<typeof participantsDomain>,
    types: Record<string, { name: string; type: string }[]>,
    message: Record<string, unknown>,
  ): Promise<string>;
}

export interface SignedAdmission {
  input: AdmissionInput;
  /** The private key of the invitation, 64 hex digits. It is in this browser alone and is shown once. */
  activationCode: string;
}

/** What the identity commitment hides: the registration number where a body has one. */
export function identityOf(body: AdmittedBody): Record<string, string> {
  if (body.kind === "department") return { kind: body.kind, name: body.name, departmentCode: body.departmentCode ?? "" };
  return { kind: body.kind, name: body.name, ...(body.uscc ? { uscc: body.uscc } : {}) };
}

/** Makes the invitation key here and signs the admission with the operator's own key. */
export async function signAdmission(
  key: OperatorKey,
  ground: { chainId: number; contracts: { participants: string } },
  body: AdmittedBody,
  validForDays: number,
): Promise<SignedAdmission> {
  const invitation = Wallet.createRandom();
  const salt = hexlify(randomBytes(32));
  const expiresAt = Math.floor(Date.now() / 1000) + validForDays * 86_400;
  const message: Admission = {
    idCommitment: commitment(salt, identityOf(body)),
    kind: participantKinds[body.kind],
    invitation: invitation.address,
    expiresAt,
  };
  const domain = participantsDomain(ground.chainId, ground.contracts.participants);
  const signature = await key.signTypedData(domain, types.Admission, { ...message });
  return {
    input: {
      ...body,
      salt,
      invitation: invitation.address,
      expiresAt: new Date(expiresAt * 1000).toISOString(),
      signature,
    },
    activationCode: invitation.privateKey.slice(2),
  };
}

/** The link that the new participant opens. The code is behind the #, so that it never reaches a server. */
export const activationLink = (origin: string, activationCode: string): string => `${origin}/join#${activationCode}`;
