import { expect } from "chai";
import { hexlify, keccak256 } from "ethers";
import fc from "fast-check";
import { installFastKeccak } from "../../backend/lib/fast-keccak.ts";

describe("fast keccak", () => {
  it("gives the digests of ethers' own", async () => {
    const samples = fc.sample(fc.uint8Array({ maxLength: 400 }), 300);
    const own = samples.map((data) => hexlify(keccak256._(data)));
    await installFastKeccak();
    expect(samples.map((data) => keccak256(data))).to.deep.equal(own);
  });
});
