import { createHash, createHmac, randomBytes } from "node:crypto";
import { getBytes } from "ethers";
import type { Hex32 } from "./hex.ts";

export { commitment } from "./commitment.ts";
export type { Hex32 } from "./hex.ts";

export const randomSalt = (): Hex32 => `0x${randomBytes(32).toString("hex")}`;

export const sha256Hex = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** A salt per item out of one secret salt per batch: HMAC-SHA-256(batchSalt, item id). Opening one item shows no other. */
export function derivedSalt(batchSalt: Hex32, itemId: string): Hex32 {
  return `0x${createHmac("sha256", getBytes(batchSalt)).update(itemId).digest("hex")}`;
}
