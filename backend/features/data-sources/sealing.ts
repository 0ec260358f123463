import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Keeps secrets of sources so that who reads the store can't read them. */
export interface Sealing {
  /** `place` is sealed in: a ciphertext moved to another resource doesn't open. */
  seal(text: string, place: string): string;
  /** Throws when it was sealed by another installation or for another place. */
  open(sealed: string, place: string): string;
  sealBytes(bytes: Uint8Array, place: string): Buffer;
  openBytes(sealed: Uint8Array, place: string): Buffer;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

export function createSealing(installationSecret: Buffer): Sealing {
  const key = Buffer.from(hkdfSync("sha256", installationSecret, Buffer.alloc(0), "rongqiao data sources", 32));
  const sealing: Sealing = {
    sealBytes(bytes, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(place));
      const body = [cipher.update(bytes), cipher.final()];
      return Buffer.concat([iv, cipher.getAuthTag(), ...body]);
    },
    openBytes(sealed, place) {
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(place))
        .setAuthTag(sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    },
    seal: (text, place) => sealing.sealBytes(Buffer.from(text), place).toString("base64"),
    open: (sealed, place) => sealing.openBytes(Buffer.from(sealed, "base64"), place).toString("utf8"),
  };
  return sealing;
}
