import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "mocha";
import { readConfig } from "../../backend/config.ts";
import { startServer } from "../../backend/main.ts";

export type RunningServer = Awaited<ReturnType<typeof startServer>>;

/** Enough for several admitted enterprises a test file, and quick to load. */
const SAMPLE_ENTERPRISES = 60;

let shared: Promise<RunningServer> | undefined;
let dataDir: string | undefined;

/** One instance for the whole test run, with the embedded store and chain and a small sample city. */
export function sharedServer(): Promise<RunningServer> {
  shared ??= (async () => {
    dataDir = mkdtempSync(join(tmpdir(), "rongqiao-test-"));
    const options = ["--data-dir", dataDir, "--port", "0", "--sample-enterprises", String(SAMPLE_ENTERPRISES)];
    return startServer(readConfig({}, [...options, "--log-level", "error"]));
  })();
  return shared;
}

after("stop the shared server", async function () {
  this.timeout(30_000);
  const server = await shared?.catch(() => undefined);
  await server?.stop();
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
});
