import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { MongoClient } from "mongodb";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { serve } from "../../backend/embedded/document-store/server.ts";
import { failure, startTestStore, temporaryFolder } from "./document-store-support.ts";

const main = fileURLToPath(new URL("../../backend/embedded/document-store/main.ts", import.meta.url));

describe("document store: durability", function () {
  this.timeout(60_000);

  it("says in one line that the folder is in use", async () => {
    const s = await startTestStore();
    const e = await failure(startDocumentStore({ dataDir: s.dir, port: 0 }));
    expect(e.message).to.equal(`the data folder ${s.dir} is in use by another process`);
    await s.stop();
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

  it("comes through a disk that is really full", async function () {
    // A small disk in a namespace of the server's own: it needs no rights, and is gone with the server.
    const dir = temporaryFolder();
    const mount = `mount -t tmpfs -o size=6m none '${dir}' && exec "$@"`;
    const command = [process.execPath, "--disable-warning=ExperimentalWarning", main, "--port", "0", "--data", dir];
    if (spawnSync("unshare", ["-rm", "sh", "-c", mount, "sh", "true"]).status !== 0) this.skip();
    const child = spawn("unshare", ["-rm", "sh", "-c", mount, "sh", ...command], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { port: number };
    const client = await MongoClient.connect(`mongodb://127.0.0.1:${port}`, { retryWrites: false });
    const c = client.db("t").collection<{ _id: number; fill: string }>("full");
    const ballast = `/proc/${child.pid}/root${dir}/ballast`;
    writeFileSync(ballast, Buffer.alloc(2_000_000));

    const kept: number[] = [];
    let refused = 0;
    const write = async (_id: number) => {
      try {
        await c.insertOne({ _id, fill: "x".repeat(20_000 + (_id % 7) * 1000) });
        kept.push(_id);
      } catch (e) {
        expect(e).to.include({ code: 14031, codeName: "OutOfDiskSpace" });
        refused++;
      }
    };
    const ids = async (): Promise<number[]> =>
      (
        await c
          .find({}, { projection: { _id: 1 } })
          .sort({ _id: 1 })
          .toArray()
      ).map((d) => d._id);
    const sorted = (): number[] => kept.toSorted((a, b) => a - b);
    for (let from = 0; refused < 40; from += 10)
      await Promise.all(Array.from({ length: 10 }, (_, i) => write(from + i)));
    expect(kept.length).to.be.greaterThan(20);
    expect(await ids()).to.deep.equal(sorted());

    rmSync(ballast);
    refused = 0;
    for (let i = 0; i < 20; i++) await write(10_000 + i);
    expect(refused).to.equal(0);
    expect(await ids()).to.deep.equal(sorted());
    await client.close();
    child.kill("SIGTERM");
    expect((await once(child, "exit"))[0]).to.equal(0);
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

  it("gives connection strings that hold the credentials, whatever is in them", async () => {
    const dir = temporaryFolder();
    const credentials = { user: "us/er@1", password: "p:%@ss?word" };
    const store = await startDocumentStore({ dataDir: dir, port: 0, credentials });
    for (const url of [store.uri, store.url("books")]) {
      const client = await MongoClient.connect(url);
      await client.db("books").collection("c").insertOne({ url });
      expect(client.db().databaseName).to.equal(url === store.uri ? "test" : "books");
      await client.close();
    }
    const stranger = await MongoClient.connect(`mongodb://127.0.0.1:${store.port}`);
    expect(await failure(stranger.db("books").collection("c").findOne())).to.include({ code: 13 });
    await stranger.close();
    await store.stop();
    rmSync(dir, { recursive: true });
  });

  it("announces itself as a replica set of one, or alone when it is told so", async () => {
    for (const standalone of [false, true]) {
      const dir = temporaryFolder();
      const store = await startDocumentStore({ dataDir: dir, port: 0, standalone });
      const client = await MongoClient.connect(store.url("books"));
      const hello = await client.db().command({ hello: 1 });
      expect(hello.setName).to.equal(standalone ? undefined : "rongqiao");
      await client.close();
      await store.stop();
      rmSync(dir, { recursive: true });
    }
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
