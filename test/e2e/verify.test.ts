import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import type { Browser } from "playwright-core";
import { readConfig } from "../../backend/config.ts";
import { type EmbeddedChain, startEmbeddedChain } from "../../backend/embedded/chain/index.ts";
import { deployment } from "../../backend/features/audit/audit-schemas.ts";
import { linkOf } from "../../backend/lib/proof/link.ts";
import type { GrantPack, LeafPack, ProofPack } from "../../backend/lib/proof/pack.ts";
import { type RunningServer, startServer } from "../../backend/main.ts";
import { Api } from "../../scripts/client/api.ts";
import { MAIN_PATH, Path, ProcessMemory } from "../../scripts/client/main-path/index.ts";
import { pickEnterprise } from "../../scripts/client/main-path/path.ts";
import { play } from "../../scripts/client/main-path/play.ts";
import { runNode } from "../../scripts/lib/child.ts";
import { Desk, openBrowser } from "./browser.ts";

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

const fileOf = (name: string, value: unknown) => ({
  name,
  mimeType: "application/json",
  buffer: Buffer.from(JSON.stringify(value)),
});

/** The page, wherever it came from. */
class Checker {
  readonly desk: Desk;

  constructor(desk: Desk) {
    this.desk = desk;
  }

  async drop(...files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
    await this.desk.page.locator('input[type="file"]').setInputFiles(files);
    await this.desk.page.getByText(files[0]!.name, { exact: true }).first().waitFor();
  }

  async useNode(url: string): Promise<void> {
    await this.desk.page.locator('[data-testid="verify-source"] input[value="own"]').check();
    await this.desk.fill("verify-url", url);
  }

  /** The verdict, and the lines that fail. */
  async verdict(): Promise<[verdict: string | null, failing: string[]]> {
    await this.desk.click("verify-submit");
    const result = this.desk.at("check-result");
    await result.waitFor();
    const failing = await result
      .locator('li[data-state="fail"]')
      .evaluateAll((lines) => lines.map((line) => line.getAttribute("data-testid")!.replace("check-", "")));
    return [await result.getAttribute("data-verdict"), failing];
  }

  async expectAll(pack: GrantPack): Promise<void> {
    await this.drop(fileOf("true.proof.json", pack));
    expect(await this.verdict()).to.deep.equal(["pass", []]);
    for (const [name, tells, change] of TAMPERINGS) {
      await this.drop(fileOf(`forged-${name}.json`, tampered(pack, change)));
      const [verdict, failing] = await this.verdict();
      expect(verdict, name).to.equal("fail");
      expect(failing, name).to.include.members(tells);
    }
  }
}

describe("verifying without us", function () {
  this.timeout(180_000);
  this.bail(true);
  let folder = "";
  let chain: EmbeddedChain;
  let server: RunningServer | undefined;
  let browser: Browser;
  let grant: GrantPack;
  let record: LeafPack;
  let page: Checker;
  let kept: Checker;
  const asked: { url: string; body: string }[] = [];

  const at = (name: string): string => join(folder, name);
  const written = (name: string, value: unknown): string => {
    writeFileSync(at(name), typeof value === "string" ? value : JSON.stringify(value));
    return at(name);
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-verify-"));
    chain = await startEmbeddedChain({ dataDir: at("chain") });
    const options = ["--data-dir", at("data"), "--port", "0", "--sample-enterprises", "30", "--log-level", "error"];
    const node = ["--chain-rpc-url", chain.rpcUrl, "--chain-key", chain.deployerKey];
    server = await startServer(readConfig({}, [...options, ...node]));
    const api = new Api(server.url);
    const path = new Path(api, await api.meta(), new ProcessMemory(), {
      scryptN: 1_024,
      pickEnterprise: (operator) => pickEnterprise(operator, new Set(), () => 0),
    });
    await play(path, {
      steps: MAIN_PATH.slice(0, MAIN_PATH.findIndex(({ id }) => id === "proof") + 1),
      confirm: false,
    });
    const enterprise = (await path.party("enterprise")).api;
    grant = await enterprise.grantProof(path.memory.recall<string>("grant.id")!);
    const { indicators } = await enterprise.profile();
    record = await enterprise.recordProof(indicators.flatMap(({ recordIds }) => recordIds)[0]!);
    written("deployment.json", await api.transport.get("/deployment", deployment));
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await chain?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("keeps the page as one file", async () => {
    page = new Checker(await Desk.open(browser, server!.url));
    const { desk } = page;
    desk.page.on("request", (request) => asked.push({ url: request.url(), body: request.postData() ?? "" }));
    await desk.goto("/verify");
    const downloading = desk.page.waitForEvent("download");
    await desk.click("verify-keep");
    await (await downloading).saveAs(at("kept.html"));
    expect(readFileSync(at("kept.html"), "utf8")).to.contain(grant.contracts.financing);
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
    const link = JSON.stringify(await linkOf(server!.url, record));
    await desk.page.evaluate(`window.BarcodeDetector = class { detect = async () => [{ rawValue: ${link} }] }`);
    await input.setInputFiles([picture]);
    await desk.at("verify-pack").waitFor();
    expect(await desk.at("verify-pack").textContent()).to.contain("code.png");
  });

  it("gives a QR code with each receipt, whose link carries the proof", async () => {
    const staff = await Desk.open(browser, server!.url);
    const { username, password } = server!.demoAccounts.find(({ role }) => role === "regulator")!;
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
    await page.useNode(chain.rpcUrl);
    expect(await page.verdict()).to.deep.equal(["pass", []]);
    expect(staff.complaints).to.deep.equal([]);
    await staff.context.close();
  });

  it("still verifies in the open page when we are away", async () => {
    const { desk } = page;
    await server!.stop();
    server = undefined;
    asked.length = 0;
    await page.useNode(chain.rpcUrl);
    await page.expectAll(grant);
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
      origins.every((origin) => origin === new URL(chain.rpcUrl).origin),
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
    await desk.page.goto(pathToFileURL(at("kept.html")).href + link.slice(link.indexOf("#")));
    await desk.at("verify-pack").waitFor();
    await kept.useNode(chain.rpcUrl);
    expect(await kept.verdict()).to.deep.equal(["pass", []]);
    await kept.expectAll(grant);
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
      const file = written(`pack-${packs}.json`, pack);
      const { code, output } = await runNode(["scripts/verify-proof.ts", file, ...args]);
      return [code, output];
    };
    const node = ["--rpc", chain.rpcUrl];
    const trusting = [...node, "--deployments", at("deployment.json")];
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
    expect((await verify(grant, "--deployments", at("deployment.json")))[1]).to.match(/no node was asked/);
    expect((await verify(grant, "--rpc", "http://127.0.0.1:1", "--deployments", at("deployment.json")))[0]).to.equal(2);
    expect((await runNode(["scripts/verify-proof.ts", at("no-such-file.json"), ...trusting])).code).to.equal(2);
    expect((await runNode(["scripts/verify-proof.ts", written("broken.json", "{"), ...trusting])).code).to.equal(2);
    const { document, ...bare } = record;
    const file = written("document.json", document);
    expect((await verify(bare as LeafPack, ...trusting))[0]).to.equal(2);
    expect((await verify(bare as LeafPack, ...trusting, "--document", file))[0]).to.equal(0);
    expect((await verify(bare as LeafPack, ...trusting, "--document", written("o.json", "{}")))[0]).to.equal(1);
  });
});
