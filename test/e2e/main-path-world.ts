import type { Browser } from "playwright-core";
import { Api } from "../../scripts/client/api.ts";
import { freshBankUscc } from "../../scripts/client/main-path/path.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { Desk, demoAccount, openBrowser } from "./browser.ts";

export interface Member {
  name: string;
  uscc: string;
  username: string;
  link: string;
}

const bank = (letter: string, number: number, run: string): Member => ({
  name: `玉溪网页银行${letter}（${run}）`,
  uscc: freshBankUscc(),
  username: `web-bank-${number}-${run}`,
  link: "",
});

/** What one step of the path leaves to the next. */
export class MainPathWorld {
  readonly run = Date.now().toString(36);
  readonly enterprise: Member = { name: "", uscc: "", username: `web-enterprise-${this.run}`, link: "" };
  readonly banks: readonly [Member, Member] = [bank("甲", 1, this.run), bank("乙", 2, this.run)];
  readonly seats: Record<string, Desk> = {};
  requestId = "";
  server!: RunningServer;
  browser!: Browser;

  async open(): Promise<void> {
    this.server = await sharedServer();
    this.browser = await openBrowser();
    const api = new Api(this.server.url);
    const { username, password } = demoAccount(this.server, "operator");
    const { items } = await api.as((await api.login(username, password)).token).registeredEnterprises("玉溪");
    const free = items.find(({ participantId, status }) => participantId === undefined && status === "active");
    if (!free) throw new Error("every enterprise of the sample city has joined already");
    Object.assign(this.enterprise, { name: free.name, uscc: free.uscc });
  }

  /** Somebody new at a browser of their own. */
  async seat(name: string): Promise<Desk> {
    const desk = await Desk.open(this.browser, this.server.url);
    this.seats[name] = desk;
    return desk;
  }

  async staff(name: string, prefix: string): Promise<Desk> {
    const desk = await this.seat(name);
    const { username, password } = demoAccount(this.server, prefix);
    await desk.login(username, password);
    return desk;
  }
}
