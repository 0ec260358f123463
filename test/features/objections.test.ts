import { expect } from "chai";
import { z } from "zod";
import { recordView } from "../../backend/features/data-exchange/data-exchange-schemas.ts";
import {
  objection,
  objectionCounts,
  objectionDetail,
  objectionList,
  objectionNotices,
  recordObjection,
} from "../../backend/features/objections/objection-schemas.ts";
import { commitment } from "../../backend/lib/commitment.ts";
import { leafPack } from "../../backend/lib/proof/pack.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import type { Api } from "../../scripts/client/api.ts";
import { newSalt } from "../../scripts/client/keys.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { storedBatch } from "../support/batches.ts";
import { namesField, refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";
import { departmentApi } from "../support/shared-rows.ts";

const CATALOG = "administrative-penalties";
const FINES = "justice.finesFen24m";
const markedRecord = recordView.extend({ objections: z.array(recordObjection) });
const anything = z.unknown();
const today = () => new Date().toISOString().slice(0, 10);

describe("objections to records", function () {
  this.timeout(180_000);
  let uscc: string;
  let bank: Api;
  let enterprise: Api;
  let stranger: Api;
  let market: Api;
  let court: Api;
  let regulator: Api;
  let serial = 0;

  before(async () => {
    const path = await playUntil("enrol");
    enterprise = (await path.party("enterprise")).api;
    bank = (await path.party("firstBank")).api;
    ({ uscc } = await path.bodyOf("enterprise"));
    stranger = (await (await playUntil("enrol")).party("enterprise")).api;
    market = (await path.demo("department")).api;
    regulator = (await path.demo("regulator")).api;
    court = await departmentApi(await sharedServer(), "court");
  });

  /** A penalty of 50,000 yuan on the enterprise, or on whom is named; the id of its record. */
  async function penalty(subject = uscc, decidedOn = today(), fine = "5万元"): Promise<string> {
    const number = `异议-${Date.now()}-${++serial}`;
    const file = `统一社会信用代码,处罚决定书文号,处罚种类,罚款金额,处罚决定日期\n${subject},${number},罚款,${fine},${decidedOn}\n`;
    const { id } = await market.upload(CATALOG, `${number}.csv`, Buffer.from(file));
    await storedBatch(market, id, 1);
    return `${id}:${"2".padStart(9, "0")}`;
  }
  const raise = (record: string, body: object = {}, by = enterprise) =>
    by.transport.post(
      `/records/${encodeURIComponent(record)}/objections`,
      { ground: "wrongValue", text: "罚款金额应为一百元", ...body },
      objection,
    );
  const act = (by: Api, id: string, what: string, body: object = {}) =>
    by.transport.post(`/objections/${id}/${what}`, body, objection);
  const read = (record: string, by = enterprise) =>
    by.transport.get(`/records/${encodeURIComponent(record)}`, markedRecord);
  const fines = async () => {
    const { value, recordIds } = (await enterprise.profile()).indicators.find(({ id }) => id === FINES)!;
    return { fen: BigInt(String(value)), recordIds };
  };

  it("are marked on the record at once, and reach the department with a notice", async () => {
    const record = await penalty();
    const raised = await raise(record, { wished: { field: "fineAmount", value: "100元" } });
    expect(raised).to.deep.include({ recordId: record, state: "raised", overdue: false, daysLeft: 20 });
    expect(new Date(raised.dueAt).getTime() - new Date(raised.raisedAt).getTime()).to.be.within(
      20 * 86_400_000,
      21 * 86_400_000,
    );
    for (const reader of [enterprise, regulator]) {
      const [beside] = (await read(record, reader)).objections;
      expect(beside).to.deep.include({ id: raised.id, state: "raised", disputed: true, ground: "wrongValue" });
    }
    const { items } = await market.transport.get("/objections?state=open", objectionList);
    expect(items.map(({ id }) => id)).to.include(raised.id);
    const notices = await market.transport.get("/objection-notices", objectionNotices);
    expect(notices.unread).to.be.above(0);
    expect(notices.items.find(({ objectionId }) => objectionId === raised.id)).to.deep.include({
      kind: "raised",
      read: false,
      dueAt: raised.dueAt,
    });
    await market.transport.post("/objection-notices/read", {}, anything);
    expect((await market.transport.get("/objection-notices", objectionNotices)).unread).to.equal(0);
  });

  it("can be raised once a record, on one's own records, and withdrawn", async () => {
    const record = await penalty();
    await refused(raise(record, {}, stranger), 404);
    const { id } = await raise(record);
    await refused(raise(record), 409, "objection.open");
    await refused(act(stranger, id, "withdrawal"), 404);
    await refused(stranger.transport.get(`/objections/${id}`, anything), 404);
    expect((await act(enterprise, id, "withdrawal")).state).to.equal("withdrawn");
    expect((await read(record)).objections).to.deep.equal([]);
    await refused(act(enterprise, id, "withdrawal"), 409, "objection.wrongState");
    await refused(act(market, id, "refusal", { reason: "维持原处罚决定" }), 409, "objection.wrongState");
    expect((await raise(record)).state).to.equal("raised");
  });

  it("can end with the record deleted: nobody reads it, no figure counts it, its history stays", async () => {
    const record = await penalty();
    const before = await fines();
    expect(before.recordIds).to.include(record);
    const { id } = await raise(record, { ground: "notOurs" });
    await refused(act(market, id, "removal", {}), 400);
    await refused(act(enterprise, id, "removal", { reason: "处罚对象不是该企业" }), 403);
    const answered = await act(market, id, "removal", { reason: "处罚对象不是该企业" });
    expect(answered.state).to.equal("corrected");
    expect(answered.answer).to.deep.include({ decision: "removed", reason: "处罚对象不是该企业" });
    const after = await fines();
    expect(after.recordIds).to.not.include(record);
    expect(before.fen > after.fen).to.equal(true);
    await refused(raise(record), 404);
    await refused(act(market, id, "removal", { reason: "处罚对象不是该企业" }), 409, "objection.wrongState");
  });

  it("raised side by side leave one", async () => {
    const record = await penalty();
    const answers = await Promise.allSettled([1, 2, 3, 4].map(() => raise(record)));
    expect(answers.filter(({ status }) => status === "fulfilled")).to.have.length(1);
  });

  it("name the field of a wish or a correction that the catalog doesn't take", async () => {
    const record = await penalty();
    const wish = (field: string, value: string) => raise(record, { wished: { field, value } });
    namesField(await refused(wish("fineAmount", "很多"), 400, "input.invalid"), "wished.fineAmount");
    namesField(await refused(wish("colour", "red"), 400), "wished.colour");
    namesField(await refused(raise(record, { text: "" }), 400), "text");
    const { id } = await raise(record);
    const correct = (fields: object) => act(market, id, "correction", { reason: "更正", fields });
    const problem = await refused(correct({ fineAmount: "abc", decidedOn: "2025-02-30" }), 400, "input.invalid");
    namesField(problem, "fields.fineAmount");
    namesField(problem, "fields.decidedOn");
    namesField(await refused(correct({ decisionNo: "另一份" }), 400), "fields.decisionNo");
    namesField(await refused(correct({ penaltyKind: "" }), 400), "fields.penaltyKind");
    namesField(await refused(correct({ fineAmount: "50000" }), 400), "fields");
    await refused(act(court, id, "correction", { reason: "更正", fields: { fineAmount: "1" } }), 404);
    await refused(act(enterprise, id, "correction", { reason: "更正", fields: { fineAmount: "1" } }), 403);
    expect((await read(record)).objections[0]?.state).to.equal("raised");
  });

  it("end in a new version, from which profile and matches are computed in the very next read", async () => {
    const record = await penalty();
    const before = await fines();
    expect(before.recordIds).to.include(record);
    const others = before.fen - 5_000_000n;
    const limit = others + 10_000n;
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
      eligibility: { indicator: FINES, op: "lte", value: limit.toString() },
    });
    const verdict = async () =>
      (await enterprise.matches()).items.find(({ product }) => product.id === published.id)?.verdict;
    expect(await verdict()).to.equal("notEligible");

    const { id } = await raise(record);
    const detail = await market.transport.get(`/objections/${id}`, objectionDetail);
    expect(detail.record?.fields.find(({ name }) => name === "fineAmount")).to.deep.include({
      value: "5000000",
      cell: "50000.00元",
      correctable: true,
    });
    expect(detail.record?.fields.find(({ name }) => name === "decisionNo")?.correctable).to.equal(false);
    const answered = await act(market, id, "correction", { reason: "录入时多写了零", fields: { fineAmount: "100元" } });
    expect(answered.state).to.equal("corrected");
    const after = await fines();
    expect(after.fen).to.equal(limit);
    const corrected = answered.answer?.recordId;
    expect(after.recordIds).to.include(corrected).and.not.include(record);
    expect(await verdict()).to.equal("eligible");

    const newer = await read(corrected!);
    expect(newer.fields.find(({ name }) => name === "fineAmount")?.value).to.equal("10000");
    expect(newer.objections).to.have.length(1);
    expect(newer.objections[0]).to.deep.include({ id, state: "corrected", disputed: false, corrects: record });
    const older = await read(record);
    expect(older.fields.find(({ name }) => name === "fineAmount")?.value).to.equal("5000000");
    expect(older.objections[0]).to.deep.include({ id, disputed: false, correctedBy: corrected });
    await waitFor("the corrected record to be anchored", async () =>
      (await read(corrected!)).anchor.state === "confirmed" ? true : undefined,
    );
    await refused(act(market, id, "refusal", { reason: "还是维持原决定" }), 409, "objection.wrongState");
    await refused(raise(record), 404);
    expect((await raise(corrected!)).state, "the new version can be objected to").to.equal("raised");
  });

  it("anchor the answer among the decisions", async () => {
    const { id } = await raise(await penalty());
    await act(market, id, "refusal", { reason: "处罚决定已生效" });
    const anchored = await waitFor("the answer to be anchored", async () => {
      const found = await enterprise.transport.get(`/objections/${id}`, objectionDetail);
      return found.answer?.anchor?.state === "confirmed" ? found : undefined;
    });
    const opening = anchored.opening!;
    expect(commitment(opening.salt, opening.document)).to.equal(opening.commitment);
    expect(opening.document).to.deep.include({ objectionId: id, decision: "upheld", reason: "处罚决定已生效" });
    const pack = await regulator.transport.get(`/objections/${id}/proof`, leafPack);
    expect(pack).to.deep.include({ document: opening.document, salt: opening.salt });
    await refused(stranger.transport.get(`/objections/${id}/proof`, anything), 404);
  });

  it("that are upheld leave the enterprise's statement beside the record, once and within bounds", async () => {
    const record = await penalty();
    const { id } = await raise(record);
    await refused(act(enterprise, id, "statement", { text: "我方不认可" }), 409, "objection.wrongState");
    expect((await act(market, id, "refusal", { reason: "处罚决定已生效" })).state).to.equal("upheld");
    await refused(raise(record), 409, "objection.answered");
    await refused(act(enterprise, id, "statement", { text: "长".repeat(1_001) }), 400);
    expect((await act(enterprise, id, "statement", { text: "罚款已缴清" })).state).to.equal("stated");
    await refused(act(enterprise, id, "statement", { text: "再说一次" }), 409, "objection.wrongState");
    const [beside] = (await read(record, regulator)).objections;
    expect(beside).to.deep.include({ id, state: "stated", disputed: false, statement: "罚款已缴清" });
  });

  it("are counted for each department", async () => {
    const counts = async () =>
      (await regulator.transport.get("/objection-counts", objectionCounts)).items.find(
        ({ departmentCode }) => departmentCode === "market-regulation",
      );
    const before = await counts();
    const { id } = await raise(await penalty());
    expect((await counts())?.open).to.equal((before?.open ?? 0) + 1);
    await act(market, id, "refusal", { reason: "处罚决定已生效" });
    const after = await counts();
    expect(after).to.deep.include({ open: before?.open ?? 0, answered: (before?.answered ?? 0) + 1, overdue: 0 });
    expect(after?.meanAnswerDays).to.equal(0);
  });

  it("are for the parties that they concern", async () => {
    await refused(bank.transport.get("/objections", anything), 403);
    await refused(enterprise.transport.get("/objection-notices", anything), 403);
    await refused(enterprise.transport.get("/objection-counts", anything), 403);
    const { items } = await court.transport.get("/objections", objectionList);
    expect(items.filter(({ departmentCode }) => departmentCode === "market-regulation")).to.deep.equal([]);
    const all = await regulator.transport.get("/objections", objectionList);
    expect(all.total).to.be.above(0);
    const own = await stranger.transport.get("/objections", objectionList);
    expect(own.total).to.equal(0);
  });

  it("aren't needed for a person's record five years after it ended: nobody sees it any more", async () => {
    const person = makeUscc("9", "2", "530402", "MA7T0009");
    const years = (count: number) =>
      `${Number(today().slice(0, 4)) - count}${today().slice(4)}`.replace("02-29", "02-28");
    expect((await read(await penalty(person, years(4)), regulator)).uscc).to.equal(person);
    await refused(read(await penalty(person, years(5)), regulator), 404);
    const ofCompany = await penalty(makeUscc("9", "1", "530402", "MA7T0009"), years(5));
    expect((await read(ofCompany, regulator)).catalogId).to.equal(CATALOG);
  });
});
