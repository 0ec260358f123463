import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { MongoClient } from "mongodb";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { serve } from "../../backend/embedded/document-store/server.ts";
import { failure, startTestStore, temporaryFolder } from "./document-store-support.ts";

const main = fileURLToPath(new URL("../../backend/embedded/document-store/main.ts", import.meta.url));

describe("document store: durability", function () {
  this.timeout(60_000);

  it("keeps every acknowledged write through kill -9", async () => {
    const dir = temporaryFolder();
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < 5; round++) {
      const store = await startDocumentStore({ dataDir: dir, port: 0 });
      const client = await MongoClient.connect(store.uri, { maxPoolSize: 30, serverSelectionTimeoutMS: 500 });
      const c = client.db("t").collection<{ _id: string; n: number; tags: string[] }>("writes");
      await c.createIndex({ n: 1 });
      await c.createIndex({ tags: 1 });
      const found = new Map((await c.find().toArray()).map((d) => [d._id, d.n]));
      for (const [id, n] of acknowledged) expect(found.get(id), id).to.be.at.least(n);
      // Indexes and documents must tell the same story after the crash.
      for (const [id, n] of found) expect(await c.countDocuments({ _id: id, n }, { hint: "n_1" })).to.equal(1);
      expect(await c.countDocuments({ tags: "all" })).to.equal(found.size);

      let running = true;
      const writer = async (w: number) => {
        for (let i = 0; running; i++) {
          const _id = `${round}-${w}-${i}`;
          try {
            await c.insertOne({ _id, n: 0, tags: ["all", _id] });
            acknowledged.set(_id, 0);
            for (let n = 1; n <= 3; n++) {
              await c.findOneAndUpdate({ _id, n: n - 1 }, { $inc: { n: 1 } });
              acknowledged.set(_id, n);
            }
          } catch {
            return;
          }
        }
      };
      const writers = Array.from({ length: 20 }, (_, w) => writer(w));
      await new Promise((r) => setTimeout(r, 100 + Math.random() * 200));
      process.kill(store.pid, "SIGKILL");
      await store.exited;
      running = false;
      await client.close(true);
      await Promise.all(writers);
    }
    expect(acknowledged.size).to.be.greaterThan(100);
    rmSync(dir, { recursive: true });
  });

  it("says in one line that the folder is in use", async () => {
    const s = await startTestStore();
    const e = await failure(startDocumentStore({ dataDir: s.dir, port: 0 }));
    expect(e.message).to.equal(`the data folder ${s.dir} is in use by another process`);
    await s.stop();
  });

  it("says in one line that the file is damaged", async () => {
    const dir = temporaryFolder();
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "documents.sqlite"), "not a database, but long enough to look like one".repeat(100));
    const e = await failure(startDocumentStore({ dataDir: dir, port: 0 }));
    expect(e.message).to.match(/^the data file .*documents\.sqlite is damaged: .*$/);
    rmSync(dir, { recursive: true });
  });

  it("says in one line that the port is in use", async () => {
    const s = await startTestStore();
    const dir = temporaryFolder();
    const e = await failure(startDocumentStore({ dataDir: dir, port: s.store.port }));
    expect(e.message).to.equal(`port ${s.store.port} is in use`);
    await s.stop();
    rmSync(dir, { recursive: true });
  });

  it("fails writes when the disk is full, keeps what it acknowledged, and goes on when there is room", async () => {
    const dir = temporaryFolder();
    const server = await serve({ dataDir: dir, port: 0, log: () => {} });
    const client = await MongoClient.connect(`mongodb://127.0.0.1:${server.port}`);
    const c = client.db("t").collection<{ _id: number; fill: string }>("full");
    await c.insertOne({ _id: -1, fill: "" });
    // SQLite reports a file at its page limit exactly as it reports a full disk.
    server.engine.storage.sqlite.exec("PRAGMA max_page_count = 60");
    const kept = [-1];
    let refused = 0;
    const fill = "x".repeat(8000);
    const results = await Promise.allSettled(Array.from({ length: 60 }, (_, _id) => c.insertOne({ _id, fill })));
    results.forEach((r, i) => {
      if (r.status === "fulfilled") kept.push(i);
      else {
        refused++;
        expect(r.reason.code).to.equal(14031);
      }
    });
    expect(refused).to.be.greaterThan(0);
    expect((await c.find().sort({ _id: 1 }).toArray()).map((d) => d._id)).to.deep.equal(kept);
    server.engine.storage.sqlite.exec("PRAGMA max_page_count = 100000");
    await c.insertOne({ _id: 1000, fill });
    expect(await c.countDocuments()).to.equal(kept.length + 1);
    await client.close();
    await server.close();
    rmSync(dir, { recursive: true });
  });

  it("prints its port, keeps its data over a clean stop, and answers SIGTERM with exit 0", async () => {
    const dir = temporaryFolder();
    for (let round = 0; round < 2; round++) {
      const child = spawn(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", main, "--port", "0", "--data", dir],
        {
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      const { ready, port } = JSON.parse(line.toString()) as { ready: boolean; port: number };
      expect(ready).to.equal(true);
      const client = await MongoClient.connect(`mongodb://127.0.0.1:${port}`);
      const c = client.db("t").collection("kept");
      expect(await c.countDocuments()).to.equal(round);
      await c.insertOne({ round });
      await client.close();
      child.kill("SIGTERM");
      const [code] = await once(child, "exit");
      expect(code).to.equal(0);
    }
    rmSync(dir, { recursive: true });
  });

  it("ends when the process that started it dies", async () => {
    const dir = temporaryFolder();
    const index = new URL("../../backend/embedded/document-store/index.ts", import.meta.url);
    const script = `const { startDocumentStore } = await import(${JSON.stringify(index.href)});
      const s = await startDocumentStore({ dataDir: ${JSON.stringify(dir)}, port: 0 });
      console.log(s.pid); setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    parent.kill("SIGKILL");
    await once(parent, "exit");
    let alive = true;
    for (let i = 0; i < 100 && alive; i++) {
      await new Promise((r) => setTimeout(r, 50));
      try {
        process.kill(pid, 0);
      } catch {
        alive = false;
      }
    }
    expect(alive).to.equal(false);
    rmSync(dir, { recursive: true });
  });
});
