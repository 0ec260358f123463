import { expect } from "chai";
import fc from "fast-check";
import { quickCommitment, quickStructHash } from "../../backend/features/audit/domain/quick-hash.ts";
import { commitment } from "../../backend/lib/commitment.ts";
import { type Bid, bidHash, type Grant, grantHash, types } from "../../contracts/typed-data.ts";

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((value) => `0x${Buffer.from(value).toString("hex")}`);
const amount = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
const time = fc.nat();

describe("the auditor's quick hashes", () => {
  it("are those of the signed messages", () => {
    const grant: fc.Arbitrary<Grant> = fc.record({
      requestKey: bytes(20),
      bidHash: bytes(32),
      termsCommitment: bytes(32),
      amountFen: amount,
      expiresAt: time,
      salt: bytes(32),
    });
    const bid: fc.Arbitrary<Bid> = fc.record({
      requestKey: bytes(20),
      institution: bytes(20),
      termsCommitment: bytes(32),
      amountFen: amount,
      validUntil: time,
      salt: bytes(32),
    });
    const [quickGrant, quickBid] = [quickStructHash(types.Grant), quickStructHash(types.Bid)];
    fc.assert(fc.property(grant, (message) => quickGrant({ ...message }) === grantHash(message)));
    fc.assert(fc.property(bid, (message) => quickBid({ ...message }) === bidHash(message)));
  });

  it("are those of the commitments", () => {
    fc.assert(
      fc.property(bytes(32), fc.jsonValue(), (salt, value) => {
        expect(quickCommitment(salt, value)).to.equal(commitment(salt, value));
      }),
    );
    expect(quickCommitment(`0x${"ab".repeat(32)}`, { name: "玉溪" })).to.equal(
      commitment(`0x${"ab".repeat(32)}`, { name: "玉溪" }),
    );
  });

  it("take no half bytes", () => {
    expect(() => quickCommitment("0xabc", 1)).to.throw(TypeError);
    expect(() => quickCommitment("0xzz", 1)).to.throw(TypeError);
  });
});
