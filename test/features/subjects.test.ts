import { expect } from "chai";
import { z } from "zod";
import { makePersonId } from "../../backend/features/data-exchange/domain/person-id.ts";
import {
  relatedList,
  settlementAnswer,
  subjectAnswer,
  subjectIndexState,
} from "../../backend/features/subjects/subject-schemas.ts";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import type { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { namesField, refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";

const MORTGAGES = "chattel-mortgages";

describe("whom departments' rows mean", function () {
  this.timeout(180_000);
  let path: Path;
  let enterprise: Api;
  let market: Api;
  let operator: Api;
  let regulator: Api;
  let uscc: string;
  let name: string;
  let files = 0;

  before(async () => {
    path = await playUntil("enrol");
    enterprise = (await path.party("enterprise")).api;
    ({ uscc, name } = await path.bodyOf("enterprise"));
    market = (await path.demo("department")).api;
    operator = (await path.demo("operator")).api;
    regulator = (await path.demo("regulator")).api;
  });

  async function send(catalogId: string, lines: string[]) {
    const { id } = await market.upload(
      catalogId,
      `subjects-${Date.now()}-${files++}.csv`,
      Buffer.from(lines.join("\n")),
    );
    return waitFor("the batch to be stored", async () => {
      const batch = await market.batch(id);
      expect(batch.fault).to.equal(undefined);
      return batch.state === "stored" || batch.state === "anchored" ? batch : undefined;
    });
  }
  const ask = (by: Api, query: Record<string, string>, catalogId = MORTGAGES) =>
    by.transport.get(`/catalogs/${catalogId}/subject?${new URLSearchParams(query)}`, subjectAnswer);
  const wide = (text: string) => [...text].join(" ").replace("(", "（").replace(")", "）");
  const mortgage = (who: string, number: string) => `,${who},${number},通海城关支行,500000,2025-03-01,有效`;
  const HEADING = "统一社会信用代码,企业名称,抵押登记编号,抵押权人,被担保债权数额,抵押登记日期,抵押登记状态";

  it("is told with its certainty", async () => {
    expect((await ask(market, { uscc })).linked).to.deep.equal({ uscc, certainty: 10_000, by: "uscc" });
    expect((await ask(market, { name })).linked).to.deep.equal({ uscc, certainty: 9_800, by: "name" });
    expect((await ask(market, { name: wide(name) })).linked).to.deep.equal({
      uscc,
      certainty: 9_700,
      by: "nameVariant",
    });
    expect((await ask(market, { name: "从未有过的名称有限公司" })).state).to.equal("unknown");
    await refused(ask(market, { name }, "tax-payments"), 403);
    await refused(ask(enterprise, { name }), 403);
  });

  it("links rows without a code by the name that they have, however it is written", async () => {
    const number = `DY-${Date.now()}`;
    const batch = await send(MORTGAGES, [
      HEADING,
      mortgage(name, `${number}-1`),
      mortgage(wide(name), `${number}-2`),
      mortgage("从未有过的名称有限公司", `${number}-3`),
    ]);
    expect([batch.stored, batch.quarantined]).to.deep.equal([2, 1]);
    const [bad] = (await market.quarantine(batch.id)).items;
    expect(bad!.faults.map(({ reason }) => reason)).to.deep.equal(["unknownSubject"]);
    const record = await enterprise.record(`${batch.id}:${"2".padStart(9, "0")}`);
    expect(record.uscc).to.equal(uscc);
  });

  it("never passes over another legal form; the two of a limited company's name link when nobody else fits", async () => {
    const { name: limited, uscc: own } = (await operator.registeredEnterprises("有限公司")).items.find((one) =>
      /(?<!股份)有限公司$/.test(one.name),
    )!;
    const stem = limited.slice(0, -"有限公司".length);
    expect((await ask(market, { name: `${stem}有限责任公司` })).linked).to.deep.equal({
      uscc: own,
      certainty: 8_600,
      by: "similarName",
    });
    const forms = ["股份有限公司", "（个人独资）", "（普通合伙）", "专业合作社", "公司"];
    for (const form of forms) {
      const answer = await ask(market, { name: `${stem}${form}` });
      expect([answer.state, answer.candidates.map(({ uscc }) => uscc)], form).to.deep.equal(["ambiguous", [own]]);
      expect(answer.candidates[0]!.certainty).to.be.below(answer.linkFrom);
    }
    const batch = await send(MORTGAGES, [
      HEADING,
      ...forms.map((form, i) => mortgage(`${stem}${form}`, `DY-${Date.now()}-${i}`)),
    ]);
    expect([batch.stored, batch.quarantined]).to.deep.equal([0, forms.length]);
    const reasons = (await market.quarantine(batch.id)).items.flatMap(({ faults }) =>
      faults.map(({ reason }) => reason),
    );
    expect(reasons).to.deep.equal(forms.map(() => "ambiguousSubject"));
  });

  it("goes by former names, and by what a department has settled", async () => {
    const former = `玉溪旧称${Date.now()}商贸有限公司`;
    await send("registration-changes", [
      "统一社会信用代码,企业名称,变更事项,变更前,变更后,变更日期",
      `${uscc},${name},名称变更,${former},${name},2021-05-06`,
    ]);
    expect((await ask(market, { name: former })).linked).to.deep.equal({ uscc, certainty: 9_300, by: "formerName" });

    const short = `简称${Date.now()}`;
    const number = `DY-${Date.now()}`;
    const batch = await send(MORTGAGES, [HEADING, mortgage(short, number)]);
    expect(batch.quarantined).to.equal(1);
    const settle = (body: object, by = market) =>
      by.transport.post(`/catalogs/${MORTGAGES}/subject-settlements`, body, settlementAnswer);
    namesField(await refused(settle({ name: short, uscc: "91530402MA6KE9999X" }), 400), "uscc");
    await refused(settle({ uscc }), 400);
    await refused(settle({ name: short, uscc }, enterprise), 403);
    expect(await settle({ name: short, uscc })).to.deep.equal({ catalogId: MORTGAGES, uscc, name });
    expect((await ask(market, { name: short })).linked).to.deep.equal({ uscc, certainty: 9_900, by: "settlement" });
    const again = await send(MORTGAGES, [HEADING, mortgage(short, `${number}-later`)]);
    expect([again.stored, again.quarantined]).to.deep.equal([1, 0]);
    // What was settled for one catalog says nothing of another.
    expect((await ask(market, { name: short }, "patents")).state).to.equal("unknown");
  });

  it("leaves open what could be another enterprise", async () => {
    const others = (await operator.registeredEnterprises("有限公司")).items.filter((one) => one.uscc !== uscc);
    const other = others[0]!;
    const answer = await ask(market, { uscc, name: other.name });
    expect(answer.state).to.equal("ambiguous");
    expect(answer.candidates.map((one) => one.uscc)).to.have.members([uscc, other.uscc]);
  });

  it("knows who belongs together by hashes alone: no number is in the store", async () => {
    const other = (await operator.registeredEnterprises("有限公司")).items.find((one) => one.uscc !== uscc)!;
    const person = makePersonId("530402", "1979-04-05", 17);
    await send("shareholders", [
      "统一社会信用代码,股东序号,股东名称,股东类型,证件号码,认缴出资额,持股比例",
      `${uscc},91,普某,自然人,${person},100,10`,
      `${other.uscc},92,普某,自然人,${person.toLowerCase()},50,50`,
    ]);
    const related = await waitFor("the shareholder in the index", async () => {
      const { items } = await enterprise.transport.get("/related-enterprises", relatedList);
      return items.find((one) => one.uscc === other.uscc);
    });
    expect(related.name).to.equal(other.name);
    expect(related.shared).to.deep.include({ role: "shareholder", roleThere: "shareholder" });
    const seen = await regulator.transport.get(`/subjects/${other.uscc}/related`, relatedList);
    expect(seen.items.map((one) => one.uscc)).to.include(uscc);
    await refused(market.transport.get(`/subjects/${uscc}/related`, relatedList), 403);

    const connection = await connectMongo((await sharedServer()).mongodbUri);
    try {
      for (const { name: collection } of await connection.db!.listCollections().toArray()) {
        const text = JSON.stringify(await connection.db!.collection(collection).find({}).toArray());
        expect(text.includes(person), `${collection} holds the number`).to.equal(false);
        expect(text.includes(person.toLowerCase()), `${collection} holds the number`).to.equal(false);
      }
    } finally {
      await connection.close();
    }
  });

  it("is the same after the index was built anew", async () => {
    const state = () => operator.transport.get("/subject-index", subjectIndexState);
    const before = await waitFor("the index to be whole", async () => {
      const now = await state();
      return now.batchesWaiting === 0 ? now : undefined;
    });
    const related = (await enterprise.transport.get("/related-enterprises", relatedList)).items;
    await refused(market.transport.post("/subject-index/rebuild", {}, z.unknown()), 403);
    await operator.transport.post("/subject-index/rebuild", {}, subjectIndexState);
    expect((await ask(market, { name: wide(name) })).linked?.uscc).to.equal(uscc);
    const after = await waitFor("the index to be whole", async () => {
      const now = await state();
      return now.batchesWaiting === 0 ? now : undefined;
    });
    expect(after).to.deep.equal(before);
    expect((await enterprise.transport.get("/related-enterprises", relatedList)).items).to.deep.equal(related);
  });
});
