import { expect } from "chai";
import type { Browser } from "playwright-core";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { csvOf, Department, LICENCES, licenceRow, nextName } from "../support/department.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { Desk, demoAccount, openBrowser } from "./browser.ts";

const USCC = makeUscc("9", "1", "530402", "MA7E0001");

describe("a department's batches on the web pages", function () {
  this.timeout(180_000);
  this.bail(true);
  let server: RunningServer;
  let browser: Browser;
  let desk: Desk;
  let market: Department;
  const number = nextName("W");

  const signIn = async (locale?: string): Promise<Desk> => {
    return Desk.signedIn(browser, server.url, demoAccount(server, "dept-market"), locale);
  };
  const choose = (fileName: string, text: string) =>
    desk.page
      .locator('[data-testid="upload-file"] input[type="file"], input[type="file"][data-testid="upload-file"]')
      .first()
      .setInputFiles({ name: fileName, mimeType: "text/csv", buffer: Buffer.from(text) });

  before(async () => {
    server = await sharedServer();
    browser = await openBrowser();
    market = await Department.signIn();
    desk = await signIn();
  });
  after(async () => {
    await browser?.close();
  });

  it("takes a file, and shows what became of it", async () => {
    await desk.goto(`/department/upload?catalog=${LICENCES}`);
    await desk.at("upload-mode").waitFor();
    await choose(
      nextName("网页.csv"),
      csvOf([licenceRow(nextName("W"), USCC), licenceRow(number, USCC, { from: "2025-02-30", kind: "飞行执照" })]),
    );
    await desk.record("department-upload-options");
    await desk.click("upload-submit");
    await desk.at("upload-open-batch").waitFor();
    await desk.state("batch-summary", "anchored");
    await desk.click("upload-open-batch");
    await desk.at("quarantine-list").waitFor();
    await desk.record("department-quarantine");
  });

  it("lets a row be mended and sent again, once", async () => {
    await desk.click("mend-3");
    await desk.at("mend-drawer").waitFor();
    await desk.record("department-mend");
    await desk.fill("mend-cell-3", "2025-02-28");
    await desk.click("mend-send");
    await desk.at("mend-drawer").locator(".ant-alert-error").waitFor();
    await desk.fill("mend-cell-1", "采矿许可证");
    await desk.click("mend-send");
    await desk.at("mend-sent").waitFor();
    await desk.at("batch-replayed").waitFor();
    const [record] = (await market.records(LICENCES, { uscc: USCC })).filter(
      ({ fields }) => fields.licenceNo === number,
    );
    expect(record?.fields.validFrom).to.equal("2025-02-28");
    await desk
      .at("quarantine-filter")
      .getByText(/已修正/)
      .click();
    await desk.at("quarantine-list").getByText("查看批次").click();
    await desk.at("batch-replay-of").waitFor();
    await desk.state("batch-summary", "anchored");
    await desk.record("department-replay");
  });

  it("asks twice before a file replaces a whole catalog", async () => {
    await desk.goto("/department/upload?catalog=patents");
    await desk.at("upload-mode").getByText("目录的全部数据").click();
    await choose("all.csv", "专利号\n1\n");
    expect(await desk.at("upload-submit").isDisabled()).to.equal(true);
    await desk.click("upload-replace-confirm");
    await desk.page.locator('[data-testid="upload-submit"]:enabled').waitFor();
    await desk.at("upload-reading").getByText("已保存的读取方式").click();
    await desk.click("reading-add");
    await desk.record("department-reading");
  });

  it("shows every version of a record, in English too", async () => {
    await market.send(
      LICENCES,
      nextName("again.csv"),
      csvOf([licenceRow(number, USCC, { kind: "采矿许可证", from: "2025-06-06" })]),
    );
    const english = await signIn("en-US");
    await english.goto(`/department/records?catalog=${LICENCES}&find=${USCC}`);
    await english.at("records-list").waitFor();
    await english.record("department-records-en");
    const row = english.page.locator("tr, li").filter({ hasText: number }).first();
    await row.locator('[data-testid="record-history"]').click();
    await english.at("record-version").nth(1).waitFor();
    await english.record("department-history-en");
    expect(await english.at("record-version").count()).to.equal(2);
    expect(english.complaints).to.deep.equal([]);
  });

  it("complains of nothing", () => {
    expect(desk.complaints).to.deep.equal([]);
  });
});
