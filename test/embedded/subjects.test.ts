import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Connection } from "mongoose";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { YUXI_DISTRICTS } from "../../backend/features/data-exchange/domain/districts.ts";
import { createNameReader } from "../../backend/features/subjects/domain/names.ts";
import { createSubjectIndex } from "../../backend/features/subjects/subject-index.ts";
import { createSubjectService } from "../../backend/features/subjects/subject-service.ts";
import type { SourceRecord, SubjectSourceStore } from "../../backend/features/subjects/subject-source-store.ts";
import { createSubjectStore, type SubjectStore } from "../../backend/features/subjects/subject-store.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";

const COUNT = 5_000;
const SIGNS = [..."0123456789ABCDEFGHJKLMNPQRTUWXY"];
const BRANDS = [..."云溪滇玉恒聚兴锦瑞鑫福泰康华嘉荣盛宏昌永"];
const SOURCES = [
  { catalogId: "business-registration", currentNameField: "name", registrationNumberFields: ["registrationNumber"] },
  { catalogId: "registration-changes", when: { field: "item", value: "name" }, nameFields: ["before", "after"] },
];

const inBase = (signs: readonly string[], n: number, length: number): string =>
  Array.from({ length }, (_, i) => signs[Math.floor(n / signs.length ** i) % signs.length]).join("");
const code = (n: number): string => makeUscc("9", "1", "530402", `MA6${inBase(SIGNS, n, 5)}`);
const nameOf = (n: number): string => `玉溪${n % 2 ? "红塔" : ""}${inBase(BRANDS, n, 3)}商贸有限公司`;
const numberOf = (n: number): string => String(530_402_100_000_000 + n);
const idOf = (batch: string, row: number): string => `${batch}:${String(row).padStart(9, "0")}`;

const registration = (n: number): SourceRecord => ({
  _id: idOf("a", n),
  catalogId: "business-registration",
  key: code(n),
  uscc: code(n),
  fields: { name: nameOf(n), registrationNumber: numberOf(n) },
});
/** Every fiftieth had another name before. */
const changed = (n: number): SourceRecord => ({
  _id: idOf("b", n),
  catalogId: "registration-changes",
  key: `${code(n)}|name`,
  uscc: code(n),
  fields: { item: "name", before: `通海${inBase(BRANDS, n, 3)}老店`, after: nameOf(n) },
});
const BATCHES: Record<string, SourceRecord[]> = {
  a: Array.from({ length: COUNT }, (_, n) => registration(n)),
  b: Array.from({ length: COUNT / 50 }, (_, i) => changed(i * 50)),
};

/** Breaks off after so many pages, as a process that is killed does. */
function sourceOf(pages = Number.POSITIVE_INFINITY): SubjectSourceStore {
  let left = pages;
  return {
    visibleBatches: async () => Object.keys(BATCHES).map((id) => ({ id, at: "2026-01-01T00:00:00.000Z" })),
    countVisible: async () => Object.keys(BATCHES).length,
    async recordsOf(batch, after, limit) {
      if (left-- === 0) throw new Error("killed");
      const all = BATCHES[batch]!;
      const from = after === undefined ? 0 : all.findIndex(({ _id }) => _id === after) + 1;
      return all.slice(from, from + limit);
    },
  };
}

describe("the index of enterprises in the embedded store", function () {
  this.timeout(120_000);
  const dataDir = mkdtempSync(join(tmpdir(), "rongqiao-subjects-"));
  let server: Awaited<ReturnType<typeof startDocumentStore>>;
  let connection: Connection;
  let store: SubjectStore;
  const readName = createNameReader({
    above: ["云南省", "云南", "玉溪市", "玉溪"],
    districts: YUXI_DISTRICTS.map(({ short, name }) => ({ short, forms: [name.zh, `${short}区`] })),
  });
  const indexOf = (source: SubjectSourceStore) => createSubjectIndex(store, source, SOURCES, readName, () => undefined);

  before(async () => {
    server = await startDocumentStore({ dataDir, port: 0 });
    connection = await connectMongo(server.uri);
    store = createSubjectStore(connection);
    await initModels(connection);
  });
  after(async () => {
    await connection?.close();
    await server?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function snapshot() {
    const found = await store.findMany(Array.from({ length: 200 }, (_, i) => code(i * 25)));
    return [...found.values()].map(({ version: _, ...subject }) => subject);
  }

  it("goes on where it was cut off, and comes to the same as in one go", async () => {
    let error: unknown;
    await indexOf(sourceOf(2))
      .catchUp()
      .catch((reason: unknown) => (error = reason));
    expect(String(error)).to.contain("killed");
    const index = indexOf(sourceOf());
    expect((await index.state()).batchesWaiting).to.equal(2);
    await index.catchUp();
    expect(await index.state()).to.deep.equal({ subjects: COUNT, batchesRead: 2, batchesWaiting: 0 });
    const once = await snapshot();
    await index.rebuild();
    expect((await index.state()).subjects).to.equal(0);
    await index.catchUp();
    expect(await snapshot()).to.deep.equal(once);
  });

  it("reads everything again that an earlier version found by other keys", async () => {
    const once = await snapshot();
    await connection.collection("subjectBatches").updateMany({}, { $unset: { form: 1 } });
    await connection.collection("subjects").updateMany({}, { $set: { keys: ["of an earlier version"] } });
    const index = indexOf(sourceOf());
    expect((await index.state()).batchesWaiting).to.equal(2);
    await index.catchUp();
    expect(await snapshot()).to.deep.equal(once);
  });

  it("resolves thousands of rows with a query for each thousand, and none wrongly", async () => {
    let queries = 0;
    const counting: SubjectStore = {
      ...store,
      underKeys(keys) {
        queries += 1;
        return store.underKeys(keys);
      },
    };
    const service = createSubjectService(
      counting,
      readName,
      { index: indexOf(sourceOf()), upgradeHash: (hash) => hash, requireOwnCatalog: async () => undefined },
      { now: () => new Date() },
    );
    // One in twenty is written otherwise, one in fifty by its former name, one in ten by its old number.
    const rows = Array.from({ length: COUNT }, (_, n) => {
      if (n % 50 === 0) return { name: `通海${inBase(BRANDS, n, 3)}老店` };
      if (n % 20 === 1) return { name: nameOf(n).replace("玉溪红塔", "云南省玉溪市红塔区") };
      if (n % 20 === 3) return { name: [...nameOf(n)].join("　") };
      return n % 10 === 4 ? { registrationNumber: numberOf(n) } : { name: nameOf(n) };
    });
    const answers = await service.resolveSubjects(rows, "any");
    expect(queries).to.equal(COUNT / 1_000);
    const wrong = answers.filter((answer, n) => "uscc" in answer && answer.uscc !== code(n));
    const found = answers.filter((answer) => "uscc" in answer);
    expect(wrong, "precision is 1").to.deep.equal([]);
    expect(found.length / rows.length, "recall").to.equal(1);
    const strangers = Array.from({ length: 1_000 }, (_, n) => ({ name: `昆明${nameOf(n)}` }));
    expect((await service.resolveSubjects(strangers)).every((answer) => "unknown" in answer)).to.equal(true);
  });
});
