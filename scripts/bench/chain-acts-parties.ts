import { openSync, writeSync } from "node:fs";
import { concat, encryptKeystoreJsonSync, getAddress, getBytes, keccak256, Wallet } from "ethers";
import secp256k1 from "secp256k1";
import { commitment } from "../../backend/lib/commitment.ts";
import { randomSalt } from "../../backend/lib/hash.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { type ActName, type Messages, requestHash, signingDigest, structHash } from "../../contracts/typed-data.ts";
import { domainOf, type Meta, signAdmission, signEnrolment } from "../client/acts.ts";
import type { Api } from "../client/api.ts";
import type { Keyring } from "../client/keys.ts";
import { DAY, secondsFromNow, unixSeconds } from "../client/times.ts";

/** An enterprise that is signed in. */
export interface Enterprise {
  readonly token: string;
  readonly name: string;
  readonly uscc: string;
  readonly key: Wallet;
}

/** A request and its withdrawal, as they go over the wire, and the ids of their receipts. */
export interface SignedPair {
  readonly enterprise: number;
  readonly requestKey: string;
  readonly requestAct: string;
  readonly withdrawalAct: string;
  readonly requestBody: string;
  readonly withdrawalBody: string;
}

const MAKING_AT_A_TIME = 4;

/** Admits and enrols enterprises as everybody is: operator's admission, activation code, own key. */
export async function makeEnterprises(
  api: Api,
  meta: Meta,
  operator: { api: Api; keys: Keyring },
  count: number,
  from = 0,
): Promise<Enterprise[]> {
  async function make(index: number): Promise<Enterprise> {
    const uscc = makeUscc("9", "1", "530402", `M${String(index).padStart(7, "0")}`);
    const who = { kind: "enterprise" as const, name: `测量企业${index}`, uscc };
    const [invitation, key] = [new Wallet(randomSalt()), new Wallet(randomSalt())];
    const admitted = await operator.api.admit(
      await signAdmission(meta, operator.keys.main, {
        ...who,
        salt: randomSalt(),
        invitation: invitation.address,
        expiresAt: secondsFromNow(DAY),
      }),
    );
    const login = {
      username: `load-${index}`,
      password: randomSalt().slice(2, 26),
      keystore: encryptKeystoreJsonSync(key, "load", { scrypt: { N: 2 } }),
    };
    const { session } = await api.enrol(await signEnrolment(meta, invitation, key, admitted.idCommitment, login));
    return { token: session.token, name: who.name, uscc, key };
  }
  const made: Enterprise[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      made[index] = await make(from + index);
    }
  };
  await Promise.all(Array.from({ length: MAKING_AT_A_TIME }, worker));
  return made;
}

/** One pair: native signing, and each message hashed once. */
export function signPair(meta: Meta, enterprises: readonly Enterprise[], index: number): SignedPair {
  const enterprise = index % enterprises.length;
  const { name, uscc, key } = enterprises[enterprise]!;
  const secret = getBytes(randomSalt());
  const requestKey = getAddress(`0x${keccak256(secp256k1.publicKeyCreate(secret, false).subarray(1)).slice(26)}`);
  const sign = <Name extends ActName>(by: Uint8Array, what: Name, message: Messages[Name]): string => {
    const { signature, recid } = secp256k1.ecdsaSign(getBytes(signingDigest(domainOf(meta, what), what, message)), by);
    return concat([signature, new Uint8Array([27 + recid])]);
  };
  const terms = {
    enterprise: { uscc, name },
    amountFen: String(10_000_000 + index),
    termMonths: 12,
    purpose: "workingCapital",
    repaymentMethod: "equalInstalment",
    description: "购买原材料的流动资金",
  };
  const salt = randomSalt();
  const termsCommitment = commitment(salt, terms);
  const [closesAt, expiresAt] = [secondsFromNow(DAY), secondsFromNow(30 * DAY)];
  const message = {
    requestKey,
    termsCommitment,
    amountFen: BigInt(terms.amountFen),
    closesAt: unixSeconds(closesAt),
    expiresAt: unixSeconds(expiresAt),
  };
  const requestBody = {
    ...{ terms, salt, requestKey, keyIndex: index, closesAt, expiresAt },
    signature: sign(secret, "FinancingRequest", message),
    endorsement: sign(getBytes(key.privateKey), "RequestEndorsement", { requestKey, termsCommitment }),
  };
  return {
    enterprise,
    requestKey: requestKey.toLowerCase(),
    requestAct: requestHash(message),
    withdrawalAct: structHash("Withdrawal", { requestKey }),
    requestBody: JSON.stringify(requestBody),
    withdrawalBody: JSON.stringify({ signature: sign(secret, "Withdrawal", { requestKey }) }),
  };
}

/** Signs `count` pairs into a file, one JSON object a line, so that nothing is signed in the measured time. */
export function signToFile(
  path: string,
  meta: Meta,
  enterprises: readonly Enterprise[],
  count: number,
  note: (text: string) => void,
): void {
  const file = openSync(path, "w");
  let lines: string[] = [];
  for (let index = 0; index < count; index++) {
    lines.push(JSON.stringify(signPair(meta, enterprises, index)));
    if (lines.length === 1_000 || index === count - 1) {
      writeSync(file, `${lines.join("\n")}\n`);
      lines = [];
    }
    if ((index + 1) % 50_000 === 0) note(`  ${index + 1} of ${count} pairs signed`);
  }
}
