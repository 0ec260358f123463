/*
 * `npm run worker`: a process that only works: it carries out what the answers asked for, anchors and relays. Any number
 * of them, and of servers with WORKER=off, share one store and one chain; one at a time works, and another takes over
 * within seconds when it is gone.
 */
import { type Config, readConfig } from "../backend/config.ts";
import { ensureContracts } from "./lib/build.ts";
import { explain } from "./lib/failure.ts";
import { onStopRequest } from "./lib/stop.ts";

let config: Config | undefined;
try {
  config = readConfig({ ...process.env, WORKER: "alone" }, process.argv.slice(2));
  await ensureContracts(() => process.stdout.write("Compiling the contracts …\n"), AbortSignal.timeout(10 * 60_000));
  // Only now: it reads what was compiled.
  const { startServer } = await import("../backend/main.ts");
  const running = await startServer(config, { step: (text) => void process.stdout.write(`${text}\n`) });
  process.stdout.write("Working, or ready to take over. Stop with Ctrl-C.\n");
  onStopRequest(() => void running.stop().finally(() => process.exit(0)));
} catch (error) {
  process.stderr.write(
    `The worker did not start: ${explain(error, config ?? { port: 0, dataDir: "the data folder" })}\n`,
  );
  process.exit(1);
}
