import { expect } from "chai";
import type { Document } from "mongodb";
import { sleep, waitFor } from "../../scripts/client/waiting.ts";
import { body, message, OP_MSG, opMsg, sequence } from "./document-store-messages.ts";
import { ping, protocolServer } from "./document-store-protocol-world.ts";

const MORE_TO_COME = 2;
const MB = 1024 * 1024;

describe("document store: protocol", () => {
  const server = protocolServer();

  it("puts messages together from single bytes, and takes them apart when they come together", async () => {
    const w = await server.wire();
    const messages = [1, 2, 3].map((id) => opMsg([body({ ...ping, comment: id })], { id }));
    for (const byte of Buffer.concat(messages)) w.send(Buffer.from([byte]));
    w.send(Buffer.concat(messages));
    const ids: number[] = [];
    for (let i = 0; i < 6; i++) ids.push((await w.next())!.readInt32LE(8));
    expect(ids).to.deep.equal([1, 2, 3, 1, 2, 3]);
  });

  it("does the messages of one connection in their order, also those that want no answer", async () => {
    const w = await server.wire();
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
    const c = server.client.db("t").collection("big");
    await c.insertMany(Array.from({ length: 8 }, () => ({ s: "x".repeat(MB) })));
    const before = server.residentMB();
    const w = await server.wire();
    w.socket.pause();
    const asks = 100;
    for (let id = 1; id <= asks; id++) w.send(opMsg([body({ find: "big", $db: "t" })], { id }));
    let most = 0;
    for (let i = 0; i < 15; i++) {
      await sleep(100);
      most = Math.max(most, server.residentMB());
      await server.lives();
    }
    // All the answers are 800 MB.
    expect(most - before).to.be.lessThan(200);
    w.socket.resume();
    for (let id = 1; id <= asks; id++) expect((await w.next())!.readInt32LE(8)).to.equal(id);
  });

  it("holds no memory for what is announced and doesn't come, nor for who has gone", async () => {
    const before = server.residentMB();
    const wires = await Promise.all(Array.from({ length: 300 }, () => server.wire()));
    for (const w of wires) w.send(message(OP_MSG, Buffer.alloc(1000), { length: 47_000_000 }));
    const count = async (): Promise<number> =>
      (await server.client.db("admin").command({ serverStatus: 1 })).connections.current;
    await waitFor("the connections", async () => ((await count()) > 300 ? true : undefined), {
      timeoutMs: 5_000,
      everyMs: 20,
    });
    await server.lives();
    expect(server.residentMB() - before).to.be.lessThan(100);
    for (const w of wires) w.close();
    await waitFor("their end", async () => ((await count()) < 100 ? true : undefined), {
      timeoutMs: 5_000,
      everyMs: 20,
    });
  });

  it("ends the work of clients that close while they wait", async () => {
    const c = server.client.db("t").collection("many");
    await c.insertMany(Array.from({ length: 3000 }, (_, i) => ({ i, s: "x".repeat(200) })));
    const wires = await Promise.all(Array.from({ length: 50 }, () => server.wire()));
    const lookup = {
      $lookup: { from: "many", let: { i: "$i" }, pipeline: [{ $match: { $expr: { $gt: ["$i", "$$i"] } } }], as: "x" },
    };
    const slow = { aggregate: "many", pipeline: [lookup, { $count: "n" }], cursor: {}, $db: "t" };
    for (const w of wires) w.send(opMsg([body(slow)]));
    const working = async (): Promise<number> =>
      (await server.client.db("admin").command({ currentOp: 1 })).inprog.filter((o: Document) => o.ns === "t.many")
        .length;
    await waitFor("the work", async () => ((await working()) > 0 ? true : undefined), {
      timeoutMs: 5_000,
      everyMs: 20,
    });
    for (const w of wires) w.close();
    await waitFor("its end", async () => ((await working()) === 0 ? true : undefined), {
      timeoutMs: 5_000,
      everyMs: 20,
    });
    await server.lives();
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
    const w = await server.wire();
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
    const c = server.client.db("t").collection("raw");
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
