import { expect } from "chai";
import fc from "fast-check";
import { afterPage, type Paging, pageParameters } from "../../backend/features/data-sources/domain/paging.ts";
import { afterAction, RESOURCE_STATES } from "../../backend/features/data-sources/domain/resource-states.ts";
import { backoffMs, nextRunAfter } from "../../backend/features/data-sources/domain/schedule.ts";
import {
  atPointer,
  mappedRow,
  parseRows,
  rowsAsLines,
} from "../../backend/features/data-sources/domain/source-rows.ts";

describe("rules of data sources", () => {
  describe("rows under the catalog's names", () => {
    const rules = {
      mapping: [
        { source: "credit_code", field: "uscc" },
        { source: "/amount/value", field: "amount", unit: "wanyuan" as const },
      ],
      deletion: { source: "op", values: ["D", "1"] },
    };

    it("take mapped columns alone, with their units, and mark deletions", () => {
      const row = { credit_code: "X", amount: { value: 12.5 }, op: "U", secret: "not shared" };
      expect(mappedRow(row, rules)).to.deep.equal({ uscc: "X", "amount(万元)": "12.5" });
      expect(mappedRow({ ...row, op: 1 }, rules)).to.deep.equal({
        uscc: "X",
        "amount(万元)": "12.5",
        _deleted: "true",
      });
      expect(mappedRow({}, rules)).to.deep.equal({ uscc: "", "amount(万元)": "" });
    });

    it("keep the source's names without a mapping, and no mark but the one asked for", () => {
      const bare = { mapping: [], deletion: rules.deletion };
      expect(mappedRow({ 名称: "甲", op: "D", n: null, b: true }, bare)).to.deep.equal({
        名称: "甲",
        n: "",
        b: "true",
        _deleted: "true",
      });
      // Who can write rows can't delete by a column that nobody named.
      expect(mappedRow({ _deleted: "true", 名称: "甲" }, { mapping: [] })).to.deep.equal({ 名称: "甲" });
    });

    it("never touch what a row inherits", () => {
      const row = JSON.parse('{"__proto__": {"credit_code": "evil"}}') as Record<string, unknown>;
      expect(mappedRow(row, rules).uscc).to.equal("");
      expect(atPointer({}, "/constructor/name")).to.equal(undefined);
    });

    it("make other bytes for another place, and the same for the same", () => {
      const cells = fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(fc.string(), fc.integer(), fc.constant(null)), {
        maxKeys: 4,
      });
      fc.assert(
        fc.property(fc.array(cells, { minLength: 1, maxLength: 5 }), (rows) => {
          const lines = (place: string) => rowsAsLines(rows, { mapping: [] }, place).toString();
          expect(lines("1")).to.equal(lines("1"));
          expect(lines("1")).to.not.equal(lines("2"));
          expect(parseRows(lines("1"))).to.have.length(rows.length);
        }),
      );
    });

    it("are read from an array or from lines, with the place of what is wrong", () => {
      expect(parseRows('\n [{"a":1}] ')).to.deep.equal([{ a: 1 }]);
      expect(parseRows('{"a":1}\n\n{"a":2}\n')).to.deep.equal([{ a: 1 }, { a: 2 }]);
      expect(parseRows("")).to.deep.equal([]);
      for (const [text, why] of [
        ['[{"a":1},[2]]', /row 2/],
        ['{"a":1}\nnull', /line 2/],
        ['{"a":1}\n{', /line 2/],
        ["[", /./],
      ] as const) {
        expect(() => parseRows(text), text).to.throw(SyntaxError, why);
      }
    });
  });

  describe("paging", () => {
    /** Reads a source of so many rows until the end; gives up where there is none. */
    function readAll(
      paging: Paging,
      answer: (parameters: Record<string, string>) => { rows: object[]; next?: unknown },
    ) {
      const seen: object[] = [];
      let cursor: string | null = null;
      for (let pages = 1; pages < 1_000; pages++) {
        const { rows, next } = answer(pageParameters(paging, cursor));
        seen.push(...rows);
        const outcome = afterPage(paging, cursor, { next }, rows as Record<string, unknown>[]);
        if (!outcome) return undefined;
        cursor = outcome.next;
        if (outcome.done) return { seen, cursor, pages };
      }
      throw new Error("there is no end");
    }
    const sizes = fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 12 }));

    it("sees every row once by cursor and by page number", () => {
      fc.assert(
        fc.property(sizes, ([count, size]) => {
          const all = Array.from({ length: count }, (_, n) => ({ n }));
          const byCursor = readAll(
            { kind: "cursor", parameter: "c", pointer: "/next", atEnd: "restart" },
            ({ c = "0" }) => ({
              rows: all.slice(Number(c), Number(c) + size),
              next: Number(c) + size < count ? Number(c) + size : null,
            }),
          );
          expect(byCursor).to.deep.include({ seen: all, cursor: null });
          const byPage = readAll({ kind: "page", parameter: "p", first: 1, size }, ({ p }) => ({
            rows: all.slice((Number(p) - 1) * size, Number(p) * size),
          }));
          expect(byPage).to.deep.include({ seen: all, cursor: null });
        }),
      );
    });

    it("goes on from the newest time, with sources that mean after and with those that mean at or after", () => {
      fc.assert(
        fc.property(sizes, fc.boolean(), ([count, size], inclusive) => {
          const all = Array.from({ length: count }, (_, n) => ({ n: n + 1 }));
          const paging: Paging = { kind: "since", parameter: "s", pointer: "/n", first: "0" };
          const read = readAll(paging, ({ s }) => ({
            rows: all.filter(({ n }) => (inclusive ? n >= Number(s) : n > Number(s))).slice(0, size + 1),
          }))!;
          expect([...new Set(read.seen)]).to.deep.equal(all);
          expect(read.cursor).to.equal(count === 0 ? null : String(count));
        }),
      );
    });

    it("finds out that a source leads in a circle", () => {
      const paging: Paging = { kind: "cursor", parameter: "c", pointer: "/next", atEnd: "restart" };
      expect(readAll(paging, () => ({ rows: [{}], next: "7" }))).to.equal(undefined);
      const resuming = { ...paging, atEnd: "resume" } as const;
      expect(readAll(resuming, () => ({ rows: [{}], next: "7" }))).to.deep.include({ cursor: "7", pages: 2 });
      expect(readAll(resuming, ({ c }) => ({ rows: c ? [] : [{}], next: c ? null : "7" }))).to.deep.include({
        cursor: "7",
      });
    });
  });

  describe("times", () => {
    it("keep the schedule's rhythm and never lie in the past", () => {
      fc.assert(
        fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 44_640 }), fc.nat(1e10), (due, every, late) => {
          const now = new Date(due + late);
          const next = nextRunAfter(new Date(due), every, now);
          expect(next.getTime()).to.be.above(now.getTime());
          expect(next.getTime() - now.getTime()).to.be.at.most(every * 60_000);
          expect((next.getTime() - due) % (every * 60_000)).to.equal(0);
        }),
      );
    });

    it("back off twice as long each time, within bounds, however long it fails", () => {
      const attempt = fc.integer({ min: 1, max: 1_000 });
      fc.assert(
        fc.property(attempt, fc.double({ min: 0, max: 1, noNaN: true }), (attempts, random) => {
          const pause = backoffMs(attempts, 5_000, random);
          expect(pause).to.be.within(2_500, 900_000);
          expect(pause).to.be.at.most(5_000 * 2 ** Math.min(attempts - 1, 20));
        }),
      );
    });
  });

  it("know no other states than draft, active and paused, and never go back to draft", () => {
    for (const state of RESOURCE_STATES) {
      for (const action of ["activate", "pause"] as const) {
        expect(afterAction(state, action)).to.be.oneOf([undefined, "active", "paused"]);
      }
    }
    expect(afterAction("draft", "pause")).to.equal(undefined);
  });
});
