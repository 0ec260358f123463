import { expect } from "chai";
import { getBytes, hexlify, keccak256 } from "ethers";
import fc from "fast-check";
import { installFastKeccak, keccakHex } from "../../backend/lib/fast-keccak.ts";
import { MESSAGES, pairHasher } from "../../backend/lib/merkle/keccak-pairs.ts";

const ownKeccak = (data: Uint8Array): string => hexlify(keccak256._(data));

describe("fast keccak", () => {
  it("gives the digests of ethers' own", async () => {
    const samples = fc.sample(fc.uint8Array({ maxLength: 400 }), 300);
    const own = samples.map((data) => ownKeccak(data));
    expect(samples.map(keccakHex), "before").to.deep.equal(own);
    await installFastKeccak();
    expect(samples.map((data) => keccak256(data))).to.deep.equal(own);
    expect(samples.map(keccakHex)).to.deep.equal(own);
  });
});

describe("keccak in pairs", function () {
  this.timeout(20_000);
  const hasher = pairHasher();
  const bytesOf = ({ buffer, byteOffset }: Uint32Array, length: number): Uint8Array =>
    new Uint8Array(buffer, byteOffset, length);
  const digests = (count: number): string[] =>
    Array.from({ length: count }, (_, i) => hexlify(bytesOf(hasher.digests, count * 32).slice(i * 32, i * 32 + 32)));
  const messages = (size: number, maxLength: number) =>
    fc.array(fc.uint8Array({ minLength: size, maxLength: size }), { minLength: 1, maxLength });

  it("gives the digests of ethers' own for messages of 64 bytes", () => {
    fc.assert(
      fc.property(messages(64, 21), (all) => {
        for (const [i, message] of all.entries()) bytesOf(hasher.messages, MESSAGES * 64).set(message, i * 64);
        hasher.hash64(all.length);
        expect(digests(all.length)).to.deep.equal(all.map((message) => ownKeccak(message)));
      }),
    );
  });

  it("gives the digests of ethers' own, taken twice, for messages of 32 bytes", () => {
    fc.assert(
      fc.property(messages(32, 21), (all) => {
        for (const [i, message] of all.entries()) bytesOf(hasher.messages, MESSAGES * 64).set(message, i * 32);
        hasher.hash32Twice(all.length);
        expect(digests(all.length)).to.deep.equal(all.map((message) => ownKeccak(getBytes(ownKeccak(message)))));
      }),
    );
  });

  it("fills its whole room", () => {
    const all = fc.sample(fc.uint8Array({ minLength: 64, maxLength: 64 }), MESSAGES);
    for (const [i, message] of all.entries()) bytesOf(hasher.messages, MESSAGES * 64).set(message, i * 64);
    hasher.hash64(MESSAGES);
    expect(digests(MESSAGES)).to.deep.equal(all.map((message) => ownKeccak(message)));
  });
});
