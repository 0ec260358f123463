import { expect } from "chai";
import { TypedDataEncoder, ZeroHash } from "ethers";
import fc from "fast-check";
import { network } from "hardhat";
import {
  type ActName,
  awardHash,
  bidHash,
  drawdownHash,
  financingDomain,
  grantHash,
  type Messages,
  nameOf,
  participantKinds,
  participantsDomain,
  repaymentHash,
  requestHash,
  requestStates,
  structHash,
  types,
} from "../../contracts/typed-data.ts";
import { deployWorld } from "./world.ts";

const connection = await network.create();
const fixture = () => deployWorld(connection);

const address = fc.bigInt({ min: 1n, max: 2n ** 160n - 1n }).map((n) => `0x${n.toString(16).padStart(40, "0")}`);
const bytes32 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((n) => `0x${n.toString(16).padStart(64, "0")}`);
const arbitraries: Record<string, fc.Arbitrary<unknown>> = {
  address,
  bytes32,
  uint8: fc.nat(255),
  uint64: fc.nat(2 ** 40),
  uint128: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  uint256: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
};

/** Random messages of an act, from its own field list. */
function messages<Name extends ActName>(name: Name): fc.Arbitrary<Messages[Name]> {
  const fields = (types[name] as Record<string, { name: string; type: string }[]>)[name]!;
  return fc.record(Object.fromEntries(fields.map((field) => [field.name, arbitraries[field.type]!]))) as fc.Arbitrary<
    Messages[Name]
  >;
}

describe("typed data: both sides agree", () => {
  const ledgerActs = {
    FinancingRequest: "hashRequest",
    Withdrawal: "hashWithdrawal",
    Bid: "hashBid",
    Award: "hashAward",
    Reopening: "hashReopening",
    Grant: "hashGrant",
    Drawdown: "hashDrawdown",
    Repayment: "hashRepayment",
  } as const;
  for (const [name, method] of Object.entries(ledgerActs) as [keyof typeof ledgerActs, "hashBid"][]) {
    it(`FinancingLedger.${method} gives the struct hash of ${name}`, async () => {
      const { ledger } = await connection.networkHelpers.loadFixture(fixture);
      await fc.assert(
        fc.asyncProperty(messages(name), async (message) => {
          expect(await ledger[method](message)).to.equal(structHash(name, message));
        }),
        { numRuns: 12 },
      );
    });
  }

  const registryActs = {
    Admission: "hashAdmission",
    StatusChange: "hashStatusChange",
    KeyRotation: "hashKeyRotation",
  } as const;
  for (const [name, method] of Object.entries(registryActs) as [keyof typeof registryActs, "hashAdmission"][]) {
    it(`ParticipantRegistry.${method} gives the struct hash of ${name}`, async () => {
      const { participants } = await connection.networkHelpers.loadFixture(fixture);
      await fc.assert(
        fc.asyncProperty(messages(name), async (message) => {
          expect(await participants[method](message)).to.equal(structHash(name, message));
        }),
        { numRuns: 12 },
      );
    });
  }

  it("ParticipantRegistry.hashEnrolment gives the struct hash of Enrolment", async () => {
    const { participants } = await connection.networkHelpers.loadFixture(fixture);
    await fc.assert(
      fc.asyncProperty(messages("Enrolment"), async (message) => {
        const { idCommitment, invitation, account } = message;
        expect(await participants.hashEnrolment(idCommitment, invitation, account)).to.equal(
          structHash("Enrolment", message),
        );
      }),
      { numRuns: 12 },
    );
  });

  it("the named hash helpers are the struct hashes of their acts", () => {
    const helpers = {
      FinancingRequest: requestHash,
      Bid: bidHash,
      Award: awardHash,
      Grant: grantHash,
      Drawdown: drawdownHash,
      Repayment: repaymentHash,
    };
    for (const [name, helper] of Object.entries(helpers) as [keyof typeof helpers, typeof bidHash][])
      fc.assert(
        fc.property(messages(name), (message) => {
          expect(helper(message as Messages["Bid"])).to.equal(structHash(name, message));
        }),
        { numRuns: 5 },
      );
  });

  it("the domains are those that the contracts state", async () => {
    const { ledger, participants, addresses, chainId } = await connection.networkHelpers.loadFixture(fixture);
    for (const [contract, domain] of [
      [ledger, financingDomain(chainId, addresses.financing)],
      [participants, participantsDomain(Number(chainId), addresses.participants)],
    ] as const) {
      const [fields, name, version, id, verifyingContract, salt, extensions] = await contract.eip712Domain();
      expect([fields, salt, extensions.length]).to.deep.equal(["0x0f", ZeroHash, 0]);
      expect(TypedDataEncoder.hashDomain({ name, version, chainId: id, verifyingContract })).to.equal(
        TypedDataEncoder.hashDomain(domain),
      );
    }
  });

  it("names a number read from the chain, and refuses one that has no name", () => {
    expect(nameOf(requestStates, 3n)).to.equal("granted");
    expect(nameOf(participantKinds, 2)).to.equal("institution");
    expect(() => nameOf(participantKinds, 9)).to.throw(RangeError, "no name for 9");
  });
});
