import { expect } from "chai";
import type { Browser } from "playwright-core";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { Desk, openBrowser } from "./browser.ts";

describe("the operator's page of passes over all profiles", function () {
  this.timeout(120_000);
  let server: RunningServer;
  let browser: Browser;

  before(async () => {
    server = await sharedServer();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
  });

  for (const locale of ["zh-CN", "en-US"]) {
    it(`starts one and shows what it did, in ${locale}`, async () => {
      const desk = await Desk.open(browser, server.url, locale);
      const { username, password } = server.demoAccounts.find((account) => account.username === "operator")!;
      await desk.login(username, password);
      await desk.goto("/operator/status");
      await desk.state("profile-passes", "done");
      const rows = () => desk.at("profile-passes-list").locator("tbody tr[data-row-key]").count();
      const before = await rows();
      await desk.click("profile-passes-start");
      await desk.at("profile-passes-list").locator("tbody tr[data-row-key]").nth(before).waitFor();
      await desk.state("profile-passes", "done");
      expect(await desk.at("profile-passes-progress").textContent()).to.match(/[6-9]\d/);
      await desk.record(`operator-profile-passes-${locale}`);
      expect(desk.complaints).to.deep.equal([]);
    });
  }
});
