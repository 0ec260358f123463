import { hexlify, keccak256 } from "ethers";
import { createKeccak } from "hash-wasm";

/**
 * Gives ethers a Keccak-256 in WebAssembly: about ten times its own in JavaScript, and it is most of the work of
 * commitments, Merkle trees and signatures. The same digests; test/domain/fast-keccak.test.ts compares them.
 */
export async function installFastKeccak(): Promise<void> {
  const hasher = await createKeccak(256);
  // One hasher serves all: each digest is taken in one go, with nothing awaited between.
  keccak256.register((data) => hexlify(hasher.init().update(data).digest("binary")));
}
