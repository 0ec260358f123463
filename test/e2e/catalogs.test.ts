import { expect } from "chai";
import type { Browser } from "playwright-core";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { Desk, openBrowser } from "./browser.ts";

describe("catalogs through the web pages", function () {
  this.timeout(180_000);
  this.bail(true);
  const id = `bee-keeping-${Date.now().toString(36)}`;
  let server: RunningServer;
  let browser: Browser;
  let department: Desk;
  let operator: Desk;

  async function signIn(name: string, locale?: string): Promise<Desk> {
    const desk = await Desk.open(browser, server.url, locale);
    const { username, password } = server.demoAccounts.find((account) => account.username === name)!;
    await desk.login(username, password);
    return desk;
  }

  before(async () => {
    server = await sharedServer();
    browser = await openBrowser();
    department = await signIn("dept-agriculture");
    operator = await signIn("operator", "en");
  });
  after(async () => {
    await browser?.close();
  });

  it("are found among all of the city's by a word, and shown with their fields and headings", async () => {
    await department.goto("/department/catalogs");
    await department.at("row-green-food").waitFor();
    await department.fill("catalog-search", "绿色食品");
    await department.at("row-tax-payments").waitFor({ state: "detached" });
    await department.record("catalog-directory");
    await department.at("row-green-food").locator("a").click();
    await department.at("catalog-fields").waitFor();
    await department.record("catalog-detail");
    const [download] = await Promise.all([department.page.waitForEvent("download"), department.click("template-xlsx")]);
    expect(download.suggestedFilename()).to.equal("绿色食品与地理标志认证信息-模板.xlsx");
  });

  it("are registered by a department, which is told what is wrong at the field itself", async () => {
    await department.goto("/department/catalogs/new");
    await department.fill("catalog-id", id);
    await department.fill("catalog-name-zh", "养蜂场登记信息");
    await department.fill("catalog-name-en", "Bee keeping");
    await department.fill("catalog-law", "《中华人民共和国畜牧法》");
    await department.fill("field-1-zh", "蜂群数");
    await department.fill("field-1-en", "Hives");
    await department.fill("field-1-name", "Hives");
    await department.click("catalog-submit");
    await department.at("problem").waitFor();
    await department.at("field-1").getByText("字段名“Hives”应为小驼峰形式").waitFor();
    expect(await department.at("problem").textContent()).not.to.contain("camelCase");
    await department.record("catalog-form-faults");
    await department.fill("field-1-name", "hives");
    await department.click("catalog-submit");
    await department.at("catalog-waiting-version").waitFor();
  });

  it("are approved by the operator, and from then on taken", async () => {
    await operator.goto("/operator/catalogs");
    await operator.click(`waiting-${id}`);
    await operator.at("decision-approve").waitFor();
    await operator.record("catalog-decision");
    await operator.click("decision-approve");
    await operator.at("catalog-waiting-version").waitFor({ state: "detached" });
    await department.goto("/department");
    await department.at(`catalog-${id}-upload`).waitFor();
    expect([...department.complaints, ...operator.complaints]).to.deep.equal([]);
  });
});
