import { expect } from "chai";
import type { MainPathWorld } from "./main-path-world.ts";

/** From the request to the grant. */
export function financingSteps(path: MainPathWorld): void {
  it("posts a signed request", async () => {
    const desk = path.seats.enterprise!;
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
    path.requestId = (await desk.at("request-done").getAttribute("data-request"))!;
    await desk.state("receipt", "confirmed", desk.at("request-done"));
    await desk.record("enterprise-request-done");
    await desk.click("request-open");
    await desk.click("tab-matches");
    const eligible = desk.page.locator('[data-testid^="match-"][data-verdict="eligible"]');
    await eligible.filter({ hasText: "网页贷款1" }).waitFor();
    await desk.record("enterprise-matches");
  });

  it("lets two banks read, and no other", async () => {
    const desk = path.seats.enterprise!;
    await desk.click("tab-consents");
    for (const bank of path.banks) await desk.page.getByLabel(bank.name, { exact: true }).check();
    await desk.record("enterprise-consent-form");
    await desk.click("consent-sign");
    for (const bank of path.banks) {
      const row = desk.page.locator("tr").filter({ hasText: bank.name });
      await row.locator('[data-testid="receipt"][data-state="confirmed"]').waitFor({ timeout: 30_000 });
    }
    await desk.record("enterprise-consents");
  });

  it("gives each bank the profile and takes its sealed bid", async () => {
    for (const [i, name] of ["bank1", "bank2"].entries()) {
      const desk = path.seats[name]!;
      await desk.click("menu-institution");
      await desk.at(`request-open-${path.requestId}`).waitFor();
      if (i === 0) await desk.record("institution-requests");
      await desk.click(`request-open-${path.requestId}`);
      expect(await desk.at("request-enterprise").textContent()).to.contain(path.enterprise.name);
      await desk.click("profile-read");
      await desk.at("profile-snapshot").waitFor();
      await desk.fill("bid-rate", i === 0 ? "3.85" : "4.35");
      if (i === 0) {
        await desk.click("bid-fee-add");
        await desk.fill("bid-fee-0-name", "服务费");
        await desk.fill("bid-fee-0-payee", path.banks[0].name);
        await desk.fill("bid-fee-0-amount", "5000");
        await desk.record("institution-bid");
      }
      await desk.click("bid-submit");
      await desk.at("my-bid").waitFor();
      await desk.state("anchor", "confirmed", desk.at("my-bid"));
    }
    await path.seats.bank1!.record("institution-my-bid");
  });

  it("compares the bids by what they really cost, and awards the cheapest", async () => {
    const desk = path.seats.enterprise!;
    await desk.click("tab-bids");
    const rows = desk.page.locator('[data-testid^="bid-row-"]');
    for (const bank of path.banks) await rows.filter({ hasText: bank.name }).waitFor();
    const texts = await rows.allTextContents();
    expect(texts[0], "the higher nominal rate without a fee is the cheaper one").to.contain(path.banks[1].name);
    expect(texts[0]).to.contain("4.35");
    expect(texts[1]).to.contain(path.banks[0].name);
    await desk.record("enterprise-bids");
    await rows.filter({ hasText: path.banks[1].name }).locator('[data-testid^="award-"]').click();
    await desk.at("award-confirm").waitFor();
    await desk.record("enterprise-award");
    await desk.click("award-confirm");
    await desk.state("request", "awarded");
    await desk.record("enterprise-awarded");
  });

  it("lets the awarded bank grant, and the other one not", async () => {
    const loser = path.seats.bank1!;
    await loser.page.locator('[data-testid="bid-state"][data-state="declined"]').waitFor({ timeout: 30_000 });
    expect(await loser.at("grant-form").count()).to.equal(0);
    const desk = path.seats.bank2!;
    await desk.at("my-bid-awarded").waitFor({ timeout: 30_000 });
    await desk.fill("grant-contract", `合同-${path.run}`);
    await desk.record("institution-grant-form");
    await desk.click("grant-submit");
    await desk.at("grant-done").waitFor();
    await desk.state("receipt", "confirmed", desk.at("grant-done"));
    await desk.record("institution-grant-done");
    await desk.click("grant-open");
    await desk.at("grant-facts").waitFor();
    await desk.record("institution-grant");
  });
}
