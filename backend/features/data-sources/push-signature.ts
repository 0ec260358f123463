import { createHash, createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto";
import { DomainError } from "../../lib/errors.ts";
import { byteSequence, parseSignatureInput, type SignedMessage, signatureBase } from "./domain/message-signature.ts";
import type { Credential, ResourceDocument } from "./resource-store.ts";
import type { Sealing } from "./sealing.ts";

/** How far the sender's clock may be from ours. */
export const CLOCK_WINDOW_SECONDS = 300;

const refused = (why: string, fix: string): DomainError => new DomainError("push.signature", why, { status: 401, fix });

function isSignedBy(credential: Credential, base: string, signature: Buffer, sealing: Sealing): boolean {
  if (credential.algorithm === "ed25519") {
    const x = Buffer.from(credential.publicKey!, "base64").toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, Buffer.from(base), key, signature);
  }
  const secret = Buffer.from(sealing.open(credential.sealedSecret!, credential.id), "base64");
  const expected = createHmac("sha256", secret).update(base).digest();
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

/**
 * Checks who sends before anything of the body is read. Throws push.signature that says what is wrong with the message, but
 * not which resources and keys there are.
 */
export function requireSigned(
  message: SignedMessage,
  required: readonly string[],
  resource: ResourceDocument | null,
  sealing: Sealing,
  now: Date,
): void {
  const header = message.header("signature-input");
  const input = header === undefined ? undefined : parseSignatureInput(header);
  if (!input) {
    throw refused(
      header === undefined ? "the request is not signed" : "Signature-Input can't be read",
      `send one signature: Signature-Input: sig=(${required.map((name) => `"${name}"`).join(" ")});created=…;keyid="…"`,
    );
  }
  const uncovered = required.find((name) => !input.components.includes(name));
  if (uncovered) throw refused(`the signature does not cover ${uncovered}`, `add "${uncovered}" to Signature-Input`);
  const nowSeconds = now.getTime() / 1000;
  if (input.created === undefined || Math.abs(nowSeconds - input.created) > CLOCK_WINDOW_SECONDS) {
    throw refused(
      `the signature's time is missing or more than ${CLOCK_WINDOW_SECONDS} seconds off; it is now ${Math.floor(nowSeconds)}`,
      "set the machine's clock, and sign each sending anew with created=now",
    );
  }
  if (input.expires !== undefined && input.expires < nowSeconds) {
    throw refused("the signature has expired", "sign each sending anew");
  }
  const signature = byteSequence(message.header("signature") ?? "", input.label);
  if (signature === undefined) throw refused(`Signature has nothing under ${input.label}`, "send label=:base64:");
  const base = signatureBase(message, input);
  if (base === undefined) {
    throw refused("the signature covers a component that the request doesn't have", "sign what is sent");
  }
  const credential = resource?.credentials.find(({ id, revokedAt }) => id === input.keyId && !revokedAt);
  const fits = credential && (input.algorithm === undefined || input.algorithm === credential.algorithm);
  if (!fits || !isSignedBy(credential, base, Buffer.from(signature, "base64"), sealing)) {
    throw refused(
      "the signature is not one of a key of this resource",
      "check keyid and alg, and that exactly the signature base of docs/data-sources.md is signed",
    );
  }
}

export const digestOf = (body: Buffer): string => createHash("sha256").update(body).digest("base64");

/** The digest that the sender stated. */
export function statedDigest(message: SignedMessage): string {
  const digest = byteSequence(message.header("content-digest") ?? "", "sha-256");
  if (!digest) {
    throw new DomainError("push.digest", "Content-Digest has no sha-256", {
      status: 400,
      fix: "send Content-Digest: sha-256=:base64 of the body's SHA-256:",
    });
  }
  return digest;
}
