import { readConfig } from "../../backend/config.ts";
import { startServer } from "../../backend/main.ts";

/* The server alone, without building anything first: for tests and benchmarks, which start and kill it as a process. */

const server = await startServer(readConfig(process.env, process.argv.slice(2)));
process.stdout.write(`${server.url}\n`);
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  });
}
