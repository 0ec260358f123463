import { createHash, createHmac, randomBytes } from "node:crypto";
import { concat, getBytes, keccak256, toUtf8Bytes } from "ethers";
import { canonicalJson } from "./canonical-json.ts";

/** 32 bytes as 0x-prefixed lower-case hex. */
export type Hex32 = string;

export const randomSalt = (): Hex32 => `0x${randomBytes(32).toString("hex")}`;

export const sha256Hex = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

/** A salt per item out of one secret salt per batch: HMAC-SHA-256(batchSalt, item id). Opening one item shows no other. */
export function derivedSalt(batchSalt: Hex32, itemId: string): Hex32 {
  return `0x${createHmac("sha256", getBytes(batchSalt)).update(itemId).digest("hex")}`;
}

/** keccak256(salt ‖ canonical JSON): hides the value until the salt is shown, binds it for good. */
export function commitment(salt: Hex32, value: unknown): Hex32 {
  return keccak256(concat([salt, toUtf8Bytes(canonicalJson(value))]));
}
