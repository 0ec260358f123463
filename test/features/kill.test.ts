import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type ChildServer, freePort, startChildServer } from "../../scripts/client/child-server.ts";
import type { PlayedStep } from "../../scripts/client/main-path/play.ts";

interface DemoResult {
  code: number | null;
  text: string;
  errors: string;
}

/** Runs the demo as its users do. `onStep` sees each step's number as it is printed. */
function runDemo(
  url: string,
  state: string,
  more: string[],
  onStep: (step: number) => void = () => {},
): Promise<DemoResult> {
  const child = spawn(process.execPath, ["scripts/demo.ts", "--url", url, "--state", state, ...more], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const result: DemoResult = { code: null, text: "", errors: "" };
  let seen = 0;
  child.stdout.on("data", (data: Buffer) => {
    result.text += data.toString();
    const steps = [...result.text.matchAll(/^(\d+)\. /gm)].length;
    while (seen < steps) onStep(++seen);
  });
  child.stderr.on("data", (data: Buffer) => {
    result.errors += data.toString();
  });
  return new Promise((resolve) => child.once("exit", (code) => resolve({ ...result, code })));
}

describe("a server that is killed in the middle of the path", function () {
  this.timeout(300_000);
  let folder: string;
  let server: ChildServer | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-kill-"));
  });
  afterEach(async () => {
    await server?.kill();
    server = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  it("loses nothing that it acknowledged: the same run is finished after each restart", async () => {
    const port = await freePort();
    const data = join(folder, "data");
    const state = join(folder, "demo.json");
    const url = `http://127.0.0.1:${port}`;
    server = await startChildServer(data, port);

    const killAfter = async (step: number): Promise<DemoResult> => {
      let killed: Promise<void> | undefined;
      const result = await runDemo(url, state, ["--wait", "0"], (done) => {
        if (done === step) killed = server!.kill();
      });
      expect(killed, `step ${step} was reached:\n${result.text}\n${result.errors}`).to.not.equal(undefined);
      await killed;
      return result;
    };

    // Before and after the acts whose loss would hurt most: sign-up, the request, the bids, the award.
    for (const step of [3, 6, 9, 10]) {
      const cutOff = await killAfter(step);
      expect(cutOff.code, cutOff.text).to.equal(1);
      expect(existsSync(state)).to.equal(true);
      server = await startChildServer(data, port);
    }
    const finished = await runDemo(url, state, ["--json"]);
    expect(finished.code, finished.errors).to.equal(0);
    const { verified, steps } = JSON.parse(finished.text) as { verified: boolean; steps: PlayedStep[] };
    expect(verified).to.equal(true);
    expect(steps.map(({ before }) => before).slice(0, 10)).to.not.include(false);
    expect(existsSync(state), "a finished run is forgotten").to.equal(false);
  });

  it("is waited for by a demo that is under way", async () => {
    const port = await freePort();
    const data = join(folder, "data");
    const url = `http://127.0.0.1:${port}`;
    server = await startChildServer(data, port);
    let restarted: Promise<void> | undefined;
    const result = await runDemo(url, join(folder, "demo.json"), ["--wait", "90"], (done) => {
      if (done !== 7) return;
      restarted = server!.kill().then(async () => {
        server = await startChildServer(data, port);
      });
    });
    await restarted;
    expect(result.code, result.errors).to.equal(0);
    expect(result.text).to.contain("The grant is verified");
  });

  it("stops cleanly on Ctrl-C, and comes up again with the same data", async () => {
    const port = await freePort();
    const data = join(folder, "data");
    server = await startChildServer(data, port);
    const first = await runDemo(server.url, join(folder, "demo.json"), ["--json"]);
    expect(first.code, first.errors).to.equal(0);
    expect(await server.interrupt(), server.output()).to.be.oneOf([0, 130]);
    const started = Date.now();
    server = await startChildServer(data, port);
    expect(Date.now() - started, "milliseconds to come up again").to.be.below(15_000);
    const again = await runDemo(server.url, join(folder, "demo.json"), ["--json"]);
    expect(again.code, again.errors).to.equal(0);
  });
});
