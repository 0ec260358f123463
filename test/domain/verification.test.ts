import { expect } from "chai";
import fc from "fast-check";
import { STANDARD_CATALOGS } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import {
  daysAfter,
  type FactRecord,
  type Facts,
  type Register,
} from "../../backend/features/verification/domain/check-facts.ts";
import { answerCheck } from "../../backend/features/verification/domain/check-kind.ts";
import { CHECK_KINDS, checkKind } from "../../backend/features/verification/domain/check-kinds.ts";
import type { ParamValues } from "../../backend/features/verification/domain/check-params.ts";

const ONE_STANDS = ["taxGrade", "registeredCapital", "legalRepresentative"];
const TODAY = "2026-03-15";
const catalogOf = new Map(STANDARD_CATALOGS.map((catalog) => [catalog.id, catalog]));

type Rows = Readonly<Record<string, readonly Record<string, string | number | boolean>[]>>;

/** Facts of a subject with these rows, all registers sent yesterday unless said otherwise. */
function factsOf(rows: Rows, changes: { registers?: Record<string, Register>; covers?: Facts["covers"] } = {}): Facts {
  return {
    today: TODAY,
    of: (catalogId) =>
      (rows[catalogId] ?? []).map((fields, i): FactRecord => ({ id: `${catalogId}-${i}`, catalogId, fields })),
    register: (catalogId) => changes.registers?.[catalogId] ?? { asOf: "2026-03-14" },
    covers: changes.covers ?? (() => true),
  };
}
const answerTo = (code: string, rows: Rows, params: ParamValues = {}, changes?: Parameters<typeof factsOf>[1]) =>
  answerCheck(checkKind(code), params, factsOf(rows, changes));

/** Parameters that fit a kind. */
const fittingParams = (code: string): fc.Arbitrary<ParamValues> =>
  fc.record(
    Object.fromEntries(
      checkKind(code).params.map((param) => {
        const value = {
          text: fc.string({ minLength: 1, maxLength: 20 }),
          integer: param.type === "integer" ? fc.integer({ min: param.min, max: param.max }) : fc.integer(),
          choice: param.type === "choice" ? fc.constantFrom(...param.options.map((one) => one.value)) : fc.string(),
          amount: fc.bigInt({ min: 1n, max: 10n ** 15n }).map(String),
          month: fc.constantFrom("2025-12", "2026-01", "2026-03"),
          person: fc.stringMatching(/^[0-9a-f]{64}$/),
        }[param.type] as fc.Arbitrary<string | number>;
        return [param.name, param.optional ? fc.option(value, { nil: undefined }) : value];
      }),
    ),
  ) as fc.Arbitrary<ParamValues>;

/** Any record of a catalog by its fields' types, some of them missing or nonsense. */
function anyRow(catalogId: string): fc.Arbitrary<Record<string, string | number | boolean>> {
  const anyValue = (type: string, codes: Readonly<Record<string, string>> | undefined) => {
    if (codes && type === "code") return fc.constantFrom(...new Set(Object.values(codes)));
    if (type === "boolean") return fc.boolean();
    if (type === "integer") return fc.integer({ min: 0, max: 3_000 });
    if (type === "decimal") return fc.double({ min: 0, max: 1e6, noNaN: true });
    if (type === "amount") return fc.bigInt({ min: 0n, max: 10n ** 14n }).map(String);
    if (type === "month") return fc.constantFrom("2025-12", "2026-01");
    if (type === "date") return fc.integer({ min: -900, max: 900 }).map((days) => daysAfter(TODAY, days));
    return fc.string({ maxLength: 12 });
  };
  const fields = catalogOf.get(catalogId)!.fields;
  return fc.record(
    Object.fromEntries(fields.map(({ name, type, codes }) => [name, anyValue(type, codes) as fc.Arbitrary<string>])),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, string | number | boolean>>;
}
const anyRows = (code: string): fc.Arbitrary<Rows> =>
  fc.record(
    Object.fromEntries(checkKind(code).catalogs.map((id) => [id, fc.array(anyRow(id), { maxLength: 4 })])),
  ) as fc.Arbitrary<Rows>;

describe("checks of a subject", () => {
  it("there are at least twenty kinds, each with its own code, over catalogs that exist", () => {
    expect(CHECK_KINDS.length).to.be.at.least(20);
    expect(new Set(CHECK_KINDS.map(({ code }) => code)).size).to.equal(CHECK_KINDS.length);
    for (const { code, catalogs } of CHECK_KINDS)
      for (const id of catalogs) expect(catalogOf.has(id), `${code} reads ${id}`).to.equal(true);
  });

  for (const { code, catalogs } of CHECK_KINDS)
    describe(code, () => {
      it("answers, with records of its own catalogs as evidence, whatever the records hold", () => {
        fc.assert(
          fc.property(anyRows(code), fittingParams(code), (rows, params) => {
            const verdict = answerTo(code, rows, params);
            expect(["yes", "no", "unknown"]).to.include(verdict.answer);
            expect(verdict.reason !== undefined).to.equal(verdict.answer === "unknown");
            expect(verdict.evidence.map(({ catalogId }) => catalogId)).to.deep.equal([...catalogs]);
            for (const { catalogId, recordIds } of verdict.evidence)
              for (const id of recordIds) expect(id.startsWith(`${catalogId}-`)).to.equal(true);
          }),
          { numRuns: 60 },
        );
      });

      it("is unknown, never no, when a register was not received or is too old", () => {
        fc.assert(
          fc.property(
            anyRows(code),
            fittingParams(code),
            fc.constantFrom(...catalogs),
            fc.constantFrom("notReceived", "stale"),
            (rows, params, silent, why) => {
              const { answer, reason, asOf } = answerTo(code, rows, params, {
                registers: { [silent]: why as Register },
              });
              expect([answer, reason, asOf]).to.deep.equal(["unknown", why, undefined]);
            },
          ),
          { numRuns: 30 },
        );
      });

      // Of the others only one record stands at a time: their keys see to that.
      if (ONE_STANDS.includes(code)) return;
      it("doesn't depend on the order of the records", () => {
        fc.assert(
          fc.property(anyRows(code), fittingParams(code), (rows, params) => {
            const turned = Object.fromEntries(Object.entries(rows).map(([id, list]) => [id, list.toReversed()]));
            expect(answerTo(code, turned, params).answer).to.equal(answerTo(code, rows, params).answer);
          }),
          { numRuns: 40 },
        );
      });
    });

  it("what is found against a subject only grows: more records never turn no into yes", () => {
    const codes = ["openJudgmentNone", "dishonestNone", "penaltyNone", "abnormalOperationNone", "loanDefaultNone"];
    fc.assert(
      fc.property(
        fc.constantFrom(...codes).chain((code) => fc.tuple(fc.constant(code), anyRows(code), anyRows(code))),
        ([code, some, more]) => {
          const both = Object.fromEntries(Object.keys(some).map((id) => [id, [...some[id]!, ...more[id]!]]));
          if (answerTo(code, some, { months: 12 }).answer === "no")
            expect(answerTo(code, both, { months: 12 }).answer).to.equal("no");
        },
      ),
    );
  });

  it("capital and grade are monotonous in what is asked", () => {
    const amounts = fc.bigInt({ min: 1n, max: 10n ** 12n });
    fc.assert(
      fc.property(amounts, amounts, amounts, (capital, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const rows = { "business-registration": [{ registeredCapital: String(capital) }] };
        const at = (amount: bigint) => answerTo("registeredCapital", rows, { amountFen: String(amount) }).answer;
        if (at(high) === "yes") expect(at(low)).to.equal("yes");
        expect(at(low)).to.equal(capital >= low ? "yes" : "no");
      }),
    );
    const grades = ["A", "B", "M", "C", "D"];
    for (const [i, held] of grades.entries())
      for (const [j, asked] of grades.entries())
        expect(
          answerTo("taxGrade", { "tax-credit-grades": [{ year: 2025, grade: held }] }, { grade: asked }).answer,
          `${held} at least ${asked}`,
        ).to.equal(i <= j ? "yes" : "no");
  });

  it("the newest year's tax grade counts", () => {
    const rows = {
      "tax-credit-grades": [
        { year: 2023, grade: "A" },
        { year: 2025, grade: "C" },
        { year: 2024, grade: "A" },
      ],
    };
    expect(answerTo("taxGrade", rows, { grade: "B" })).to.deep.include({ answer: "no" });
    expect(answerTo("taxGrade", {}, { grade: "D" })).to.deep.include({ answer: "unknown", reason: "noValue" });
  });

  it("a month that the register can't be complete for yet is unknown, a complete one without a record is no", () => {
    const registers = { "social-security": { asOf: "2026-03-01" } };
    const paid = (month: string, rows: Rows = {}) =>
      answerTo("socialSecurityPaid", rows, { month, persons: 5 }, { registers }).answer;
    expect(paid("2026-02")).to.equal("unknown");
    expect(paid("2026-01")).to.equal("no");
    const row = (insuredCount: number, paidAmount: string) => ({
      "social-security": [{ month: "2026-02", insuredCount, paidAmount }],
    });
    expect(paid("2026-02", row(5, "100"))).to.equal("yes");
    expect(paid("2026-02", row(4, "100"))).to.equal("no");
    expect(paid("2026-02", row(9, "0"))).to.equal("no");
  });

  it("a time that the consent doesn't show is unknown", () => {
    const covers = (period: string) => period >= "2026-02-01";
    const rows = { "social-security": [{ month: "2026-01", insuredCount: 9, paidAmount: "1" }] };
    expect(answerTo("socialSecurityPaid", rows, { month: "2026-01", persons: 1 }, { covers })).to.deep.include({
      answer: "unknown",
      reason: "periodNotCovered",
    });
    expect(answerTo("taxArrearsNone", {}, {}, { covers }).reason).to.equal("periodNotCovered");
    expect(answerTo("openJudgmentNone", {}, {}, { covers }).answer).to.equal("yes");
  });

  it("a permit is in force by status and dates, both ends included", () => {
    const permit = (row: Record<string, string>) =>
      answerTo("safetyPermit", { "safety-permits": [{ status: "valid", validFrom: "2020-01-01", ...row }] }).answer;
    expect(permit({})).to.equal("yes");
    expect(permit({ validTo: TODAY })).to.equal("yes");
    expect(permit({ validTo: "2026-03-14" })).to.equal("no");
    expect(permit({ validFrom: "2026-03-16" })).to.equal("no");
    expect(permit({ status: "suspended" })).to.equal("no");
    expect(answerTo("safetyPermit", {}).answer).to.equal("no");
  });

  it("a person is the legal representative by name and number; without a number only another name tells", () => {
    const rows = (people: Record<string, string>[]) => ({
      "business-registration": [{ legalRepresentative: "张 伟" }],
      "key-personnel": people,
    });
    const asked = { personName: "张伟", personNumber: "aa" };
    const head = { position: "legal-representative" };
    expect(answerTo("legalRepresentative", rows([{ ...head, personId: "aa" }]), asked).answer).to.equal("yes");
    expect(answerTo("legalRepresentative", rows([{ ...head, personId: "bb" }]), asked).answer).to.equal("no");
    expect(answerTo("legalRepresentative", rows([{ position: "director", personId: "aa" }]), asked).answer).to.equal(
      "unknown",
    );
    expect(answerTo("legalRepresentative", rows([]), { ...asked, personName: "李娜" }).answer).to.equal("no");
  });

  it("real estate is free only by both registers", () => {
    const own = (mortgaged: boolean) => [{ certificateNo: "云（2020）001", mortgaged }];
    const free = (rows: Rows, params = {}) => answerTo("realEstateUnmortgaged", rows, params).answer;
    expect(free({ "real-estate": own(false) })).to.equal("yes");
    expect(free({ "real-estate": own(true) })).to.equal("no");
    const mortgage = { certificateNo: "云(2020)001", status: "valid" };
    expect(free({ "real-estate": own(false), "real-estate-mortgages": [mortgage] })).to.equal("no");
    const cancelled = [{ ...mortgage, status: "cancelled" }];
    expect(free({ "real-estate": own(false), "real-estate-mortgages": cancelled })).to.equal("yes");
    expect(free({ "real-estate": own(false) }, { certificateNo: "云（2020）002" })).to.equal("no");
  });
});
