import { expect } from "chai";
import { z } from "zod";
import { objection } from "../../backend/features/objections/objection-schemas.ts";
import type { ProfileView } from "../../backend/features/profiles/profile-schemas.ts";
import type { Api } from "../../scripts/client/api.ts";
import { newSalt } from "../../scripts/client/keys.ts";
import { openedRequest } from "../../scripts/client/main-path/financing-steps.ts";
import { playUntil } from "../support/actors.ts";
import { storedBatch } from "../support/batches.ts";
import { confirmed } from "../support/proofs.ts";

const CATALOG = "administrative-penalties";
const FINES = "justice.finesFen24m";
const PENALTIES = "justice.penalties24m";

describe("the mark of an objection", function () {
  this.timeout(180_000);
  let uscc: string;
  let requestId: string;
  let bank: Api;
  let enterprise: Api;
  let market: Api;

  before(async () => {
    const path = await playUntil("consents");
    enterprise = (await path.party("enterprise")).api;
    bank = (await path.party("firstBank")).api;
    market = (await path.demo("department")).api;
    ({ uscc } = await path.bodyOf("enterprise"));
    requestId = (await openedRequest(path)).id;
  });

  async function penalties(count: number): Promise<string[]> {
    const name = `marks-${newSalt().slice(2, 10)}`;
    const rows = Array.from(
      { length: count },
      (_, i) => `${uscc},${name}-${i},罚款,5万元,${new Date().toISOString().slice(0, 10)}`,
    );
    const file = ["统一社会信用代码,处罚决定书文号,处罚种类,罚款金额,处罚决定日期", ...rows].join("\n");
    const { id } = await market.upload(CATALOG, `${name}.csv`, Buffer.from(file));
    await storedBatch(market, id, count);
    return rows.map((_, i) => `${id}:${String(i + 2).padStart(9, "0")}`);
  }
  const raise = (record: string) =>
    enterprise.transport.post(
      `/records/${encodeURIComponent(record)}/objections`,
      { ground: "wrongValue", text: "罚款金额应为一百元" },
      objection,
    );
  const act = (by: Api, id: string, what: string, body: object) =>
    by.transport.post(`/objections/${id}/${what}`, body, objection);
  const indicator = ({ indicators }: ProfileView, id: string) => indicators.find((one) => one.id === id)!;

  it("is on the figures that use the record, for enterprise and bank, and in the snapshot", async () => {
    const [record] = await penalties(1);
    expect(indicator(await enterprise.profile(), FINES).disputed).to.equal(undefined);
    const { id } = await raise(record!);
    const own = await enterprise.profile();
    expect([indicator(own, FINES).disputed, indicator(own, PENALTIES).disputed]).to.deep.equal([id, id]);
    expect(own.indicators.filter(({ disputed }) => disputed).map(({ source }) => source.catalogId)).to.deep.equal([
      CATALOG,
      CATALOG,
    ]);
    const read = await bank.profileFor(requestId);
    expect(indicator(read, FINES).disputed).to.equal(id);
    const pack = await confirmed(() => bank.snapshotProof(read.snapshot!.id));
    expect(indicator(pack.document as ProfileView, FINES).disputed).to.equal(id);

    await act(market, id, "correction", { reason: "录入有误", fields: { fineAmount: "100元" } });
    expect(indicator(await enterprise.profile(), FINES).disputed).to.equal(undefined);
    expect(indicator(await bank.profileFor(requestId), FINES).disputed).to.equal(undefined);
  });

  it("is on the reasons of matches", async () => {
    const [record] = await penalties(1);
    const published = await bank.publish({
      code: `T-${newSalt().slice(2, 14)}`,
      name: { zh: "测试产品", en: "Test product" },
      amountMinFen: "10000000",
      amountMaxFen: "100000000",
      termMonthsMin: 6,
      termMonthsMax: 24,
      annualRateBps: 400,
      repaymentMethods: ["bullet"],
      purposes: [],
      eligibility: {
        all: [
          { indicator: FINES, op: "lte", value: "1" },
          { indicator: "identity.status", op: "eq", value: "active" },
        ],
      },
    });
    const reasons = async () =>
      Object.fromEntries(
        (await enterprise.matches()).items
          .find(({ product }) => product.id === published.id)!
          .reasons.map(({ condition, disputed }) => [condition.indicator, disputed]),
      );
    const { id } = await raise(record!);
    expect(await reasons()).to.deep.equal({ [FINES]: id, "identity.status": undefined });
    await act(market, id, "refusal", { reason: "处罚决定已生效" });
    expect((await reasons())[FINES]).to.equal(undefined);
  });

  it("is there for a record beyond those that are shown, and follows a newer version", async () => {
    const many = await penalties(45);
    const { id } = await raise(many[44]!);
    const own = indicator(await enterprise.profile(), PENALTIES);
    expect(own.recordCount).to.be.above(own.recordIds.length);
    expect(own.disputed).to.equal(id);
    await enterprise.transport.post(`/objections/${id}/withdrawal`, {}, z.unknown());
    expect(indicator(await enterprise.profile(), PENALTIES).disputed).to.equal(undefined);
  });

  it("gives way to the enterprise's statement when the record is upheld", async () => {
    const [record] = await penalties(1);
    const { id } = await raise(record!);
    await act(market, id, "refusal", { reason: "处罚决定已生效" });
    await act(enterprise, id, "statement", { text: "罚款已缴清" });
    const read = indicator(await bank.profileFor(requestId), FINES);
    expect(read.disputed).to.equal(undefined);
    expect(read.statements).to.deep.equal([{ objectionId: id, text: "罚款已缴清" }]);
  });
});
