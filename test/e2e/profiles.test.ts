import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { type LeafPack, leafPack } from "../../backend/lib/proof/pack.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { giveConsent, revokeConsent } from "../support/consents.ts";
import { openNewRequest } from "../support/financing.ts";
import { confirmed } from "../support/proofs.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { Desk, openBrowser } from "./browser.ts";

describe("a credit profile through the web pages", function () {
  this.timeout(300_000);
  this.bail(true);
  let server: RunningServer;
  let browser: Browser;
  let path: Path;
  let enterprise: Desk;
  let bank: Desk;
  let requestId: string;

  const deskOf = async (party: "enterprise" | "firstBank", locale: string) =>
    Desk.signedIn(browser, server.url, await path.login(party), locale);

  before(async () => {
    server = await sharedServer();
    browser = await openBrowser();
    path = await playUntil("enrol");
    enterprise = await deskOf("enterprise", "zh-CN");
    bank = await deskOf("firstBank", "en");
    requestId = (await openNewRequest(path)).request.id;
  });
  after(async () => {
    await browser?.close();
  });

  /** Follows a figure down to the chain; every click is counted. */
  async function follow(desk: Desk, indicatorId: string): Promise<number> {
    let clicks = 0;
    const click = async (testId: string) => {
      clicks += 1;
      await desk.click(testId);
    };
    await click(`indicator-records-${indicatorId}`);
    await desk.at("record-drawer").first().waitFor();
    const list = desk.at("evidence-list");
    const record = desk.at("record");
    await list.or(record).first().waitFor();
    if (await list.isVisible()) await click("evidence-open");
    await desk.at("record-source").waitFor();
    expect(Number(await desk.at("record-row").textContent()), "the row of the department's file").to.be.above(1);
    await click("record-check");
    await desk.at("check-result").waitFor();
    expect(await desk.at("check-result").getAttribute("data-verdict")).to.equal("pass");
    expect(Number((await desk.at("chain-block").textContent())!.replaceAll(",", ""))).to.be.above(0);
    // A record that was anchored alone has no siblings, and the page says so.
    const siblings = await desk.at("chain-path").locator("li").count();
    expect(siblings + (await desk.at("chain-path-none").count()), "the Merkle path").to.be.above(0);
    return clicks;
  }
  const closeDrawer = async (desk: Desk) => {
    await desk.page.keyboard.press("Escape");
    await desk.at("record").waitFor({ state: "detached" });
  };

  it("leads from any figure to the department's row and the chain in three clicks", async () => {
    const { api } = await path.party("enterprise");
    const profile = await waitFor("the anchors", async () => {
      const found = await api.profile();
      return found.evidence.every(({ anchor }) => anchor.state === "confirmed") ? found : undefined;
    });
    const known = profile.indicators.filter(({ recordIds }) => recordIds.length > 0);
    const groups = new Map(known.map((indicator) => [indicator.group, indicator]));
    expect(groups.size).to.be.above(3);
    await enterprise.goto("/enterprise/profile");
    await enterprise.at("profile").waitFor();
    for (const { id } of groups.values()) {
      expect(await follow(enterprise, id), id).to.be.at.most(3);
      await closeDrawer(enterprise);
    }
    const many = known.find(({ recordIds }) => recordIds.length > 1)!;
    await enterprise.click(`indicator-records-${many.id}`);
    await enterprise.at("evidence-list").waitFor();
    await enterprise.accessible("evidence");
    await enterprise.page.keyboard.press("Escape");
  });

  it("can be exported and printed", async () => {
    const downloading = enterprise.page.waitForEvent("download");
    await enterprise.click("profile-export");
    const file = await (await downloading).path();
    const pack = JSON.parse(readFileSync(file, "utf8")) as { format: string; records: { proof?: LeafPack }[] };
    expect(pack.format).to.equal("rongqiao-profile/2");
    expect(leafPack.safeParse(pack.records.find(({ proof }) => proof)?.proof).success).to.equal(true);
    await enterprise.page.emulateMedia({ media: "print" });
    expect(await enterprise.at("profile-print").isVisible()).to.equal(false);
    expect(await enterprise.at("profile-group-justice").isVisible()).to.equal(true);
    await enterprise.page.emulateMedia({ media: "screen" });
  });

  it("is gone from an institution's open page when the consent is", async () => {
    const consent = await giveConsent(path);
    await bank.goto(`/institution/requests/${requestId}`);
    await bank.click("profile-read");
    await bank.at("profile").waitFor();
    expect(await follow(bank, "identity.status")).to.be.at.most(3);
    await bank.record("profile-institution");
    await closeDrawer(bank);
    const { api } = await path.party("firstBank");
    const open = await waitFor("the copy", async () =>
      (await api.copies()).items.find(({ consentId }) => consentId === consent.id),
    );
    await confirmed(() => api.snapshotProof(open.id));
    await Promise.all([bank.page.waitForEvent("download"), bank.click("profile-export")]);
    await revokeConsent(path, consent);
    // The open page's very next read, whether it has heard of the revocation or not.
    await bank.click("indicator-records-identity.status").catch(() => undefined);
    await bank.at("problem").or(bank.at("profile-ended")).first().waitFor();
    expect(await bank.at("record").count(), "a record is shown").to.equal(0);
    await bank.at("profile-ended").waitFor();
    expect(await bank.at("profile").count()).to.equal(0);
    expect(await bank.at("record-drawer").count()).to.equal(0);
    await bank.shoot("profile-ended");
    // Neither the browser's memory of the page nor a new one brings it back.
    await bank.goto("/institution");
    await bank.page.goBack();
    await bank.at("profile-no-consent").waitFor();
    expect(await bank.at("profile").count()).to.equal(0);
    await bank.page.reload();
    await bank.at("profile-no-consent").waitFor();
    expect((await api.copy(open.id).catch(({ code }: { code: string }) => code)) as unknown).to.equal(
      "consent.required",
    );
    for (const desk of [enterprise, bank]) expect(desk.complaints).to.deep.equal([]);
  });
});
