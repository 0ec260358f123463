import { expect } from "chai";
import type { Browser } from "playwright-core";
import { playUntil } from "../support/actors.ts";
import { storedBatch } from "../support/batches.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { Desk, demoAccount, openBrowser } from "./browser.ts";

const FINES = "justice.finesFen24m";

describe("an objection through the web pages", function () {
  this.timeout(180_000);
  this.bail(true);
  let server: RunningServer;
  let browser: Browser;
  let enterprise: Desk;
  let department: Desk;
  let regulator: Desk;

  const demo = (prefix: string) => Desk.signedIn(browser, server.url, demoAccount(server, prefix));

  before(async () => {
    server = await sharedServer();
    browser = await openBrowser();
    const path = await playUntil("enrol");
    const { api } = await path.demo("department");
    const { uscc } = await path.bodyOf("enterprise");
    const today = new Date().toISOString().slice(0, 10);
    const file = `统一社会信用代码,处罚决定书文号,处罚种类,罚款金额,处罚决定日期\n${uscc},网页-${Date.now()},罚款,5万元,${today}\n`;
    const { id } = await api.upload("administrative-penalties", `web-${Date.now()}.csv`, Buffer.from(file));
    await storedBatch(api, id, 1);
    enterprise = await Desk.signedIn(browser, server.url, await path.login("enterprise"));
    department = await demo("dept-market");
    regulator = await demo("regulator");
  });
  after(async () => {
    await browser?.close();
  });

  it("is raised from the records behind a figure, and marks both", async () => {
    await enterprise.goto("/enterprise/profile");
    await enterprise.click(`indicator-records-${FINES}`);
    await enterprise.click("objection-open");
    await enterprise.fill("objection-text", "罚款金额多写了两个零");
    await enterprise.choose("objection-field", "罚款金额");
    await enterprise.fill("objection-value", "500元");
    await enterprise.click("objection-raise");
    await enterprise.state("record-objection", "raised");
    await enterprise.shoot("objection-raised");
    await enterprise.goto("/enterprise/profile");
    await enterprise.at(`indicator-${FINES}`).locator('[data-testid="disputed"]').waitFor();
    await enterprise.goto("/enterprise/objections");
    await enterprise.state("objection-state", "raised");
  });

  it("is answered by the department, field by field", async () => {
    await department.goto("/department/objections");
    await department.at("objection-notice-raised").waitFor();
    await department.shoot("department-objections");
    await department.at("objection-notice-raised").locator("a").click();
    await department.fill("answer-field-fineAmount", "很多");
    await department.fill("answer-reason", "录入时多写了两个零");
    await department.click("answer-submit");
    await department.at("problem").waitFor();
    expect(await department.at("problem").textContent()).to.contain("fields.fineAmount");
    await department.fill("answer-field-fineAmount", "500元");
    await department.shoot("department-answer");
    await department.click("answer-submit");
    await department.state("objection-state", "corrected");
    await department.goto("/department/objections");
    await department.click("objection-notices-read");
    await department.at("objection-notices").waitFor({ state: "detached" });
  });

  it("shows the enterprise the new figure, and lets it state what it thinks of a refusal", async () => {
    await enterprise.tells("/enterprise/profile", `indicator-${FINES}`, "500.00");
    const figure = enterprise.at(`indicator-${FINES}`);
    expect(await figure.locator('[data-testid="disputed"]').count()).to.equal(0);
    await enterprise.click(`indicator-records-${FINES}`);
    await enterprise.state("record-objection", "corrected");
    await enterprise.click("objection-open");
    await enterprise.fill("objection-text", "该处罚已经撤销");
    await enterprise.click("objection-raise");
    await enterprise.state("record-objection", "raised");

    await department.goto("/department/objections");
    const second = department.at("objections-list").locator("tr").filter({ hasText: "该处罚已经撤销" });
    await second.locator('a[data-testid^="objection-open-"]').click();
    await department.at("answer-decision").locator('label:has(input[value="refusal"])').click();
    await department.fill("answer-reason", "处罚决定仍然有效");
    await department.click("answer-submit");
    await department.state("objection-state", "upheld");

    await enterprise.goto("/enterprise/objections");
    await enterprise.click("objection-statement");
    await enterprise.fill("objection-statement-text", "罚款已于当日缴清");
    await enterprise.click("objection-statement-ok");
    await enterprise.state("objection-state", "stated");
    await enterprise.shoot("enterprise-objections");
    await enterprise.goto("/enterprise/profile");
    await enterprise.at(`indicator-${FINES}`).locator('[data-testid="statement"]').waitFor();
  });

  it("is counted where the regulator looks", async () => {
    await regulator.goto("/regulator/objections");
    await regulator.at("objection-counts").waitFor();
    await regulator.shoot("regulator-objections");
    for (const desk of [enterprise, department, regulator]) expect(desk.complaints).to.deep.equal([]);
  });
});
