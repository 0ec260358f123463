import { type AnyBulkWriteOperation, type Collection, type Db, MongoServerError } from "mongodb";
import { type Kind, Ledger, type Step } from "./document-store-ledger.ts";

export interface Work {
  _id: string;
  w: number;
  n: number;
  u: string;
  tags: string[];
  pad: string;
  m: number;
  ms: number[];
}

export const WORK_INDEXES = [
  { key: { w: 1, n: -1 }, name: "w_n" },
  { key: { u: 1 }, name: "u", unique: true },
  { key: { tags: 1 }, name: "tags" },
  { key: { m: 1 }, name: "m" },
] as const;
const SLOTS = 12;
const MOST = 40;

/** A document is a function of its version and of how many updates of many it has seen, so half of one shows. */
const make = (_id: string, n: number, m: number): Work => ({
  _id,
  w: Number(_id.split("-")[0]),
  n,
  u: `${_id}/${n}`,
  tags: ["all", `n${n % 5}`, _id],
  pad: "x".repeat((n * 977) % 6000),
  m,
  ms: Array.from({ length: m }, (_, i) => i + 1),
});

const pick = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)]!;

/** One connection's worth of writes of every kind; ends when the server goes away. */
export class Writer {
  readonly ledger = new Ledger();
  readonly counted: number[] = [];
  readonly problems: string[] = [];
  readonly #w: number;
  #serial = 0;

  constructor(w: number) {
    this.#w = w;
  }

  async run(db: Db): Promise<void> {
    const c = db.collection<Work>("work");
    const ops = [
      () => this.#insertOne(c),
      () => this.#insertMany(c, true, false),
      () => this.#insertMany(c, true, true),
      () => this.#insertMany(c, false, true),
      () => this.#change(c, "update"),
      () => this.#change(c, "replace"),
      () => this.#change(c, "findAndModify"),
      () => this.#change(c, "upsert"),
      () => this.#delete(c, 1),
      () => this.#delete(c, 1),
      () => this.#delete(c, 6),
      () => this.#updateMany(c),
      () => this.#mixed(c),
      () => this.#fight(db),
      () => this.#count(db),
      () => this.#temporary(db),
      () => this.#flipIndex(c),
    ];
    for (;;) {
      try {
        await pick(ops)();
      } catch (e) {
        // A bulk write that lost its connection has no code.
        if (e instanceof MongoServerError && e.code !== undefined)
          this.problems.push(`writer ${this.#w}: ${e.message}`);
        return;
      }
    }
  }

  /** Does a change; what is left when the server says "duplicate" is known too. */
  async #act(steps: Step[], kind: Kind, run: () => Promise<unknown>, afterDuplicate?: Step[]): Promise<void> {
    this.ledger.begin(steps, kind);
    try {
      await run();
    } catch (e) {
      if (!afterDuplicate || !(e instanceof MongoServerError) || e.code !== 11000) throw e;
      this.ledger.close(afterDuplicate);
      return;
    }
    this.ledger.close(steps);
  }

  #fresh = (): Work => make(`${this.#w}-${process.pid}-${Date.now()}-${this.#serial++}`, 0, 0);
  #mine = (): Work[] => this.ledger.keys("work/").map((k) => JSON.parse(this.ledger.get(k)!) as Work);
  #room = (): boolean => this.ledger.keys("work/").length < MOST;

  async #insertOne(c: Collection<Work>): Promise<void> {
    const d = this.#fresh();
    if (this.#room()) await this.#act([set(d)], "whole", () => c.insertOne(d));
  }

  async #insertMany(c: Collection<Work>, ordered: boolean, withDuplicate: boolean): Promise<void> {
    const good = Array.from({ length: 6 }, this.#fresh);
    const [twin] = this.#mine();
    if (!this.#room() || (withDuplicate && !twin)) return;
    // The duplicate is one of the unique index, not of _id.
    const all = withDuplicate ? good.toSpliced(3, 0, { ...this.#fresh(), u: twin!.u }) : good;
    const kind = ordered ? "prefix" : "subset";
    const afterDuplicate = ordered ? good.slice(0, 3) : good;
    await this.#act(
      (withDuplicate ? afterDuplicate : good).map(set),
      kind,
      () => c.insertMany(all, { ordered }),
      withDuplicate ? afterDuplicate.map(set) : undefined,
    );
  }

  async #change(c: Collection<Work>, how: "update" | "replace" | "findAndModify" | "upsert"): Promise<void> {
    const mine = this.#mine();
    if (mine.length === 0 && how !== "upsert") return;
    const old = how === "upsert" ? this.#fresh() : pick(mine);
    const next = make(old._id, old.n + 1, old.m);
    const { _id, ...rest } = next;
    await this.#act([set(next)], "whole", async () => {
      if (how === "replace") await c.replaceOne({ _id }, rest);
      else if (how === "upsert") await c.replaceOne({ _id }, rest, { upsert: true });
      else {
        const update = { $inc: { n: 1 }, $set: { u: next.u, tags: next.tags, pad: next.pad } };
        if (how === "update") await c.updateOne({ _id, n: old.n }, update);
        else {
          const found = await c.findOneAndUpdate({ _id, n: old.n }, update, { returnDocument: "after" });
          if (JSON.stringify(found) !== JSON.stringify(next)) this.problems.push(`${_id}: answered with ${found?.n}`);
        }
      }
    });
  }

  async #delete(c: Collection<Work>, many: number): Promise<void> {
    const gone = this.#mine().slice(0, many);
    if (gone.length < many) return;
    const run = () =>
      many === 1 ? c.findOneAndDelete({ _id: gone[0]!._id }) : c.deleteMany({ _id: { $in: gone.map((d) => d._id) } });
    await this.#act(gone.map(unset), "subset", run);
  }

  async #updateMany(c: Collection<Work>): Promise<void> {
    const mine = this.#mine();
    if (mine.some((d) => d.m >= 20)) return;
    const m = pick([0, 1, 2]);
    const steps = mine.filter((d) => d.m === m).map((d) => set(make(d._id, d.n, m + 1)));
    await this.#act(steps, "subset", () => c.updateMany({ w: this.#w, m }, { $inc: { m: 1 }, $push: { ms: m + 1 } }));
  }

  async #mixed(c: Collection<Work>): Promise<void> {
    const [first, second] = this.#mine();
    if (!first || !second) return;
    const fresh = this.#fresh();
    const next = make(second._id, second.n + 1, second.m);
    const operations: AnyBulkWriteOperation<Work>[] = [
      { insertOne: { document: fresh } },
      { deleteOne: { filter: { _id: first._id } } },
      { replaceOne: { filter: { _id: next._id }, replacement: next } },
    ];
    await this.#act([set(fresh), unset(first), set(next)], "prefix", () => c.bulkWrite(operations));
  }

  /** All writers want the same few places of a unique index. */
  async #fight(db: Db): Promise<void> {
    const c = db.collection<{ _id: string; slot: number }>("fight");
    const held = this.ledger.keys("fight/");
    if (held.length > 2) {
      const key = pick(held);
      await this.#act([{ key, to: undefined }], "whole", () => c.deleteOne({ _id: key.slice("fight/".length) }));
      return;
    }
    const d = { _id: this.#fresh()._id, slot: Math.floor(Math.random() * SLOTS) };
    await this.#act([{ key: `fight/${d._id}`, to: JSON.stringify(d) }], "whole", () => c.insertOne(d), []);
  }

  /** All writers count with one document; no number may be given out twice. */
  async #count(db: Db): Promise<void> {
    const c = db.collection<{ _id: string; n: number }>("count");
    const found = await c.findOneAndUpdate({ _id: "n" }, { $inc: { n: 1 } }, { upsert: true, returnDocument: "after" });
    this.counted.push(found!.n);
  }

  /** A collection that comes, gets an index, and goes. */
  async #temporary(db: Db): Promise<void> {
    const name = `temporary_${this.#w}`;
    const c = db.collection<{ _id: string; a: number }>(name);
    const exists = { key: `exists/${name}`, to: "yes" };
    const index = { key: `index/${name}/a_1`, to: "yes" };
    const there = this.ledger.get(exists.key) !== undefined;
    if (!there || Math.random() < 0.5) {
      const documents = Array.from({ length: 20 }, (_, i) => ({ _id: `${this.#fresh()._id}`, a: i }));
      const steps = documents.map((d) => ({ key: `${name}/${d._id}`, to: JSON.stringify(d) }));
      await this.#act([exists, ...steps], "prefix", () => c.insertMany(documents));
    } else if (this.ledger.get(index.key) === undefined) {
      await this.#act([index], "whole", () => c.createIndex({ a: 1 }));
    } else {
      const all = [exists.key, index.key, ...this.ledger.keys(`${name}/`)];
      await this.#act(
        all.map((key) => ({ key, to: undefined })),
        "whole",
        () => c.drop(),
      );
    }
  }

  /** An index over everybody's documents that is built and dropped while they change. */
  async #flipIndex(c: Collection<Work>): Promise<void> {
    if (this.#w > 1 || Math.random() < 0.5) return;
    const name = `flip_${this.#w}`;
    const key = `index/${c.collectionName}/${name}`;
    if (this.ledger.get(key) === undefined)
      await this.#act([{ key, to: "yes" }], "whole", () => c.createIndex({ n: 1, tags: this.#w ? 1 : -1 }, { name }));
    else await this.#act([{ key, to: undefined }], "whole", () => c.dropIndex(name));
  }
}

const set = (d: Work): Step => ({ key: `work/${d._id}`, to: JSON.stringify(d) });
const unset = (d: Work): Step => ({ key: `work/${d._id}`, to: undefined });

/** What is in the store, under the same keys as in the ledgers, by the writer that it belongs to. */
export async function readAll(db: Db, writers: number): Promise<Map<string, string>[]> {
  const of = Array.from({ length: writers }, () => new Map<string, string>());
  const base = new Set(["work", "fight", "count"]);
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    const c = db.collection(name);
    const owner = (id: unknown): number => Number((base.has(name) ? String(id) : name.split("_")[1]!).split("-")[0]);
    if (!base.has(name)) of[owner("")]!.set(`exists/${name}`, "yes");
    for (const index of await c.indexes())
      if (/^flip_|^a_1$/.test(index.name!))
        of[Number(/^flip_(\d)/.exec(index.name!)?.[1] ?? owner(""))]!.set(`index/${name}/${index.name}`, "yes");
    if (name !== "count")
      for (const d of await c.find().toArray()) of[owner(d._id)]!.set(`${name}/${d._id}`, JSON.stringify(d));
  }
  return of;
}
