import { expect } from "chai";
import type { Browser } from "playwright-core";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { Department, nextName } from "../support/department.ts";
import { MORTGAGES, mortgages, type Named, sharedFormerName } from "../support/same-name.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { Desk, openBrowser } from "./browser.ts";

const NOBODYS = makeUscc("9", "1", "530402", "MA7N0001");

describe("settling on the page whom a quarantined row means", function () {
  this.timeout(180_000);
  this.bail(true);
  let server: RunningServer;
  let browser: Browser;
  let desk: Desk;
  let market: Department;
  let former: string;
  let both: [Named, Named];
  let batchId: string;
  const number = nextName("SET");

  const signIn = async (locale?: string): Promise<Desk> => {
    const opened = await Desk.open(browser, server.url, locale);
    const account = server.demoAccounts.find(({ username }) => username === "dept-market-regulation")!;
    await opened.login(account.username, account.password);
    return opened;
  };
  const numbersOf = async (uscc: string): Promise<string[]> =>
    (await market.records(MORTGAGES, { uscc })).map(({ key }) => key).filter((key) => key.includes(number));

  before(async () => {
    server = await sharedServer();
    browser = await openBrowser();
    market = await Department.signIn();
    ({ former, both } = await sharedFormerName(market));
    const rows = mortgages([
      [former, `${number}-A`],
      [`从未登记${nextName("丙")}有限公司`, `${number}-B`],
    ]);
    batchId = (await market.send(MORTGAGES, nextName("settle.csv"), rows)).id;
    desk = await signIn();
  });
  after(async () => {
    await browser?.close();
  });

  it("shows the candidates, takes the one that is chosen, and the row is a record of it", async () => {
    await desk.goto(`/department/batches/${batchId}`);
    await desk.click("settle-2");
    const candidate = desk.at(`settle-candidate-${both[1].uscc}`);
    await candidate.waitFor();
    expect(await desk.at("settle-dialog").textContent())
      .to.contain(former)
      .and.contain(both[0].name)
      .and.contain("93.00%");
    expect(await desk.at("settle-send").isDisabled(), "nothing is chosen").to.equal(true);
    await desk.record("department-settle");
    await candidate.click();
    await desk.click("settle-send");
    await desk.at("settled-record").waitFor();
    await desk.at("settle-2").waitFor({ state: "detached" });
    expect([await numbersOf(both[1].uscc), await numbersOf(both[0].uscc)]).to.deep.equal([[`${number}-A`], []]);
    await desk.record("department-settled");
    await desk.click("settled-record");
    await desk.at("records-list").getByText(`${number}-A`).waitFor();
  });

  it("takes a credit code where nobody fits, and says when no enterprise has it, in English too", async () => {
    const english = await signIn("en-US");
    await english.goto(`/department/batches/${batchId}`);
    await english.click("settle-3");
    const help = english.at("settle-code-help");
    const says = (text: string) =>
      waitFor(`"${text}"`, async () => (((await help.textContent()) ?? "").includes(text) ? true : undefined));
    await english.fill("settle-code", "91530402MA6KE9999X");
    await says("compare all 18 characters");
    expect(await english.at("settle-send").isDisabled()).to.equal(true);
    await english.fill("settle-code", NOBODYS);
    await says("No enterprise is registered");
    expect(await english.at("settle-send").isDisabled()).to.equal(true);
    await english.fill("settle-code", both[0].uscc.toLowerCase());
    await says(both[0].name);
    await english.page.route("**/subject-settlements", (route) => route.abort());
    await english.click("settle-send");
    await english.at("settle-dialog").locator('[data-testid="problem"]').waitFor();
    await english.page.unroute("**/subject-settlements");
    await english.record("department-settle-en");
    await english.click("settle-send");
    await english.at("settled-record").waitFor();
    await english.at("settle-3").waitFor({ state: "detached" });
    expect(await numbersOf(both[0].uscc)).to.deep.equal([`${number}-B`]);
    expect(english.complaints).to.deep.equal([]);
  });

  it("complains of nothing", () => {
    expect(desk.complaints).to.deep.equal([]);
  });
});
