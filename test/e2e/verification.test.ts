import { expect } from "chai";
import type { Browser } from "playwright-core";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { giveConsent } from "../support/consents.ts";
import { confirmed } from "../support/proofs.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { answerProof, answers } from "../support/verification.ts";
import { Desk, demoAccount, openBrowser } from "./browser.ts";

describe("checks and queries through the web pages", function () {
  this.timeout(240_000);
  this.bail(true);
  let server: RunningServer;
  let browser: Browser;
  let path: Path;
  let uscc: string;
  let bank: Desk;
  let enterprise: Desk;
  let court: Desk;
  let regulator: Desk;
  let number: string;

  const demo = (prefix: string, locale?: string) =>
    Desk.signedIn(browser, server.url, demoAccount(server, prefix), locale);
  const party = async (name: "firstBank" | "enterprise", locale?: string) =>
    Desk.signedIn(browser, server.url, await path.login(name), locale);

  before(async () => {
    server = await sharedServer();
    browser = await openBrowser();
    path = await playUntil("enrol");
    ({ uscc } = await path.bodyOf("enterprise"));
    bank = await party("firstBank");
    enterprise = await party("enterprise");
    court = await demo("dept-court");
    regulator = await demo("regulator", "en-US");
  });
  after(async () => {
    await browser?.close();
  });

  it("a bank checks one thing: refused without a consent, answered under one", async () => {
    await bank.goto("/institution/verification");
    await bank.choose("check-kind", "营业执照有效");
    await bank.fill("check-uscc", uscc);
    await bank.click("check-submit");
    await bank.at("problem").waitFor();
    expect(await bank.at("problem").getAttribute("data-code")).to.equal("consent.required");
    await giveConsent(path);
    await bank.click("check-submit");
    await bank.at("check-answer").waitFor();
    expect(await bank.at("check-answer").getAttribute("data-answer")).to.equal("yes");
    number = (await bank.at("answer-number").textContent())!.trim();
    expect(number).to.match(/^HY\d{8}-/);
    await bank.record("verification-check");
  });

  it("a bank checks several at once", async () => {
    await bank.goto("/institution/verification?tab=batch");
    await bank.choose("batch-kind", "无行政处罚");
    await bank.fill("param-months", "12");
    await bank.fill("batch-subjects", `${uscc}\n91530402MA6KB001XX`);
    await bank.click("batch-submit");
    await bank.at("batch-result").waitFor();
    await bank.record("verification-batch");
  });

  it("a bank looks everything up in one table, and opens it again from its list", async () => {
    await bank.goto("/institution/verification?tab=query");
    await bank.fill("query-uscc", uscc);
    await bank.click("query-submit");
    await bank.at("query-table").waitFor();
    await bank.at("query-part-business-registration").waitFor();
    const states = await bank.page
      .locator('[data-testid^="query-part-"]')
      .evaluateAll((parts) => parts.map((part) => part.getAttribute("data-state")));
    expect(states.length).to.be.at.least(13);
    expect(states).to.include("some");
    await bank.record("verification-query");
    const [download] = await Promise.all([bank.page.waitForEvent("download"), bank.click("query-xlsx")]);
    expect(download.suggestedFilename()).to.match(/\.xlsx$/);
    await bank.goto("/institution/verification?tab=mine");
    await bank.at("answer-row").filter({ hasText: "一键查询" }).locator('[data-testid="answer-open"]').click();
    await bank.at("query-table").waitFor();
    await bank.shoot("verification-mine");
  });

  it("a court looks up on a legal basis", async () => {
    await court.goto("/department/verification?tab=query");
    await court.fill("query-uscc", uscc);
    await court.choose("query-basis", "查询被执行人财产");
    await court.fill("query-case", "（2026）云04执88号");
    await court.fill("query-officer", "李执行");
    await court.click("query-submit");
    await court.at("query-table").waitFor();
    await court.record("verification-court");
  });

  it("the enterprise sees all of it: news in the header, its log, and what was answered", async () => {
    await enterprise.goto("/enterprise/verifications");
    await enterprise.at("answers-about").waitFor();
    await enterprise.at("answer-row").nth(2).waitFor();
    await waitFor("the news", async () =>
      Number(await enterprise.at("header-notices").getAttribute("data-unread")) > 2 ? true : undefined,
    );
    await enterprise.record("verification-about");
    await enterprise.tells("/enterprise/access-log", "access-log", "营业执照有效", "李执行");
    await enterprise.shoot("verification-access-log");
    await enterprise.click("notices-seen");
    await enterprise.page.locator('[data-testid="header-notices"][data-unread="0"]').waitFor();
  });

  it("the regulator reviews the use of law", async () => {
    await regulator.goto("/regulator/legal-uses");
    const use = regulator.at("answer-row").filter({ hasText: "（2026）云04执88号" });
    await use.locator('[data-testid="review-open"]').click();
    await regulator.at("review-verdict").locator('label:has(input[value="objected"])').click();
    await regulator.fill("review-note", "case number doesn't fit");
    await regulator.click("review-save");
    await regulator.state("review", "objected");
    await regulator.record("verification-uses-en");
  });

  it("anybody sees by its number that it was given, and by its pack what was answered", async () => {
    const { api } = await path.party("firstBank");
    const { id } = (await answers(api, "?what=checks")).items.find((one) => one.number === number)!;
    const pack = await confirmed(() => answerProof(api, id));
    const anybody = await Desk.open(browser, server.url, "en-US");
    await anybody.goto("/answers");
    await anybody.fill("number-input", number.toLowerCase());
    await anybody.page.keyboard.press("Enter");
    await anybody.at("number-found").waitFor();
    expect(await anybody.at("number-found").textContent()).to.not.include(uscc);
    const drop = async (text: string) =>
      anybody
        .at("number-found")
        .locator('input[type="file"]')
        .setInputFiles({ name: "proof.json", mimeType: "application/json", buffer: Buffer.from(text) });
    await drop(JSON.stringify(pack).replace('"answer":"yes"', '"answer":"no"'));
    await anybody.at("number-wrong").waitFor();
    await drop(JSON.stringify(pack));
    await anybody.at("number-shown").waitFor();
    await anybody.record("verification-number-en");
    for (const desk of [bank, enterprise, court, regulator, anybody]) expect(desk.complaints).to.deep.equal([]);
  });

  it("reads well in English too", async () => {
    const english = await party("firstBank", "en-US");
    for (const tab of ["check", "batch", "query", "mine"]) {
      await english.goto(`/institution/verification?tab=${tab}`);
      await english.page.locator("h1").waitFor();
      if (tab === "mine") await english.at("answers-mine").waitFor();
      await english.record(`verification-${tab}-en`);
    }
    expect(english.complaints).to.deep.equal([]);
  });
});
