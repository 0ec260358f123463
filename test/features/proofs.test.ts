import { expect } from "chai";
import { MongoClient } from "mongodb";
import type { GrantProofPack } from "../../backend/features/audit/audit-schemas.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { verifyGrantProofOffline, verifyGrantProofOnChain } from "../../scripts/client/verify-grant-proof.ts";
import { playUntil } from "../support/actors.ts";
import { sharedServer } from "../support/server.ts";

const wrong = (lines: readonly { id: string; ok: boolean }[]): string[] =>
  lines.filter(({ ok }) => !ok).map(({ id }) => id);

describe("the proof of a grant", function () {
  this.timeout(240_000);
  let path: Path;
  let pack: GrantProofPack;

  before(async () => {
    path = await playUntil("audit");
    pack = await (await path.party("enterprise")).api.grantProof(path.memory.recall<string>("grant.id")!);
  });

  it("is the same for the enterprise, the bank and the regulator", async () => {
    const id = path.memory.recall<string>("grant.id")!;
    expect(await (await path.party("secondBank")).api.grantProof(id)).to.deep.equal(pack);
    expect(await (await path.demo("regulator")).api.grantProof(id)).to.deep.equal(pack);
  });

  it("holds by itself and against the chain", async () => {
    const { api } = await path.party("enterprise");
    expect(wrong(verifyGrantProofOffline(pack))).to.deep.equal([]);
    expect(wrong(await verifyGrantProofOnChain(pack, api.chain))).to.deep.equal([]);
  });

  it("shows each kind of forgery", async () => {
    const forged = (change: (copy: GrantProofPack) => void): string[] => {
      const copy = structuredClone(pack);
      change(copy);
      return wrong(verifyGrantProofOffline(copy));
    };
    expect(forged(({ grant }) => (grant.terms.annualRateBps = 1))).to.deep.equal(["grantTerms"]);
    expect(forged(({ bid }) => (bid.terms.conditions = "other"))).to.deep.equal(["bidTerms"]);
    expect(forged(({ request }) => (request.terms.description = "other"))).to.deep.equal(["requestTerms"]);
    expect(forged(({ grant }) => (grant.amountFen = "1"))).to.include.members(["grantAmount", "grantId"]);
    expect(forged(({ bid }) => (bid.institution = pack.request.enterprise))).to.include.members([
      "bidHash",
      "bidSignature",
    ]);
    expect(forged(({ request }) => (request.enterprise = pack.bid.institution))).to.deep.equal(["requestEndorsement"]);
    expect(forged(({ bid }) => (bid.root = pack.grant.grantId))).to.deep.equal(["bidInBatch"]);
    expect(forged(({ grant }) => (grant.signature = pack.bid.signature))).to.deep.equal(["grantSignature"]);
    const { api } = await path.party("enterprise");
    const elsewhere = structuredClone(pack);
    elsewhere.grant.transactionHash = pack.request.transactionHash;
    expect(wrong(await verifyGrantProofOnChain(elsewhere, api.chain))).to.not.deep.equal([]);
  });

  it("does not cover a stored grant that was tampered with: the regulator sees it", async () => {
    const { mongodbUri } = await sharedServer();
    const client = await MongoClient.connect(mongodbUri);
    try {
      const grants = client.db("rongqiao").collection<{ _id: string; amountFen: string }>("grants");
      const id = path.memory.recall<string>("grant.id")!;
      const regulator = (await path.demo("regulator")).api;
      const stored = (await grants.findOne({ _id: id }))!;
      expect(stored.amountFen, "the stored amount").to.equal(pack.grant.amountFen);

      await grants.updateOne({ _id: id }, { $set: { amountFen: "99900000" } });
      const check = await regulator.checkGrant(id);
      expect(check.matches).to.equal(false);
      expect(wrong(check.lines)).to.not.deep.equal([]);
      const { differing } = await regulator.reconciliation();
      expect(differing.map((grant) => grant.id)).to.include(id);

      await grants.replaceOne({ _id: id }, stored);
      expect((await regulator.checkGrant(id)).matches).to.equal(true);
    } finally {
      await client.close();
    }
  });

  it("shows a grant that the store lost as missing", async () => {
    const { mongodbUri } = await sharedServer();
    const client = await MongoClient.connect(mongodbUri);
    try {
      const grants = client.db("rongqiao").collection<{ _id: string }>("grants");
      const id = path.memory.recall<string>("grant.id")!;
      const regulator = (await path.demo("regulator")).api;
      const stored = (await grants.findOne({ _id: id }))!;
      await grants.deleteOne({ _id: id });
      try {
        expect((await regulator.reconciliation()).missing).to.include(pack.grant.grantId);
      } finally {
        await grants.insertOne(stored);
      }
      expect((await regulator.reconciliation()).missing).to.not.include(pack.grant.grantId);
    } finally {
      await client.close();
    }
  });
});
