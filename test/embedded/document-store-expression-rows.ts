import { expect } from "chai";
import { BSON, Decimal128, type Document, Double, Long } from "mongodb";
import { type Loose, startTestStore, type TestStore } from "./document-store-support.ts";

/* Whole numbers are int32 and fractions double, as the driver sends them; these say another type. */
export const D = (text: string): Decimal128 => Decimal128.fromString(text);
export const L = (n: number | string): Long => Long.fromString(String(n));
export const F = (n: number): Double => new Double(n);
export const date = (text: string): Date => new Date(text);
export const NOTHING = Symbol("a missing field");

/** Values that several tables use. */
export const day = date("2017-06-19T15:13:25.713Z");

export type ExpressionRow = [expression: unknown, document: Document, expected: unknown];

const { EJSON } = BSON;
const text = (v: unknown): string => (v === NOTHING ? "nothing" : EJSON.stringify({ v }, { relaxed: false }));

/** A test for each table, over a store of their own; gives that store to further tests. */
export function expressionTables(tables: Record<string, ExpressionRow[]>): { readonly store: TestStore } {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());

  /** The expression's value for one document, each number in its own type. */
  async function evaluate(expression: unknown, document: Document): Promise<unknown> {
    const c = s.db.collection<Loose>("one");
    await c.replaceOne({ _id: 1 }, document, { upsert: true });
    const [got] = await c.aggregate([{ $replaceWith: { v: expression } }], { promoteValues: false }).toArray();
    return Object.hasOwn(got!, "v") ? got!.v : NOTHING;
  }

  for (const [name, list] of Object.entries(tables)) {
    it(`computes as MongoDB: ${name}`, async () => {
      for (const [expression, document, expected] of list) {
        const what = `${JSON.stringify(expression)} of ${EJSON.stringify(document)}`;
        expect(text(await evaluate(expression, document)), what).to.equal(text(expected));
      }
    });
  }
  return {
    get store() {
      return s;
    },
  };
}
