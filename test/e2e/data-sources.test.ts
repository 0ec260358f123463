import { expect } from "chai";
import type { Browser } from "playwright-core";
import { waitFor } from "../../scripts/client/waiting.ts";
import { licence, type SourcesServer, startSourcesServer } from "../support/data-sources.ts";
import { type JsonSource, paged, startJsonSource } from "../support/json-source.ts";
import { Desk, openBrowser } from "./browser.ts";

describe("data resources through the web pages", function () {
  this.timeout(180_000);
  this.bail(true);
  let server: SourcesServer;
  let source: JsonSource;
  let browser: Browser;
  let department: Desk;

  before(async () => {
    const rows = Array.from({ length: 25 }, (_, n) => licence(`WEB-${n}`, n === 1 ? { since: "明天" } : {}));
    [server, source] = await Promise.all([startSourcesServer(), startJsonSource(paged(() => rows, 10))]);
    browser = await openBrowser();
    department = await Desk.signedIn(browser, server.url, server.account("department"));
  });
  after(async () => {
    await browser?.close();
    await source?.stop();
    await server?.stop();
  });

  it("are looked at before they are kept, mapped, activated, and bring their batches", async () => {
    await department.goto("/department/resources/new?catalog=business-licences");
    await department.fill("resource-name", "证照接口");
    await department.fill("resource-owner", "信息中心");
    await department.at("resource-kind").getByText("拉取服务").click();
    await department.fill("resource-url", `${source.url}/rows`);
    await department.fill("resource-rows", "/data/rows");
    await department.choose("resource-paging", "游标");
    await department.fill("resource-parameter", "cursor");
    await department.fill("resource-pointer", "/next");
    await department.fill("resource-every", "60");
    await department.click("resource-test");
    await department.at("preview-rows").waitFor();
    const columns = [
      ["code", "统一社会信用代码 *"],
      ["type", "证照类型 *"],
      ["no", "证照编号 *"],
      ["since", "有效期起 *"],
      ["state", "证照状态 *"],
    ] as const;
    for (const [i, [column, field]] of columns.entries()) {
      await department.click("mapping-add");
      const line = department.at("resource-mapping").locator(".rq-mapping-line").nth(i);
      await line.getByLabel("来源的列").fill(column);
      await line.getByLabel("目录字段").click();
      await department.page.locator(".ant-select-dropdown:visible").getByText(field, { exact: true }).click();
    }
    await department.click("resource-test");
    await waitFor("the preview to be mapped", async () =>
      (await department.at("preview-rows").textContent())?.includes("将隔离") ? true : undefined,
    );
    await department.record("resource-new");
    await department.click("resource-save");
    await department.click("resource-activate");
    const run = department.at("resource-runs").locator("tr").filter({ hasText: "完成" });
    await run.getByText("25", { exact: true }).waitFor({ timeout: 60_000 });
    await department.record("resource-pull");
  });

  it("give a machine its key once", async () => {
    await department.goto("/department/resources/new?catalog=business-licences");
    await department.fill("resource-name", "证照推送");
    await department.fill("resource-owner", "信息中心");
    await department.click("resource-save");
    await department.at("resource-keys").getByText("HMAC-SHA256").click();
    await department.fill("key-label", "前置机 A");
    await department.click("key-add");
    await department.at("key-made").waitFor();
    await department.record("resource-push");
    await department.click("resource-activate");
    await department.at("resource-pause").waitFor();
    await department.goto("/department/resources");
    await department.at("resources-list").waitFor();
    expect(await department.at("resources-list").locator("tbody tr[data-row-key]").count()).to.equal(2);
    await department.record("resources");
  });

  it("say where they may not go", async () => {
    await department.goto("/department/resources/new?catalog=business-licences");
    await department.at("resource-kind").getByText("数据库表").click();
    await department.fill("resource-name", "表");
    await department.fill("resource-owner", "信息中心");
    await department.fill("resource-host", "10.0.0.5");
    await department.fill("resource-database", "shared");
    await department.fill("resource-table", "licences");
    await department.fill("resource-key", "id");
    await department.click("resource-test");
    await department.at("problem").waitFor();
    expect(await department.at("problem").getAttribute("data-code")).to.equal("outbound.notAllowed");
    await department.record("resource-table");
  });

  it("are counted on the scoreboard, for the department and for the regulator", async () => {
    await department.goto("/department/scoreboard");
    await waitFor("the catalog to be counted", async () => {
      const row = await department.at("score-business-licences").textContent();
      return row?.includes("日期格式无法识别") ? row : undefined;
    });
    await department.record("scoreboard-department");
    const regulator = await Desk.signedIn(browser, server.url, server.account("regulator"), "en-US");
    await regulator.goto("/regulator/scoreboard");
    await regulator.click("scoreboard-open-market-regulation");
    await regulator.at("score-business-licences").waitFor();
    await regulator.record("scoreboard-regulator");
    expect(department.complaints).to.deep.equal([]);
    expect(regulator.complaints).to.deep.equal([]);
  });
});
