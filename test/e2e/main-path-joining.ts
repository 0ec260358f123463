import { expect } from "chai";
import { withWrongCheckCharacter } from "../../scripts/client/main-path/joining-steps.ts";
import { demoAccount } from "./browser.ts";
import type { MainPathWorld } from "./main-path-world.ts";

const PASSWORD = "password-of-the-test";
const PASSPHRASE = "passphrase-of-the-test";
const CATALOG = "business-licences";
const HEADINGS = "统一社会信用代码,企业名称,证照类型,证照编号,有效期起,有效期止,证照状态";

/** From the first page to a profile: a file, admission, sign-up, products. */
export function joiningSteps(path: MainPathWorld): void {
  it("greets the public", async () => {
    const desk = await path.seat("public");
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
    const desk = await path.staff("department", "dept-market");
    await desk.at("catalogs-list").waitFor();
    await desk.record("department-catalogs");
    await desk.click(`catalog-${CATALOG}-upload`);
    const row = (code: string, kind: string, part: number) =>
      `${code},${path.enterprise.name},${kind},W-${path.run}-${part},2025-03-05,2028-03-04,有效`;
    const lines = [
      HEADINGS,
      row(path.enterprise.uscc, "高新技术企业证书", 1),
      row(withWrongCheckCharacter(path.enterprise.uscc), "安全生产许可证", 2),
    ];
    const file = { name: `证照-${path.run}.csv`, mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) };
    await desk.at("upload-submit").waitFor();
    await desk.page.locator('input[type="file"]').setInputFiles(file);
    await desk.click("upload-submit");
    await desk.at("upload-open-batch").waitFor();
    await desk.at("upload-result").locator('[data-state="stored"], [data-state="anchored"]').first().waitFor();
    await desk.record("department-upload");
    await desk.click("upload-open-batch");
    const quarantine = desk.at("quarantine-list");
    // By the row of the file.
    const bad = quarantine.locator('[data-testid="quarantine-row-3"]');
    await bad.filter({ hasText: withWrongCheckCharacter(path.enterprise.uscc) }).waitFor();
    expect(await desk.at("batch-stored").textContent()).to.equal("1");
    expect(await desk.at("batch-quarantined").textContent()).to.equal("1");
    await desk.record("department-batch");
  });

  it("lets the operator admit an enterprise of the register and two banks", async () => {
    const desk = await path.staff("operator", "operator");
    await desk.record("operator-admissions");
    await desk.fill("enterprise-search", path.enterprise.uscc);
    await (await desk.field("enterprise-search")).press("Enter");
    await desk.click(`admit-${path.enterprise.uscc}`);
    await desk.unlock(demoAccount(path.server, "operator").password);
    const takeLink = async () => {
      const link = await (await desk.field("admission-link")).inputValue();
      expect(link).to.match(/\/join#[0-9a-f]{64}$/);
      return link;
    };
    path.enterprise.link = await takeLink();
    await desk.record("operator-link");
    await desk.click("admission-close");
    for (const bank of path.banks) {
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
    for (const [name, member] of Object.entries({
      enterprise: path.enterprise,
      bank1: path.banks[0],
      bank2: path.banks[1],
    })) {
      const desk = await path.seat(name);
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
      const desk = path.seats[name]!;
      await desk.click("menu-institution-products");
      await desk.click("product-new");
      await desk.fill("product-name-zh", `网页贷款${i + 1}`);
      await desk.fill("product-name-en", `Web loan ${i + 1}`);
      await desk.fill("product-code", `WEB-${path.run}-${i + 1}`);
      await desk.fill("product-amount-min", "100000");
      await desk.fill("product-amount-max", "5000000");
      await desk.fill("product-rate", i === 0 ? "3.85" : "4.35");
      await desk.choose("product-rule-0-indicator", "成立月数");
      await desk.fill("product-rule-0-value", "1");
      if (i === 0) await desk.record("institution-product-form");
      await desk.click("product-submit");
      await desk.at(`product-WEB-${path.run}-${i + 1}`).waitFor();
    }
    await path.seats.bank1!.record("institution-products");
  });

  it("shows the enterprise its profile, down to the row of a file", async () => {
    const desk = path.seats.enterprise!;
    await desk.at("next-steps").waitFor();
    await desk.record("enterprise-overview");
    await desk.click("menu-enterprise-profile");
    await desk.at("profile").waitFor();
    await desk.record("enterprise-profile");
    await desk.click("indicator-records-innovation.highTech");
    await desk.at("record").waitFor();
    expect(await desk.at("record").textContent()).to.contain(`证照-${path.run}.csv`);
    await desk.click("record-check");
    await desk.page.locator('[data-testid="check-result"][data-verdict="pass"]').waitFor();
    await desk.record("enterprise-record");
    await desk.page.keyboard.press("Escape");
    await desk.click("menu-enterprise-products");
    await desk.page.locator('[data-testid^="match-"]').first().waitFor();
    await desk.record("enterprise-products");
  });
}
