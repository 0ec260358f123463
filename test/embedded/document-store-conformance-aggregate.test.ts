import { expect } from "chai";
import fc from "fast-check";
import { compare } from "../support/document-oracle/compare.ts";
import { expressions, joinable, pipelines, records } from "../support/document-oracle/generate-pipelines.ts";
import {
  attempt,
  attemptAsync,
  fresh,
  runs,
  showAll,
  showOutcome,
  type Tested,
  withIds,
} from "../support/document-oracle/harness.ts";
import { aggregate, type Collections } from "../support/document-oracle/pipeline.ts";
import { sameResults } from "../support/document-oracle/results.ts";
import { type Doc, doc, show } from "../support/document-oracle/values.ts";
import { startTestStore, type TestStore } from "./document-store-support.ts";

describe("document store: conformance of aggregation", () => {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());

  async function check(c: Tested, docs: Doc[], list: Doc[][], others: Collections = {}): Promise<void> {
    await Promise.all(
      list.map(async (pipeline) => {
        const got = await attemptAsync(c.aggregate(pipeline));
        const wanted = attempt(() => aggregate(docs, pipeline, others));
        const told =
          `${pipeline.map(show).join(", ")} on\n  ${showAll(docs)}\n` +
          `the oracle: ${showOutcome(wanted, showAll)}\nthe store: ${showOutcome(got, showAll)}\n`;
        if ("refused" in got || "refused" in wanted) expect("refused" in got, told).to.equal("refused" in wanted);
        else expect(sameResults(got.value, wanted.value), told).to.equal(true);
      }),
    );
  }

  it("computes expressions as the oracle, or refuses as it does", async () => {
    const c = fresh(s.db);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(records, expressions(2)), { minLength: 1, maxLength: 15 }), async (cases) => {
        const docs = withIds(cases.map(([d]) => d));
        await c.clear();
        await c.insert(docs);
        // One document each, so that a refusal of one says nothing about the others.
        await Promise.all(
          cases.map(([, e], i) =>
            check(c, docs, [
              [
                doc({ $match: doc({ _id: docs[i]!.get("_id")! }) }),
                doc({ $replaceRoot: doc({ newRoot: doc({ value: e }) }) }),
              ],
            ]),
          ),
        );
      }),
      runs(150),
    );
  });

  it("runs pipelines as the oracle, or refuses as it does", async () => {
    const c = fresh(s.db);
    await fc.assert(
      fc.asyncProperty(
        fc.array(records, { minLength: 1, maxLength: 10 }),
        fc.array(pipelines, { minLength: 1, maxLength: 15 }),
        async (bodies, list) => {
          const docs = withIds(bodies).sort(compare);
          await c.clear();
          await c.insert(docs);
          await check(c, docs, list);
        },
      ),
      runs(120),
    );
  });

  it("looks up by equality", async () => {
    const [c, other] = [fresh(s.db), fresh(s.db)];
    const sides = fc.array(joinable, { minLength: 1, maxLength: 8 });
    const keys = fc.constantFrom("a", "b");
    await fc.assert(
      fc.asyncProperty(sides, sides, keys, keys, async (left, right, localField, foreignField) => {
        const [docs, foreign] = [withIds(left), withIds(right)];
        await Promise.all([c.clear(), other.clear()]);
        await Promise.all([c.insert(docs), other.insert(foreign)]);
        const lookup = doc({ $lookup: doc({ from: other.name, localField, foreignField, as: "found" }) });
        await check(c, docs, [[lookup]], { [other.name]: foreign });
      }),
      runs(100),
    );
  });
});
