import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { computeAddress, Interface, id as keccakOfText } from "ethers";
import { readConfig } from "../../backend/config.ts";
import { type EmbeddedChain, startEmbeddedChain } from "../../backend/embedded/chain/index.ts";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { startServer } from "../../backend/main.ts";
import { connectProvider } from "../../backend/platform/chain/provider.ts";
import { artifactsFrom } from "../../contracts/artifacts.ts";
import { type Enterprise, makeEnterprises, signPair } from "../../scripts/bench/chain-acts-parties.ts";
import type { Meta } from "../../scripts/client/acts.ts";
import { Api } from "../../scripts/client/api.ts";
import { Path, ProcessMemory } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";

const MAX_WAITING = 90;
const WORKS = /does the work now/g;
/** The lease runs for 15 seconds and is looked at every five. */
const TAKEOVER_MS = 45_000;

interface WorkerProcess {
  child: ChildProcess;
  /** How often it has taken up the work. */
  tookUp(): number;
}

describe("several processes over one store and one chain", function () {
  this.timeout(240_000);
  let folder: string;
  let store: Awaited<ReturnType<typeof startDocumentStore>>;
  let chain: EmbeddedChain;
  let server: Awaited<ReturnType<typeof startServer>>;
  let shared: string[];
  let meta: Meta;
  let operator: Api;
  let enterprises: Enterprise[];
  const workers: WorkerProcess[] = [];
  const opened = new Set<string>();
  let serial = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-workers-"));
    store = await startDocumentStore({ dataDir: join(folder, "store"), port: 0 });
    chain = await startEmbeddedChain({ dataDir: join(folder, "chain") });
    shared = ["--data-dir", join(folder, "data"), "--mongodb-uri", store.uri, "--chain-rpc-url", chain.rpcUrl];
    shared.push("--chain-key", chain.deployerKey);
    const own = ["--worker", "off", "--port", "0", "--sample-enterprises", "3", "--log-level", "error"];
    server = await startServer(readConfig({}, [...shared, ...own, "--max-waiting-acts", String(MAX_WAITING)]));
    const api = new Api(server.url);
    meta = await api.meta();
    const path = await new Path(api, meta, new ProcessMemory()).demo("operator");
    operator = path.api;
    enterprises = await makeEnterprises(api, meta, path, 3);
  });
  after(async () => {
    for (const { child } of workers) child.kill("SIGKILL");
    await server?.stop();
    await chain?.stop();
    await store?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function startWorker(): WorkerProcess {
    const child = spawn(process.execPath, ["scripts/worker.ts", ...shared, "--log-level", "info"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    let said = "";
    child.stdout.on("data", (data: Buffer) => {
      said += data.toString();
    });
    const worker = { child, tookUp: () => said.match(WORKS)?.length ?? 0 };
    workers.push(worker);
    return worker;
  }
  const post = async (pair = signPair(meta, enterprises, serial++)) => {
    const { transport } = new Api(server.url, { token: enterprises[pair.enterprise]!.token });
    const answer = await fetch(`${transport.url}/api/v1/requests`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${enterprises[pair.enterprise]!.token}` },
      body: pair.requestBody,
    });
    if (answer.status === 201) opened.add(pair.requestKey);
    return { pair, status: answer.status, retryAfter: answer.headers.get("retry-after"), body: await answer.json() };
  };
  const postMany = async (count: number) => {
    for (let i = 0; i < count; i++) expect((await post()).status).to.equal(201);
  };
  const settled = () =>
    waitFor(
      "every act to be settled",
      async () => {
        const { queuedActs, openTransactions, outboxWaiting } = await operator.status();
        return queuedActs + openTransactions + outboxWaiting === 0 ? true : undefined;
      },
      { timeoutMs: TAKEOVER_MS + 30_000 },
    );

  it("take acts up to a limit while nobody works, and refuse the next with nothing of them done", async () => {
    const refused = await waitFor(
      "the limit",
      async () => {
        const answer = await post();
        return answer.status === 201 ? undefined : answer;
      },
      { everyMs: 10 },
    );
    expect(refused.status).to.equal(503);
    expect(refused.body).to.include({ code: "queue.full" });
    expect(Number(refused.retryAfter)).to.be.within(1, 60);
    expect((await operator.status()).outboxWaiting).to.be.at.least(MAX_WAITING);
    const mine = new Api(server.url, { token: enterprises[refused.pair.enterprise]!.token });
    const { items } = await mine.requests();
    expect(items.map(({ requestKey }) => requestKey.toLowerCase())).to.not.include(refused.pair.requestKey);

    const [first, second] = [startWorker(), startWorker()];
    await settled();
    expect(first.tookUp() + second.tookUp(), "one of the two works").to.equal(1);
    // The very same body is taken now: nothing of it was there.
    const again = await waitFor("the act to be taken", async () => {
      const answer = await post(refused.pair);
      return answer.status === 503 ? undefined : answer;
    });
    expect(again.status).to.equal(201);
  });

  it("hand the work over when its holder is stopped, and hold back the one that wakes up", async () => {
    const holder = workers.find((worker) => worker.tookUp() > 0)!;
    const other = workers.find((worker) => worker !== holder)!;
    await postMany(15);
    holder.child.kill("SIGSTOP");
    await postMany(15);
    await waitFor("the other to take over", async () => (other.tookUp() > 0 ? true : undefined), {
      timeoutMs: TAKEOVER_MS,
    });
    await settled();
    await postMany(5);
    holder.child.kill("SIGCONT");
    await postMany(15);
    await settled();
    expect(holder.tookUp()).to.equal(1);

    other.child.kill("SIGKILL");
    await once(other.child, "exit");
    await postMany(10);
    await waitFor("the first to take over again", async () => (holder.tookUp() > 1 ? true : undefined), {
      timeoutMs: TAKEOVER_MS,
    });
    await settled();
  });

  it("did every act once, in transactions without a gap and without a failure", async () => {
    const provider = await connectProvider(chain.rpcUrl);
    try {
      const events = new Interface(artifactsFrom("artifacts")("FinancingLedger").abi as string[]);
      const logs = await provider.getLogs({
        address: meta.contracts.financing,
        topics: [events.getEvent("RequestOpened")!.topicHash],
        fromBlock: 0,
      });
      const keys = logs.map(({ topics }) => `0x${topics[1]!.slice(26)}`);
      expect(keys.sort()).to.deep.equal([...opened].sort());
      const failures = { address: meta.contracts.relay, topics: [keccakOfText("ActFailed(bytes32,bytes)")] };
      expect(await provider.getLogs({ ...failures, fromBlock: 0 })).to.deep.equal([]);
      expect((await operator.status()).failedActs).to.deep.equal([]);
      expect(await provider.getTransactionCount(computeAddress(chain.deployerKey), "pending")).to.equal(
        await provider.getTransactionCount(computeAddress(chain.deployerKey), "latest"),
      );
    } finally {
      provider.destroy();
    }
  });
});
