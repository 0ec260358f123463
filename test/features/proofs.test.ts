import { expect } from "chai";
import { MongoClient } from "mongodb";
import { deployment } from "../../backend/features/audit/audit-schemas.ts";
import { checkProof } from "../../backend/lib/proof/check.ts";
import type { ProofCheck } from "../../backend/lib/proof/lines.ts";
import { linkOf, packInLink } from "../../backend/lib/proof/link.ts";
import { nodeAt } from "../../backend/lib/proof/node.ts";
import {
  type ActPack,
  actPack,
  type GrantPack,
  type LeafPack,
  leafPack,
  type ProofPack,
} from "../../backend/lib/proof/pack.ts";
import { actHash } from "../../backend/lib/proof/signed-act.ts";
import { type Trust, trustInDeployments } from "../../backend/lib/proof/trust.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { playUntil } from "../support/actors.ts";
import { confirmed } from "../support/proofs.ts";
import { refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";

const wrong = ({ lines }: ProofCheck): string[] => lines.filter(({ state }) => state !== "pass").map(({ id }) => id);
const failing = (lines: readonly { id: string; state: string }[]): string[] =>
  lines.filter(({ state }) => state === "fail").map(({ id }) => id);

describe("proof packs", function () {
  this.timeout(240_000);
  let path: Path;
  let pack: GrantPack;
  let trust: Trust;
  let url = "";

  const checked = (given: ProofPack): Promise<ProofCheck> => checkProof(given, { trust, chain: nodeAt(url) });

  async function sound(given: ProofPack): Promise<void> {
    const check = await checked(given);
    expect(check.lines.filter(({ state, optional }) => state !== "pass" && !optional)).to.deep.equal([]);
    expect(check.verdict).to.equal("valid");
    const link = await linkOf("https://any.example", given);
    expect(link.length, "what a QR code can hold").to.be.below(2_900);
    const again = await packInLink(link);
    expect(again).to.have.property("pack");
    if (again && "pack" in again) {
      const carried = await checked(again.pack);
      expect(carried.verdict, "what a link carries").to.be.oneOf(["valid", "incomplete"]);
      expect(carried.lines.filter(({ state }) => state === "fail")).to.deep.equal([]);
    }
  }

  before(async () => {
    path = await playUntil("audit");
    url = (await sharedServer()).chainRpcUrl;
    const { api } = await path.party("enterprise");
    pack = await api.grantProof(path.memory.recall<string>("grant.id")!);
    const published = await api.transport.get("/deployment", deployment);
    trust = trustInDeployments(published, path.meta.chainId);
  });

  it("of a grant: the same for the enterprise, the bank and the regulator", async () => {
    const id = path.memory.recall<string>("grant.id")!;
    expect(await (await path.party("secondBank")).api.grantProof(id)).to.deep.equal(pack);
    expect(await (await path.demo("regulator")).api.grantProof(id)).to.deep.equal(pack);
  });

  it("of a grant: holds against the chain, and says so only with a registry to trust", async () => {
    await sound(pack);
    expect((await checkProof(pack, { chain: nodeAt(url) })).verdict, "without a registry").to.equal("incomplete");
    expect((await checkProof(pack, { trust })).verdict, "without a node").to.equal("incomplete");
  });

  it("of a grant: shows each kind of forgery by name", async () => {
    const forged = async (change: (copy: GrantPack) => void): Promise<string[]> => {
      const copy = structuredClone(pack);
      change(copy);
      const check = await checked(copy);
      expect(check.verdict).to.equal("invalid");
      return wrong(check);
    };
    const terms = (part: { document?: unknown }) => part.document as Record<string, unknown>;
    expect(await forged(({ grant }) => (terms(grant).annualRateBps = 1))).to.deep.equal(["grant.document"]);
    expect(await forged(({ bid }) => (bid.salt = pack.grant.salt))).to.deep.equal(["bid.document"]);
    expect(await forged(({ bid }) => (bid.anchor!.path = []))).to.deep.equal(["bid.path"]);
    expect(await forged(({ bid }) => (bid.anchor!.root = pack.grant.salt))).to.deep.equal([
      "bid.path",
      "bid.anchored",
      "bid.transaction",
    ]);
    expect(
      await forged(({ grant }) => (grant.act.signatures[0]!.signature = pack.bid.act.signatures[0]!.signature)),
    ).to.deep.equal(["grant.signature"]);
    expect(await forged(({ grant }) => (grant.transaction.blockHash = pack.award.transaction.blockHash))).to.deep.equal(
      ["grant.block"],
    );
    expect(await forged((copy) => (copy.chainId += 1))).to.include.members(["registry", "chain"]);
    expect(await forged(({ contracts }) => (contracts.anchors = contracts.financing))).to.include("bid.anchored");
    const elsewhere = await forged(({ grant }) => (grant.transaction = pack.request.transaction));
    expect(elsewhere).to.include("grant.transaction");
  });

  it("of a request, a bid, a consent, a record, a snapshot, a reading and a receipt: all hold", async () => {
    const enterprise = (await path.party("enterprise")).api;
    const bank = (await path.party("secondBank")).api;
    const act = (api: typeof bank, at: string): Promise<ActPack> =>
      confirmed(() => api.transport.get(`${at}/proof`, actPack));
    const leaf = (api: typeof bank, at: string): Promise<LeafPack> =>
      confirmed(() => api.transport.get(`${at}/proof`, leafPack));

    const { items: requests } = await enterprise.requests();
    await sound(await act(enterprise, `/requests/${requests[0]!.id}`));
    const { items: bids } = await enterprise.bids(requests[0]!.id);
    await sound(await act(enterprise, `/bids/${bids[0]!.id}`));
    const { items: consents } = await enterprise.consents();
    const consent = await act(enterprise, `/consents/${consents[0]!.id}`);
    expect(consent.act.primaryType).to.equal("ConsentGrant");
    await sound(consent);
    await sound(await act(enterprise, `/receipts/${consents[0]!.id}`));

    const profile = await enterprise.profile();
    const recordId = profile.indicators.flatMap(({ recordIds }) => recordIds)[0]!;
    await sound(await leaf(enterprise, `/records/${recordId}`));
    const { items: entries } = await enterprise.accessLog();
    const entry = await leaf(enterprise, `/access-log/${entries[0]!.id}`);
    expect(entry.document).to.include({ id: entries[0]!.id, what: entries[0]!.what });
    await sound(entry);
    const { snapshot } = await bank.profileFor(requests[0]!.id);
    await sound(await leaf(bank, `/snapshots/${snapshot!.id}`));
    await sound(await leaf(enterprise, `/snapshots/${snapshot!.id}`));

    const stranger = (await path.party("firstBank")).api;
    await refused(stranger.transport.get(`/snapshots/${snapshot!.id}/proof`, leafPack), 404);
    const other = bids.find(({ institution }) => institution.id !== bids[0]!.institution.id)!;
    const owner = bids[0]!.institution.name === (await stranger.me()).participant.name ? bank : stranger;
    await refused(owner.transport.get(`/bids/${bids[0]!.id}/proof`, actPack), 404);
    expect(other.institution.id).to.not.equal(bids[0]!.institution.id);
  });

  it("don't cover a stored grant that was tampered with: the regulator sees it", async () => {
    const { mongodbUri } = await sharedServer();
    const client = await MongoClient.connect(mongodbUri);
    try {
      const grants = client.db("rongqiao").collection<{ _id: string; amountFen: string }>("grants");
      const id = path.memory.recall<string>("grant.id")!;
      const regulator = (await path.demo("regulator")).api;
      const stored = (await grants.findOne({ _id: id }))!;
      expect(stored.amountFen, "the stored amount").to.equal(pack.grant.act.message.amountFen);

      await grants.updateOne({ _id: id }, { $set: { amountFen: "99900000" } });
      const check = await regulator.checkGrant(id);
      expect(check.verdict).to.equal("invalid");
      expect(failing(check.lines)).to.include.members(["stored", "grant.transaction", "amounts"]);
      expect((await checked(await regulator.grantProof(id))).verdict).to.equal("invalid");
      const { differing: found } = await regulator.reconciliation();
      expect(found.map((grant) => grant.id)).to.include(id);

      await grants.replaceOne({ _id: id }, stored);
      expect((await regulator.checkGrant(id)).verdict).to.equal("valid");
    } finally {
      await client.close();
    }
  });

  it("show a grant that the store lost as missing", async () => {
    const { mongodbUri } = await sharedServer();
    const client = await MongoClient.connect(mongodbUri);
    try {
      const grants = client.db("rongqiao").collection<{ _id: string }>("grants");
      const id = path.memory.recall<string>("grant.id")!;
      const regulator = (await path.demo("regulator")).api;
      const stored = (await grants.findOne({ _id: id }))!;
      await grants.deleteOne({ _id: id });
      try {
        expect((await regulator.reconciliation()).missing).to.include(actHash(pack.grant.act));
      } finally {
        await grants.insertOne(stored);
      }
      expect((await regulator.reconciliation()).missing).to.not.include(actHash(pack.grant.act));
    } finally {
      await client.close();
    }
  });
});
