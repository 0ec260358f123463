import { expect } from "chai";
import { hexlify, recoverAddress, type Signature, SigningKey, Wallet } from "ethers";
import fc from "fast-check";
import { DomainError } from "../../backend/lib/errors.ts";
import { createSignatureCheck, recoverSigner } from "../../backend/lib/signatures.ts";
import { financingDomain, signingDigest, types } from "../../contracts/typed-data.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length }).map((b) => hexlify(b));
const key = fc.bigInt({ min: 1n, max: ORDER - 1n }).map((n) => new SigningKey(`0x${n.toString(16).padStart(64, "0")}`));
const withV = ({ r, s, v }: Signature, change: Partial<{ s: string; v: number }>) =>
  `${r}${(change.s ?? s).slice(2)}${(change.v ?? v).toString(16).padStart(2, "0")}`;

describe("signatures", () => {
  it("recovers the address that ethers recovers", () => {
    fc.assert(
      fc.property(key, bytes(32), (by, digest) => {
        const { serialized } = by.sign(digest);
        expect(recoverSigner(digest, serialized)).to.equal(recoverAddress(digest, serialized));
      }),
    );
  });

  it("takes no second form of a signature, as the contracts don't", () => {
    fc.assert(
      fc.property(key, bytes(32), (by, digest) => {
        const signature = by.sign(digest);
        const upper = `0x${(ORDER - BigInt(signature.s)).toString(16).padStart(64, "0")}`;
        expect(recoverSigner(digest, withV(signature, { s: upper, v: 55 - signature.v }))).to.equal(undefined);
        expect(recoverSigner(digest, withV(signature, { v: signature.v - 27 }))).to.equal(undefined);
        expect(recoverSigner(digest, signature.compactSerialized)).to.equal(undefined);
      }),
      { numRuns: 30 },
    );
  });

  it("answers random bytes with nothing or with some address, and never breaks", () => {
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 130 }), (digest, signature) => {
        const found = recoverSigner(digest, hexlify(signature));
        if (found !== undefined) expect(found).to.match(/^0x[0-9a-fA-F]{40}$/);
      }),
    );
  });

  describe("of an act", () => {
    const wallet = Wallet.createRandom();
    const domain = financingDomain(1, Wallet.createRandom().address);
    const message = { requestKey: wallet.address };
    const sign = () => wallet.signTypedData(domain, types.Withdrawal, message);
    const refused = async (promise: Promise<void>, field: string) => {
      const error = await promise.then(
        () => undefined,
        (e: unknown) => e,
      );
      expect(error).to.be.instanceOf(DomainError);
      expect((error as DomainError).code).to.equal("signature.wrong");
      expect((error as DomainError).data.field).to.equal(field);
    };

    it("holds for its signer, message and domain alone", async () => {
      const check = createSignatureCheck();
      const signature = await sign();
      await check(domain, "Withdrawal", message, signature, wallet.address);
      const other = Wallet.createRandom().address;
      await refused(check(domain, "Withdrawal", message, signature, other, "sig"), "sig");
      await refused(check(domain, "Withdrawal", { requestKey: other }, signature, wallet.address), "signature");
      await refused(
        check(financingDomain(2, domain.verifyingContract), "Withdrawal", message, signature, wallet.address),
        "signature",
      );
    });

    it("asks a smart account only when no plain key fits, about exactly what was signed", async () => {
      const asked: unknown[] = [];
      const check = createSignatureCheck(async (...question) => asked.push(question) > 0);
      await check(domain, "Withdrawal", message, await sign(), wallet.address);
      expect(asked).to.deep.equal([]);
      const account = Wallet.createRandom().address;
      await check(domain, "Withdrawal", message, "0x1234", account);
      expect(asked).to.have.length(1);
      expect((asked[0] as string[])[0]).to.equal(account);
      expect((asked[0] as string[])[1]).to.equal(signingDigest(domain, "Withdrawal", message));
      expect((asked[0] as string[])[2]).to.equal("0x1234");
      await refused(
        createSignatureCheck(async () => false)(domain, "Withdrawal", message, "0x1234", account),
        "signature",
      );
    });
  });
});
