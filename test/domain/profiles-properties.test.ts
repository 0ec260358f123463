import { expect } from "chai";
import fc from "fast-check";
import { INDICATORS, type ProfileRecord } from "../../backend/features/profiles/domain/indicators.ts";
import { compute, power, quarter, RECEIVED, record, valueIn } from "./profiles-records.ts";

describe("profiles", function () {
  this.timeout(20_000);

  const anyRecord = fc.oneof(
    fc
      .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 1_000 }))
      .map(([back, kwh]) => power(back, kwh)),
    fc.tuple(fc.integer({ min: 0, max: 10 }), fc.nat(9_999)).map(([back, revenue]) => quarter(back, String(revenue))),
    fc
      .tuple(fc.constantFrom("defendant", "plaintiff"), fc.constantFrom("open", "closed"))
      .map(([role, status]) => record("court-judgments", { role, status, amount: "5" })),
    fc.constant(null).map(() => record("electricity", { month: "unreadable", consumptionKwh: "many" })),
  );

  const normal = (records: readonly ProfileRecord[]) => {
    const { indicators, ...rest } = compute(records);
    return { ...rest, indicators: indicators.map((each) => ({ ...each, recordIds: each.recordIds.toSorted() })) };
  };

  it("don't depend on the order of records, nor on repeats, and name only records that there are", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 40 }), fc.func(fc.integer()), (records, key) => {
        const shuffled = records.toSorted((a, b) => key(a.id) - key(b.id));
        const profile = normal(records);
        expect(normal(shuffled)).to.deep.equal(profile);
        expect(normal([...records, ...shuffled.slice(0, 7)])).to.deep.equal(profile);
        const ids = new Set(records.map(({ id }) => id));
        for (const { recordIds, value, asOf, why } of profile.indicators) {
          expect(recordIds.every((id) => ids.has(id)) && new Set(recordIds).size === recordIds.length).to.equal(true);
          expect([asOf === undefined, why !== undefined]).to.deep.equal([value === null, value === null]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("stay unknown where their catalog is unknown, whatever the others say", () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { maxLength: 40 }),
        fc.constantFrom("electricity", "tax-payments", "court-judgments"),
        (records, gone) => {
          const { indicators } = compute(
            records.filter(({ catalogId }) => catalogId !== gone),
            { receivedCatalogs: new Map([...RECEIVED].filter(([id]) => id !== gone)) },
          );
          const all = compute(records).indicators;
          for (const [at, { catalogId, id }] of INDICATORS.entries()) {
            if (catalogId === gone) expect(indicators[at]!.value, id).to.equal(null);
            else expect(indicators[at], id).to.deep.equal(all[at]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("add money without a float, however much it is", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 18n }), { minLength: 1, maxLength: 4 }), (amounts) => {
        const records = amounts.map((fen, back) => quarter(back, String(fen), "10", String(fen)));
        const sum = amounts.reduce((all, fen) => all + fen, 0n).toString();
        expect(valueIn("tax.revenue12mFen", records)).to.equal(sum);
        expect(valueIn("tax.unpaidFen", records)).to.equal(sum);
        const fines = amounts.map((fen, at) =>
          record("administrative-penalties", { decisionNo: `${at}`, decidedOn: "2026-01-01", fineAmount: String(fen) }),
        );
        expect(valueIn("justice.finesFen24m", fines)).to.equal(sum);
      }),
      { numRuns: 100 },
    );
  });
});
