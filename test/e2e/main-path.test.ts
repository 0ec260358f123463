import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { Api } from "../../scripts/client/api.ts";
import { withWrongCheckCharacter } from "../../scripts/client/main-path/joining-steps.ts";
import { freshBankUscc } from "../../scripts/client/main-path/path.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { Desk, openBrowser } from "./browser.ts";

const PASSWORD = "password-of-the-test";
const PASSPHRASE = "passphrase-of-the-test";
const CATALOG = "business-licences";
const HEADINGS = "统一社会信用代码,企业名称,证照类型,证照编号,有效期起,有效期止,证照状态";

interface Member {
  name: string;
  uscc: string;
  username: string;
  link: string;
}

describe("the whole path through the web pages", function () {
  this.timeout(180_000);
  this.bail(true);
  let server: RunningServer;
  let browser: Browser;
  const desks: Desk[] = [];
  const run = Date.now().toString(36);
  const enterprise = { username: `web-enterprise-${run}` } as Member;
  const banks = ["甲", "乙"].map((letter, i) => ({
    name: `玉溪网页银行${letter}（${run}）`,
    uscc: freshBankUscc(),
    username: `web-bank-${i + 1}-${run}`,
    link: "",
  }));
  const seats: Record<string, Desk> = {};
  let requestId = "";

  const account = (role: string) =>
    server.demoAccounts.find(
      ({ role: own, username }) => own === role && (role !== "department" || username.startsWith("dept-market")),
    )!;

  async function seat(name: string): Promise<Desk> {
    const desk = await Desk.open(browser, server.url);
    desks.push(desk);
    seats[name] = desk;
    return desk;
  }

  before(async () => {
    server = await sharedServer();
    browser = await openBrowser();
    const api = new Api(server.url);
    const operator = account("operator");
    const { token } = await api.login(operator.username, operator.password);
    const { items } = await api.as(token).registeredEnterprises("玉溪");
    const free = items.find(({ participantId, status }) => participantId === undefined && status === "active")!;
    Object.assign(enterprise, { name: free.name, uscc: free.uscc });
  });
  after(async () => {
    await browser?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    for (const [name, desk] of Object.entries(seats)) await desk.shoot(`failed-${name}`).catch(() => {});
  });

  it("greets the public", async () => {
    const desk = await seat("public");
    await desk.goto("/");
    await desk.at("totals").waitFor();
    await desk.record("home");
    await desk.click("to-login");
    await desk.at("demo-accounts").waitFor();
    await desk.record("login");
    await desk.fill("login-username", "nobody");
    await desk.fill("login-password", "wrong password");
    await desk.click("login-submit");
    await desk.at("login-wrong").waitFor();
  });

  it("takes a department's file and shows the bad row in quarantine", async () => {
    const desk = await seat("department");
    const { username, password } = account("department");
    await desk.login(username, password);
    await desk.at("catalogs-list").waitFor();
    await desk.record("department-catalogs");
    await desk.click(`catalog-${CATALOG}-upload`);
    const row = (code: string, kind: string, part: number) =>
      `${code},${enterprise.name},${kind},W-${run}-${part},2025-03-05,2028-03-04,有效`;
    const lines = [
      HEADINGS,
      row(enterprise.uscc, "高新技术企业证书", 1),
      row(withWrongCheckCharacter(enterprise.uscc), "安全生产许可证", 2),
    ];
    const file = { name: `证照-${run}.csv`, mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) };
    await desk.at("upload-submit").waitFor();
    await desk.page.locator('input[type="file"]').setInputFiles(file);
    await desk.click("upload-submit");
    await desk.at("upload-open-batch").waitFor();
    await desk.at("upload-result").locator('[data-state="stored"], [data-state="anchored"]').first().waitFor();
    await desk.record("department-upload");
    await desk.click("upload-open-batch");
    const quarantine = desk.at("quarantine-list");
    await quarantine.waitFor();
    expect(await quarantine.textContent())
      .to.contain(withWrongCheckCharacter(enterprise.uscc))
      .and.to.contain("3");
    expect(await desk.at("batch-stored").textContent()).to.equal("1");
    expect(await desk.at("batch-quarantined").textContent()).to.equal("1");
    await desk.record("department-batch");
  });

  it("lets the operator admit an enterprise of the register and two banks", async () => {
    const desk = await seat("operator");
    const { username, password } = account("operator");
    await desk.login(username, password);
    await desk.record("operator-admissions");
    await desk.fill("enterprise-search", enterprise.uscc);
    await (await desk.field("enterprise-search")).press("Enter");
    await desk.click(`admit-${enterprise.uscc}`);
    await desk.unlock(password);
    const takeLink = async () => {
      const link = await (await desk.field("admission-link")).inputValue();
      expect(link).to.match(/\/join#[0-9a-f]{64}$/);
      return link;
    };
    enterprise.link = await takeLink();
    await desk.record("operator-link");
    await desk.click("admission-close");
    for (const bank of banks) {
      await desk.click("admit-tab-other");
      await desk.fill("admit-name", bank.name);
      await desk.fill("admit-uscc", bank.uscc);
      await desk.click("admit-submit");
      bank.link = await takeLink();
      await desk.click("admission-close");
    }
    await desk.goto("/operator/participants");
    await desk.at("participants-list").waitFor();
    await desk.record("operator-participants");
    await desk.goto("/operator/status");
    await desk.at("platform-status").waitFor();
    await desk.record("operator-status");
  });

  it("signs each of them up with a key made in the browser", async () => {
    for (const [name, member] of Object.entries({ enterprise, bank1: banks[0]!, bank2: banks[1]! })) {
      const desk = await seat(name);
      await desk.page.goto(member.link);
      await desk.at("join-invitation").waitFor();
      expect(await desk.at("join-invitation").textContent()).to.contain(member.name);
      if (name === "enterprise") await desk.record("join");
      await desk.fill("join-username", member.username);
      await desk.fill("join-password", PASSWORD);
      await desk.fill("join-passphrase", PASSPHRASE);
      await desk.fill("join-passphrase-again", PASSPHRASE);
      await desk.click("join-submit");
      await desk.at("join-done").waitFor({ timeout: 90_000 });
      await desk.state("receipt", "confirmed");
      if (name === "enterprise") await desk.record("join-done");
      await desk.click("join-enter");
      await desk.at("account-menu").waitFor();
    }
  });

  it("lets the banks publish their products", async () => {
    for (const [i, name] of ["bank1", "bank2"].entries()) {
      const desk = seats[name]!;
      await desk.click("menu-institution-products");
      await desk.click("product-new");
      await desk.fill("product-name-zh", `网页贷款${i + 1}`);
      await desk.fill("product-name-en", `Web loan ${i + 1}`);
      await desk.fill("product-code", `WEB-${run}-${i + 1}`);
      await desk.fill("product-amount-min", "100000");
      await desk.fill("product-amount-max", "5000000");
      await desk.fill("product-rate", i === 0 ? "3.85" : "4.35");
      await desk.choose("product-rule-0-indicator", "成立月数");
      await desk.fill("product-rule-0-value", "1");
      if (i === 0) await desk.record("institution-product-form");
      await desk.click("product-submit");
      await desk.at(`product-WEB-${run}-${i + 1}`).waitFor();
    }
    await seats.bank1!.record("institution-products");
  });

  it("shows the enterprise its profile, down to the row of a file", async () => {
    const desk = seats.enterprise!;
    await desk.at("next-steps").waitFor();
    await desk.record("enterprise-overview");
    await desk.click("menu-enterprise-profile");
    await desk.at("profile").waitFor();
    await desk.record("enterprise-profile");
    await desk.click("indicator-records-innovation.highTech");
    await desk.at("record").waitFor();
    expect(await desk.at("record").textContent()).to.contain(`证照-${run}.csv`);
    await desk.click("record-check");
    await desk.page.locator('[data-testid="check-result"][data-verdict="pass"]').waitFor();
    await desk.record("enterprise-record");
    await desk.page.keyboard.press("Escape");
    await desk.click("menu-enterprise-products");
    await desk.page.locator('[data-testid^="match-"]').first().waitFor();
    await desk.record("enterprise-products");
  });

  it("posts a signed request", async () => {
    const desk = seats.enterprise!;
    await desk.click("menu-enterprise-requests");
    await desk.click("new-request");
    await desk.fill("request-amount", "500000");
    await desk.fill("request-description", "购买原材料");
    await desk.record("enterprise-new-request");
    await desk.click("request-next");
    await desk.at("request-preview").waitFor();
    await desk.record("enterprise-request-preview");
    await desk.click("request-submit");
    await desk.at("request-done").waitFor();
    requestId = (await desk.at("request-done").getAttribute("data-request"))!;
    await desk.state("receipt", "confirmed", desk.at("request-done"));
    await desk.record("enterprise-request-done");
    await desk.click("request-open");
    await desk.click("tab-matches");
    const eligible = desk.page.locator('[data-testid^="match-"][data-verdict="eligible"]');
    await eligible.first().waitFor();
    expect(await eligible.allTextContents()).to.satisfy((texts: string[]) =>
      texts.some((text) => text.includes("网页贷款1")),
    );
    await desk.record("enterprise-matches");
  });

  it("lets two banks read, and no other", async () => {
    const desk = seats.enterprise!;
    await desk.click("tab-consents");
    for (const bank of banks) await desk.page.getByLabel(bank.name, { exact: true }).check();
    await desk.record("enterprise-consent-form");
    await desk.click("consent-sign");
    for (const bank of banks) {
      const row = desk.page.locator("tr").filter({ hasText: bank.name });
      await row.locator('[data-testid="receipt"][data-state="confirmed"]').waitFor({ timeout: 30_000 });
    }
    await desk.record("enterprise-consents");
  });

  it("gives each bank the profile and takes its sealed bid", async () => {
    for (const [i, name] of ["bank1", "bank2"].entries()) {
      const desk = seats[name]!;
      await desk.click("menu-institution");
      await desk.at(`request-open-${requestId}`).waitFor();
      if (i === 0) await desk.record("institution-requests");
      await desk.click(`request-open-${requestId}`);
      expect(await desk.at("request-enterprise").textContent()).to.contain(enterprise.name);
      await desk.click("profile-read");
      await desk.at("profile-snapshot").waitFor();
      await desk.fill("bid-rate", i === 0 ? "3.85" : "4.35");
      if (i === 0) {
        await desk.click("bid-fee-add");
        await desk.fill("bid-fee-0-name", "服务费");
        await desk.fill("bid-fee-0-payee", banks[0]!.name);
        await desk.fill("bid-fee-0-amount", "5000");
        await desk.record("institution-bid");
      }
      await desk.click("bid-submit");
      await desk.at("my-bid").waitFor();
      await desk.state("anchor", "confirmed", desk.at("my-bid"));
    }
    await seats.bank1!.record("institution-my-bid");
  });

  it("compares the bids by what they really cost, and awards the cheapest", async () => {
    const desk = seats.enterprise!;
    await desk.click("tab-bids");
    const rows = desk.page.locator('[data-testid^="bid-row-"]');
    await rows.nth(1).waitFor();
    const texts = await rows.allTextContents();
    expect(texts[0], "the higher nominal rate without a fee is the cheaper one").to.contain(banks[1]!.name);
    expect(texts[0]).to.contain("4.35");
    expect(texts[1]).to.contain(banks[0]!.name);
    await desk.record("enterprise-bids");
    await rows.nth(0).locator('[data-testid^="award-"]').click();
    await desk.at("award-confirm").waitFor();
    await desk.record("enterprise-award");
    await desk.click("award-confirm");
    await desk.state("request", "awarded");
    await desk.record("enterprise-awarded");
  });

  it("lets the awarded bank grant, and the other one not", async () => {
    const loser = seats.bank1!;
    await loser.page.locator('[data-testid="bid-state"][data-state="declined"]').waitFor({ timeout: 30_000 });
    expect(await loser.at("grant-form").count()).to.equal(0);
    const desk = seats.bank2!;
    await desk.at("my-bid-awarded").waitFor({ timeout: 30_000 });
    await desk.fill("grant-contract", `合同-${run}`);
    await desk.record("institution-grant-form");
    await desk.click("grant-submit");
    await desk.at("grant-done").waitFor();
    await desk.state("receipt", "confirmed", desk.at("grant-done"));
    await desk.record("institution-grant-done");
    await desk.click("grant-open");
    await desk.at("grant-facts").waitFor();
    await desk.record("institution-grant");
  });

  it("lets the enterprise check the proof, and take it along", async () => {
    const desk = seats.enterprise!;
    await desk.state("request", "granted");
    await desk.click("open-grant");
    await desk.at("grant").waitFor();
    await desk.click("proof-check");
    await desk.page.locator('[data-testid="check-result"][data-verdict="pass"]').waitFor({ timeout: 30_000 });
    await desk.record("enterprise-grant");
    const downloading = desk.page.waitForEvent("download");
    await desk.click("proof-download");
    const pack = await (await downloading).path();

    const anyone = seats.public!;
    await anyone.goto("/verify");
    await anyone.page.locator('input[type="file"]').setInputFiles({
      name: "grant.proof.json",
      mimeType: "application/json",
      buffer: readFileSync(pack),
    });
    await anyone.click("verify-submit");
    await anyone.at("check-result").waitFor();
    expect(await anyone.at("check-result").getAttribute("data-verdict"), "no node was named").to.equal("partial");
    await anyone.record("verify");
    const forged = readFileSync(pack, "utf8").replace(/"annualRateBps":\s*435/, '"annualRateBps": 135');
    await anyone.page.locator('input[type="file"]').setInputFiles({
      name: "forged.json",
      mimeType: "application/json",
      buffer: Buffer.from(forged),
    });
    await anyone.click("verify-submit");
    await anyone.page.locator('[data-testid="check-result"][data-verdict="fail"]').waitFor();
  });

  it("shows the enterprise who read its profile", async () => {
    const desk = seats.enterprise!;
    await desk.click("menu-enterprise-access-log");
    await desk.page.getByText(banks[0]!.name).first().waitFor();
    await desk.record("enterprise-access-log");
    await desk.click("menu-enterprise-grants");
    await desk.page.getByText(`合同-${run}`).or(desk.page.getByText(banks[1]!.name)).first().waitFor();
    await desk.record("enterprise-grants");
  });

  it("lets the regulator recompute the grant from the chain", async () => {
    const desk = await seat("regulator");
    const { username, password } = account("regulator");
    await desk.login(username, password);
    await desk.record("regulator-overview");
    await desk.click("menu-regulator-grants");
    await desk.page.getByText(`合同-${run}`).click();
    await desk.page.locator('[data-testid="audit-verdict"][data-matches="true"]').waitFor({ timeout: 30_000 });
    await desk.record("regulator-grant");
    for (const page of ["requests", "participants", "batches"]) {
      await desk.click(`menu-regulator-${page}`);
      await desk.page.locator("h1").waitFor();
      await desk.record(`regulator-${page}`);
    }
  });

  it("speaks English as well", async () => {
    const desk = seats.regulator!;
    await desk.click("language");
    await desk.page.locator('html[lang^="en"]').waitFor();
    for (const page of ["regulator-grants", "regulator"]) {
      await desk.click(`menu-${page}`);
      await desk.page.locator("h1").waitFor();
      await desk.record(`${page}-en`);
    }
    const text = (await desk.page.locator("body").textContent()) ?? "";
    const untranslated = text.match(/\b[a-z]+:[a-z]+\.[a-zA-Z.]+\b/g);
    expect(untranslated).to.equal(null);
  });

  it("left no complaint in any console", () => {
    const complaints = Object.entries(seats).flatMap(([name, desk]) =>
      desk.complaints.map((text) => `${name}: ${text}`),
    );
    expect(complaints).to.deep.equal([]);
  });
});
