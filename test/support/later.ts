import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { createApp } from "../../backend/app.ts";
import { compose, type Services } from "../../backend/compose.ts";
import { chainContext } from "../../backend/lib/chain-context.ts";
import { createSignatureCheck } from "../../backend/lib/signatures.ts";
import { connectProvider } from "../../backend/platform/chain/provider.ts";
import { createSmartAccountCheck } from "../../backend/platform/chain/smart-account.ts";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import { addRoutes } from "../../backend/routes.ts";
import { createStores, type Stores } from "../../backend/stores.ts";
import { artifactsFrom } from "../../contracts/artifacts.ts";
import { Api } from "../../scripts/client/api.ts";
import type { RunningServer } from "./server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface LaterServer {
  readonly services: Services;
  readonly stores: Stores;
  /** Its clock goes so many days before the real one. */
  setDays(days: number): void;
  /** The same session, asking this server. */
  as(api: Api): Api;
  stop(): Promise<void>;
}

/** A second server over the same store and chain, with a clock of its own and no worker: what will be, asked today. */
export async function startLater(server: RunningServer): Promise<LaterServer> {
  let ahead = 0;
  const first = new Api(server.url);
  const { chainId, contracts } = await first.meta();
  const connection = await connectMongo(server.mongodbUri);
  const provider = await connectProvider(server.chainRpcUrl);
  const stores = await createStores(connection);
  const artifacts = artifactsFrom(join(ROOT, "artifacts"));
  const chain = chainContext(
    chainId,
    contracts as Parameters<typeof chainContext>[1],
    (name) => artifacts(name).abi,
    createSignatureCheck(createSmartAccountCheck(provider)),
  );
  const services = compose({
    stores,
    mongodbUri: server.mongodbUri,
    chain,
    provider,
    startBlock: 0,
    sessionSecret: Buffer.alloc(32),
    personKeys: [Buffer.alloc(32, 1)],
    filesDir: tmpdir(),
    clock: { now: () => new Date(Date.now() + ahead) },
  });
  const unused = () => Promise.reject(new Error("not asked here"));
  const app = createApp({
    addRoutes: (api) =>
      addRoutes(api, {
        services,
        stores,
        provider,
        outboxWaiting: async () => 0,
        waitingReceipt: async () => undefined,
        meta: unused,
      }),
    // The first server says whose session it is.
    async authenticate(token) {
      const { id, role, participant } = await first.as(token).me();
      return { accountId: id, sessionId: token, role, participantId: participant.id };
    },
    countWaiting: async () => 0,
    maxWaitingActs: 1_000,
    webDir: join(ROOT, "none"),
    log: pino({ level: "error" }),
  });
  const http = createServer(app);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    services,
    stores,
    setDays(days) {
      ahead = days * 86_400_000;
    },
    as: (api) => new Api(url, api.transport.options),
    async stop() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      provider.destroy();
      await connection.close();
    },
  };
}
