import { parseArgs } from "node:util";
import { serve } from "./server.ts";

/** The store as a process of its own: `main.ts --port N --data DIR`. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: "string" }, data: { type: "string" } } });
  const port = Number(values.port ?? "0");
  if (!values.data) throw new Error("--data DIR is needed");
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is not a port number`);
  const server = await serve({ dataDir: values.data, port });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    server.close().then(
      () => process.exit(0),
      (e: Error) => {
        process.stderr.write(`${e.message}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", process.send ? () => {} : stop);
  // The parent is gone, so nobody is left to stop us.
  process.on("disconnect", stop);
  process.stdout.write(`${JSON.stringify({ ready: true, port: server.port })}\n`);
  process.send?.({ type: "ready", port: server.port });
}

main().catch((e: Error) => {
  // A parent is told the reason and passes it on; a person reads it here.
  if (process.send) process.send({ type: "failed", message: e.message }, () => process.exit(1));
  else {
    process.stderr.write(`${e.message}\n`);
    process.exit(1);
  }
});
