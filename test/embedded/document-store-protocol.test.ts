import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import fc from "fast-check";
import { BSON, type Document, MongoClient } from "mongodb";
import { body, message, OP_MSG, OP_QUERY, opMsg, sequence, Wire } from "./document-store-messages.ts";
import { type Loose, temporaryFolder } from "./document-store-support.ts";

const MAIN = fileURLToPath(new URL("../../backend/embedded/document-store/main.ts", import.meta.url));
const MORE_TO_COME = 2;
const CHECKSUM_PRESENT = 1;
const MB = 1024 * 1024;

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(comesTrue: () => Promise<boolean>): Promise<void> {
  for (let i = 0; !(await comesTrue()); i++) {
    if (i === 250) throw new Error("it did not come true in 5 seconds");
    await rest(20);
  }
}

/** CRC-32C, bit by bit. */
function checksum(bytes: Buffer): number {
  let n = 0xffffffff;
  for (const b of bytes) {
    n ^= b;
    for (let i = 0; i < 8; i++) n = n & 1 ? (n >>> 1) ^ 0x82f63b78 : n >>> 1;
  }
  return ~n >>> 0;
}

describe("document store: protocol", () => {
  const dir = temporaryFolder();
  let server: ChildProcess;
  let port: number;
  let client: MongoClient;
  const open: Wire[] = [];
  const wire = async (): Promise<Wire> => {
    const w = await Wire.open(port);
    open.push(w);
    return w;
  };
  const ping = { ping: 1, $db: "admin" };
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

  /** The server serves others as before. */
  async function lives(): Promise<void> {
    expect(server.exitCode).to.equal(null);
    expect(await client.db("kept").collection("kept").find().toArray()).to.deep.equal(kept);
  }

  const residentMB = (): number =>
    Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))![1]) / 1024;

  describe("what is wrong inside a message is answered, and the connection goes on", () => {
    const find = { find: "c", $db: "t" };
    const broken = Buffer.from(BSON.serialize({ find: "c", filter: { a: "text" }, $db: "t" }));
    broken.writeInt32LE(1000, broken.indexOf("text") - 4);
    const strange = Buffer.from(BSON.serialize({ find: "c", x: true, $db: "t" }));
    strange[strange.indexOf("x\0") - 1] = 0x44;
    let deep: Document = {};
    for (let i = 0; i < 250; i++) deep = { a: deep };
    const insert = { insert: "c", $db: "t" };
    const withChecksum = (wrong: number): Buffer => {
      const m = opMsg([body(ping), Buffer.alloc(4)], { flags: CHECKSUM_PRESENT });
      m.writeUInt32LE((checksum(m.subarray(0, -4)) ^ wrong) >>> 0, m.length - 4);
      return m;
    };
    const cutSequence = sequence("documents", [{ _id: 1 }]);
    cutSequence.writeInt32LE(40, cutSequence.indexOf("documents\0") + 10);
    const rows: [string, Buffer, number][] = [
      ["no command", opMsg([body({})]), 59],
      ["no $db", opMsg([body({ ping: 1 })]), 40571],
      ["a $db that is no text", opMsg([body({ ping: 1, $db: 1 })]), 40571],
      ["a $db that can't be", opMsg([body({ ping: 1, $db: "a b" })]), 73],
      ["a $clusterTime that is no time", opMsg([body({ ...ping, $clusterTime: { clusterTime: 1 } })]), 14],
      ["no body", opMsg([sequence("documents", [{ _id: 1 }])]), 40587],
      ["two bodies", opMsg([body(find), body(find)]), 40430],
      ["an unknown kind of section", opMsg([Buffer.from([7]), body(find)]), 40432],
      ["a string that ends beyond the message", opMsg([body(broken)]), 22],
      ["a type that BSON has not", opMsg([body(strange)]), 22],
      ["too deep a document", opMsg([body({ find: "c", filter: deep, $db: "t" })]), 22],
      ["a body that is cut off", opMsg([body(find).subarray(0, -3)]), 22],
      ["a sequence of another name", opMsg([body({ ...find }), sequence("foo", [{ _id: 1 }])]), 40415],
      ["a sequence of another command", opMsg([body(insert), sequence("updates", [{ q: {}, u: {} }])]), 40415],
      ["the same sequence twice", opMsg([body(insert), ...[1, 2].map(() => sequence("documents", [{}]))]), 40433],
      ["a list twice", opMsg([body({ ...insert, documents: [{}] }), sequence("documents", [{}])]), 40433],
      ["a document that is cut off in a sequence", opMsg([body(insert), cutSequence]), 22],
      ["a list with something else in it", opMsg([body({ ...insert, documents: [{}, 1] })]), 14],
      ["a wrong checksum", withChecksum(1), 342],
      ["another command than hello in the oldest kind of message", query({ insert: "c", documents: [{}] }), 352],
    ];
    for (const [what, bytes, code] of rows)
      it(what, async () => {
        const w = await wire();
        w.send(bytes);
        const answer = await w.answer();
        expect(answer, JSON.stringify(answer)).to.include({ ok: 0, code });
        w.send(withChecksum(0));
        expect(await w.answer()).to.include({ ok: 1 });
        expect(await client.db("t").collection("c").countDocuments()).to.equal(0);
        await lives();
      });
  });

  function query(command: Document): Buffer {
    const head = Buffer.concat([Buffer.alloc(4), Buffer.from("admin.$cmd\0"), Buffer.alloc(8)]);
    return message(OP_QUERY, Buffer.concat([head, BSON.serialize(command)]));
  }

  describe("what can't be answered ends this connection only", () => {
    const good = opMsg([body(ping)]);
    const rows: [string, Buffer][] = [
      ["a length below the header's", message(OP_MSG, good.subarray(16), { length: 15 })],
      ["a negative length", message(OP_MSG, good.subarray(16), { length: -1 })],
      ["a length above the limit", message(OP_MSG, good.subarray(16), { length: 48_000_001 })],
      ["the greatest length", message(OP_MSG, good.subarray(16), { length: 0x7fffffff })],
      ["a flag that must be known", opMsg([body(ping)], { flags: 4 })],
      ["a compressed message, which nobody agreed on", message(2012, Buffer.alloc(40))],
      ["an old insert", message(2002, Buffer.alloc(40))],
      ["an unknown kind of message", message(77, Buffer.alloc(40))],
      ["the oldest kind for a collection", message(OP_QUERY, Buffer.from("\0\0\0\0t.c\0\0\0\0\0\0\0\0\0\x05\0\0\0\0"))],
      ["the oldest kind, cut off", message(OP_QUERY, Buffer.from("\0\0\0\0admin.$cmd"))],
      ["a header without flags", message(OP_MSG, Buffer.alloc(2))],
      ["another protocol", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ];
    for (const [what, bytes] of rows)
      it(what, async () => {
        const w = await wire();
        w.send(bytes);
        expect(await w.next()).to.equal(undefined);
        await lives();
      });
  });

  it("comes through random bytes, and messages with bytes changed, cut out and put in", async function () {
    this.timeout(60_000);
    const valid = [
      opMsg([body({ find: "c", filter: { a: { $gt: 1 }, b: /x/ }, sort: { a: 1 }, $db: "fuzz" })]),
      opMsg([body({ insert: "c", $db: "fuzz" }), sequence("documents", [{ a: 1 }, { b: { c: [1, "x", null] } }])]),
      opMsg([body({ update: "c", updates: [{ q: { a: 1 }, u: { $set: { b: 2 } }, upsert: true }], $db: "fuzz" })]),
      opMsg([body({ aggregate: "c", pipeline: [{ $group: { _id: "$a" } }], cursor: {}, $db: "fuzz" })]),
      query({ hello: 1, client: { driver: { name: "x" } } }),
    ];
    const edit = fc.record({
      at: fc.nat(),
      cut: fc.nat({ max: 6 }),
      put: fc.uint8Array({ maxLength: 6 }),
      refit: fc.boolean(),
    });
    const edited = fc.tuple(fc.constantFrom(...valid), fc.array(edit, { maxLength: 4 })).map(([from, edits]) => {
      let bytes = from;
      for (const { at, cut, put, refit } of edits) {
        const i = at % (bytes.length + 1);
        bytes = Buffer.concat([bytes.subarray(0, i), put, bytes.subarray(i + cut)]);
        // With its length right the message is read to the end.
        if (refit && bytes.length >= 16) bytes.writeInt32LE(bytes.length, 0);
      }
      return bytes;
    });
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), edited);
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 5 }), async (parts) => {
        const w = await Wire.open(port);
        for (const part of parts) w.send(part);
        // What it asked for is done by then; its end tells the server that no more will come.
        setTimeout(() => w.socket.end(), 4);
        for (let m = await w.next(); m; m = await w.next()) expect(m.length).to.be.greaterThan(20);
        w.close();
      }),
      { numRuns: 800 },
    );
    await lives();
  });

  it("puts messages together from single bytes, and takes them apart when they come together", async () => {
    const w = await wire();
    const messages = [1, 2, 3].map((id) => opMsg([body({ ...ping, comment: id })], { id }));
    for (const byte of Buffer.concat(messages)) w.send(Buffer.from([byte]));
    w.send(Buffer.concat(messages));
    const ids: number[] = [];
    for (let i = 0; i < 6; i++) ids.push((await w.next())!.readInt32LE(8));
    expect(ids).to.deep.equal([1, 2, 3, 1, 2, 3]);
  });

  it("does the messages of one connection in their order, also those that want no answer", async () => {
    const w = await wire();
    const statement = (i: number): Document => ({ q: { _id: 1 }, u: { $push: { list: i } }, upsert: true });
    const list = Array.from({ length: 300 }, (_, i) => i);
    const writes = list.map((i) =>
      opMsg([body({ update: "order", $db: "t" }), sequence("updates", [statement(i)])], { flags: MORE_TO_COME }),
    );
    w.send(Buffer.concat([...writes, opMsg([body({ find: "order", $db: "t" })])]));
    expect((await w.answer())!.cursor.firstBatch).to.deep.equal([{ _id: 1, list }]);
  });

  it("holds back a client that asks much and reads nothing, at a bounded cost of memory", async function () {
    this.timeout(60_000);
    const c = client.db("t").collection("big");
    await c.insertMany(Array.from({ length: 8 }, () => ({ s: "x".repeat(MB) })));
    const before = residentMB();
    const w = await wire();
    w.socket.pause();
    const asks = 100;
    for (let id = 1; id <= asks; id++) w.send(opMsg([body({ find: "big", $db: "t" })], { id }));
    let most = 0;
    for (let i = 0; i < 15; i++) {
      await rest(100);
      most = Math.max(most, residentMB());
      await lives();
    }
    // All the answers are 800 MB.
    expect(most - before).to.be.lessThan(200);
    w.socket.resume();
    for (let id = 1; id <= asks; id++) expect((await w.next())!.readInt32LE(8)).to.equal(id);
  });

  it("holds no memory for what is announced and doesn't come, nor for who has gone", async () => {
    const before = residentMB();
    const wires = await Promise.all(Array.from({ length: 300 }, () => wire()));
    for (const w of wires) w.send(message(OP_MSG, Buffer.alloc(1000), { length: 47_000_000 }));
    const count = async (): Promise<number> =>
      (await client.db("admin").command({ serverStatus: 1 })).connections.current;
    await until(async () => (await count()) > 300);
    await lives();
    expect(residentMB() - before).to.be.lessThan(100);
    for (const w of wires) w.close();
    await until(async () => (await count()) < 100);
  });

  it("ends the work of clients that close while they wait", async () => {
    const c = client.db("t").collection("many");
    await c.insertMany(Array.from({ length: 3000 }, (_, i) => ({ i, s: "x".repeat(200) })));
    const wires = await Promise.all(Array.from({ length: 50 }, () => wire()));
    const lookup = {
      $lookup: { from: "many", let: { i: "$i" }, pipeline: [{ $match: { $expr: { $gt: ["$i", "$$i"] } } }], as: "x" },
    };
    const slow = { aggregate: "many", pipeline: [lookup, { $count: "n" }], cursor: {}, $db: "t" };
    for (const w of wires) w.send(opMsg([body(slow)]));
    const working = async (): Promise<number> =>
      (await client.db("admin").command({ currentOp: 1 })).inprog.filter((o: Document) => o.ns === "t.many").length;
    await until(async () => (await working()) > 0);
    for (const w of wires) w.close();
    await until(async () => (await working()) === 0);
    await lives();
  });

  it("keeps what BSON has and JavaScript has not, byte for byte", async () => {
    const id = Buffer.from("5f0000000000000000000001", "hex");
    const int = (n: number): Buffer => {
      const b = Buffer.alloc(4);
      b.writeInt32LE(n);
      return b;
    };
    const text = (t: string | Buffer): Buffer => Buffer.concat([int(t.length + 1), Buffer.from(t), Buffer.from([0])]);
    const element = (type: number, name: string, ...value: Buffer[]): Buffer =>
      Buffer.concat([Buffer.from([type]), Buffer.from(`${name}\0`), ...value]);
    const document = (...elements: Buffer[]): Buffer => {
      const inner = Buffer.concat([...elements, Buffer.from([0])]);
      return Buffer.concat([int(inner.length + 4), inner]);
    };
    const scoped = Buffer.concat([text("f()"), document(element(0x10, "x", int(1)))]);
    const others = [
      element(0x06, "undefined"),
      element(0x0c, "pointer", text("a.b"), id),
      element(0x0f, "scoped", int(scoped.length + 4), scoped),
      element(0x02, "invalid", text(Buffer.from([0xc3, 0x01]))),
      element(0x0e, "symbol", text("s")),
    ];
    const own = element(0x10, "_id", int(1));
    const w = await wire();
    const send = async (command: Document, ...sections: Buffer[]): Promise<Buffer> => {
      w.send(opMsg([body(command), ...sections]));
      return (await w.next())!;
    };
    const inline = document(
      element(0x02, "insert", text("raw")),
      element(0x04, "documents", document(element(0x03, "0", document(element(0x10, "_id", int(2)), ...others)))),
      element(0x02, "$db", text("t")),
    );
    await send({ insert: "raw", $db: "t" }, sequence("documents", [document(...others, own)]));
    w.send(opMsg([body(inline)]));
    await w.next();
    for (const _id of [1, 2]) {
      const expected = document(element(0x10, "_id", int(_id)), ...others);
      expect((await send({ find: "raw", filter: { _id }, $db: "t" })).indexOf(expected), String(_id)).to.be.greaterThan(
        0,
      );
    }
    const c = client.db("t").collection("raw");
    for (const [name, type] of [
      ["undefined", "undefined"],
      ["pointer", "dbPointer"],
      ["scoped", "javascriptWithScope"],
    ])
      expect(await c.countDocuments({ [name!]: { $type: type! } }), name).to.equal(2);
    // Also when they are indexed, sorted and computed with.
    await c.createIndex({ undefined: 1 });
    await c.createIndex({ pointer: 1, scoped: -1 });
    await c.insertOne({ undefined: null } as Document);
    expect(await c.countDocuments({ undefined: null })).to.equal(3);
    const sorted = await c.find().sort({ undefined: 1, _id: 1 }).project({ _id: 1 }).toArray();
    expect(sorted.slice(0, 2)).to.deep.equal([{ _id: 1 }, { _id: 2 }]);
    const [{ types }] = (await c
      .aggregate([
        { $match: { _id: 1 as never } },
        { $project: { types: [{ $type: "$undefined" }, { $type: "$pointer" }, { $ifNull: ["$undefined", "none"] }] } },
      ])
      .toArray()) as [Document];
    expect(types).to.deep.equal(["undefined", "dbPointer", "none"]);
  });
});
