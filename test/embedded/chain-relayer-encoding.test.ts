import { expect } from "chai";
import { Transaction, Wallet } from "ethers";
import fc from "fast-check";
import { createGrouping } from "../../backend/platform/chain/relay-grouping.ts";
import type { Act } from "../../backend/platform/chain/relay-store.ts";
import { encodeExecute, gasLimitOf, relayInterface } from "../../backend/platform/chain/relay-transaction.ts";
import { signed } from "../../backend/platform/chain/sign-transaction.ts";

const hex = (bytes: number, max = bytes) =>
  fc.uint8Array({ minLength: bytes, maxLength: max }).map((value) => `0x${Buffer.from(value).toString("hex")}`);
const act: fc.Arbitrary<Act> = fc.record({
  id: hex(32),
  target: hex(20),
  data: hex(0, 300),
  gasLimit: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

describe("what the relayer encodes", () => {
  it("is the call that ethers encodes", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        const calls = acts.map(({ target, gasLimit, id, data }) => ({ target, gasLimit, actId: id, data }));
        expect(encodeExecute(acts)).to.equal(relayInterface.encodeFunctionData("execute", [calls]));
      }),
    );
  });

  it("is the transaction that ethers signs, with and without a base fee", async () => {
    const wei = fc.bigInt({ min: 0n, max: 10n ** 14n });
    const unsigned = fc.record({
      chainId: fc.bigInt({ min: 1n, max: 2n ** 40n }),
      nonce: fc.integer({ min: 0, max: 2 ** 31 }),
      to: hex(20),
      data: hex(0, 400),
      gasLimit: fc.integer({ min: 21_000, max: 2 ** 40 }),
    });
    await fc.assert(
      fc.asyncProperty(unsigned, fc.option(wei, { nil: undefined }), wei, hex(32), async (what, tip, more, secret) => {
        fc.pre(BigInt(secret) > 0n && BigInt(secret) < 2n ** 255n);
        const wallet = new Wallet(secret);
        const maxFee = (tip ?? 0n) + more;
        const fees =
          tip === undefined
            ? { type: 0, gasPrice: maxFee }
            : { type: 2, maxFeePerGas: maxFee, maxPriorityFeePerGas: tip };
        const raw = await wallet.signTransaction({ ...what, ...fees });
        expect(signed(wallet, what, { maxFee, ...(tip === undefined ? {} : { tip }) })).to.deep.equal({
          hash: Transaction.from(raw).hash,
          raw,
        });
      }),
      { numRuns: 60 },
    );
  });

  it("fits the bounds, in order and without leaving one out", () => {
    const bounds = fc.record({
      acts: fc.integer({ min: 1, max: 8 }),
      gas: fc.integer({ min: 1, max: 2 ** 33 }),
      bytes: fc.integer({ min: 1, max: 3_000 }),
    });
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 20 }), bounds, (queued, limits) => {
        const grouping = createGrouping();
        let left = queued;
        while (left.length > 0) {
          const { acts, full } = grouping.choose(left, limits);
          expect(acts).to.deep.equal(left.slice(0, acts.length));
          // One that is too large alone goes alone: the chain will say why not.
          if (acts.length > 1) {
            expect(acts.length).to.be.at.most(limits.acts);
            expect(acts.reduce((sum, { gasLimit }) => sum + gasLimit, 0)).to.be.at.most(limits.gas);
            expect(encodeExecute(acts).length / 2 - 100).to.be.at.most(limits.bytes);
          }
          expect(full || acts.length === left.length).to.equal(true);
          left = left.slice(acts.length);
        }
      }),
    );
  });

  it("asks for more gas than all acts together may use", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), (acts) => {
        const given = acts.reduce((sum, { gasLimit }) => sum + gasLimit, 0);
        expect(gasLimitOf(acts, encodeExecute(acts))).to.be.above(given);
      }),
    );
  });
});
