import { expect } from "chai";
import type { z } from "zod";
import {
  catalogDetail,
  type catalogRegistration,
  codeWordList,
} from "../../backend/features/data-exchange/catalog-schemas.ts";
import type { Api } from "../../scripts/client/api.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { finishedBatch } from "../support/batches.ts";
import { sharedServer } from "../support/server.ts";

type Registration = z.input<typeof catalogRegistration>;

const inspections = (id: string): Registration => ({
  id,
  name: { zh: "农产品抽检信息", en: "Farm produce inspections" },
  group: "operation",
  sensitivity: "internal",
  shareType: "conditional",
  updateFrequency: "monthly",
  legalBasis: "《农产品质量安全法》",
  key: ["sampleNo"],
  subjectField: "uscc",
  fields: [
    {
      name: "uscc",
      label: { zh: "统一社会信用代码", en: "Code" },
      headings: ["统一社会信用代码"],
      type: "uscc",
      required: true,
    },
    { name: "sampleNo", label: { zh: "抽样单号", en: "Sample" }, headings: ["抽样单号"], type: "text", required: true },
    {
      name: "verdict",
      label: { zh: "结论", en: "Verdict" },
      headings: ["结论"],
      type: "code",
      required: true,
      codes: { 合格: "1", Passed: "1", 符合: "1", 不合格: "2" },
    },
  ],
});

describe("the words for the codes of a catalog that a department registered", function () {
  this.timeout(180_000);
  let farms: Api;
  let operator: Api;
  let enterprise: Api;
  let uscc: string;
  const id = `farm-inspections-${Date.now().toString(36)}`;
  const open = async (version: number) => {
    await operator.transport.post(`/catalogs/${id}/versions/${version}/decision`, { approve: true }, catalogDetail);
  };
  const words = async () => {
    const { url } = await sharedServer();
    // Without an account: an enterprise's code is looked at by people who have none.
    return codeWordList.parse(await (await fetch(`${url}/api/v1/code-words`)).json()).catalogs;
  };

  before(async () => {
    const path = await playUntil("enrol");
    const { password } = (await sharedServer()).demoAccounts.find(({ username }) => username === "dept-agriculture")!;
    farms = path.api.as((await path.api.login("dept-agriculture", password)).token);
    operator = (await path.demo("operator")).api;
    enterprise = (await path.party("enterprise")).api;
    ({ uscc } = await path.bodyOf("enterprise"));
    await farms.transport.post("/catalogs", inspections(id), catalogDetail);
  });

  it("are told with the record, in Chinese and English", async () => {
    expect(await words(), "not in use yet").not.to.have.property(id);
    await open(1);
    const sent = await farms.upload(
      id,
      `${id}.csv`,
      Buffer.from(["统一社会信用代码,抽样单号,结论", `${uscc},S-1,符合`, `${uscc},S-2,不合格`].join("\n")),
    );
    const batch = await finishedBatch(farms, sent.id);
    expect([batch.stored, batch.quarantined]).to.deep.equal([2, 0]);
    const verdictOf = async (row: number) => {
      const { fields } = await enterprise.record(`${batch.id}:${String(row).padStart(9, "0")}`);
      expect(fields.find(({ name }) => name === "sampleNo")).not.to.have.property("word");
      const { value, word } = fields.find(({ name }) => name === "verdict")!;
      return { value, word };
    };
    expect(await verdictOf(2)).to.deep.equal({ value: "1", word: { zh: "合格", en: "Passed" } });
    expect(await verdictOf(3)).to.deep.equal({ value: "2", word: { zh: "不合格", en: "2" } });
    expect((await words())[id]).to.deep.equal({
      verdict: { 1: { zh: "合格", en: "Passed" }, 2: { zh: "不合格", en: "2" } },
    });
    expect((await words())["tax-credit-grades"]?.grade?.A).to.deep.equal({ zh: "A", en: "A" });
  });

  it("are those of the version in use", async () => {
    const { id: _, ...change } = inspections(id);
    change.fields[2]!.codes = { 通过: "1", Passed: "1", 未通过: "2", Failed: "2", 复检: "3" };
    await farms.transport.post(`/catalogs/${id}/versions`, change, catalogDetail);
    expect((await words())[id]?.verdict?.[1]?.zh, "not approved yet").to.equal("合格");
    await open(2);
    await waitFor("the new words", async () => ((await words())[id]?.verdict?.[1]?.zh === "通过" ? true : undefined));
    expect((await words())[id]?.verdict).to.deep.equal({
      1: { zh: "通过", en: "Passed" },
      2: { zh: "未通过", en: "Failed" },
      3: { zh: "复检", en: "3" },
    });
  });
});
