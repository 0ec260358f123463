import { expect } from "chai";
import { Interface } from "ethers";
import { indicatorList, type ProfileView, profilePack } from "../../backend/features/profiles/profile-schemas.ts";
import { commitment } from "../../backend/lib/commitment.ts";
import { verifyMerkleProof } from "../../backend/lib/merkle.ts";
import type { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { playUntil } from "../support/actors.ts";
import { storedBatch } from "../support/batches.ts";
import { refused } from "../support/refusal.ts";

const ANCHORS = new Interface([
  "function anchorOf(bytes32) view returns (uint64 anchoredAt, uint8 kind, uint32 count)",
]);

describe("a credit profile and where it comes from", function () {
  this.timeout(180_000);
  let path: Path;
  let api: Api;
  let profile: ProfileView;

  before(async () => {
    path = await playUntil("enrol");
    ({ api } = await path.party("enterprise"));
    profile = await api.profile();
  });

  it("is the enterprise's own", async () => {
    const { name, uscc } = await path.bodyOf("enterprise");
    expect(profile.enterprise).to.deep.include({ name, uscc });
  });

  it("names the source of every figure", () => {
    expect(profile.indicators).to.have.length.above(15);
    for (const { id, source, name, value, asOf, recordIds, recordCount } of profile.indicators) {
      expect(source.catalogId, id).to.not.equal("");
      expect(source.departmentName.zh, id).to.not.equal("");
      expect(name.zh, id).to.match(/[\u4e00-\u9fff]/);
      expect(recordIds.length, id).to.be.at.most(recordCount);
      if (value !== null && value !== 0 && value !== "0" && value !== false) {
        expect(recordCount, `${id} is known, so records are behind it`).to.be.above(0);
        expect(asOf, id).to.match(/^\d{4}(-\d{2}(-\d{2})?)?$/);
      }
    }
  });

  it("says unknown, not zero, where there is no record", async () => {
    const { items } = await api.catalogs();
    const silent = profile.indicators.filter(({ recordCount, group }) => recordCount === 0 && group !== "justice");
    for (const { id, value, source } of silent) {
      expect([null, 0, "0", false], `${id} without any record`).to.include(value);
      expect(items.map((catalog) => catalog.id)).to.include(source.catalogId);
    }
    const unknown = profile.indicators.filter(({ value }) => value === null);
    for (const { id, asOf, recordIds } of unknown) {
      expect(recordIds, id).to.deep.equal([]);
      expect(asOf, id).to.equal(undefined);
    }
  });

  it("leads from a figure to the row of the file that it came from", async () => {
    const indicator = profile.indicators.find(({ id }) => id === "identity.status")!;
    expect(indicator.value).to.equal("active");
    const record = await api.record(indicator.recordIds[0]!);
    expect(record.catalogId).to.equal("business-registration");
    expect(record.uscc).to.equal(profile.enterprise.uscc);
    expect(record.source.row).to.be.above(1);
    expect(record.source.fileName).to.not.equal("");
    expect(record.fields.find(({ name }) => name === "status")?.value).to.equal("active");
  });

  it("proves a record: its salted commitment is in a batch that the chain knows", async () => {
    const indicator = profile.indicators.find(({ id }) => id === "identity.status")!;
    const pack = await api.recordProof(indicator.recordIds[0]!);
    expect(commitment(pack.salt, pack.document)).to.equal(pack.commitment);
    const { root, path: siblings } = pack.anchor;
    expect(verifyMerkleProof(root, pack.commitment, siblings)).to.equal(true);
    const data = ANCHORS.encodeFunctionData("anchorOf", [root]);
    const answer = await api.chain("eth_call", [{ to: path.meta.contracts.anchors, data }, "latest"]);
    const anchor = ANCHORS.decodeFunctionResult("anchorOf", String(answer));
    expect(Number(anchor.anchoredAt)).to.be.above(0);
    expect(Number(anchor.kind)).to.equal(1);
    const forged = { ...(pack.document as Record<string, unknown>), uscc: "another" };
    expect(verifyMerkleProof(root, commitment(pack.salt, forged), siblings)).to.equal(false);
  });

  it("changes when a department sends more", async () => {
    const licences = (all: ProfileView) =>
      all.indicators
        .filter(({ source }) => source.catalogId === "business-licences")
        .reduce((sum, { recordCount }) => sum + recordCount, 0);
    const other = await playUntil("enrol");
    const department = (await other.demo("department")).api;
    const enterprise = (await other.party("enterprise")).api;
    const before = licences(await enterprise.profile());
    const { uscc, name } = await other.bodyOf("enterprise");
    const headings = "统一社会信用代码,企业名称,证照类型,证照编号,有效期起,有效期止,证照状态";
    const number = `P-${await other.runId()}`;
    const row = `${uscc},${name},高新技术企业证书,${number},2025-01-01,2028-01-01,有效`;
    const { id } = await department.upload("business-licences", `${number}.csv`, Buffer.from(`${headings}\n${row}\n`));
    await storedBatch(department, id, 1);
    expect(licences(await enterprise.profile())).to.be.above(before);
  });

  it("publishes what its indicators are", async () => {
    const { items } = await api.transport.get("/indicators", indicatorList);
    expect(items.map(({ id }) => id)).to.deep.equal(profile.indicators.map(({ id }) => id));
    expect(items.length).to.be.at.least(60);
    expect(new Set(items.map(({ group }) => group)).size).to.equal(9);
    for (const { id, description, freshDays } of items) {
      expect(description.zh, id).to.match(/[\u4e00-\u9fff]/);
      expect(freshDays, id).to.be.within(30, 600);
    }
  });

  it("names the proof of every record that a figure rests on", () => {
    const evidence = new Map(profile.evidence.map((item) => [item.recordId, item]));
    for (const { id, recordIds, source } of profile.indicators)
      for (const recordId of recordIds) {
        expect(evidence.get(recordId), `${id} ${recordId}`).to.deep.include({
          catalogId: source.catalogId,
          proof: `/records/${recordId}/proof`,
        });
      }
    for (const { known, total } of profile.completeness) expect(known).to.be.within(0, total);
    expect(profile.events.some(({ kind }) => kind === "registered")).to.equal(true);
    expect(profile.ties.some(({ kind }) => kind === "representative")).to.equal(true);
  });

  it("is exported to the enterprise alone", async () => {
    const pack = await api.transport.get("/profile/export", profilePack);
    expect(pack.profile.indicators).to.deep.equal((await api.profile()).indicators);
    await refused(
      (await path.party("firstBank")).api.transport.get("/profile/export", profilePack),
      403,
      "role.notAllowed",
    );
  });
});
