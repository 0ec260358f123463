import { id, keccak256, type TypedDataField } from "ethers";
import { canonicalJson } from "../../../lib/canonical-json.ts";

/*
 * The hashes of commitment() and structHash(), for hundreds of thousands at once: bytes are put together without
 * ethers' checks of each. Whoever hands in something else gets another hash, or an error, and so a difference.
 */

const utf8 = new TextEncoder();

const bytesOf = (hex: string): Uint8Array => {
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex)) throw new TypeError("not hex");
  return Buffer.from(hex, "hex");
};

/** As commitment(): keccak256(salt ‖ canonical JSON). */
export function quickCommitment(salt: string, value: unknown): string {
  const prefix = bytesOf(salt.slice(2));
  const text = utf8.encode(canonicalJson(value));
  const all = new Uint8Array(prefix.length + text.length);
  all.set(prefix);
  all.set(text, prefix.length);
  return keccak256(all);
}

/** As structHash(), of a struct whose members are addresses, bytes32 and unsigned numbers. */
export function quickStructHash(types: Readonly<Record<string, readonly TypedDataField[]>>) {
  const [[name, fields]] = Object.entries(types) as [[string, readonly TypedDataField[]]];
  const typeHash = id(`${name}(${fields.map((field) => `${field.type} ${field.name}`).join(",")})`).slice(2);
  return (message: Readonly<Record<string, string | number | bigint>>): string => {
    const words = fields.map((field) => {
      const value = message[field.name]!;
      const isBytes = field.type === "address" || field.type === "bytes32";
      return (isBytes ? String(value).slice(2) : BigInt(value).toString(16)).padStart(64, "0");
    });
    return keccak256(bytesOf(typeHash + words.join("")));
  };
}
