import { readConfig } from "../../backend/config.ts";
import { startServer } from "../../backend/main.ts";

/* The whole server as a process of its own, which tells where it and its chain are. It ends with its parent. */

const server = await startServer(readConfig(process.env, process.argv.slice(2)));
process.stdout.write(`${JSON.stringify({ url: server.url, rpcUrl: server.chainRpcUrl })}\n`);
let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  server.stop().finally(() => process.exit(0));
};
process.on("disconnect", stop);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
