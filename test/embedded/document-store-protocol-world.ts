import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { MongoClient } from "mongodb";
import { Wire } from "./document-store-messages.ts";
import { type Loose, temporaryFolder } from "./document-store-support.ts";

const MAIN = fileURLToPath(new URL("../../backend/embedded/document-store/main.ts", import.meta.url));

export const ping = { ping: 1, $db: "admin" };

export interface ProtocolServer {
  readonly client: MongoClient;
  readonly port: number;
  /** A connection that writes bytes; closed after its test. */
  wire(): Promise<Wire>;
  /** The server serves others as before. */
  lives(): Promise<void>;
  residentMB(): number;
}

/** For a describe block: the store as its own program. */
export function protocolServer(): ProtocolServer {
  const dir = temporaryFolder();
  let server: ChildProcess;
  let port: number;
  let client: MongoClient;
  const open: Wire[] = [];
  const kept = [{ _id: 1, a: "kept" }];

  before(async () => {
    // What it writes of each broken connection would hide the tests.
    const args = ["--disable-warning=ExperimentalWarning", MAIN, "--port", "0", "--data", dir];
    server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
    port = JSON.parse(String((await once(server.stdout!, "data"))[0])).port;
    client = await MongoClient.connect(`mongodb://127.0.0.1:${port}`);
    await client.db("kept").collection<Loose>("kept").insertMany(kept);
  });
  afterEach(() => {
    for (const w of open.splice(0)) w.close();
  });
  after(async () => {
    await client.close();
    server.kill("SIGTERM");
    expect(await once(server, "exit")).to.deep.equal([0, null]);
    rmSync(dir, { recursive: true });
  });

  return {
    get client() {
      return client;
    },
    get port() {
      return port;
    },
    async wire() {
      const w = await Wire.open(port);
      open.push(w);
      return w;
    },
    async lives() {
      expect(server.exitCode).to.equal(null);
      expect(await client.db("kept").collection("kept").find().toArray()).to.deep.equal(kept);
    },
    residentMB: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))![1]) / 1024,
  };
}
