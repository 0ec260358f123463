import { expect } from "chai";
import fc from "fast-check";
import { filters } from "../support/document-oracle/generate-filters.ts";
import { documents } from "../support/document-oracle/generate-values.ts";
import {
  attempt,
  attemptAsync,
  fresh,
  ids,
  runs,
  showAll,
  showOutcome,
  withIds,
} from "../support/document-oracle/harness.ts";
import { matches } from "../support/document-oracle/match.ts";
import { show } from "../support/document-oracle/values.ts";
import { startTestStore, type TestStore } from "./document-store-support.ts";

describe("document store: conformance of find", () => {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());

  it("finds what the oracle finds, or refuses as it does", async () => {
    const c = fresh(s.db);
    await fc.assert(
      fc.asyncProperty(
        fc.array(documents, { minLength: 1, maxLength: 12 }),
        fc.array(filters, { minLength: 1, maxLength: 20 }),
        async (bodies, questions) => {
          const docs = withIds(bodies);
          await c.clear();
          await c.insert(docs);
          const answers = await Promise.all(
            questions.map(async (f) => await attemptAsync(c.find(f, { projection: { _id: 1 } }))),
          );
          questions.forEach((f, i) => {
            const wanted = attempt(() => docs.filter((d) => matches(f, d)));
            const got = answers[i]!;
            const told = `${show(f)} on\n  ${showAll(docs)}\n`;
            if ("refused" in wanted || "refused" in got) {
              expect(showOutcome(got, showAll), told).to.match(/^refused/);
              expect(showOutcome(wanted, showAll), `${told}${showOutcome(got, showAll)}`).to.match(/^refused/);
            } else expect(ids(got.value), told).to.deep.equal(ids(wanted.value));
          });
        },
      ),
      runs(200),
    );
  });
});
