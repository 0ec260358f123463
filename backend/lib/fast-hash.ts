import { hash } from "node:crypto";

const BLOCK = 64;
const DIGEST = 32;
const MOST = BLOCK * 3;

/** SHA-256 in one go: for short messages, without the object that createHash makes. */
export const sha256Bytes = (data: string | Uint8Array): Buffer => hash("sha256", data, "buffer");

/**
 * HMAC-SHA-256 under one key of at most a block, for many short ASCII messages: RFC 2104 out of one-shot hashes, as making an
 * Hmac object costs several times what it does. Throws RangeError on a longer message or key.
 */
export function hmacWriter(key: Uint8Array): (message: string, into: Buffer) => void {
  if (key.length > BLOCK) throw new RangeError(`the key has more than ${BLOCK} bytes`);
  const inner = Buffer.alloc(BLOCK + MOST, 0x36);
  const outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);
  for (const [i, byte] of key.entries()) {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  return (message, into) => {
    if (inner.write(message, BLOCK, "latin1") !== message.length) throw new RangeError("the message is too long");
    sha256Bytes(inner.subarray(0, BLOCK + message.length)).copy(outer, BLOCK);
    sha256Bytes(outer).copy(into);
  };
}
