import { expect } from "chai";
import fc from "fast-check";
import type { Catalog, FieldValue } from "../../backend/features/data-exchange/domain/catalog.ts";
import {
  recordCommitment,
  recordCommitter,
  recordDocument,
  recordWriter,
} from "../../backend/features/data-exchange/domain/record-commitment.ts";
import { compareVersions } from "../../backend/features/data-exchange/domain/record-versions.ts";
import { watchRepeats } from "../../backend/features/data-exchange/domain/repeats.ts";
import { mapRow } from "../../backend/features/data-exchange/domain/row-mapping.ts";
import {
  guardedCell,
  isDeletionMark,
  unguardedCell,
} from "../../backend/features/data-exchange/domain/special-columns.ts";
import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { parseDate, parseMonth } from "../../backend/features/data-exchange/domain/value-parsers.ts";
import { canonicalJson } from "../../backend/lib/canonical-json.ts";
import {
  isRegistrationNumber,
  registrationCheckDigit,
  registrationNumberFault,
} from "../../backend/lib/registration-number.ts";

describe("registration numbers of fifteen digits (GS 15-2006)", () => {
  it("of well-known companies, as published, check", () => {
    // Huawei, Tencent, Xiaomi, Alibaba (China), and the example that goes around with the standard.
    for (const number of [
      "440301103097413",
      "440301103448669",
      "110108012660422",
      "330100400013364",
      "110108000000016",
    ])
      expect(registrationNumberFault(number), number).to.equal(null);
  });

  it("are found out for every change of one digit", () => {
    const body = fc.stringMatching(/^\d{14}$/);
    fc.assert(
      fc.property(body, fc.nat(14), fc.integer({ min: 1, max: 9 }), (digits, at, by) => {
        const number = digits + registrationCheckDigit(digits);
        expect(isRegistrationNumber(number)).to.equal(true);
        const changed = [...number];
        changed[at] = String((Number(changed[at]) + by) % 10);
        expect(registrationNumberFault(changed.join(""))).to.equal("check");
      }),
    );
  });

  it("have fifteen digits and nothing else", () => {
    expect(registrationNumberFault("11010800000001")).to.equal("length");
    expect(registrationNumberFault("11010800000001X")).to.equal("character");
  });
});

describe("dates in Chinese", () => {
  const DIGITS = [..."〇一二三四五六七八九"];
  const counted = (n: number): string =>
    n < 10 ? DIGITS[n]! : `${n < 20 ? "" : DIGITS[Math.floor(n / 10)]}十${n % 10 === 0 ? "" : DIGITS[n % 10]}`;

  it("written out are the days that they say", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1950-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
        (date) => {
          const iso = date.toISOString().slice(0, 10);
          const [year, month, day] = iso.split("-").map(Number) as [number, number, number];
          const words = [...String(year)].map((digit) => DIGITS[Number(digit)]).join("");
          const text = `${words}年${counted(month)}月${counted(day)}日`;
          expect(parseDate(text), text).to.deep.equal({ value: iso });
          expect(parseDate(text.replaceAll("〇", "零")), text).to.deep.equal({ value: iso });
          expect(parseMonth(`${words}年${counted(month)}月`)).to.deep.equal({ value: iso.slice(0, 7) });
        },
      ),
    );
  });

  it("come with times, full-width digits and spaces", () => {
    for (const text of [
      "2024年3月5日",
      "2024 年 3 月 5 日",
      "２０２４年３月５日",
      "2024-03-05 08:30:00",
      "2024-03-05T08:30:00.000Z",
      "2024-03-05T08:30:00+08:00",
      "2024/3/5 上午 8:30:00",
      "2024年3月5日 8时30分",
      "20240305",
      "20240305083000",
      "2024.3.5",
      "45356",
      "二〇二四年三月五日",
    ])
      expect(parseDate(text), text).to.deep.equal({ value: "2024-03-05" });
    for (const text of ["二〇二四年十三月一日", "2024年2月30日", "二〇二三年二月二十九日"])
      expect(parseDate(text), text).to.deep.equal({ reason: "dateImpossible" });
    for (const text of ["三月五日", "十十年一月一日", "民国一一三年三月五日", "下周"])
      expect(parseDate(text), text).to.deep.equal({ reason: "dateFormat" });
  });
});

describe("records", () => {
  const catalog = standardCatalog("tax-payments");
  const value: fc.Arbitrary<FieldValue> = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.integer(),
  );
  const record = fc.record({
    catalogId: fc.constant(catalog.id),
    key: fc.string({ unit: "grapheme" }),
    uscc: fc.string(),
    fields: fc.dictionary(fc.constantFrom(...catalog.fields.map(({ name }) => name)), value, { noNullPrototype: true }),
    deleted: fc.constantFrom(undefined, true),
  });

  it("are written and committed to, in the fast way, as RFC 8785 and HMAC have it", () => {
    const write = recordWriter(catalog);
    const salt = fc.stringMatching(/^0x[0-9a-f]{64}$/);
    fc.assert(
      fc.property(record, salt, fc.stringMatching(/^[0-9a-f-]{36}:\d{9}$/), (one, batchSalt, id) => {
        const text = write(one);
        expect(text).to.equal(canonicalJson(recordDocument(one)));
        expect(recordCommitter(batchSalt)(id, text)).to.equal(recordCommitment(batchSalt, id, one));
      }),
    );
  });

  it("of one file are told apart, however many there are", () => {
    const watch = watchRepeats();
    for (let i = 0; i < 20_000; i++) expect(watch.see({ key: `k${i}`, fields: {} }, `v${i}`)).to.equal("first");
    for (let i = 0; i < 20_000; i += 7) expect(watch.see({ key: `k${i}`, fields: {} }, `v${i}`)).to.equal("duplicate");
    for (let i = 0; i < 20_000; i += 7) expect(watch.see({ key: `k${i}`, fields: {} }, `w${i}`)).to.equal("correction");
    expect(watch.has("k19999")).to.equal(true);
    expect(watch.has("k20000")).to.equal(false);
  });

  it("have one order of versions, whichever are compared", () => {
    const version = fc.record({
      _id: fc.stringMatching(/^[ab]:\d{2}$/),
      asOf: fc.constantFrom(undefined, "2024-01-01", "2025-01-01"),
      at: fc.constantFrom("2024-06-01", "2025-06-01"),
      sourceTime: fc.constantFrom(undefined, "2023-01-01T00:00:00.000Z"),
    });
    interface Told {
      _id: string;
      asOf: string | undefined;
      at: string;
      sourceTime: string | undefined;
    }
    const compare = (a: Told, b: Told): number => {
      const batchOf = ({ at, sourceTime }: Told) => ({ receivedAt: new Date(at), origin: { sourceTime } });
      return Math.sign(compareVersions(a, batchOf(a), b, batchOf(b)));
    };
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compare(a, b)).to.equal(-compare(b, a) || 0);
        if (compare(a, b) >= 0 && compare(b, c) >= 0) expect(compare(a, c)).to.be.at.least(0);
      }),
    );
  });

  it("that name their enterprise by its old number are looked up, unless the number can't be one", () => {
    const named: Catalog = {
      ...catalog,
      key: ["period"],
      fields: catalog.fields.map((field) => (field.name === "uscc" ? { ...field, required: false } : field)),
      identity: { nameField: "enterpriseName" },
    };
    const headings = ["统一社会信用代码", "企业名称", "所属期", "申报营业收入", "应纳税额", "实缴税额", "欠税余额"];
    const cells = (uscc: string) => [uscc, "玉溪某公司", "202401", "1", "1", "1", "0"];
    expect(mapRow(named, headings, cells("440301103097413"))).to.deep.nested.include({
      "record.subject.registrationNumber": "440301103097413",
      "record.uscc": "",
    });
    expect(mapRow(named, headings, cells("440301103097414"))).to.deep.nested.include({
      "faults[0].reason": "registrationNumberCheck",
    });
    expect(mapRow(named, headings, cells(""))).to.deep.nested.include({ "record.subject.name": "玉溪某公司" });
    expect(mapRow(catalog, headings, cells("440301103097413"))).to.deep.nested.include({
      "faults[0].reason": "usccLength",
    });
  });
});

describe("cells of a file of quarantined rows", () => {
  it("come back as they were, and run in no spreadsheet", () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom("=1+1", "'=1", "+86 1", "-5", "-x", "@a", "''=b", "\t=1"));
    fc.assert(
      fc.property(cell, (text) => {
        expect(unguardedCell(guardedCell(text))).to.equal(text);
        expect(guardedCell(text)).to.not.match(/^[=@\t\r]/);
      }),
    );
  });

  it("mark deletions in the usual words", () => {
    for (const word of ["是", "删除", "D", "delete", "true", "1"]) expect(isDeletionMark(word), word).to.equal(true);
    for (const word of ["", "否", "新增", "U", "0", " 正常 "]) expect(isDeletionMark(word), word).to.equal(false);
    expect(isDeletionMark("也许")).to.equal(undefined);
  });
});
