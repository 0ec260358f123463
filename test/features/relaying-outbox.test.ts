import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import type { Connection, Model } from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import {
  type AggregateFields,
  aggregateSchema,
  changeWithEffects,
  type OutboxEntry,
  withEffects,
} from "../../backend/platform/mongo/aggregate.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";
import { createOutboxDispatcher, type EffectHandler } from "../../backend/platform/mongo/outbox-dispatcher.ts";

const effect = (type: string, id: string) => ({ type, payload: { id } });
const idOf = ({ payload }: OutboxEntry) => (payload as { id: string }).id;

describe("the outbox dispatcher", function () {
  this.timeout(60_000);
  let folder: string;
  let server: Awaited<ReturnType<typeof startDocumentStore>>;
  let connection: Connection;
  let models: Model<AggregateFields>[];
  let done: string[];
  let calls: number;
  let failures: string[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-outbox-"));
    server = await startDocumentStore({ dataDir: folder, port: 0 });
    connection = await connectMongo(server.uri);
    models = ["First", "Second"].map(
      (name) => connection.model(name, aggregateSchema<AggregateFields>({})) as unknown as Model<AggregateFields>,
    );
    await initModels(connection);
  });
  after(async () => {
    await connection.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    for (const model of models) await model.deleteMany({});
    done = [];
    calls = 0;
    failures = [];
  });

  const insert = (model: number, _id: string, ...effects: ReturnType<typeof effect>[]) =>
    models[model]!.create({ _id, ...withEffects(effects) });
  const change = (model: number, _id: string, ...effects: ReturnType<typeof effect>[]) =>
    models[model]!.updateOne({ _id }, changeWithEffects({}, effects));
  const dispatcherOf = (bad: ReadonlySet<string> = new Set()) => {
    const many: EffectHandler = {
      async many(entries) {
        calls += 1;
        if (entries.some((entry) => bad.has(idOf(entry)))) throw new Error("no");
        done.push(...entries.map(idOf));
      },
    };
    const one: EffectHandler = async (payload) => {
      const { id } = payload as { id: string };
      if (bad.has(id)) throw new Error("no");
      done.push(id);
    };
    return createOutboxDispatcher(models, { act: many, one }, (_, entry) => failures.push(idOf(entry)));
  };
  const drain = async (dispatcher: ReturnType<typeof dispatcherOf>, rounds = 10) => {
    for (let i = 0; i < rounds; i++) await dispatcher.runOnce();
  };

  it("carries out many of a kind in one go, in the order of their making, and forgets them", async () => {
    for (let i = 0; i < 30; i++) await insert(i % 2, `d${i}`, effect("act", `a${i}`));
    const dispatcher = dispatcherOf();
    await drain(dispatcher);
    expect(done).to.deep.equal(Array.from({ length: 30 }, (_, i) => `a${i}`));
    expect(calls).to.equal(1);
    expect(await dispatcher.waiting()).to.equal(0);
    expect(await models[0]!.countDocuments({ outboxSince: { $gt: new Date(0) } })).to.equal(0);
  });

  it("holds up only the document of a bad effect, and carries on once it is good", async () => {
    await insert(0, "x", effect("act", "x1"), effect("act", "x2"));
    await insert(0, "y", effect("act", "y1"));
    await change(0, "x", effect("one", "x3"));
    await insert(1, "z", effect("one", "z1"));
    const bad = new Set(["x1"]);
    const dispatcher = dispatcherOf(bad);
    await drain(dispatcher);
    expect(done).to.have.members(["y1", "z1"]);
    expect(new Set(failures)).to.deep.equal(new Set(["x1"]));
    expect(await dispatcher.waiting()).to.equal(1);
    bad.clear();
    await drain(dispatcher);
    expect(done.slice(2)).to.deep.equal(["x1", "x2", "x3"]);
    expect(await dispatcher.waiting()).to.equal(0);
  });

  it("loses nothing that is asked for while it clears", async () => {
    await insert(0, "x", effect("act", "x1"));
    let more = true;
    const dispatcher = createOutboxDispatcher(
      models,
      {
        act: {
          async many(entries) {
            done.push(...entries.map(idOf));
            if (more) await change(0, "x", effect("act", "x2"));
            more = false;
          },
        },
      },
      () => undefined,
    );
    await drain(dispatcher);
    expect(done).to.deep.equal(["x1", "x2"]);
    expect(await dispatcher.waiting()).to.equal(0);
  });

  it("carries out every effect, each document's in order and a cause before what follows from it", async () => {
    const asked = fc.array(
      fc.record({
        document: fc.integer({ min: 0, max: 4 }),
        type: fc.constantFrom("act", "one"),
        roundsBefore: fc.integer({ min: 0, max: 2 }),
      }),
      { minLength: 1, maxLength: 15 },
    );
    await fc.assert(
      fc.asyncProperty(asked, async (effects) => {
        for (const model of models) await model.deleteMany({});
        done = [];
        const dispatcher = dispatcherOf();
        const there = new Set<number>();
        for (const [i, { document, type, roundsBefore }] of effects.entries()) {
          for (let round = 0; round < roundsBefore; round++) await dispatcher.runOnce();
          await (there.has(document) ? change : insert)(document % 2, `d${document}`, effect(type, `e${i}`));
          there.add(document);
        }
        await drain(dispatcher, 4);
        // Each was asked for after the one before it, so that may be its cause; acts go in that order.
        const acts = effects.flatMap(({ type }, i) => (type === "act" ? [`e${i}`] : []));
        expect([...done].sort()).to.deep.equal(effects.map((_, i) => `e${i}`).sort());
        expect(done.filter((id) => acts.includes(id))).to.deep.equal(acts);
        for (const document of there) {
          const own = effects.flatMap((one, i) => (one.document === document ? [`e${i}`] : []));
          expect(done.filter((id) => own.includes(id))).to.deep.equal(own);
        }
      }),
      { numRuns: 25 },
    );
  });
});
