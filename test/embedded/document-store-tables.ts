import { expect } from "chai";
import { Binary, BSON, Decimal128, type Document, Long, ObjectId } from "mongodb";
import { type Loose, startTestStore, type TestStore } from "./document-store-support.ts";

/** Values of types that JavaScript has no literals for. */
export const long = (s: string | number) => Long.fromString(String(s));
export const decimal = (s: string) => Decimal128.fromString(s);
export const bytes = (...b: number[]) => new Binary(Buffer.from(b));
export const oid = new ObjectId("507f1f77bcf86cd799439011");

/** Documents that have one value each in `a`; undefined: a document without it. */
export const a = (...values: unknown[]): Document[] => values.map((v) => (v === undefined ? {} : { a: v }));

/** [what it shows, the documents (numbered from 0), the filter, the numbers of those that match] */
export type QueryRow = [string, Document[], Document, number[]];
/** [what it shows, the document, the update, the document after (types and order count), the filter, arrayFilters] */
export type UpdateRow = [string, Document, Document | Document[], Document, Document?, Document[]?];

/** A store for the tests of one `describe`, and new collections in it. */
export function usesStore() {
  let s: TestStore;
  let n = 0;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());
  return {
    get db() {
      return s.db;
    },
    get client() {
      return s.client;
    },
    get store() {
      return s.store;
    },
    /** A new collection with these documents. */
    async fresh(docs: Document[] = []) {
      const c = s.db.collection<Loose>(`c${n++}`);
      if (docs.length > 0) await c.insertMany(docs as never);
      return c;
    },
  };
}

export type Collection = Awaited<ReturnType<ReturnType<typeof usesStore>["fresh"]>>;

/** A document as text that tells types and order. */
export const canonical = (d: Document) =>
  BSON.EJSON.stringify(BSON.deserialize(BSON.serialize(d), { promoteValues: false }), { relaxed: false });

/** The one document of a collection, likewise. */
export const stored = async (c: Collection) =>
  BSON.EJSON.stringify(await c.findOne({}, { promoteValues: false }), { relaxed: false });

export function queryTables(tables: Record<string, QueryRow[]>): void {
  const store = usesStore();
  for (const [title, rows] of Object.entries(tables)) {
    describe(title, () => {
      for (const [what, docs, filter, expected] of rows) {
        it(what, async () => {
          const c = await store.fresh(docs.map((d, i) => ({ _id: i, ...d })));
          const ids = async () => (await c.find(filter).sort({ _id: 1 }).toArray()).map((d) => d._id);
          expect(await ids()).to.deep.equal(expected);
          // An index must not change the answer.
          await c.createIndex({ a: 1 });
          expect(await ids()).to.deep.equal(expected);
          expect(await c.countDocuments(filter)).to.equal(expected.length);
        });
      }
    });
  }
}

export function updateTables(tables: Record<string, UpdateRow[]>): void {
  const store = usesStore();
  for (const [title, rows] of Object.entries(tables)) {
    describe(title, () => {
      for (const [what, doc, update, expected, filter, arrayFilters] of rows) {
        it(what, async () => {
          const c = await store.fresh([{ _id: 1, ...doc }]);
          const options = arrayFilters ? { arrayFilters } : {};
          const r = await c.updateOne({ ...filter } as never, update, options);
          expect(await stored(c)).to.equal(canonical({ _id: 1, ...expected }));
          const changed = canonical({ _id: 1, ...doc }) !== canonical({ _id: 1, ...expected });
          expect([r.matchedCount, r.modifiedCount]).to.deep.equal([1, changed ? 1 : 0]);
        });
      }
    });
  }
}
