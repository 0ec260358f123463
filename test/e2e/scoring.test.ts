import { expect } from "chai";
import type { Browser } from "playwright-core";
import { scoreView } from "../../backend/features/scoring/score-schemas.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { playUntil } from "../support/actors.ts";
import { giveConsent, revokeConsent } from "../support/consents.ts";
import { openNewRequest } from "../support/financing.ts";
import { trainedPackage } from "../support/scoring.ts";
import { sharedServer } from "../support/server.ts";
import { Desk, openBrowser } from "./browser.ts";

describe("scores in the browser", function () {
  this.timeout(180_000);
  let browser: Browser;
  let path: Path;
  let url: string;

  before(async () => {
    ({ url } = await sharedServer());
    path = await playUntil("enrol");
    browser = await openBrowser();
  });
  after(() => browser?.close());

  it("tell the enterprise why, lead to the records, and are scored again in its browser", async () => {
    const desk = await Desk.signedIn(browser, url, await path.login("enterprise"));
    await desk.click("menu-enterprise-score");
    const { content } = await (await path.party("enterprise")).api.transport.get("/score", scoreView);
    expect(await desk.at("score-total").textContent()).to.contain(String(content!.total));
    expect(await desk.at("score-reasons").locator("li").count()).to.equal(content!.reasons.length);
    await desk.click("score-replay");
    await desk.at("score-replayed").waitFor();
    expect(await desk.at("score-replayed").getAttribute("data-same")).to.equal("true");
    // One that rests on a single record leads straight to it.
    const single = content!.indicators.find(({ recordIds }) => recordIds.length === 1)!;
    await desk.click(`score-records-${single.indicatorId}`);
    await desk.at("record").waitFor();
    expect(desk.complaints).to.deep.equal([]);
    await desk.context.close();
  });

  it("let an institution check, keep, publish and retire a scorecard of its own", async () => {
    const desk = await Desk.signedIn(browser, url, await path.login("firstBank"), "en-US");
    await desk.click("menu-institution-scorecards");
    const choose = (name: string, card: object) =>
      desk.page
        .locator('input[type="file"]')
        .setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(JSON.stringify(card)) });
    const spoilt = trainedPackage({ id: "browser-card" });
    spoilt.scorecard.characteristics[0]!.indicatorId = "owner.gender";
    await choose("spoilt.json", spoilt);
    await desk.at("scorecard-faults").waitFor();
    expect(await desk.at("scorecard-faults").textContent()).to.contain("scorecard.characteristics.0.indicatorId");
    expect(await desk.at("scorecard-upload-send").count()).to.equal(0);
    await choose("good.json", trainedPackage({ id: "browser-card" }));
    await desk.click("scorecard-upload-send");
    await desk.state("scorecard-state", "draft");
    for (const [button, state] of [
      ["scorecard-publish", "published"],
      ["scorecard-retire", "retired"],
    ] as const) {
      await desk.click(button);
      const question = desk.page.locator(".ant-popconfirm-buttons:visible");
      await question.locator(".ant-btn-primary").click();
      await desk.state("scorecard-state", state);
      // The next question must not be taken for this one.
      await question.waitFor({ state: "hidden" });
    }
    expect(desk.complaints).to.deep.equal([]);
    await desk.context.close();
  });

  it("stand beside a profile that was read, and go with the consent", async () => {
    const { request } = await openNewRequest(path);
    const consent = await giveConsent(path, { terms: { requestId: request.id } });
    const desk = await Desk.signedIn(browser, url, await path.login("firstBank"));
    await desk.goto(`/institution/requests/${request.id}`);
    await desk.click("profile-read");
    await desk.at("snapshot-scores").locator('[data-testid="score-content"]').first().waitFor();
    await revokeConsent(path, consent);
    await desk.at("profile-ended").waitFor();
    expect(await desk.at("snapshot-scores").count()).to.equal(0);
    expect(desk.complaints).to.deep.equal([]);
    await desk.context.close();
  });
});
