import { expect } from "chai";
import type { Browser } from "playwright-core";
import { playUntil } from "../support/actors.ts";
import { anchoredBatch } from "../support/batches.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { Desk, demoAccount, openBrowser } from "./browser.ts";

const KIND = "business-licences";

describe("the enterprise code through the web pages", function () {
  this.timeout(240_000);
  this.bail(true);
  let server: RunningServer;
  let browser: Browser;
  let enterprise: Desk;
  let stranger: Desk;
  let department: Desk;
  let passphrase: string;
  let name: string;

  before(async () => {
    server = await sharedServer();
    browser = await openBrowser();
    const path = await playUntil("enrol");
    const { api } = await path.demo("department");
    const body = await path.bodyOf("enterprise");
    name = body.name;
    const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
    const lines = [
      "统一社会信用代码,证照类型,证照编号,发证机关,有效期起,有效期止,证照状态",
      `${body.uscc},食品经营许可证,JY15304020012345,玉溪市市场监督管理局,${day(-300)},${day(300)},有效`,
      `${body.uscc},取水许可证,取水(玉)字2021第7号,玉溪市水利局,${day(-900)},${day(-2)},有效`,
    ];
    const { id } = await api.upload(KIND, `web-${Date.now()}.csv`, Buffer.from(lines.join("\n")));
    await anchoredBatch(api, id);
    const login = await path.login("enterprise");
    passphrase = `${login.password}-key`;
    enterprise = await Desk.signedIn(browser, server.url, login);
    stranger = await Desk.open(browser, server.url);
    department = await Desk.signedIn(browser, server.url, demoAccount(server, "dept-market"));
  });
  after(async () => {
    await browser?.close();
  });

  it("is behind the enterprise's licences, each with its record", async () => {
    await enterprise.goto("/enterprise/licences");
    await enterprise.at("licences").filter({ hasText: "JY15304020012345" }).waitFor();
    await enterprise.record("licences");
    await enterprise.click(`licence-record-${KIND}`);
    await enterprise.at("record").waitFor();
  });

  it("is shown with a countdown, signed by the enterprise's key", async () => {
    await enterprise.goto("/enterprise/code");
    await enterprise.fill("code-views", "2");
    await enterprise.click("code-make");
    await enterprise.unlock(passphrase);
    await enterprise.state("code-shown", "live");
    expect(await enterprise.at("code-left").textContent()).to.match(/1:\d\d|2:00/);
    await enterprise.record("enterprise-code");
  });

  it("is read from its picture by anybody, and everything is checked there", async () => {
    const picture = await enterprise.page.locator(".code-image").screenshot();
    await stranger.goto("/code");
    await stranger.record("scan");
    await stranger.at("scan-file").setInputFiles({
      name: "code.png",
      mimeType: "image/png",
      buffer: picture,
    });
    await stranger.state("code-content", "checked");
    await stranger.state("code-check-signed", "pass");
    await stranger.state("code-check-key", "pass");
    await stranger.at(`code-item-${KIND}`).waitFor();
    const text = (await stranger.at("code-content").textContent()) ?? "";
    expect(text).to.contain(name);
    expect(text).to.contain("JY15304020012345");
    const states = await stranger
      .at("code-proof")
      .evaluateAll((tags) => tags.map((tag) => tag.getAttribute("data-state")));
    expect(states).to.not.be.empty;
    expect(new Set(states)).to.deep.equal(new Set(["valid"]));
    const licences = stranger.at(`code-item-${KIND}`).locator('[data-testid="status"]');
    const statuses = await licences.evaluateAll((tags) => tags.map((tag) => tag.getAttribute("data-state")));
    // Those in force come first; the one that ended two days ago is told to be over.
    expect(statuses[0]).to.equal("valid");
    expect(statuses).to.include("expired");
    await stranger.record("code-content");
  });

  it("is read from its link, counted, and then refused", async () => {
    const link = (await enterprise.at("code-shown").getAttribute("data-link"))!;
    await stranger.goto(`/code#${link.split("#")[1]}`);
    // The page loaded again is no other look: the code has left the address.
    await stranger.page.waitForURL(({ hash }) => hash === "");
    await stranger.state("code-content", "checked");
    await stranger.goto("/");
    await stranger.goto("/code");
    await stranger.fill("scan-text", link);
    await stranger.click("scan-look");
    await stranger.at("problem").waitFor();
    expect(await stranger.at("problem").getAttribute("data-code")).to.equal("code.used");
    await stranger.fill("scan-text", "no code at all");
    await stranger.click("scan-look");
    await stranger.at("scan-not-code").waitFor();
  });

  it("tells the enterprise who has looked", async () => {
    await enterprise.at("code-use").filter({ hasText: "次数已用完" }).first().waitFor();
    expect(await enterprise.at("code-uses").textContent()).to.contain("已查看");
    await enterprise.tells("/enterprise/access-log", "access-log", "出示企业身份码");
  });

  it("has its licences where the department looks", async () => {
    await department.goto("/department/licences");
    await department.at("licence-kinds").waitFor();
    await department.fill("department-search", name);
    await (await department.field("department-search")).press("Enter");
    await department.at(`licence-${KIND}`).first().waitFor();
    await department.record("department-licences");
  });

  it("is joined by materials that are handed in once", async () => {
    await enterprise.goto("/enterprise/materials");
    await enterprise.choose("material-kind", "经营场所租赁合同");
    await enterprise.fill("material-title", "厂房租赁合同");
    await enterprise.at("material-file").setInputFiles({
      name: "租赁合同.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from("%PDF-1.7\n"),
    });
    await enterprise.click("material-send");
    await enterprise.at("material-row-lease").waitFor();
    await enterprise.state("status", "valid");
    await enterprise.record("materials");
    for (const desk of [enterprise, stranger, department]) expect(desk.complaints).to.deep.equal([]);
  });
});
