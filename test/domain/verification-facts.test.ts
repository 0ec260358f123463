import { expect } from "chai";
import fc from "fast-check";
import { STANDARD_CATALOGS } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { answerNumber, readAnswerNumber } from "../../backend/features/verification/domain/answer-number.ts";
import { monthsBefore, registerOf } from "../../backend/features/verification/domain/check-facts.ts";
import { checkKind } from "../../backend/features/verification/domain/check-kinds.ts";
import { paramsOfRow } from "../../backend/features/verification/domain/check-params.ts";
import { beyondBasis, LEGAL_BASES, mayUseBasis } from "../../backend/features/verification/domain/legal-bases.ts";
import { plainName } from "../../backend/features/verification/domain/plain-name.ts";
import { SECTION_NAMES, sectionsOf } from "../../backend/features/verification/domain/query-sections.ts";
import { paramsSchema } from "../../backend/features/verification/verification-schemas.ts";

const TODAY = "2026-03-15";

describe("what checks rest on", () => {
  it("a register speaks for a time that depends on how often it is sent", () => {
    expect(registerOf(undefined, "daily", TODAY)).to.equal("notReceived");
    expect(registerOf("2026-03-10T00:00:00Z", "daily", TODAY)).to.deep.equal({ asOf: "2026-03-10" });
    expect(registerOf("2026-02-01T00:00:00Z", "daily", TODAY)).to.equal("stale");
    expect(registerOf("2025-02-01T00:00:00Z", "yearly", TODAY)).to.deep.equal({ asOf: "2025-02-01" });
  });

  it("months before a day stay in their month", () => {
    expect(monthsBefore("2026-03-31", 1)).to.equal("2026-02-28");
    expect(monthsBefore("2026-01-15", 13)).to.equal("2024-12-15");
  });

  it("names are the same however they are written", () => {
    expect(plainName("玉溪（红塔）茶叶 有限公司")).to.equal(plainName("玉溪(红塔)茶叶有限公司"));
    expect(plainName("ＡＢＣ公司")).to.equal(plainName("abc公司"));
    expect(plainName("甲公司")).to.not.equal(plainName("乙公司"));
  });

  it("parameters are read from a row by name and by label, and refused by the schema when they don't fit", () => {
    const { params } = checkKind("socialSecurityPaid");
    expect(paramsOfRow(params, { 月份: "2026-01", People: "5" })).to.deep.equal({ month: "2026-01", persons: 5 });
    expect(paramsOfRow(params, { month: "2026-01", persons: "many" })).to.deep.equal({
      month: "2026-01",
      persons: "many",
    });
    const schema = paramsSchema(params);
    expect(schema.safeParse({ month: "2026-01", persons: 5 }).success).to.equal(true);
    for (const wrong of [
      {},
      { month: "2026-13", persons: 5 },
      { month: "2026-01", persons: 0 },
      { month: "2026-01", persons: "5" },
      { month: "2026-01", persons: 5, more: 1 },
    ])
      expect(schema.safeParse(wrong).success, JSON.stringify(wrong)).to.equal(false);
  });

  it("numbers of answers are read as they are typed, and wrong ones are not", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("2020-01-01"), max: new Date("2090-01-01"), noInvalidDate: true }),
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        fc.nat(15),
        (at, chance, place) => {
          fc.pre(chance.filter((byte) => byte < 248).length >= 15);
          const number = answerNumber(at, chance);
          expect(number).to.match(/^HY\d{8}-([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
          expect(readAnswerNumber(number)).to.equal(number);
          expect(readAnswerNumber(` ${number.toLowerCase().replaceAll("-", " ")} `)).to.equal(number);
          const digits = [...number];
          const at15 = [...number.matchAll(/[0-9A-Z]/g)].map(({ index }) => index).slice(10)[place]!;
          digits[at15] = digits[at15] === "2" ? "3" : "2";
          expect(readAnswerNumber(digits.join(""))).to.not.equal(number);
        },
      ),
    );
    for (const text of ["", "HY", "'; drop table", "HY20261301", "🂡".repeat(30)])
      expect(readAnswerNumber(text)).to.equal(undefined);
  });

  it("every catalog is in one section of the query, and there are at least thirteen kinds of information", () => {
    const sections = sectionsOf(STANDARD_CATALOGS);
    expect(sections.length).to.be.at.least(13);
    expect(new Set(sections.map(({ code }) => code)).size).to.equal(sections.length);
    for (const { code, name } of sections) expect(SECTION_NAMES.get(code)).to.deep.equal(name);
    const all = sections.flatMap(({ catalogs }) => catalogs);
    expect([...all].sort()).to.deep.equal(STANDARD_CATALOGS.map(({ id }) => id).sort());
    expect(sectionsOf([{ id: "new-one" }]).map(({ code }) => code)).to.deep.equal(["other"]);
  });

  it("legal bases reach whom and what they say", () => {
    const basis = (code: string) => LEGAL_BASES.find((one) => one.code === code)!;
    expect(mayUseBasis(basis("civilEnforcement"), "court")).to.equal(true);
    expect(mayUseBasis(basis("civilEnforcement"), "taxation")).to.equal(false);
    expect(mayUseBasis(basis("licensingReview"), undefined)).to.equal(false);
    expect(beyondBasis(basis("licensingReview"), STANDARD_CATALOGS)).to.include("real-estate");
    expect(beyondBasis(basis("licensingReview"), STANDARD_CATALOGS)).to.not.include("business-registration");
    expect(beyondBasis(basis("courtEvidence"), STANDARD_CATALOGS)).to.deep.equal([]);
  });
});
