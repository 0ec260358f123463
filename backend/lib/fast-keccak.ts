import { keccak256 } from "ethers";
import { createKeccak } from "hash-wasm";
import type { Hex32 } from "./hex.ts";

let quick: ((data: Uint8Array) => string) | undefined;

/**
 * Gives ethers a Keccak-256 in WebAssembly: about ten times its own in JavaScript, and it is most of the work of
 * commitments, Merkle trees and signatures. The same digests; test/domain/fast-keccak.test.ts compares them.
 */
export async function installFastKeccak(): Promise<void> {
  const hasher = await createKeccak(256);
  // One hasher serves all: each digest is taken in one go, with nothing awaited between.
  keccak256.register((data) => hasher.init().update(data).digest("binary"));
  quick = (data) => hasher.init().update(data).digest("hex");
}

/** For digests that are kept by the hundred thousand: ethers joins each out of 32 pieces, which take ten times the memory. */
export const keccakHex = (data: Uint8Array): Hex32 => (quick ? `0x${quick(data)}` : keccak256(data));
