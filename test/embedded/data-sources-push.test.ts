import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import type { Connection } from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { createPageStore, type PageStore } from "../../backend/features/data-sources/page-store.ts";
import {
  ABANDONED_AFTER_MS,
  createPushService,
  type PushService,
} from "../../backend/features/data-sources/push-service.ts";
import { createResourceStore } from "../../backend/features/data-sources/resource-store.ts";
import { createRunStore, type RunStore } from "../../backend/features/data-sources/run-store.ts";
import { createSealing } from "../../backend/features/data-sources/sealing.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";

const SECRET = Buffer.alloc(32, 9);
const digest = (body: string) => `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;

describe("deliveries that a crash or a sender left open, over the real store", function () {
  this.timeout(60_000);
  let folder: string;
  let server: Awaited<ReturnType<typeof startDocumentStore>>;
  let connection: Connection;
  let pages: PageStore;
  let runs: RunStore;
  let pushes: PushService;
  let now: Date;
  let received: string[];
  let fails: boolean;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-push-"));
    server = await startDocumentStore({ dataDir: folder, port: 0 });
    connection = await connectMongo(server.uri);
    const resources = createResourceStore(connection);
    [pages, runs] = [createPageStore(connection), createRunStore(connection)];
    await initModels(connection);
    now = new Date("2026-03-05T02:00:00Z");
    const sealing = createSealing(Buffer.alloc(32, 7));
    await resources.insert(
      "r",
      {
        catalogId: "payments",
        departmentCode: "taxation",
        kind: "push",
        state: "active",
        name: "推送",
        description: "",
        owner: "信息中心",
        mapping: [],
        credentials: [
          {
            id: "r.1",
            algorithm: "hmac-sha256",
            label: "机器",
            sealedSecret: sealing.seal(SECRET.toString("base64"), "r.1"),
            createdAt: now,
          },
        ],
        changes: [],
        createdAt: now,
        changedAt: now,
      },
      [],
    );
    const ports = {
      async receive({ content }: { content: AsyncIterable<unknown> }) {
        const lines = await text(content as never);
        if (fails) throw new Error("cut off");
        received.push(lines);
        return { id: `batch-${received.length}` };
      },
      batch: async () => undefined,
    };
    pushes = createPushService(resources, pages, runs, ports, sealing, { now: () => now });
  });
  after(async () => {
    await connection?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    received = [];
    fails = false;
  });

  function push(run: string, page: number, last: boolean, rows: object[]) {
    const body = JSON.stringify(rows);
    const headers: Record<string, string> = { "content-digest": digest(body) };
    const params = `("@method" "@path" "@query" "content-digest");created=${now.getTime() / 1000};keyid="r.1"`;
    const base = `"@method": POST\n"@path": /p\n"@query": ?\n"content-digest": ${headers["content-digest"]}\n"@signature-params": ${params}`;
    headers["signature-input"] = `sig=${params}`;
    headers.signature = `sig=:${createHmac("sha256", SECRET).update(base).digest("base64")}:`;
    const message = { method: "POST", target: "/p", header: (name: string) => headers[name] };
    async function* bytes() {
      yield Buffer.from(body);
    }
    return pushes.push("r", { run, page, last: last ? "true" : "false" }, message, bytes());
  }
  const state = async (run: string) => (await runs.findRun(`r:${run}`))?.state;

  it("finishes what was complete when it was cut off", async () => {
    await push("cut", 1, false, [{ n: 1 }]);
    fails = true;
    const failure = await push("cut", 2, true, [{ n: 2 }]).catch((error: Error) => error.message);
    expect([failure, received.length]).to.deep.equal(["cut off", 0]);
    fails = false;
    expect(await pushes.step()).to.equal(true);
    expect(received).to.have.length(1);
    expect(
      received[0]!
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { n: string }).n),
    ).to.deep.equal(["1", "2"]);
    expect(await state("cut")).to.equal("done");
    expect(await pushes.step()).to.equal(false);
    await push("cut", 2, true, [{ n: 2 }]);
    expect(received, "sent again after all").to.have.length(1);
  });

  it("waits for what is missing, and gives it up after a week", async () => {
    await push("open", 2, true, [{ n: 2 }]);
    expect(await pushes.step()).to.equal(false);
    now = new Date(now.getTime() + ABANDONED_AFTER_MS - 1_000);
    expect([await pushes.step(), await state("open")]).to.deep.equal([false, "running"]);
    now = new Date(now.getTime() + 2_000);
    expect([await pushes.step(), await state("open")]).to.deep.equal([true, "failed"]);
    expect(await pages.ofRun("r", "open")).to.deep.equal([]);
    expect(received).to.deep.equal([]);
    // Its name is free again.
    await push("open", 1, true, [{ n: 3 }]);
    expect([received.length, await state("open")]).to.deep.equal([1, "done"]);
  });
});
