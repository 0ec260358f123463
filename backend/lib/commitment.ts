import { concat, keccak256, toUtf8Bytes } from "ethers";
import { canonicalJson } from "./canonical-json.ts";
import type { Hex32 } from "./hex.ts";

/** keccak256(salt ‖ RFC 8785 JSON of the value): hides the value until the salt is shown, binds it for good. */
export function commitment(salt: Hex32, value: unknown): Hex32 {
  return keccak256(concat([salt, toUtf8Bytes(canonicalJson(value))]));
}
