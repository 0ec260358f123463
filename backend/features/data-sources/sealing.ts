import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Keeps secrets of sources so that who reads the store can't read them. */
export interface Sealing {
  /** `place` is sealed in: a ciphertext moved to another resource doesn't open. */
  seal(text: string, place: string): string;
  /** Throws when it was sealed by another installation or for another place. */
  open(sealed: string, place: string): string;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

export function createSealing(installationSecret: Buffer): Sealing {
  const key = Buffer.from(hkdfSync("sha256", installationSecret, Buffer.alloc(0), "rongqiao data sources", 32));
  return {
    seal(text, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64");
    },
    open(sealed, place) {
      const bytes = Buffer.from(sealed, "base64");
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
    },
  };
}
