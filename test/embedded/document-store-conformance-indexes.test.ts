import { expect } from "chai";
import fc from "fast-check";
import { compare } from "../support/document-oracle/compare.ts";
import { filters } from "../support/document-oracle/generate-filters.ts";
import { indexSets, type Query, queries } from "../support/document-oracle/generate-queries.ts";
import { type Change, changesOfOne } from "../support/document-oracle/generate-updates.ts";
import { documents, paths } from "../support/document-oracle/generate-values.ts";
import {
  attempt,
  attemptAsync,
  fresh,
  ids,
  runs,
  showAll,
  showOutcome,
  type Tested,
  withIds,
} from "../support/document-oracle/harness.ts";
import { compareKeys, distinct, type SortSpec, sorted, sortKey } from "../support/document-oracle/keys.ts";
import { matches } from "../support/document-oracle/match.ts";
import { Model, type WriteOutcome } from "../support/document-oracle/model.ts";
import { type Doc, decode, fromDriver, show, type Value } from "../support/document-oracle/values.ts";
import { startTestStore, type TestStore } from "./document-store-support.ts";

const toObject = (key: SortSpec): Map<string, 1 | -1> => new Map(key);

describe("document store: conformance with indexes", () => {
  let s: TestStore;
  before(async () => {
    s = await startTestStore();
  });
  after(() => s.stop());

  /** A new collection with indexes and documents in it, and the oracle's picture of the same. */
  async function build(bodies: Doc[], model: Model): Promise<Tested> {
    const c = fresh(s.db);
    await c.command("createIndexes", {
      indexes: model.indexes.map(({ key, ...rest }) => ({ ...rest, key: toObject(key) })),
    });
    const docs = withIds(bodies);
    const reply = await c.insert(docs);
    same(
      reply,
      docs.map((d) => model.insert(d)),
      (i) => show(docs[i]),
      model,
    );
    return c;
  }

  /** Each statement went through or was refused as the oracle says, unique keys with the key at fault. */
  function same(reply: { writeErrors?: unknown }, wanted: WriteOutcome[], told: (i: number) => string, model: Model) {
    const errors = new Map(
      ((reply.writeErrors ?? []) as Record<string, unknown>[]).map((e) => [Number(e.index), e] as const),
    );
    wanted.forEach((w, i) => {
      const e = errors.get(i);
      const context = () =>
        `${told(i)} with indexes ${model}\n  the oracle: ${w}\n  the store: ${e?.errmsg ?? "done"}\n`;
      expect(e !== undefined, context()).to.equal(w !== "done");
      if (!e || typeof w === "string") return;
      if (w.code !== undefined) expect(Number(e.code), context()).to.equal(w.code);
      if (w.keys.length === 0) return;
      const got = fromDriver(e.keyValue) as Doc;
      const pattern = JSON.stringify(Object.entries(e.keyPattern as object).map(([k, v]) => [k, Number(v)]));
      const hits = w.keys.filter(({ index }) => JSON.stringify(index.key) === pattern);
      expect(hits, context()).to.not.be.empty;
      // A key made from an empty array is BSON's undefined, for which the driver has no value of its own.
      expect(
        hits.some(({ key, index }) =>
          key.every((k, i) => k === undefined || compare(k, got.get(index.key[i]![0])) === 0),
        ),
        `${context()}${show(got)}`,
      ).to.equal(true);
    });
  }

  async function ask(c: Tested, model: Model, filter: Doc, q: Query): Promise<void> {
    const complete = model.indexes.filter((i) => !i.sparse && !i.partialFilterExpression);
    const hint = q.hint !== undefined && complete.length > 0 ? complete[q.hint % complete.length] : undefined;
    const window = (list: Doc[]) => list.slice(q.skip, q.limit === 0 ? undefined : q.skip + q.limit);
    const wanted = attempt(() => {
      const found = model.documents.filter((d) => matches(filter, d));
      return q.sort ? window(sorted(found, q.sort)) : found;
    });
    const got = await attemptAsync(
      c.find(filter, {
        ...(q.sort ? { sort: toObject(q.sort), skip: q.skip, limit: q.limit } : {}),
        ...(hint ? { hint: hint.name } : {}),
      }),
    );
    const told =
      `${show(filter)} sorted by ${JSON.stringify(q.sort)} from ${q.skip}, at most ${q.limit}, hint ${hint?.name}, ` +
      `indexes ${model} on\n  ${showAll(model.documents)}\n`;
    if ("refused" in wanted || "refused" in got) {
      expect(showOutcome(got, showAll), told).to.match(/^refused/);
      expect(showOutcome(wanted, showAll), `${told}${showOutcome(got, showAll)}`).to.match(/^refused/);
      return;
    }
    const { sort } = q;
    if (!sort) {
      expect(ids(got.value).sort(), told).to.deep.equal(ids(wanted.value).sort());
      return;
    }
    // Equal keys may come in any order, so keys are compared, and that each document was asked for.
    const orders = (list: Doc[]) => list.map((d) => sortKey(d, sort));
    const [g, w] = [orders(got.value), orders(wanted.value)];
    const same = g.length === w.length && g.every((k, i) => compareKeys(k, w[i]!, sort) === 0);
    expect(same, `${told}the oracle: ${ids(wanted.value)}\nthe store: ${ids(got.value)}`).to.equal(true);
    expect(new Set(ids(got.value)).size, told).to.equal(got.value.length);
    for (const d of got.value) expect(matches(filter, d), told).to.equal(true);
  }

  async function askAll(c: Tested, model: Model, questions: [Doc, Query][]): Promise<void> {
    await Promise.all(questions.map(([f, q]) => ask(c, model, f, q)));
  }

  /** Sequential changes in one command, then the very same documents must be there. */
  async function change(c: Tested, model: Model, changes: (Change & { at: number })[], removed: Doc): Promise<void> {
    const places = changes.map(({ at }) => `#${String(at % (model.documents.length + 1)).padStart(4, "0")}`);
    const filterOf = (i: number): Doc => new Map<string, Value>([["_id", places[i]!], ...changes[i]!.filter]);
    const reply = await c.command("update", {
      ordered: false,
      updates: changes.map(({ update, arrayFilters }, i) => ({
        q: filterOf(i),
        u: update,
        ...(arrayFilters.length > 0 ? { arrayFilters } : {}),
      })),
    });
    same(
      reply,
      changes.map((one, i) => model.update(filterOf(i), one.update, one.arrayFilters)),
      (i) => `${show(changes[i]!.update)} where ${show(filterOf(i))} in\n  ${showAll(model.documents)}\n`,
      model,
    );
    const gone = await attemptAsync(c.command("delete", { deletes: [{ q: removed, limit: 0 }] }));
    const kept = attempt(() => model.remove(removed));
    expect("refused" in gone, show(removed)).to.equal("refused" in kept);
    const there = (await c.findBytes(new Map())).map(decode);
    expect(showAll(there.sort((a, b) => compare(a, b)))).to.equal(
      showAll([...model.documents].sort((a, b) => compare(a, b))),
    );
  }

  const questions = fc.array(fc.tuple(filters, queries), { minLength: 1, maxLength: 25 });
  const changes = fc.array(
    fc.tuple(changesOfOne, fc.nat(30)).map(([one, at]) => ({ ...one, at })),
    { minLength: 1, maxLength: 12 },
  );
  const bodies = fc.array(documents, { minLength: 1, maxLength: 20 });

  for (const unique of [false, true])
    it(`answers and refuses as the oracle under any ${unique ? "unique " : ""}indexes, also after changes`, async () => {
      await fc.assert(
        fc.asyncProperty(
          bodies,
          indexSets(unique),
          questions,
          changes,
          filters,
          async (docs, indexes, asked, changed, removed) => {
            const model = new Model(indexes);
            const c = await build(docs, model);
            await askAll(c, model, asked);
            await change(c, model, changed, removed);
            await askAll(c, model, asked);
            await c.collection.drop();
          },
        ),
        runs(100),
      );
    });

  it("builds an index over documents that are there exactly when the oracle can", async () => {
    await fc.assert(
      fc.asyncProperty(bodies, indexSets(true), questions, async (list, [index], asked) => {
        const model = new Model([]);
        const c = fresh(s.db);
        const docs = withIds(list);
        await c.insert(docs);
        for (const d of docs) model.insert(d);
        const { key, ...rest } = index!;
        const got = await attemptAsync(c.command("createIndexes", { indexes: [{ ...rest, key: toObject(key) }] }));
        const wanted = attempt(() => model.build(index!));
        const told = `${JSON.stringify(index)} over\n  ${showAll(docs)}\n${showOutcome(got, () => "built")}`;
        expect("refused" in got, told).to.equal("refused" in wanted);
        if ("refused" in got && "refused" in wanted) expect(got.refused.code, told).to.equal(wanted.refused.code);
        await askAll(c, model, asked);
        await c.collection.drop();
      }),
      runs(60),
    );
  });

  it("counts and lists different values", async () => {
    await fc.assert(
      fc.asyncProperty(
        bodies,
        indexSets(false),
        fc.array(fc.tuple(filters, paths), { minLength: 1, maxLength: 20 }),
        async (docs, indexes, asked) => {
          const model = new Model(indexes);
          const c = await build(docs, model);
          await Promise.all(
            asked.map(async ([query, key]) => {
              const found = attempt(() => model.documents.filter((d) => matches(query, d)));
              const told = `${key} where ${show(query)}, indexes ${model} on\n  ${showAll(model.documents)}\n`;
              const n = await attemptAsync(c.command("count", { query }));
              const values = await attemptAsync(c.command("distinct", { key, query }));
              if ("refused" in found || "refused" in n || "refused" in values) {
                expect(["refused" in found, "refused" in n, "refused" in values], told).to.deep.equal([
                  true,
                  true,
                  true,
                ]);
                return;
              }
              expect(Number(n.value.n), told).to.equal(found.value.length);
              const order = (list: Value[]) => [...list].sort(compare);
              const got = order((values.value.values as unknown[]).map(fromDriver));
              const wanted = order(distinct(found.value, key));
              expect(compare(got, wanted), `${told}the oracle: ${show(wanted)}\nthe store: ${show(got)}`).to.equal(0);
            }),
          );
          await c.collection.drop();
        },
      ),
      runs(60),
    );
  });
});
