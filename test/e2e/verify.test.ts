import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { linkOf } from "../../backend/lib/proof/link.ts";
import type { GrantPack, LeafPack, ProofPack } from "../../backend/lib/proof/pack.ts";
import { runNode } from "../../scripts/lib/child.ts";
import { Desk, openBrowser } from "./browser.ts";
import { type AwayWorld, awayWorld, Checker, fileOf } from "./verify-world.ts";

const OTHER = `0x${"5".repeat(64)}`;

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** Each kind of tampering, and the lines that tell it. */
const TAMPERINGS: readonly [name: string, tells: string[], change: (pack: GrantPack) => unknown][] = [
  ["document", ["grant.document"], ({ grant }) => Object.assign(grant.document as object, { annualRateBps: 1 })],
  ["salt", ["grant.document"], ({ grant }) => Object.assign(grant, { salt: OTHER })],
  ["path", ["bid.path"], ({ bid }) => Object.assign(bid.anchor!, { path: [OTHER] })],
  ["root", ["bid.path", "bid.anchored", "bid.transaction"], ({ bid }) => Object.assign(bid.anchor!, { root: OTHER })],
  ["registry", ["registry"], ({ contracts }) => Object.assign(contracts, { anchors: `0x${"5".repeat(40)}` })],
  ["chain", ["registry", "chain"], (pack) => Object.assign(pack, { chainId: pack.chainId + 1 })],
  [
    "signature",
    ["grant.signature"],
    ({ grant, bid }) => Object.assign(grant.act.signatures[0]!, { signature: bid.act.signatures[0]!.signature }),
  ],
  ["block", ["grant.block"], ({ grant }) => Object.assign(grant.transaction, { blockHash: OTHER })],
];

const tampered = (pack: GrantPack, change: (pack: GrantPack) => unknown): GrantPack => {
  const copy = structuredClone(pack);
  change(copy);
  return copy;
};

async function expectAll(page: Checker, pack: GrantPack): Promise<void> {
  await page.drop(fileOf("true.proof.json", pack));
  expect(await page.verdict()).to.deep.equal(["pass", []]);
  for (const [name, tells, change] of TAMPERINGS) {
    await page.drop(fileOf(`forged-${name}.json`, tampered(pack, change)));
    const [verdict, failing] = await page.verdict();
    expect(verdict, name).to.equal("fail");
    expect(failing, name).to.include.members(tells);
  }
}

describe("verifying without us", function () {
  this.timeout(180_000);
  this.bail(true);
  let world: AwayWorld;
  let browser: Browser;
  let grant: GrantPack;
  let record: LeafPack;
  let page: Checker;
  let kept: Checker;
  const asked: { url: string; body: string }[] = [];

  before(async () => {
    world = await awayWorld("proof");
    const enterprise = (await world.path.party("enterprise")).api;
    grant = await enterprise.grantProof(world.path.memory.recall<string>("grant.id")!);
    const { indicators } = await enterprise.profile();
    record = await enterprise.recordProof(indicators.flatMap(({ recordIds }) => recordIds)[0]!);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await world?.stop();
  });

  it("keeps the page as one file", async () => {
    page = new Checker(await Desk.open(browser, world.server.url));
    const { desk } = page;
    desk.page.on("request", (request) => asked.push({ url: request.url(), body: request.postData() ?? "" }));
    await desk.goto("/verify");
    const downloading = desk.page.waitForEvent("download");
    await desk.click("verify-keep");
    await (await downloading).saveAs(world.at("kept.html"));
    expect(readFileSync(world.at("kept.html"), "utf8")).to.contain(grant.contracts.financing);
    await desk.record("verify-empty");
  });

  it("reads a QR code off a picture, or says that this browser can't", async () => {
    const { desk } = page;
    const picture = { name: "code.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") };
    const input = desk.page.locator('input[type="file"]');
    await desk.page.evaluate("delete window.BarcodeDetector");
    await input.setInputFiles([picture]);
    await desk.page.locator('[data-testid="verify-fault"][data-fault="noQrReader"]').waitFor();
    // A browser that has the reader answers with the link; which browsers do is theirs to know.
    const link = JSON.stringify(await linkOf(world.server.url, record));
    await desk.page.evaluate(`window.BarcodeDetector = class { detect = async () => [{ rawValue: ${link} }] }`);
    await input.setInputFiles([picture]);
    await desk.at("verify-pack").waitFor();
    expect(await desk.at("verify-pack").textContent()).to.contain("code.png");
  });

  it("gives a QR code with each receipt, whose link carries the proof", async () => {
    const staff = await Desk.open(browser, world.server.url);
    const { username, password } = world.server.demoAccounts.find(({ role }) => role === "regulator")!;
    await staff.login(username, password);
    await staff.click("menu-regulator-grants");
    await staff.click("proof-qr");
    const shown = staff.at("proof-qr-shown");
    await shown.waitFor();
    await staff.accessible("proof-qr");
    const link = (await shown.getAttribute("data-link"))!;
    expect(link).to.match(/\/verify#p=[\w-]+$/);
    const { desk } = page;
    await desk.page.goto(link);
    await desk.at("verify-pack").waitFor();
    await page.useNode(world.chain.rpcUrl);
    expect(await page.verdict()).to.deep.equal(["pass", []]);
    expect(staff.complaints).to.deep.equal([]);
    await staff.context.close();
  });

  it("still verifies in the open page when we are away", async () => {
    const { desk } = page;
    await world.goAway();
    asked.length = 0;
    await page.useNode(world.chain.rpcUrl);
    await expectAll(page, grant);
    await desk.record("verify-forged");
    // The document alone, together with a pack that leaves it out.
    const { document, ...bare } = record;
    await page.drop(fileOf("bare.json", bare));
    expect(await page.verdict()).to.deep.equal(["partial", []]);
    await page.drop(fileOf("bare-again.json", bare), fileOf("document.json", document));
    await desk.at("verify-document").waitFor();
    expect(await page.verdict()).to.deep.equal(["pass", []]);
    await desk.record("verify-document");
    await page.drop(fileOf("bare-once-more.json", bare));
    await desk.page
      .locator('input[type="file"]')
      .setInputFiles([fileOf("other.json", { ...(document as object), key: 7 })]);
    await desk.at("verify-document").waitFor();
    expect(await page.verdict()).to.deep.equal(["fail", ["document"]]);

    expect(asked.map(({ url }) => new URL(url).origin)).to.satisfy((origins: string[]) =>
      origins.every((origin) => origin === new URL(world.chain.rpcUrl).origin),
    );
    const key = JSON.stringify((document as { key: string }).key).slice(1, -1);
    for (const { url, body } of asked)
      expect(url + body)
        .to.not.contain(key)
        .and.not.contain("#p=");
  });

  it("looks hashes up on a node", async () => {
    const { desk } = page;
    await desk.fill("verify-text", record.anchor.root);
    await desk.click("verify-look");
    await desk.at("lookup-found").waitFor();
    expect(await desk.at("lookup-found").textContent()).to.contain("BatchAnchored");
    await desk.fill("verify-text", OTHER);
    await desk.click("verify-look");
    await desk.at("lookup-none").waitFor();
    await desk.accessible("verify-lookup");
    expect(desk.complaints).to.deep.equal([]);
  });

  it("verifies in the kept page, from the disk", async () => {
    const desk = await Desk.open(browser, "", "en");
    kept = new Checker(desk);
    const link = await linkOf("", grant);
    await desk.page.goto(pathToFileURL(world.at("kept.html")).href + link.slice(link.indexOf("#")));
    await desk.at("verify-pack").waitFor();
    await kept.useNode(world.chain.rpcUrl);
    expect(await kept.verdict()).to.deep.equal(["pass", []]);
    await expectAll(kept, grant);
    await desk.record("verify-kept");
    await desk.page.locator('[data-testid="verify-trust"] input[value="none"]').check();
    await kept.drop(fileOf("true-again.json", grant));
    expect(await kept.verdict(), "no registry to trust").to.deep.equal(["partial", []]);
    await desk.page.locator('[data-testid="verify-trust"] input[value="typed"]').check();
    await desk.fill("verify-addresses", Object.values(grant.contracts).join(", "));
    expect(await kept.verdict()).to.deep.equal(["pass", []]);
    expect(desk.complaints).to.deep.equal([]);
  });

  it("verifies by the command", async () => {
    let packs = 0;
    const verify = async (pack: ProofPack, ...args: string[]): Promise<[code: number | null, output: string]> => {
      packs += 1;
      const file = world.written(`pack-${packs}.json`, pack);
      const { code, output } = await runNode(["scripts/verify-proof.ts", file, ...args]);
      return [code, output];
    };
    const node = ["--rpc", world.chain.rpcUrl];
    const trusting = [...node, "--deployments", world.at("deployment.json")];
    expect((await verify(grant, ...trusting))[0]).to.equal(0);
    expect((await verify(grant, ...node, "--registry", Object.values(grant.contracts).join()))[0]).to.equal(0);
    const typed = [...node, "--registry", Object.values(grant.contracts).join(), "--json"];
    const tell = async ([name, tells, change]: (typeof TAMPERINGS)[number]): Promise<void> => {
      const [code, output] = await verify(tampered(grant, change), ...typed);
      expect(code, name).to.equal(1);
      const { lines } = JSON.parse(output) as { lines: { id: string; state: string }[] };
      const failing = lines.filter(({ state }) => state === "fail").map(({ id }) => id);
      // Of a chain the addresses alone say nothing.
      expect(failing, name).to.include.members(name === "chain" ? ["chain"] : tells);
    };
    await Promise.all(TAMPERINGS.map(tell));
    const [untrusting, told] = await verify(grant, ...node);
    expect([untrusting, told]).to.satisfy(
      ([code, text]: [number, string]) => code === 2 && /not compared with a registry that you trust/.test(text),
    );
    expect((await verify(grant, "--deployments", world.at("deployment.json")))[1]).to.match(/no node was asked/);
    expect(
      (await verify(grant, "--rpc", "http://127.0.0.1:1", "--deployments", world.at("deployment.json")))[0],
    ).to.equal(2);
    expect((await runNode(["scripts/verify-proof.ts", world.at("no-such-file.json"), ...trusting])).code).to.equal(2);
    expect((await runNode(["scripts/verify-proof.ts", world.written("broken.json", "{"), ...trusting])).code).to.equal(
      2,
    );
    const { document, ...bare } = record;
    const file = world.written("document.json", document);
    expect((await verify(bare as LeafPack, ...trusting))[0]).to.equal(2);
    expect((await verify(bare as LeafPack, ...trusting, "--document", file))[0]).to.equal(0);
    expect((await verify(bare as LeafPack, ...trusting, "--document", world.written("o.json", "{}")))[0]).to.equal(1);
  });
});
