import { expect } from "chai";
import fc from "fast-check";
import type { Catalog } from "../../backend/features/data-exchange/domain/catalog.ts";
import { catalogFaults } from "../../backend/features/data-exchange/domain/catalog-faults.ts";
import { expectedHeadings, mapHeadings } from "../../backend/features/data-exchange/domain/heading-mapping.ts";
import { watchRepeats } from "../../backend/features/data-exchange/domain/repeats.ts";
import { mapRow } from "../../backend/features/data-exchange/domain/row-mapping.ts";
import {
  STANDARD_CATALOGS,
  STANDARD_DEPARTMENTS,
  standardCatalog,
} from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { parseAmount, parseDate, parseMonth } from "../../backend/features/data-exchange/domain/value-parsers.ts";
import { anyUscc, USCC_SIGNS } from "./uscc-arbitrary.ts";

const GOOD = "91350100M000100Y43";
const tax = standardCatalog("tax-payments");
const TAX_HEADINGS = ["纳税人识别号", "所属期止", "申报营业收入(元)", "应纳税额", "实缴税额", "欠税余额"];
const taxRow = (changes: Partial<Record<number, string>> = {}): string[] =>
  [GOOD, "202609", "1,234.50", "30", "20", "10"].map((cell, i) => changes[i] ?? cell);

const reasons = (catalog: Catalog, headings: string[], cells: string[]): string[] => {
  const result = mapRow(catalog, headings, cells);
  return result.ok ? [] : result.faults.map((fault) => fault.reason);
};

const fieldsOf = (catalog: Catalog, headings: string[], cells: string[]) => {
  const result = mapRow(catalog, headings, cells);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.record;
};

const anyDay = fc
  .date({ min: new Date("1900-01-01"), max: new Date("2100-12-31T23:59:59Z"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

describe("data exchange: standard catalogs", () => {
  it("are 101, of 29 departments, and sound", () => {
    expect(STANDARD_CATALOGS).to.have.length(101);
    expect(STANDARD_DEPARTMENTS).to.have.length(29);
    const owners = new Set(STANDARD_CATALOGS.map((catalog) => catalog.departmentCode));
    expect([...owners]).to.have.members(STANDARD_DEPARTMENTS.map((department) => department.code));
    for (const catalog of STANDARD_CATALOGS) expect(catalogFaults(catalog), catalog.id).to.deep.equal([]);
  });

  it("take every heading that they list, for the field that lists it, unless an earlier field has it", () => {
    for (const catalog of STANDARD_CATALOGS) {
      const claimed = new Set<string>();
      for (const field of catalog.fields) {
        for (const heading of expectedHeadings(field)) {
          if (claimed.has(heading.toLowerCase())) continue;
          claimed.add(heading.toLowerCase());
          const others = catalog.fields.filter((other) => other !== field).map((other) => other.name);
          const found = mapHeadings(catalog, [heading, ...others]);
          expect(found.ok, `${catalog.id}: ${heading}`).to.equal(true);
          if (found.ok) expect(found.mapping.columns[0]?.field.name, heading).to.equal(field.name);
        }
      }
    }
  });

  it("are found out when their definition is wrong", () => {
    const broken: Catalog = { ...tax, key: ["uscc", "nothing"], subjectField: "period" };
    expect(catalogFaults(broken)).to.have.length(2);
    expect(catalogFaults({ ...tax, key: [] })).to.deep.equal(["the key has no fields"]);
  });
});

describe("data exchange: headings", () => {
  it("don't mind spaces, widths of brackets, or units", () => {
    const headings = [
      " 纳税人识别号 ",
      "所属期 止",
      "申报营业收入（万元）",
      "应纳税额[元]",
      "*实缴税额",
      "欠税余额/万元",
    ];
    const { fields } = fieldsOf(tax, headings, [GOOD, "2026-09", "1.5", "30", "20", "0.001"]);
    expect(fields).to.deep.equal({
      uscc: GOOD,
      period: "2026-09",
      declaredRevenue: "1500000",
      taxPayable: "3000",
      taxPaid: "2000",
      taxUnpaid: "1000",
    });
  });

  it("name a missing column and what would have been taken", () => {
    const result = mapHeadings(tax, TAX_HEADINGS.slice(0, 5));
    expect(result.ok).to.equal(false);
    if (result.ok) return;
    expect(result.faults).to.have.length(1);
    expect(result.faults[0]).to.include({ column: "欠缴税额", reason: "missingHeading" });
    expect(result.faults[0]?.expected).to.include("欠税余额");
    expect(result.faults[0]?.message.zh).to.include("欠税余额");
  });

  it("refuse two columns for one field", () => {
    const result = mapHeadings(tax, [...TAX_HEADINGS, "纳税金额"]);
    expect(result.ok).to.equal(false);
    if (!result.ok) expect(result.faults.map((fault) => fault.reason)).to.deep.equal(["repeatedHeading"]);
  });

  it("report a column that the catalog doesn't know, and never read it", () => {
    const result = mapHeadings(tax, [...TAX_HEADINGS, "法人身份证号", "备注"]);
    expect(result.ok && result.notices.map((notice) => notice.column)).to.deep.equal(["法人身份证号"]);
    const { fields } = fieldsOf(tax, [...TAX_HEADINGS, "法人身份证号"], [...taxRow(), "530402199001010000"]);
    expect(Object.values(fields)).not.to.include("530402199001010000");
  });

  it("let a heading's unit win over the sheet's, and the sheet's over the field's", () => {
    const row = [GOOD, "202609", "1", "1", "1", "1"];
    const result = mapRow(tax, TAX_HEADINGS, row, { sheetUnit: "wanyuan" });
    expect(result.ok && result.record.fields).to.include({ declaredRevenue: "100", taxPayable: "1000000" });
  });
});

describe("data exchange: rows", () => {
  it("become a record with key, subject and period", () => {
    const record = fieldsOf(tax, TAX_HEADINGS, taxRow({ 0: " 91350100m000100y43　" }));
    expect(record).to.include({ key: `${GOOD}|2026-09`, uscc: GOOD, period: "2026-09" });
    expect(record.fields.declaredRevenue).to.equal("123450");
  });

  it("tell all of their faults at once", () => {
    const cells = ["91350100M000100Y44", "2026-13", "待核实", "-5", "", "0.001"];
    expect(reasons(tax, TAX_HEADINGS, cells)).to.deep.equal([
      "usccCheck",
      "dateImpossible",
      "amountFormat",
      "negativeAmount",
      "required",
      "amountPrecision",
    ]);
  });

  it("have as many columns as the headings", () => {
    expect(reasons(tax, TAX_HEADINGS, taxRow().slice(1))).to.deep.equal(["columnCount"]);
    expect(reasons(tax, TAX_HEADINGS, [...taxRow(), "x"])).to.deep.equal(["columnCount"]);
    expect(reasons(tax, TAX_HEADINGS, [...taxRow(), "", " "])).to.deep.equal([]);
  });

  it("take a department's codes and words for nothing", () => {
    const licences = standardCatalog("business-licences");
    const headings = ["uscc", "kind", "licenceNo", "validFrom", "validTo", "status"];
    const row = [GOOD, "烟草专卖零售许可证", "５３０４０２１０００１", "2024-01-02", "长期", "valid"];
    const { fields, key } = fieldsOf(licences, headings, row);
    expect(fields).to.deep.equal({
      uscc: GOOD,
      kind: "tobacco-retail",
      licenceNo: "53040210001",
      validFrom: "2024-01-02",
      status: "valid",
    });
    expect(key).to.equal("tobacco-retail|53040210001");
    expect(reasons(licences, headings, row.with(5, "很好"))).to.deep.equal(["unknownCode"]);
    expect(reasons(licences, headings, row.with(2, "5304\uFFFD"))).to.deep.equal(["textDamaged"]);
  });

  it("take yes and no in several words", () => {
    const estate = standardCatalog("real-estate");
    const headings = ["uscc", "certificateNo", "areaSqm", "mortgaged", "registeredOn"];
    const row = (mortgaged: string, area = "12.5") => [GOOD, "云（2021）001号", area, mortgaged, "2021.3.5"];
    expect(fieldsOf(estate, headings, row("已抵押")).fields).to.include({ mortgaged: true, areaSqm: 12.5 });
    expect(fieldsOf(estate, headings, row("无")).fields).to.include({ mortgaged: false });
    expect(reasons(estate, headings, row("也许", "0"))).to.deep.equal(["numberRange", "booleanFormat"]);
  });

  it("make one record of a number in narrow and in wide brackets, and keep keys apart", () => {
    const court = standardCatalog("court-judgments");
    const headings = ["caseNo", "uscc", "role", "amount", "status", "filedOn"];
    const key = (caseNo: string) => fieldsOf(court, headings, [caseNo, GOOD, "被告", "1", "已结", "2025-01-01"]).key;
    expect(key("（2025）云0402民初1号")).to.equal(key("(2025) 云0402民初1号"));
    expect(key("a|b")).not.to.equal(key("a\\|b"));
  });

  it("are faulted for every change of one character of the code", () => {
    fc.assert(
      fc.property(anyUscc, fc.nat(17), fc.constantFrom(...USCC_SIGNS), (code, at, sign) => {
        fc.pre(code[at] !== sign);
        expect(reasons(tax, TAX_HEADINGS, taxRow({ 0: code }))).to.deep.equal([]);
        const changed = code.slice(0, at) + sign + code.slice(at + 1);
        const [reason] = reasons(tax, TAX_HEADINGS, taxRow({ 0: changed }));
        expect(reason).to.match(/^uscc/);
      }),
    );
  });

  it("that come again are duplicates, and corrections when a value differs", () => {
    const watch = watchRepeats();
    const first = fieldsOf(tax, TAX_HEADINGS, taxRow());
    const corrected = fieldsOf(tax, TAX_HEADINGS, taxRow({ 4: "30" }));
    expect(watch.see(first)).to.equal("first");
    expect(watch.see(fieldsOf(tax, TAX_HEADINGS, taxRow({ 1: "2026年9月" })))).to.equal("duplicate");
    expect(watch.see(corrected)).to.equal("correction");
    expect(watch.see(corrected)).to.equal("duplicate");
    expect(watch.counts).to.deep.equal({ first: 1, duplicate: 2, correction: 1 });
  });
});

describe("data exchange: values", () => {
  it("dates agree in every form", () => {
    fc.assert(
      fc.property(anyDay, fc.boolean(), (iso, wide) => {
        const [y, m, d] = iso.split("-").map(Number) as [number, number, number];
        const forms = [iso, `${y}/${m}/${d}`, `${y}.${m}.${d}`, iso.replaceAll("-", ""), `${y}年${m}月${d}日`];
        forms.push(`${y}-${m}-${d} 15:00`, `${iso}T23:59:59.000Z`, ` ${y} 年 ${m} 月 ${d} 日`);
        for (const form of forms) {
          const written = wide ? form.replace(/\d/g, (n) => String.fromCharCode(0xff10 + Number(n))) : form;
          expect(parseDate(written), written).to.deep.equal({ value: iso });
        }
        for (const form of [iso.slice(0, 7), `${y}年${m}月`, `${y}/${m}`, iso.slice(0, 7).replace("-", ""), iso]) {
          expect(parseMonth(form), form).to.deep.equal({ value: iso.slice(0, 7) });
        }
      }),
    );
  });

  it("dates come as Excel's day numbers", () => {
    expect(parseDate("44260")).to.deep.equal({ value: "2021-03-05" });
    expect(parseDate("44260.75")).to.deep.equal({ value: "2021-03-05" });
  });

  it("dates that can't be are refused", () => {
    for (const text of ["2025-02-29", "20250431", "2025年13月1日", "2025-00-10", "1899-12-31", "2100-02-29"]) {
      expect(parseDate(text), text).to.deep.equal({ reason: "dateImpossible" });
    }
    expect(parseDate("2024-02-29")).to.deep.equal({ value: "2024-02-29" });
    for (const text of ["昨天", "2025", "03/05/2021", "2021-03/05", "2021-3-5x"]) {
      expect(parseDate(text), text).to.deep.equal({ reason: "dateFormat" });
    }
  });

  it("yuan and 万元 agree, to the fen", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n), (fen) => {
        const digits = fen.toString().padStart(7, "0");
        const yuan = `${digits.slice(0, -2)}.${digits.slice(-2)}`;
        const tenThousands = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
        const expected = { value: fen.toString() };
        expect(parseAmount(yuan, "yuan")).to.deep.equal(expected);
        expect(parseAmount(`￥${yuan}元`, "wanyuan")).to.deep.equal(expected);
        expect(parseAmount(tenThousands, "wanyuan")).to.deep.equal(expected);
        expect(parseAmount(`${tenThousands}万元`, "yuan")).to.deep.equal(expected);
      }),
    );
  });

  it("amounts keep thousands' commas apart from decimal commas", () => {
    expect(parseAmount("１，２３４，５６７．８０", "yuan")).to.deep.equal({ value: "123456780" });
    expect(parseAmount("1,5", "yuan")).to.deep.equal({ reason: "amountFormat" });
    expect(parseAmount("1e5", "yuan")).to.deep.equal({ reason: "amountFormat" });
    expect(parseAmount("-0.00", "yuan")).to.deep.equal({ value: "0" });
    expect(parseAmount("1.500000000", "yuan")).to.deep.equal({ value: "150" });
    expect(parseAmount("1.005", "yuan")).to.deep.equal({ reason: "amountPrecision" });
  });
});
