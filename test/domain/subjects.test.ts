import { expect } from "chai";
import fc from "fast-check";
import { mergeFacts, type SubjectFact, subjectOf } from "../../backend/features/subjects/domain/facts.ts";
import { registrationNumberOf, writtenName } from "../../backend/features/subjects/domain/names.ts";
import type { SubjectRow } from "../../backend/features/subjects/domain/resolution.ts";
import { candidates, code, indexOf, linked, readName, subject } from "../support/subjects.ts";

describe("a name of an enterprise", () => {
  it("is written in one way however often that is asked", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const once = writtenName(text);
        expect(writtenName(once)).to.equal(once);
      }),
      { numRuns: 2_000 },
    );
    for (let point = 0x3400; point < 0x9fff; point++) {
      const once = writtenName(String.fromCodePoint(point));
      expect(writtenName(once)).to.equal(once);
    }
  });

  it("is the same in full width, in other brackets, with white space and in traditional characters", () => {
    const name = writtenName("玉溪云溪农业科技(红塔)有限公司ABC2店");
    for (const variant of [
      "玉溪云溪农业科技（红塔）有限公司ＡＢＣ２店",
      " 玉溪云溪农业科技 〔红塔〕 有限公司 abc2店",
      "玉溪云溪农业科技【红塔】有限公司ABC2店　",
      "玉溪雲溪農業科技［紅塔］有限公司ABC2店",
      "玉溪云溪\u200b农业科技(红塔)有限公司ABC２店",
    ])
      expect(writtenName(variant), variant).to.equal(name);
  });

  it("keeps different enterprises apart", () => {
    const names = [
      "玉溪云溪农业科技有限公司",
      "玉溪云溪农业科技股份有限公司",
      "玉溪云溪农业有限公司",
      "玉溪云溪农业科技有限公司通海分公司",
      "通海云溪农业科技有限公司",
      "红塔云溪农业科技有限公司",
      "昆明云溪农业科技有限公司",
    ];
    const apart = names.map((name) => [readName(name).core, readName(name).form].join("|"));
    expect(new Set(apart).size).to.equal(names.length);
  });

  it("loses its place and nothing but its place", () => {
    for (const name of ["玉溪红塔云源商贸有限公司", "云南省玉溪市红塔区云源商贸有限公司", "红塔区云源商贸有限公司"])
      expect(readName(name).core).to.equal("红塔云源商贸");
    expect(readName("玉溪").core).to.equal("玉溪");
    expect(readName("玉溪红塔").core).to.equal("红塔");
  });

  it("ends in a legal form, whichever way that is written", () => {
    const parts = (name: string) => [readName(name).core, readName(name).form];
    expect(parts("玉溪云源商贸有限责任公司")).to.deep.equal(["云源商贸", "有限公司"]);
    expect(parts("玉溪云源商贸股份公司")).to.deep.equal(["云源商贸", "股份有限公司"]);
    // Known to no law: stands for nothing but itself.
    expect(parts("玉溪云源商贸股份有限责任公司")).to.deep.equal(["云源商贸", "股份有限责任公司"]);
    expect(parts("通海源发中心（有限合伙）")).to.deep.equal(["通海源发中心", "有限合伙"]);
    expect(parts("通海源发小吃店")).to.deep.equal(["通海源发小吃店", ""]);
    // A branch is another one than its company, also where that is written otherwise.
    expect(parts("云源有限责任公司通海分公司")).to.deep.equal(["云源有限公司通海分公司", ""]);
    expect(parts("有限公司")).to.deep.equal(["有限公司", ""]);
  });
});

describe("whom a row means", () => {
  it("follows the table of certainty", () => {
    const resolve = indexOf([
      subject(1, "玉溪红塔云源商贸有限公司", {
        formerNames: ["玉溪红塔老云源商店"],
        registrationNumbers: ["530402100012345"],
      }),
    ]);
    const cases: [SubjectRow, number, string][] = [
      [{ uscc: code(1) }, 10_000, "uscc"],
      [{ registrationNumber: " ５30402100012345 " }, 9_900, "registrationNumber"],
      [{ name: " 玉溪红塔云源商贸有限公司" }, 9_800, "name"],
      [{ name: "玉溪紅塔雲源商貿有限公司" }, 9_700, "nameVariant"],
      [{ name: "玉溪红塔老云源商店" }, 9_300, "formerName"],
      [{ name: "玉溪(红塔)云源商贸有限公司" }, 9_400, "similarName"],
      [{ name: "云南省玉溪市红塔区云源商贸有限公司" }, 9_000, "similarName"],
      [{ name: "玉溪红塔云源商贸有限责任公司" }, 8_600, "similarName"],
    ];
    for (const [row, certainty, by] of cases)
      expect(resolve(row), JSON.stringify(row)).to.deep.equal({ uscc: code(1), certainty, by });
    expect(resolve({ name: "云南省玉溪市红塔区云源商贸有限责任公司" })).to.deep.include({ ambiguous: true });
    expect(resolve({ name: "玉溪云源商贸有限公司" })).to.deep.equal({ unknown: true });
    expect(resolve({})).to.deep.equal({ unknown: true });
  });

  it("is open while another enterprise could be meant", () => {
    const resolve = indexOf([
      subject(1, "玉溪云源商贸有限公司"),
      subject(2, "玉溪云源商贸有限责任公司"),
      subject(3, "通海源发小吃店"),
      subject(4, "通海源发小吃店"),
      subject(5, "红塔新名店", { formerNames: ["红塔旧名店"] }),
      subject(6, "红塔旧名店"),
    ]);
    expect(linked(resolve({ name: "玉溪云源商贸有限公司" }))?.uscc).to.equal(code(1));
    expect(linked(resolve({ name: "玉溪云源商贸有限责任公司" }))?.uscc).to.equal(code(2));
    expect(candidates(resolve({ name: "玉溪市云源商贸有限公司" }))).to.have.members([code(1), code(2)]);
    expect(candidates(resolve({ name: "通海源发小吃店" }))).to.have.members([code(3), code(4)]);
    expect(candidates(resolve({ name: "红塔旧名店" }))).to.have.members([code(5), code(6)]);
    expect(linked(resolve({ name: "红塔新名店" }))?.uscc).to.equal(code(5));
  });

  it("is open where its own words contradict each other", () => {
    const resolve = indexOf([
      subject(1, "玉溪云源商贸有限公司", { registrationNumbers: ["530402100012345"] }),
      subject(2, "通海云源商贸有限公司", { registrationNumbers: ["530423100054321"] }),
    ]);
    expect(candidates(resolve({ uscc: code(1), name: "通海云源商贸有限公司" }))).to.have.members([code(1), code(2)]);
    expect(candidates(resolve({ uscc: code(1), registrationNumber: "530423100054321" }))).to.have.members([
      code(1),
      code(2),
    ]);
    expect(
      candidates(resolve({ registrationNumber: "530402100012345", name: "通海云源商贸有限公司" })),
    ).to.have.members([code(1), code(2)]);
    expect(candidates(resolve({ uscc: code(9), name: "通海云源商贸有限公司" }))).to.have.members([code(9), code(2)]);
    // A name that nobody bears contradicts nothing: departments abbreviate.
    expect(linked(resolve({ uscc: code(1), name: "云源" }))?.uscc).to.equal(code(1));
    expect(linked(resolve({ uscc: code(9) }))?.uscc).to.equal(code(9));
    expect(linked(resolve({ uscc: "91530402MA6KE0010X", name: "通海云源商贸有限公司" }))?.uscc).to.equal(code(2));
  });
});

describe("the legal form of a name", () => {
  /** Each line is one form in law, in the ways in which it may be written. */
  const LEGAL_FORMS = [
    ["有限公司", "有限责任公司"],
    ["股份有限公司", "股份公司"],
    ["专业合作社", "农民专业合作社"],
    ["（个人独资）"],
    ["（普通合伙）"],
    ["（有限合伙）"],
    ["（特殊普通合伙）"],
    ["（个体工商户）"],
    ["股份有限责任公司"],
    ["公司"],
    [""],
  ];
  const core = fc
    .array(fc.constantFrom(..."云溪滇恒聚锦瑞鑫福泰商贸建材"), { minLength: 2, maxLength: 6 })
    .map((signs) => signs.join(""));
  const place = fc.constantFrom("", "玉溪", "玉溪市", "云南省玉溪市", "红塔", "玉溪红塔区", "通海县");
  const form = fc.nat({ max: LEGAL_FORMS.length - 1 });
  const writing = fc.nat({ max: 1 });
  const written = (at: number, way: number): string => LEGAL_FORMS[at]!.at(way) ?? LEGAL_FORMS[at]![0]!;

  it("is never passed over: a name in another form is open, with the enterprise among the candidates", () => {
    fc.assert(
      fc.property(core, place, form, form, writing, writing, (words, where, had, asked, way, otherWay) => {
        fc.pre(had !== asked);
        const resolve = indexOf([subject(1, `${where}${words}${written(had, way)}`)]);
        const answer = resolve({ name: `${where}${words}${written(asked, otherWay)}` });
        expect(linked(answer)).to.equal(undefined);
        expect(candidates(answer)).to.deep.equal([code(1)]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("links in its other way of writing only where no other enterprise fits, and says how sure that is", () => {
    fc.assert(
      fc.property(
        core,
        place,
        fc.nat({ max: 2 }),
        writing,
        fc.option(form),
        place,
        (words, where, at, way, rival, there) => {
          const name = `${where}${words}${written(at, way)}`;
          const asked = `${where}${words}${written(at, 1 - way)}`;
          const other = rival === null ? undefined : `${there}${words}${written(rival, 0)}`;
          // The very name that the row has: then there is no question.
          fc.pre(other === undefined || writtenName(other) !== writtenName(asked));
          const fits = other !== undefined && readName(other).core === readName(name).core;
          const resolve = indexOf([subject(1, name), ...(other === undefined ? [] : [subject(2, other)])]);
          const answer = resolve({ name: asked });
          if (fits) expect(candidates(answer)).to.have.members([code(1), code(2)]);
          else expect(answer).to.deep.equal({ uscc: code(1), certainty: 8_600, by: "similarName" });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("tells two enterprises apart that differ by nothing else", () => {
    fc.assert(
      fc.property(core, place, fc.nat({ max: 2 }), writing, (words, where, at, way) => {
        const [name, other] = [way, 1 - way].map((one) => `${where}${words}${written(at, one)}`) as [string, string];
        const resolve = indexOf([subject(1, name), subject(2, other)]);
        expect(resolve({ name })).to.deep.include({ uscc: code(1), by: "name" });
        expect(resolve({ name: other })).to.deep.include({ uscc: code(2), by: "name" });
        expect(resolve({ uscc: code(1), name })).to.deep.include({ uscc: code(1), by: "uscc" });
        expect(candidates(resolve({ uscc: code(1), name: other }))).to.have.members([code(1), code(2)]);
      }),
    );
  });
});

describe("who an enterprise is by its records", () => {
  const fact = (record: string, more: Partial<SubjectFact>): SubjectFact => ({
    record,
    at: record,
    catalogId: "business-registration",
    key: "k",
    names: [],
    registrationNumbers: [],
    people: [],
    ...more,
  });
  const facts = [
    fact("1", { current: "甲店", registrationNumbers: ["1"], people: [{ role: "legalRepresentative", hash: "a" }] }),
    fact("2", { catalogId: "registration-changes", key: "c", names: ["乙店", "甲店"] }),
    // An older version that comes late names nobody anew.
    fact("9", { at: "0", current: "甲店", people: [{ role: "legalRepresentative", hash: "c" }] }),
    fact("3", { current: "丙店", people: [{ role: "legalRepresentative", hash: "b" }] }),
    fact("4", { catalogId: "shareholders", key: "s", people: [{ role: "shareholder", hash: "a" }] }),
  ];

  it("is the same in whatever order and however often they come", () => {
    fc.assert(
      fc.property(fc.array(fc.subarray(facts, { minLength: 1 }), { maxLength: 6 }), (parts) => {
        const merged = [...parts, facts].reduce<SubjectFact[]>((before, part) => mergeFacts(before, part), []);
        expect(subjectOf("u", merged)).to.deep.equal({
          uscc: "u",
          name: "丙店",
          formerNames: ["甲店", "乙店"],
          registrationNumbers: ["1"],
          people: [
            { role: "legalRepresentative", hash: "b" },
            { role: "shareholder", hash: "a" },
          ],
        });
      }),
    );
  });

  it("takes old numbers of fifteen digits only", () => {
    expect(registrationNumberOf("５３0402 1000-12345")).to.equal("530402100012345");
    expect(registrationNumberOf("53040210001234")).to.equal(undefined);
    expect(registrationNumberOf("注册号")).to.equal(undefined);
  });
});
