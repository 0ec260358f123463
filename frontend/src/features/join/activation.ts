import { type HDNodeWallet, isHexString, Wallet } from "ethers";
import type { z } from "zod";
import type { enrolment, enrolmentResult, invitation } from "../../../../backend/features/identity/identity-schemas.ts";
import { participantsDomain } from "../../../../contracts/typed-data.ts";
import { api } from "../../lib/api.ts";
import { createKey, encryptKey, signAct } from "../../lib/keys.ts";
import type { Meta } from "../../lib/queries.ts";

export type Invitation = z.infer<typeof invitation>;
export type EnrolmentResult = z.infer<typeof enrolmentResult>;

/** The code in what was typed or opened: 64 hex digits, alone or at the end of a link. Null when there is none. */
export function codeIn(text: string): string | null {
  const found = /(?:^|#|0x)([0-9a-fA-F]{64})$/.exec(text.trim());
  return found ? found[1]!.toLowerCase() : null;
}

/** The one-time key that an activation code is. Null when the digits are no key. */
export function invitationKeyOf(code: string): Wallet | null {
  try {
    return isHexString(`0x${code}`, 32) ? new Wallet(`0x${code}`) : null;
  } catch {
    return null;
  }
}

/** Makes the account's key, locks it under the passphrase, signs with both keys and signs up. */
export async function enrol(input: {
  meta: Meta;
  invitation: Invitation;
  invitationKey: Wallet;
  username: string;
  password: string;
  passphrase: string;
  onProgress: (part: number) => void;
}): Promise<{ result: EnrolmentResult; key: HDNodeWallet; keystore: string }> {
  const key = createKey();
  const keystore = await encryptKey(key, input.passphrase, input.onProgress);
  const on = participantsDomain(input.meta.chainId, input.meta.contracts.participants);
  const message = {
    idCommitment: input.invitation.idCommitment,
    invitation: input.invitationKey.address,
    account: key.address,
  };
  const body: z.input<typeof enrolment> = {
    invitation: message.invitation,
    account: message.account,
    invitationSignature: await signAct(input.invitationKey, on, "Enrolment", message),
    accountSignature: await signAct(key, on, "Enrolment", message),
    username: input.username,
    password: input.password,
    keystore,
  };
  return { result: await api.post<EnrolmentResult>("/enrolments", body), key, keystore };
}
