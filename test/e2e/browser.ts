import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect } from "chai";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { waitFor } from "../../scripts/client/waiting.ts";
import type { RunningServer } from "../support/server.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SCREENSHOTS = join(import.meta.dirname, "../../.tmp/screenshots");
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium", args: FLAGS });

/**
 * Runs in the page: serious and critical violations only, each with the places where it was found. Left out is the
 * component library's own list of a select, which it renders without a name; the select itself is checked.
 */
const FIND_BARRIERS = `axe.run({ exclude: [[".ant-select-dropdown"]] }, { resultTypes: ["violations"] }).then(({ violations }) =>
  violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")))`;

/** One person at one browser: cookies and keys of their own. Collects what the page complains about. */
export class Desk {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly url: string;
  readonly complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.context = context;
    this.page = page;
    this.url = url;
  }

  static async open(browser: Browser, url: string, locale = "zh-CN"): Promise<Desk> {
    const context = await browser.newContext({
      viewport: WIDE,
      locale,
      acceptDownloads: true,
      reducedMotion: "reduce",
    });
    await context.addInitScript({ content: AXE });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const desk = new Desk(context, page, url);
    page.on("pageerror", (error) => desk.complaints.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      // A refused request shows up here too; pages handle those themselves.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        desk.complaints.push(message.text());
      }
    });
    return desk;
  }

  /** A desk of somebody who has signed in. */
  static async signedIn(
    browser: Browser,
    url: string,
    { username, password }: { username: string; password: string },
    locale?: string,
  ): Promise<Desk> {
    const desk = await Desk.open(browser, url, locale);
    await desk.login(username, password);
    return desk;
  }

  goto(path: string): Promise<unknown> {
    return this.page.goto(`${this.url}${path}`);
  }

  at(testId: string): Locator {
    return this.page.locator(`[data-testid="${testId}"]`);
  }

  click(testId: string): Promise<void> {
    return this.at(testId).first().click();
  }

  /** The input with this id, or the one inside the element with it. */
  async field(testId: string): Promise<Locator> {
    const found = this.at(testId).first();
    await found.waitFor();
    const own = await found.evaluate((element) => ["INPUT", "TEXTAREA"].includes(element.tagName));
    return own ? found : found.locator("input, textarea").first();
  }

  async fill(testId: string, text: string): Promise<void> {
    await (await this.field(testId)).fill(text);
  }

  /** Chooses the option with this text in a select. */
  async choose(testId: string, text: string): Promise<void> {
    await this.at(testId).first().click();
    const search = this.at(testId).first().locator("input");
    // Only options in view are in the document: a long list is searched.
    if (await search.isEditable()) await search.fill(text);
    await this.page
      .locator(".ant-select-dropdown:visible .ant-select-item-option")
      .filter({ hasText: text })
      .first()
      .click();
  }

  /** Waits until the element says this state in its data-state. */
  async state(testId: string, state: string, within?: Locator): Promise<void> {
    const selector = `[data-testid="${testId}"][data-state="${state}"]`;
    await (within ?? this.page).locator(selector).first().waitFor({ timeout: 30_000 });
  }

  async login(username: string, password: string): Promise<void> {
    await this.goto("/login");
    await this.fill("login-username", username);
    await this.fill("login-password", password);
    await this.click("login-submit");
    await this.at("account-menu").waitFor();
  }

  /** Goes to a page by its entry in the menu, and is there. */
  async visit(path: string): Promise<void> {
    await this.click(`menu-${path.slice(1).replaceAll("/", "-")}`);
    await this.page.waitForURL((url) => url.pathname === path);
    await this.page.locator("h1").waitFor();
  }

  /** Opens a page again until the element says all of this: what it shows may still be on its way. */
  async tells(path: string, testId: string, ...texts: string[]): Promise<void> {
    await waitFor(
      `${path} to tell ${texts.join(", ")}`,
      async () => {
        await this.goto(path);
        await this.at(testId).waitFor();
        const told = (await this.at(testId).textContent()) ?? "";
        return texts.every((text) => told.includes(text)) ? true : undefined;
      },
      { everyMs: 500 },
    );
  }

  /** Opens the key when the page asks for its passphrase. */
  async unlock(passphrase: string): Promise<void> {
    await this.fill("unlock-passphrase", passphrase);
    await this.click("unlock-submit");
    await this.at("unlock-passphrase").waitFor({ state: "detached", timeout: 60_000 });
  }

  /** A picture of the whole page at both widths, then back to the wide one. */
  async shoot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    for (const size of [NARROW, WIDE]) {
      await this.page.setViewportSize(size);
      // From the top: bars that stick to the window would stand in the middle of the picture.
      await this.page.evaluate("window.scrollTo(0, 0)");
      // What depends on the width is drawn again before it is measured.
      await this.page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
      const height = () => this.page.evaluate("document.documentElement.scrollHeight") as Promise<number>;
      let last = -1;
      await waitFor(
        "the page to come to rest",
        async () => {
          const before = last;
          last = await height();
          return last === before ? true : undefined;
        },
        { timeoutMs: 3_000 },
      ).catch(() => undefined);
      const width = () =>
        this.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") as Promise<number>;
      // The ripple of a click reaches beyond the edge for a moment.
      const overflow = await waitFor("the width", async () => ((await width()) <= 0 ? 0 : undefined), {
        timeoutMs: 3_000,
      }).catch(width);
      await this.page.screenshot({
        path: join(SCREENSHOTS, `${name}-${size.width}.png`),
        fullPage: true,
        animations: "disabled",
      });
      expect(overflow, `${name} is wider than ${size.width} pixels`).to.be.at.most(0);
    }
  }

  /** No barrier that axe calls serious or critical. */
  async accessible(name: string): Promise<void> {
    const found = (await this.page.evaluate(FIND_BARRIERS)) as string[];
    expect(found, `barriers on ${name}`).to.deep.equal([]);
  }

  async record(name: string): Promise<void> {
    await this.accessible(name);
    await this.shoot(name);
  }
}

/** The first of the demo accounts whose name begins so. */
export const demoAccount = ({ demoAccounts }: Pick<RunningServer, "demoAccounts">, prefix: string) =>
  demoAccounts.find(({ username }) => username.startsWith(prefix))!;
