import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../backend/config.ts";
import { type EmbeddedChain, startEmbeddedChain } from "../../backend/embedded/chain/index.ts";
import { deployment } from "../../backend/features/audit/audit-schemas.ts";
import { type RunningServer, startServer } from "../../backend/main.ts";
import { Api } from "../../scripts/client/api.ts";
import { MAIN_PATH, Path, ProcessMemory } from "../../scripts/client/main-path/index.ts";
import { pickEnterprise } from "../../scripts/client/main-path/path.ts";
import { play } from "../../scripts/client/main-path/play.ts";
import type { Desk } from "./browser.ts";

/* A server whose chain goes on without it, and the page that verifies. */

export const fileOf = (name: string, value: unknown) => ({
  name,
  mimeType: "application/json",
  buffer: Buffer.from(JSON.stringify(value)),
});

/** The page, wherever it came from. */
export class Checker {
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
}

export interface AwayWorld {
  readonly chain: EmbeddedChain;
  readonly server: RunningServer;
  readonly path: Path;
  /** A file of this test's own folder. */
  at(name: string): string;
  /** Writes a file there; its path. */
  written(name: string, value: unknown): string;
  /** Only the server: the chain stays. */
  goAway(): Promise<void>;
  stop(): Promise<void>;
}

/** Plays the main path up to a step; leaves deployment.json in the folder. */
export async function awayWorld(upTo: string): Promise<AwayWorld> {
  const folder = mkdtempSync(join(tmpdir(), "rongqiao-verify-"));
  const at = (name: string): string => join(folder, name);
  const written = (name: string, value: unknown): string => {
    writeFileSync(at(name), typeof value === "string" ? value : JSON.stringify(value));
    return at(name);
  };
  const chain = await startEmbeddedChain({ dataDir: at("chain") });
  const options = ["--data-dir", at("data"), "--port", "0", "--sample-enterprises", "30", "--log-level", "error"];
  const node = ["--chain-rpc-url", chain.rpcUrl, "--chain-key", chain.deployerKey];
  const server = await startServer(readConfig({}, [...options, ...node]));
  const api = new Api(server.url);
  const path = new Path(api, await api.meta(), new ProcessMemory(), {
    scryptN: 1_024,
    pickEnterprise: (operator) => pickEnterprise(operator, new Set(), () => 0),
  });
  await play(path, { steps: MAIN_PATH.slice(0, MAIN_PATH.findIndex(({ id }) => id === upTo) + 1), confirm: false });
  written("deployment.json", await api.transport.get("/deployment", deployment));
  let running = true;
  async function goAway(): Promise<void> {
    if (running) await server.stop();
    running = false;
  }
  return {
    chain,
    server,
    path,
    at,
    written,
    goAway,
    async stop() {
      await goAway();
      await chain.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
