import { expect } from "chai";
import fc from "fast-check";
import { BSON, type Document } from "mongodb";
import { body, message, OP_MSG, OP_QUERY, opMsg, sequence, Wire } from "./document-store-messages.ts";
import { ping, protocolServer } from "./document-store-protocol-world.ts";

const CHECKSUM_PRESENT = 1;

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
  const server = protocolServer();

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
        const w = await server.wire();
        w.send(bytes);
        const answer = await w.answer();
        expect(answer, JSON.stringify(answer)).to.include({ ok: 0, code });
        w.send(withChecksum(0));
        expect(await w.answer()).to.include({ ok: 1 });
        expect(await server.client.db("t").collection("c").countDocuments()).to.equal(0);
        await server.lives();
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
        const w = await server.wire();
        w.send(bytes);
        expect(await w.next()).to.equal(undefined);
        await server.lives();
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
        const w = await Wire.open(server.port);
        for (const part of parts) w.send(part);
        // What it asked for is done by then; its end tells the server that no more will come.
        setTimeout(() => w.socket.end(), 4);
        for (let m = await w.next(); m; m = await w.next()) expect(m.length).to.be.greaterThan(20);
        w.close();
      }),
      { numRuns: 800 },
    );
    await server.lives();
  });
});
