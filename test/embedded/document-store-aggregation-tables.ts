import { expect } from "chai";
import { BSON, type Document } from "mongodb";
import { failure, type Loose, startTestStore, type TestStore } from "./document-store-support.ts";

/** [what it shows, the documents (an _id is added where there is none), the pipeline, the exact results] */
export type PipelineRow = [string, Document[], Document[], Document[]];
/** [the pipeline, the code, the message or a part of it] */
export type RefusedRow = [Document[], number, string];

/** As text that tells types and order. */
export const exact = (docs: Document[]): string[] =>
  docs.map((d) =>
    BSON.EJSON.stringify(BSON.deserialize(BSON.serialize(d), { promoteValues: false }), { relaxed: false }),
  );

/** Other collections that pipelines refer to. */
export type Others = Record<string, Document[]>;

export function aggregationTables(tables: Record<string, PipelineRow[]>, others: Others = {}): void {
  let s: TestStore;
  let n = 0;
  before(async () => {
    s = await startTestStore();
    for (const [name, docs] of Object.entries(others)) await s.db.collection(name).insertMany(docs);
  });
  after(() => s.stop());
  for (const [title, rows] of Object.entries(tables)) {
    describe(title, () => {
      for (const [what, docs, pipeline, expected] of rows)
        it(what, async () => {
          const c = s.db.collection<Loose>(`t${n++}`);
          if (docs.length > 0) await c.insertMany(docs.map((d, i) => ({ _id: i, ...d })));
          const found = await c.aggregate(pipeline, { promoteValues: false }).toArray();
          expect(exact(found)).to.deep.equal(exact(expected));
        });
    });
  }
}

export function refusedTables(tables: Record<string, RefusedRow[]>): void {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
    await s.db.collection<Loose>("c").insertMany([{ _id: 1, a: 1, s: "x" }]);
  });
  after(() => s.stop());
  for (const [title, rows] of Object.entries(tables))
    it(`refuses ${title}`, async () => {
      for (const [pipeline, code, message] of rows) {
        const e = await failure(s.db.collection("c").aggregate(pipeline).toArray());
        const what = JSON.stringify(pipeline);
        expect(e.code, `${what}: ${e.message}`).to.equal(code);
        expect(e.message, what).to.contain(message);
      }
    });
}
