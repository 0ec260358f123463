import { expect } from "chai";
import fc from "fast-check";
import { projections } from "../support/document-oracle/generate-queries.ts";
import { documents } from "../support/document-oracle/generate-values.ts";
import {
  attempt,
  attemptAsync,
  fresh,
  runs,
  showAll,
  showOutcome,
  withIds,
} from "../support/document-oracle/harness.ts";
import { project } from "../support/document-oracle/projection.ts";
import { decode, encode, show } from "../support/document-oracle/values.ts";
import { startTestStore, type TestStore } from "./document-store-support.ts";

describe("document store: conformance of projections", () => {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());

  it("gives the oracle's bytes, or refuses as it does", async () => {
    const c = fresh(s.db);
    await fc.assert(
      fc.asyncProperty(
        fc.array(documents, { minLength: 1, maxLength: 12 }),
        fc.array(projections, { minLength: 1, maxLength: 20 }),
        async (bodies, specs) => {
          const docs = withIds(bodies);
          await c.clear();
          await c.insert(docs);
          await Promise.all(
            specs.map(async (projection) => {
              const got = await attemptAsync(c.findBytes(new Map(), { projection }));
              const wanted = attempt(() => docs.map((d) => project(d, projection)));
              const told = `${show(projection)} on\n  ${showAll(docs)}\n`;
              if ("refused" in got || "refused" in wanted) {
                expect(
                  showOutcome(got, () => "answered"),
                  told,
                ).to.match(/^refused/);
                expect(showOutcome(wanted, showAll), `${told}${showOutcome(got, () => "")}`).to.match(/^refused/);
                return;
              }
              got.value.forEach((bytes, i) => {
                const both = `${show(projection)} on ${show(docs[i])}\nthe oracle: ${show(wanted.value[i])}\nthe store: ${show(decode(bytes))}`;
                expect(Buffer.compare(bytes, encode(wanted.value[i]!)), both).to.equal(0);
              });
            }),
          );
        },
      ),
      runs(120),
    );
  });
});
