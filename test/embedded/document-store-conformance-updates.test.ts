import { expect } from "chai";
import fc from "fast-check";
import { type Change, changesOfOne, replacements, upsertFilters } from "../support/document-oracle/generate-updates.ts";
import { documents } from "../support/document-oracle/generate-values.ts";
import { attempt, fresh, idOf, runs, showOutcome, type Tested, withIds } from "../support/document-oracle/harness.ts";
import { update, upsert } from "../support/document-oracle/update.ts";
import { type Doc, encode, show } from "../support/document-oracle/values.ts";
import { startTestStore, type TestStore } from "./document-store-support.ts";

interface Case extends Change {
  before: Doc | undefined;
}

describe("document store: conformance of updates", () => {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());

  /** Each case changes a document of its own, all in one command; every stored byte is compared. */
  async function check(c: Tested, cases: Case[], upserting = false): Promise<void> {
    await c.clear();
    const there = cases.flatMap((one) => (one.before ? [one.before] : []));
    if (there.length > 0) await c.insert(there);
    const filterOf = (i: number): Doc => new Map([["_id", idOf(i)], ...cases[i]!.filter]);
    const reply = await c.command("update", {
      ordered: false,
      updates: cases.map(({ update, arrayFilters }, i) => ({
        q: filterOf(i),
        u: update,
        upsert: upserting,
        ...(arrayFilters.length > 0 ? { arrayFilters } : {}),
      })),
    });
    const refused = new Map<number, { code: number; message: string }>();
    for (const e of reply.writeErrors ?? [])
      refused.set(Number(e.index), { code: Number(e.code), message: String(e.errmsg) });
    const stored = new Map((await c.find(new Map())).map((d) => [d.get("_id"), d]));
    cases.forEach((one, i) => {
      const { update: change, arrayFilters, before } = one;
      const wanted = attempt(() =>
        before ? update(before, change, { filter: filterOf(i), arrayFilters }) : upsert(filterOf(i), change),
      );
      const error = refused.get(i);
      const got = error ? { refused: error } : { value: stored.get(idOf(i))! };
      const told =
        `${show(change)} where ${show(filterOf(i))} with ${show(arrayFilters)} on ${show(before)}\n` +
        `  the oracle: ${showOutcome(wanted, show)}\n  the store: ${showOutcome(got, show)}\n`;
      if ("refused" in wanted || "refused" in got) {
        expect("refused" in got, told).to.equal("refused" in wanted);
        // With several changes at fault either may be named.
        const alone = change.size === 1 && [...change.values()].every((f) => f instanceof Map && f.size === 1);
        if (alone && "refused" in wanted && wanted.refused.code !== undefined)
          expect(error!.code, told).to.equal(wanted.refused.code);
        if (before) expect(Buffer.compare(encode(stored.get(idOf(i))!), encode(before)), told).to.equal(0);
      } else expect(Buffer.compare(encode(got.value), encode(wanted.value)), told).to.equal(0);
    });
  }

  const oneChange = (changes: fc.Arbitrary<Change>): fc.Arbitrary<[Doc, Change][]> =>
    fc.array(fc.tuple(documents, changes), { minLength: 1, maxLength: 40 });
  const placed = (list: [Doc, Change][]): Case[] => {
    const docs = withIds(list.map(([d]) => d));
    return list.map(([, change], i) => ({ ...change, before: docs[i] }));
  };

  it("changes documents by operators to the oracle's bytes, or refuses as it does", async () => {
    const c = fresh(s.db);
    await fc.assert(
      fc.asyncProperty(oneChange(changesOfOne), (list) => check(c, placed(list))),
      runs(200),
    );
  });

  it("replaces documents", async () => {
    const c = fresh(s.db);
    await fc.assert(
      fc.asyncProperty(oneChange(replacements), (list) => check(c, placed(list))),
      runs(30),
    );
  });

  it("upserts what the filter and the change say", async () => {
    const c = fresh(s.db);
    // No document is there for a positional part or an array filter to stand for.
    const plain = fc.oneof({ weight: 4, arbitrary: changesOfOne }, { weight: 1, arbitrary: replacements });
    const list = fc.array(
      fc.tuple(
        upsertFilters,
        plain.filter((x) => x.filter.size === 0 && x.arrayFilters.length === 0),
      ),
      { minLength: 1, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(list, (cases) =>
        check(
          c,
          cases.map(([filter, change]) => ({ ...change, filter, before: undefined })),
          true,
        ),
      ),
      runs(80),
    );
  });
});
