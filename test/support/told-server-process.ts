import { readConfig } from "../../backend/config.ts";
import { startServer } from "../../backend/main.ts";

/* A server whose parent is told where its store and its chain are. */

const server = await startServer(readConfig({}, process.argv.slice(2)));
process.once("SIGTERM", () => void server.stop().then(() => process.exit(0)));
const { url, mongodbUri, chainRpcUrl } = server;
process.send!({ url, mongodbUri, chainRpcUrl });
