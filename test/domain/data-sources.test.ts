import { expect } from "chai";
import fc from "fast-check";
import {
  byteSequence,
  parseSignatureInput,
  signatureBase,
} from "../../backend/features/data-sources/domain/message-signature.ts";
import { afterPage, type Paging, pageParameters } from "../../backend/features/data-sources/domain/paging.ts";
import { afterAction, RESOURCE_STATES } from "../../backend/features/data-sources/domain/resource-states.ts";
import { backoffMs, nextRunAfter } from "../../backend/features/data-sources/domain/schedule.ts";
import { catalogGrade, filledPart, freshnessOf } from "../../backend/features/data-sources/domain/scoring.ts";
import {
  atPointer,
  mappedRow,
  parseRows,
  rowsAsLines,
} from "../../backend/features/data-sources/domain/source-rows.ts";
import { tableQuery } from "../../backend/features/data-sources/domain/table-query.ts";
import { createSealing } from "../../backend/features/data-sources/sealing.ts";

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

  it("quote any name, and put no value into a statement", () => {
    const names = fc.string({ minLength: 1, unit: fc.constantFrom("a", '"', "`", "'", ";", "-", " ", "\\", "中") });
    const engine = fc.constantFrom("postgresql" as const, "mysql" as const, "sqlite" as const);
    fc.assert(
      fc.property(engine, names, names, names, (kind, table, keyColumn, value) => {
        const shape = { table, keyColumn, settleSeconds: 0 };
        const { sql, parameters } = tableQuery(kind, shape, { mapping: [] }, [value], 5);
        const quote = kind === "mysql" ? "`" : '"';
        const quoted = (name: string) => quote + name.replaceAll(quote, quote + quote) + quote;
        const parameter = { postgresql: "$1", mysql: "?", sqlite: "?1" }[kind];
        expect(sql).to.equal(
          `SELECT * FROM ${quoted(table)} WHERE ${quoted(keyColumn)} IS NOT NULL AND ${quoted(keyColumn)} > ${parameter} ORDER BY ${quoted(keyColumn)} LIMIT 5`,
        );
        expect(parameters).to.deep.equal([value]);
      }),
    );
    expect(() =>
      tableQuery("sqlite", { table: "a\0b", keyColumn: "k", settleSeconds: 0 }, { mapping: [] }, null, 1),
    ).to.throw();
  });

  it("open a secret with the key that sealed it, for the place that it was sealed for, and unchanged", () => {
    const sealing = createSealing(Buffer.alloc(32, 1));
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (text, place, at) => {
        const sealed = sealing.seal(text, place);
        expect(sealing.open(sealed, place)).to.equal(text);
        expect(() => sealing.open(sealed, `${place}x`)).to.throw();
        expect(() => createSealing(Buffer.alloc(32, 2)).open(sealed, place)).to.throw();
        const bytes = Buffer.from(sealed, "base64");
        bytes[at % bytes.length]! ^= 1;
        expect(() => sealing.open(bytes.toString("base64"), place)).to.throw();
      }),
    );
  });

  describe("signatures", () => {
    it("are read as RFC 9421 writes them", () => {
      // Of its section 2.5, without the components that take parameters.
      const input = parseSignatureInput(
        'sig1=("@method" "@authority" "@path" "content-digest" "content-length" "content-type");created=1618884473;keyid="test-key-rsa-pss"',
      )!;
      const headers: Record<string, string> = {
        host: "example.com",
        "content-type": "application/json",
        "content-digest":
          "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        "content-length": "18",
      };
      const base = signatureBase(
        { method: "POST", target: "/foo?param=Value&Pet=dog", header: (name) => headers[name] },
        input,
      );
      expect(base).to.equal(
        [
          '"@method": POST',
          '"@authority": example.com',
          '"@path": /foo',
          `"content-digest": ${headers["content-digest"]}`,
          '"content-length": 18',
          '"content-type": application/json',
          '"@signature-params": ("@method" "@authority" "@path" "content-digest" "content-length" "content-type");created=1618884473;keyid="test-key-rsa-pss"',
        ].join("\n"),
      );
      expect(input).to.deep.include({ created: 1_618_884_473, keyId: "test-key-rsa-pss", label: "sig1" });
    });

    it("are refused in any other form", () => {
      for (const header of [
        "",
        "sig",
        "sig=()x",
        'sig=("@method";req);created=1',
        'sig=("@method"), other=("@path")',
        'sig=("@method");created="now',
        'Sig=("@method")',
        'sig=("@method");nonce=?1',
      ]) {
        expect(parseSignatureInput(header), header).to.equal(undefined);
      }
      const twice = parseSignatureInput('sig=("@path" "@path");created=1')!;
      expect(signatureBase({ method: "GET", target: "/", header: () => undefined }, twice)).to.equal(undefined);
      const absent = parseSignatureInput('sig=("date");created=1')!;
      expect(signatureBase({ method: "GET", target: "/", header: () => undefined }, absent)).to.equal(undefined);
    });

    it("never take long to read, whatever was sent", () => {
      fc.assert(
        fc.property(
          fc.string({ maxLength: 5_000, unit: fc.constantFrom('"', "a", ";", "=", " ", "(", ")", ":", ",") }),
          (text) => {
            const startedAt = performance.now();
            parseSignatureInput(`sig=(${text}`);
            parseSignatureInput(`sig=("a")${text}`);
            byteSequence(text, "sig");
            expect(performance.now() - startedAt).to.be.below(200);
          },
        ),
      );
    });
  });

  describe("the scoreboard", () => {
    const now = new Date("2026-03-05T00:00:00Z");
    const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

    it("measures age against what the catalog promises", () => {
      expect(freshnessOf(undefined, "daily", now)).to.deep.equal({ state: "none", ageDays: null, allowedDays: 1 });
      expect(freshnessOf(daysAgo(7), "weekly", now).state).to.equal("fresh");
      expect(freshnessOf(daysAgo(7.1), "weekly", now).state).to.equal("due");
      expect(freshnessOf(daysAgo(21.1), "weekly", now).state).to.equal("overdue");
      expect(freshnessOf(daysAgo(0), "whenever", now).allowedDays).to.equal(366);
    });

    it("counts filled fields of stored rows", () => {
      expect(filledPart(["a", "b"], { a: 10, b: 5 }, 10)).to.equal(0.75);
      expect(filledPart([], {}, 10)).to.equal(null);
      expect(filledPart(["a"], {}, 0)).to.equal(null);
    });

    it("grades between 0 and 100, and never better for what is worse", () => {
      const part = fc.double({ min: 0, max: 1, noNaN: true });
      fc.assert(
        fc.property(fc.nat(400), part, part, fc.nat(10), (age, errorRate, optional, lateObjections) => {
          const grade = (worse: { age?: number; errors?: number; optional?: number; late?: number }) =>
            catalogGrade({
              freshness: freshnessOf(daysAgo(age + (worse.age ?? 0)), "monthly", now),
              errorRate: Math.min(1, errorRate + (worse.errors ?? 0)),
              completeness: { required: 1, optional: Math.max(0, optional - (worse.optional ?? 0)) },
              lateObjections: lateObjections + (worse.late ?? 0),
            })!;
          const own = grade({});
          expect(own).to.be.within(0, 100);
          for (const worse of [{ age: 5 }, { errors: 0.05 }, { optional: 0.2 }, { late: 1 }]) {
            expect(grade(worse)).to.be.at.most(own);
          }
        }),
      );
      const best = { freshness: freshnessOf(now, "daily", now), errorRate: 0, lateObjections: 0 };
      expect(catalogGrade({ ...best, completeness: { required: 1, optional: null } })).to.equal(100);
      expect(catalogGrade({ ...best, errorRate: null, completeness: { required: null, optional: null } })).to.equal(
        null,
      );
    });
  });
});
