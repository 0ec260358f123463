import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { MainPathWorld } from "./main-path-world.ts";

/** What everybody can see and check of it afterwards. */
export function checkingSteps(path: MainPathWorld): void {
  it("lets the enterprise check the proof, and take it along", async () => {
    const desk = path.seats.enterprise!;
    await desk.state("request", "granted");
    await desk.click("open-grant");
    await desk.at("grant").waitFor();
    await desk.click("proof-check");
    await desk.page.locator('[data-testid="check-result"][data-verdict="pass"]').waitFor({ timeout: 30_000 });
    await desk.record("enterprise-grant");
    const downloading = desk.page.waitForEvent("download");
    await desk.click("proof-download");
    const pack = await (await downloading).path();

    const anyone = path.seats.public!;
    await anyone.goto("/verify");
    await anyone.page.locator('input[type="file"]').setInputFiles({
      name: "grant.proof.json",
      mimeType: "application/json",
      buffer: readFileSync(pack),
    });
    await anyone.click("verify-submit");
    // No node was named.
    await anyone.page.locator('[data-testid="check-result"][data-verdict="partial"]').waitFor();
    await anyone.record("verify");
    const forged = readFileSync(pack, "utf8").replace(/"annualRateBps":\s*435/, '"annualRateBps": 135');
    expect(forged).to.not.equal(readFileSync(pack, "utf8"));
    await anyone.page.locator('input[type="file"]').setInputFiles({
      name: "forged.json",
      mimeType: "application/json",
      buffer: Buffer.from(forged),
    });
    // What was read before stays until the new file is read.
    await anyone.at("verify-pack").getByText("forged.json", { exact: true }).waitFor();
    await anyone.click("verify-submit");
    await anyone.page.locator('[data-testid="check-result"][data-verdict="fail"]').waitFor();
  });

  it("shows the enterprise who read its profile", async () => {
    const desk = path.seats.enterprise!;
    await desk.visit("/enterprise/access-log");
    for (const bank of path.banks) await desk.at("access-row").filter({ hasText: bank.name }).first().waitFor();
    await desk.record("enterprise-access-log");
    await desk.visit("/enterprise/grants");
    const grant = desk
      .at("grants-list")
      .locator("tr")
      .filter({ hasText: `合同-${path.run}` });
    await grant.getByText(path.banks[1].name).waitFor();
    await desk.record("enterprise-grants");
  });

  it("lets the regulator recompute the grant from the chain", async () => {
    const desk = await path.staff("regulator", "regulator");
    await desk.record("regulator-overview");
    await desk.visit("/regulator/grants");
    await desk.page.getByText(`合同-${path.run}`).click();
    await desk.page.locator('[data-testid="audit-verdict"][data-matches="true"]').waitFor({ timeout: 30_000 });
    await desk.record("regulator-grant");
    for (const page of ["requests", "participants", "batches"]) {
      await desk.visit(`/regulator/${page}`);
      await desk.record(`regulator-${page}`);
    }
  });

  it("speaks English as well", async () => {
    const desk = path.seats.regulator!;
    await desk.click("language");
    await desk.page.locator('html[lang^="en"]').waitFor();
    for (const page of ["/regulator/grants", "/regulator"]) {
      await desk.visit(page);
      await desk.record(`${page.slice(1).replaceAll("/", "-")}-en`);
      const text = (await desk.page.locator("body").textContent()) ?? "";
      expect(text.match(/\b[a-z]+:[a-z]+\.[a-zA-Z.]+\b/g), page).to.equal(null);
    }
  });
}
