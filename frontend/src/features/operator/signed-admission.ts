import { Wallet } from "ethers";
import type { z } from "zod";
import type { admission } from "../../../../backend/features/participants/participant-schemas.ts";
import { commitment } from "../../../../backend/lib/commitment.ts";
import { participantKinds } from "../../../../contracts/codes.ts";
import { type Admission, participantsDomain } from "../../../../contracts/typed-data.ts";
import { randomSalt } from "../../lib/keys.ts";
import type { Meta } from "../../lib/queries.ts";
import { afterDays, unixSeconds, wholeSecondIso } from "../../lib/time.ts";
import type { Signer } from "../session/signer-context.ts";

export type AdmissionInput = z.infer<typeof admission>;
export type AdmittedKind = AdmissionInput["kind"];

export interface AdmittedBody {
  kind: AdmittedKind;
  name: string;
  uscc?: string;
  departmentCode?: string;
}

export interface SignedAdmission {
  input: AdmissionInput;
  /** The private key of the invitation, 64 hex digits. It is in this browser alone and is shown once. */
  activationCode: string;
}

/** What the identity commitment hides: the registration number where a body has one. */
export function identityOf({ kind, name, uscc, departmentCode }: AdmittedBody): Record<string, string> {
  if (kind === "department") return { kind, name, departmentCode: departmentCode ?? "" };
  return { kind, name, ...(uscc ? { uscc } : {}) };
}

/** Makes the invitation key here and signs the admission with the operator's own key. */
export async function signAdmission(
  { sign, meta }: { sign: Signer["sign"]; meta: Pick<Meta, "chainId" | "contracts"> },
  body: AdmittedBody,
  validForDays: number,
): Promise<SignedAdmission> {
  const invitation = Wallet.createRandom();
  const salt = randomSalt();
  const expiresAt = wholeSecondIso(afterDays(validForDays));
  const message: Admission = {
    idCommitment: commitment(salt, identityOf(body)),
    kind: participantKinds[body.kind],
    invitation: invitation.address,
    expiresAt: unixSeconds(expiresAt),
  };
  const domain = participantsDomain(meta.chainId, meta.contracts.participants);
  const signature = await sign(domain, "Admission", message);
  return {
    input: { ...body, salt, invitation: invitation.address, expiresAt, signature },
    activationCode: invitation.privateKey.slice(2),
  };
}

/** The link that the new participant opens. The code is behind the #, so that it never reaches a server. */
export const activationLink = (origin: string, activationCode: string): string => `${origin}/join#${activationCode}`;
