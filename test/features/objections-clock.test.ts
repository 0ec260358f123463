import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Connection } from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import {
  createRecordStore,
  type RecordDocument,
  type RecordStore,
} from "../../backend/features/data-exchange/record-store.ts";
import { createErasureService } from "../../backend/features/objections/erasure-service.ts";
import { createErasureStore, type ErasureStore } from "../../backend/features/objections/erasure-store.ts";
import { createObjectionService, type ObjectionPorts } from "../../backend/features/objections/objection-service.ts";
import { createObjectionStore, type ObjectionStore } from "../../backend/features/objections/objection-store.ts";
import type { Actor } from "../../backend/lib/actor.ts";
import { sha256Hex } from "../../backend/lib/hash.ts";
import { newId } from "../../backend/lib/ids.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";

const CATALOG = "court-judgments";
const PERSON = makeUscc("9", "2", "530402", "MA7T0003");
const COMPANY = makeUscc("9", "1", "530402", "MA7T0003");
const actor = (role: Actor["role"], participantId: string): Actor => ({
  accountId: `account-${participantId}`,
  sessionId: "s",
  role,
  participantId,
});
const enterprise = actor("enterprise", "shop");
const department = actor("department", "court");
const input = { ground: "outdated" as const, text: "该案已经履行完毕" };

describe("the clock of objections and erasures, over the real store", function () {
  this.timeout(60_000);
  let folder: string;
  let server: Awaited<ReturnType<typeof startDocumentStore>>;
  let connection: Connection;
  let records: RecordStore;
  let store: ObjectionStore;
  let erased: ErasureStore;
  let now: Date;
  const clock = { now: () => now };
  const dayLater = (days: number) => {
    now = new Date(now.getTime() + days * 86_400_000);
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-objections-"));
    server = await startDocumentStore({ dataDir: folder, port: 0 });
    connection = await connectMongo(server.uri);
    records = createRecordStore(connection);
    store = createObjectionStore(connection);
    erased = createErasureStore(connection);
    await initModels(connection);
  });
  after(async () => {
    await connection?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    now = new Date("2026-03-05T02:00:00Z");
    for (const name of ["records", "objections", "erasures"]) await connection.collection(name).deleteMany({});
  });

  const currentRecords = async (uscc: string): Promise<RecordDocument[]> => {
    const found = (await records.ofEnterprise(uscc)).toSorted((a, b) => (a._id < b._id ? -1 : 1));
    return [...new Map(found.map((record) => [`${record.catalogId}|${record.key}`, record])).values()];
  };
  /** A new process over the same store: nothing is kept in memory. */
  const services = (ports: Partial<ObjectionPorts> = {}) => ({
    objections: createObjectionService(
      store,
      {
        enterprise: async (id) => ({ _id: id, name: "某个体户", uscc: PERSON }),
        departmentOf: async (id) => id,
        catalogOf: () => ({
          name: { zh: "司法", en: "Court" },
          departmentCode: "court",
          departmentName: { zh: "法院", en: "Court" },
          fields: [{ name: "status", label: { zh: "状态", en: "Status" }, type: "text", required: true }],
          fixedFields: [],
        }),
        departments: [{ code: "court", name: { zh: "法院", en: "Court" } }],
        currentRecords,
        findRecord: records.find,
        checkRow: (_, row) => ({ ok: true, record: { key: "case", uscc: PERSON, fields: row } }),
        receive: async () => ({ _id: "b2", state: "received" }),
        batch: async () => ({ _id: "b2", state: "stored" }),
        anchorsOf: async () => new Map(),
        ...ports,
      },
      clock,
      () => {},
    ),
    erasures: createErasureService(
      erased,
      {
        rules: () => [{ catalogId: CATALOG, years: 5, endedField: "closedOn" }],
        currentRecords,
        findRecord: records.find,
        digestOf: async ({ _id, fields }) => `0x${sha256Hex(_id + JSON.stringify(fields))}`,
        anchorsOf: async () => new Map(),
        eraseTexts: store.eraseTexts,
      },
      clock,
      () => {},
    ),
  });
  const keep = async (id: string, fields: Record<string, string>, uscc = PERSON, key = "case") => {
    const record = { _id: id, catalogId: CATALOG, key, uscc, fields, batchId: id.split(":")[0]!, row: 1, chunk: 0 };
    await records.insertRecords([record]);
    return record;
  };
  const kinds = async () =>
    (await services().objections.notices(department)).items.map(({ kind }) => kind).toReversed();

  it("reminds at 10, 3 and 1 days and when overdue, once each, through restarts", async () => {
    await keep("b1:1", { status: "open" });
    const { id, dueAt } = await services().objections.raise(enterprise, "b1:1", input);
    expect(dueAt).to.equal("2026-03-25T15:59:59.999Z");
    const seen: Record<number, string[]> = {};
    for (let day = 0; day <= 22; day++) {
      // Two processes at once, and again: who comes second finds nothing to do.
      await Promise.all([services().objections.step(), services().objections.step()]);
      await services().objections.step();
      seen[day] = await kinds();
      if (day < 22) dayLater(1);
    }
    expect([seen[9], seen[10], seen[17], seen[19]]).to.deep.equal([
      ["raised"],
      ["raised", "due10"],
      ["raised", "due10", "due3"],
      ["raised", "due10", "due3", "due1"],
    ]);
    expect(seen[20]).to.deep.equal(seen[19]);
    expect(seen[21]).to.deep.equal(["raised", "due10", "due3", "due1", "overdue"]);
    expect(seen[22]).to.deep.equal(seen[21]);
    const { objections } = services();
    expect((await objections.notices(department)).unread).to.equal(5);
    const overdue = await objections.list(actor("regulator", "r"), { state: "overdue", page: 1 });
    expect(overdue.items.map((one) => [one.id, one.overdue, one.daysLeft])).to.deep.equal([[id, true, -2]]);
    expect((await objections.counts()).items[0]).to.deep.include({
      open: 1,
      overdue: 1,
      answered: 0,
      meanAnswerDays: null,
    });
    await objections.uphold(department, id, "维持原记录");
    expect((await objections.counts()).items[0]).to.deep.include({
      open: 0,
      overdue: 0,
      answered: 1,
      meanAnswerDays: 22,
    });
  });

  it("gives only the newest of reminders that were missed, and none after the answer", async () => {
    await keep("b1:1", { status: "open" });
    const { id } = await services().objections.raise(enterprise, "b1:1", input);
    dayLater(18);
    await services().objections.step();
    expect(await kinds()).to.deep.equal(["raised", "due3"]);
    await services().objections.uphold(department, id, "维持原记录");
    dayLater(10);
    await services().objections.step();
    expect(await kinds()).to.deep.equal(["raised", "due3"]);
  });

  it("ends a correction that was cut off, and takes one back whose row was not stored", async () => {
    await keep("b1:1", { status: "open" });
    const { id } = await services().objections.raise(enterprise, "b1:1", input);
    const correct = (ports: Partial<ObjectionPorts>) =>
      services(ports).objections.correct(department, id, { reason: "已履行", fields: { status: "closed" } });
    const away = new Error("the disk is gone");
    await correct({ receive: () => Promise.reject(away) }).then(
      () => expect.fail("the answer went through"),
      (error) => expect(error).to.equal(away),
    );
    expect((await store.find(id))?.state).to.equal("correcting");
    await services({ receive: async () => ({ _id: "b2", state: "rejected" }) }).objections.step();
    expect(await store.find(id)).to.deep.include({ state: "raised" });
    expect((await store.find(id))?.remindAt?.toISOString()).to.equal("2026-03-14T16:00:00.000Z");

    await correct({ receive: () => Promise.reject(away) }).catch(() => undefined);
    await keep("b2:1", { status: "closed" });
    const files: string[] = [];
    await services({
      receive: async (_, __, content) => {
        files.push(content);
        return { _id: "b2", state: "stored" };
      },
    }).objections.step();
    const ended = await store.find(id);
    expect(ended?.state).to.equal("corrected");
    expect(ended?.answer).to.deep.include({ recordId: "b2:1", decision: "corrected" });
    expect(ended?.outbox.map(({ type, payload }) => [type, (payload as { kind: string }).kind])).to.deep.equal([
      ["leaf", "decisions"],
    ]);
    expect(JSON.parse(files[0]!)).to.deep.include({ status: "closed" });
  });

  it("erases every version of a person's record five years after its end, and leaves id and digest", async () => {
    await keep("b1:1", { status: "open", cause: "借款" });
    const last = await keep("b2:1", { status: "closed", closedOn: "2021-03-10" });
    await keep("b3:1", { status: "closed", closedOn: "2025-01-01" }, PERSON, "another case");
    await keep("b3:2", { status: "closed", closedOn: "2001-01-01" }, COMPANY);
    await keep("b3:3", { status: "open" }, PERSON, "open case");
    await services().objections.raise(enterprise, "b2:1", { ...input, text: "已还清，不应再显示" });
    const round = async () => {
      const { erasures } = services();
      while (await erasures.step());
      return erasures;
    };
    // The last day: 9 March, 23:59 in Shanghai.
    now = new Date("2026-03-09T15:59:00Z");
    let erasures = await round();
    expect((await erasures.list(1)).total).to.equal(0);
    await erasures.requireKept("b1:1");
    expect(erasures.kept([last])).to.have.length(1);

    now = new Date("2026-03-09T16:00:00Z");
    expect(erasures.kept([last]), "readers lose it before the worker comes").to.deep.equal([]);
    for (const id of ["b1:1", "b2:1"]) {
      const seen = await erasures.requireKept(id).then(
        () => "readable",
        ({ code }: { code: string }) => code,
      );
      expect(seen, id).to.equal("notFound");
    }
    erasures = await round();
    await round();
    const { items, total } = await erasures.list(1);
    expect(total).to.equal(2);
    expect(items.map(({ recordId }) => recordId).sort()).to.deep.equal(["b1:1", "b2:1"]);
    expect(items.find(({ recordId }) => recordId === "b2:1")).to.deep.include({
      digest: `0x${sha256Hex(last._id + JSON.stringify(last.fields))}`,
      endedOn: "2021-03-10",
      batchId: "b2",
    });
    expect(await records.find("b1:1")).to.equal(null);
    expect(await records.find("b2:1")).to.equal(null);
    const left = [...(await records.ofEnterprise(PERSON)), ...(await records.ofEnterprise(COMPANY))];
    expect(left.map(({ _id }) => _id).sort()).to.deep.equal(["b3:1", "b3:2", "b3:3"]);
    const stored = await connection.collection("erasures").findOne({ _id: "b2:1" as never });
    expect(JSON.stringify(stored)).to.not.contain(PERSON).and.not.contain("case");
    expect(stored?.outbox).to.have.length(1);
    const [objection] = await store.ofSubject(PERSON);
    expect(objection).to.deep.include({ text: "", key: "", state: "erased" });
    expect(objection?.erasedAt).to.be.instanceOf(Date);
  });

  it("goes through more businesses than one step takes", async () => {
    const codes = Array.from({ length: 230 }, (_, i) =>
      makeUscc("9", "2", "530402", `MA7${String(i).padStart(5, "0")}`),
    );
    await records.insertRecords(
      codes.map((uscc, i) => ({
        _id: `b1:${i}`,
        catalogId: CATALOG,
        key: newId(),
        uscc,
        fields: { closedOn: "2020-01-01" },
        batchId: "b1",
        row: i,
        chunk: 0,
      })),
    );
    const { erasures } = services();
    let rounds = 0;
    while (await erasures.step()) rounds += 1;
    expect(rounds).to.be.within(3, 6);
    expect((await erasures.list(1)).total).to.equal(230);
    expect(await connection.collection("records").countDocuments({})).to.equal(0);
  });
});
