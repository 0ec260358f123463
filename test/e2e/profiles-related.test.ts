import { expect } from "chai";
import type { Browser } from "playwright-core";
import { makePersonId } from "../../backend/features/data-exchange/domain/person-id.ts";
import type { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { anchoredBatch } from "../support/batches.ts";
import { giveConsent } from "../support/consents.ts";
import { openNewRequest } from "../support/financing.ts";
import { sharedServer } from "../support/server.ts";
import { Desk, openBrowser } from "./browser.ts";

describe("enterprises tied by a person, on the profile's page", function () {
  this.timeout(240_000);
  let browser: Browser;
  let path: Path;
  let api: Api;
  let other: { uscc: string; name: string };

  before(async () => {
    browser = await openBrowser();
    path = await playUntil("enrol");
    ({ api } = await path.party("enterprise"));
    const { uscc } = await path.bodyOf("enterprise");
    const operator = (await path.demo("operator")).api;
    other = (await operator.registeredEnterprises("有限公司")).items.find((one) => one.uscc !== uscc)!;
    const market = (await path.demo("department")).api;
    const person = makePersonId("530402", "1969-08-07", 313);
    const lines = [
      "统一社会信用代码,股东序号,股东名称,股东类型,证件号码,认缴出资额,持股比例",
      `${uscc},71,矣某,自然人,${person},100,10`,
      `${other.uscc},72,矣某,自然人,${person},50,50`,
    ];
    const { id } = await market.upload("shareholders", `tied-${Date.now()}.csv`, Buffer.from(lines.join("\n")));
    await anchoredBatch(market, id);
    await waitFor("the shareholder in the index", async () =>
      (await api.profile()).related?.find(({ enterprises }) => enterprises.some((one) => one.uscc === other.uscc)),
    );
  });
  after(() => browser?.close());

  /** Down to the department's row and the chain. */
  async function follow(desk: Desk): Promise<void> {
    await desk.click("related-records-shareholder");
    const list = desk.at("evidence-list");
    await list.or(desk.at("record")).first().waitFor();
    if (await list.isVisible()) await desk.click("evidence-open");
    await desk.at("record-source").waitFor();
    await desk.click("record-check");
    await desk.at("check-result").waitFor();
    expect(await desk.at("check-result").getAttribute("data-verdict")).to.equal("pass");
    await desk.page.keyboard.press("Escape");
    await desk.at("record").waitFor({ state: "detached" });
  }

  it("are shown to the enterprise, with the way to its own rows", async () => {
    const desk = await Desk.signedIn(browser, (await sharedServer()).url, await path.login("enterprise"), "zh-CN");
    await desk.goto("/enterprise/profile");
    const row = desk.at("related-shareholder");
    await row.waitFor();
    const text = (await row.textContent())!;
    expect(text).to.include(other.name).and.include(other.uscc).and.include("在该企业：股东");
    expect(text).to.not.include("矣某");
    await follow(desk);
    await desk.record("profile-related");
  });

  it("are shown to a bank under its consent, in English too", async () => {
    const { request } = await openNewRequest(path);
    await giveConsent(path, { terms: { requestId: request.id, catalogs: ["business-registration", "shareholders"] } });
    const desk = await Desk.signedIn(browser, (await sharedServer()).url, await path.login("firstBank"), "en");
    await desk.goto(`/institution/requests/${request.id}`);
    await desk.click("profile-read");
    await desk.at("related-shareholder").waitFor();
    expect(await desk.at("related-shareholder").textContent()).to.include("Shareholder there");
    expect(await desk.at("related-legalRepresentative").count(), "beyond the consent").to.equal(0);
    await follow(desk);
    await desk.record("profile-related-institution");
  });
});
