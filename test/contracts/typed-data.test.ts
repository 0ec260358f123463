import { expect } from "chai";
import { TypedDataEncoder, ZeroHash } from "ethers";
import fc from "fast-check";
import { network } from "hardhat";
import { nameOf, participantKinds, requestStates } from "../../contracts/codes.ts";
import {
  type ActName,
  awardHash,
  bidHash,
  consentGrantHash,
  consentsDomain,
  drawdownHash,
  financingDomain,
  grantHash,
  type Messages,
  participantsDomain,
  pledgeReservationHash,
  pledgesDomain,
  repaymentHash,
  requestHash,
  sealIssueHash,
  sealsDomain,
  structHash,
  types,
} from "../../contracts/typed-data.ts";
import { deployWorld, type World } from "./world.ts";

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

type Hashing = Pick<World, "ledger" | "participants" | "consents" | "pledges" | "seals">;

describe("typed data: both sides agree", () => {
  const hashed: [keyof Hashing, string, Partial<Record<ActName, string>>][] = [
    [
      "ledger",
      "FinancingLedger",
      {
        FinancingRequest: "hashRequest",
        Withdrawal: "hashWithdrawal",
        Bid: "hashBid",
        Award: "hashAward",
        Reopening: "hashReopening",
        Grant: "hashGrant",
        Drawdown: "hashDrawdown",
        Repayment: "hashRepayment",
      },
    ],
    [
      "participants",
      "ParticipantRegistry",
      { Admission: "hashAdmission", StatusChange: "hashStatusChange", KeyRotation: "hashKeyRotation" },
    ],
    ["consents", "ConsentRegistry", { ConsentGrant: "hashConsentGrant", ConsentChange: "hashConsentChange" }],
    [
      "pledges",
      "PledgeRegistry",
      {
        PledgeReservation: "hashPledgeReservation",
        PledgeConfirmation: "hashPledgeConfirmation",
        PledgeRelease: "hashPledgeRelease",
      },
    ],
    [
      "seals",
      "SealRegistry",
      { SealIssue: "hashSealIssue", SealStatusChange: "hashSealStatusChange", SealedDocument: "hashSealedDocument" },
    ],
  ];
  for (const [which, contract, acts] of hashed)
    for (const [name, method] of Object.entries(acts) as [ActName, string][])
      it(`${contract}.${method} gives the struct hash of ${name}`, async () => {
        const { [which]: on } = await connection.networkHelpers.loadFixture(fixture);
        await fc.assert(
          fc.asyncProperty(messages(name), async (message) => {
            expect(await on.getFunction(method).staticCall(message)).to.equal(structHash(name, message));
          }),
          { numRuns: 12 },
        );
      });

  it("leaves no act out but Enrolment, tested below, and what stays off chain", () => {
    const covered = hashed.flatMap(([, , acts]) => Object.keys(acts));
    expect([...covered, "Enrolment", "RequestEndorsement"]).to.have.members(Object.keys(types));
  });

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
      ConsentGrant: consentGrantHash,
      PledgeReservation: pledgeReservationHash,
      SealIssue: sealIssueHash,
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
    const { ledger, participants, consents, pledges, seals, addresses, chainId } =
      await connection.networkHelpers.loadFixture(fixture);
    for (const [contract, domain] of [
      [ledger, financingDomain(chainId, addresses.financing)],
      [participants, participantsDomain(Number(chainId), addresses.participants)],
      [consents, consentsDomain(chainId, addresses.consents)],
      [pledges, pledgesDomain(chainId, addresses.pledges)],
      [seals, sealsDomain(chainId, addresses.seals)],
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
