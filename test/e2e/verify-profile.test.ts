import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import type { ProfileCheck } from "../../backend/features/profiles/domain/check-profile.ts";
import { type ProfilePack, profilePack } from "../../backend/features/profiles/profile-schemas.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { runNode } from "../../scripts/lib/child.ts";
import { giveConsent } from "../support/consents.ts";
import { openNewRequest } from "../support/financing.ts";
import { forged } from "../support/profile-packs.ts";
import { confirmed } from "../support/proofs.ts";
import { Desk, openBrowser } from "./browser.ts";
import { type AwayWorld, awayWorld, Checker, fileOf } from "./verify-world.ts";

const FIGURE = "identity.status";

describe("verifying an exported profile without us", function () {
  this.timeout(180_000);
  this.bail(true);
  let world: AwayWorld;
  let browser: Browser;
  let own: ProfilePack;
  let copy: ProfilePack;
  let page: Checker;
  const asked: string[] = [];

  /** Each forgery, the line that tells it, and how its figure then stands. */
  const forgeries: readonly [name: string, line: string, state: string, change: (pack: ProfilePack) => unknown][] = [
    ["figure", "figures", "wrong", ({ profile }) => Object.assign(figureIn(profile.indicators), { value: "revoked" })],
    ["field", "record.document", "wrong", (pack) => Object.assign(fieldsIn(pack), { status: "revoked" })],
    ["record", "record.source", "wrong", (pack) => pack.records.splice(pack.records.indexOf(entryIn(pack)), 1)],
  ];
  const figureIn = (indicators: ProfilePack["profile"]["indicators"]) => indicators.find(({ id }) => id === FIGURE)!;
  const entryIn = ({ profile, records }: ProfilePack) =>
    records.find(({ id }) => id === figureIn(profile.indicators).recordIds[0])!;
  const fieldsIn = (pack: ProfilePack) => (entryIn(pack).proof!.document as { fields: object }).fields;

  before(async () => {
    world = await awayWorld("enrol");
    const { path } = world;
    const enterprise = (await path.party("enterprise")).api;
    const { request } = await openNewRequest(path);
    await giveConsent(path);
    const bank = (await path.party("firstBank")).api;
    const { id } = (await bank.profileFor(request.id)).snapshot!;
    copy = (await confirmed(() => bank.transport.get(`/snapshots/${id}/export`, profilePack))) as ProfilePack;
    browser = await openBrowser();
    // The file as the enterprise gets it.
    await waitFor("the proofs of all records", async () => {
      const found = await enterprise.transport.get("/profile/export", profilePack);
      return found.records.every(({ proof }) => proof) ? true : undefined;
    });
    const desk = await Desk.open(browser, world.server.url);
    const { username, password } = await path.login("enterprise");
    await desk.login(username, password);
    await desk.goto("/enterprise/profile");
    await desk.at("profile").waitFor();
    const downloading = desk.page.waitForEvent("download");
    await desk.click("profile-export");
    own = JSON.parse(readFileSync(await (await downloading).path(), "utf8")) as ProfilePack;
    expect(desk.complaints).to.deep.equal([]);
    await desk.context.close();
  });
  after(async () => {
    await browser?.close();
    await world?.stop();
  });

  const counts = async (): Promise<ProfileCheck["counts"]> =>
    JSON.parse((await page.desk.at("profile-summary").getAttribute("data-counts"))!) as ProfileCheck["counts"];

  async function expectAll(): Promise<void> {
    const { desk } = page;
    await page.drop(fileOf("profile.json", own));
    expect(await page.verdict()).to.deep.equal(["pass", []]);
    const { proved, wrong, waiting } = await counts();
    expect([proved > 15, wrong, waiting]).to.deep.equal([true, 0, 0]);
    await page.drop(fileOf("copy.json", copy));
    expect(await page.verdict()).to.deep.equal(["pass", []]);
    expect(await desk.at("check-snapshot.anchored").getAttribute("data-state")).to.equal("pass");
    for (const [name, line, state, change] of forgeries) {
      await page.drop(fileOf(`forged-${name}.json`, forged(own, change)));
      const [verdict, failing] = await page.verdict();
      expect(verdict, name).to.equal("fail");
      expect(failing, name).to.include(line);
      // Folded out by itself.
      await desk.at(`figure-${FIGURE}`).waitFor();
      expect(await desk.at(`figure-${FIGURE}`).getAttribute("data-state"), name).to.equal(state);
    }
    const closed = forged(own, (pack) => delete entryIn(pack).proof);
    await page.drop(fileOf("closed.json", closed));
    expect(await page.verdict()).to.deep.equal(["partial", []]);
    expect((await counts()).closed).to.be.above(0);
  }

  it("works every figure out again in the open page when we are away", async () => {
    const desk = await Desk.open(browser, world.server.url);
    page = new Checker(desk);
    await desk.goto("/verify");
    const downloading = desk.page.waitForEvent("download");
    await desk.click("verify-keep");
    await (await downloading).saveAs(world.at("kept.html"));
    await world.goAway();
    desk.page.on("request", (request) => asked.push(request.url() + (request.postData() ?? "")));
    await page.useNode(world.chain.rpcUrl);
    await expectAll();
    await page.drop(fileOf("figure.json", forged(own, forgeries[0]![3])));
    await page.verdict();
    expect(await desk.at(`figure-${FIGURE}`).textContent())
      .to.contain("吊销")
      .and.contain("存续");
    await desk.record("verify-profile-forged");
    await page.drop(fileOf("good.json", copy));
    await page.verdict();
    await desk.record("verify-profile");
    const { uscc, name } = own.profile.enterprise;
    for (const request of asked) {
      expect(request.startsWith(world.chain.rpcUrl), request).to.equal(true);
      expect(request).to.not.contain(uscc).and.not.contain(name);
    }
    expect(desk.complaints).to.deep.equal([]);
  });

  it("says of an older form that it is one", async () => {
    const { desk } = page;
    await desk.page
      .locator('input[type="file"]')
      .setInputFiles([fileOf("old.json", { ...own, format: "rongqiao-profile/1" })]);
    await desk.page.locator('[data-testid="verify-fault"][data-fault="unknownVersion"]').waitFor();
    expect(await desk.at("verify-fault").textContent()).to.contain("rongqiao-profile/1");
  });

  it("works them out in the kept page too, from the disk", async () => {
    const desk = await Desk.open(browser, "", "en");
    page = new Checker(desk);
    await desk.page.goto(pathToFileURL(world.at("kept.html")).href);
    await page.useNode(world.chain.rpcUrl);
    await expectAll();
    await desk.record("verify-profile-kept");
    expect(desk.complaints).to.deep.equal([]);
  });

  it("works them out by the command", async () => {
    const trusting = ["--rpc", world.chain.rpcUrl, "--deployments", world.at("deployment.json")];
    const verify = async (pack: ProfilePack, ...args: string[]): Promise<[code: number | null, output: string]> => {
      const file = world.written("profile.json", pack);
      const { code, output } = await runNode(["scripts/verify-proof.ts", file, ...trusting, ...args]);
      return [code, output];
    };
    const [code, output] = await verify(own);
    expect(code, output).to.equal(0);
    expect(output).to.match(/\d+ figures proved, 0 waiting, 0 wrong/);
    for (const { id } of own.profile.indicators) expect(output).to.contain(`(${id})`);
    expect((await verify(copy))[0]).to.equal(0);
    for (const [name, line, state, change] of forgeries) {
      const [bad, told] = await verify(forged(own, change), "--json");
      expect(bad, name).to.equal(1);
      const { lines, figures } = JSON.parse(told) as ProfileCheck;
      expect(
        lines.filter((each) => each.state === "fail").map(({ id }) => id),
        name,
      ).to.include(line);
      expect(figures.find(({ id }) => id === FIGURE)!.state, name).to.equal(state);
    }
    const [, changed] = await verify(forged(own, forgeries[0]![3]));
    expect(changed).to.match(/identity\.status.*"revoked" in the file, "active" from the records/);
    const waits = forged(own, (pack) => {
      const entry = entryIn(pack);
      entry.document = entry.proof!.document;
      delete entry.proof;
    });
    expect((await verify(waits))[0]).to.equal(2);
    expect((await verify(waits, "--allow-waiting"))[0]).to.equal(0);
    expect((await verify({ ...own, format: "rongqiao-profile/1" } as never))[1]).to.match(/unknownVersion/);
  });
});
