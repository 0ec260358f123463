import { readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { CATALOG_GROUPS, type Catalog } from "../../backend/features/data-exchange/domain/catalog.ts";
import { catalogChanges, changeFaults } from "../../backend/features/data-exchange/domain/catalog-changes.ts";
import { catalogFaults, catalogProblems } from "../../backend/features/data-exchange/domain/catalog-faults.ts";
import { expectedHeadings, mapHeadings } from "../../backend/features/data-exchange/domain/heading-mapping.ts";
import { makePersonId, parsePersonId } from "../../backend/features/data-exchange/domain/person-id.ts";
import {
  STANDARD_CATALOGS,
  STANDARD_DEPARTMENTS,
  standardCatalog,
} from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { CATALOGS_DOC, catalogsTable } from "../../scripts/catalogs-table.ts";

describe("the standard catalogs", () => {
  it("are 101 of 29 departments, each with its own id and name", () => {
    expect(STANDARD_CATALOGS).to.have.length(101);
    expect(STANDARD_DEPARTMENTS).to.have.length(29);
    expect(new Set(STANDARD_CATALOGS.map(({ id }) => id)).size).to.equal(101);
    expect(new Set(STANDARD_CATALOGS.map(({ name }) => name.zh)).size).to.equal(101);
    expect(new Set(STANDARD_CATALOGS.map(({ name }) => name.en)).size).to.equal(101);
    const owners = new Set(STANDARD_CATALOGS.map(({ departmentCode }) => departmentCode));
    expect([...owners]).to.have.members(STANDARD_DEPARTMENTS.map(({ code }) => code));
  });

  for (const catalog of STANDARD_CATALOGS) {
    it(`${catalog.id} is sound`, () => {
      expect(catalogFaults(catalog)).to.deep.equal([]);
      // The title of a law, a regulation or a measure, in its own brackets.
      expect(catalog.legalBasis).to.match(/^《.+》$/);
      for (const field of catalog.fields) {
        const others = catalog.fields.filter((other) => other !== field).map((other) => other.name);
        for (const heading of expectedHeadings(field)) {
          const found = mapHeadings(catalog, [heading, ...others]);
          expect(found.ok, `${heading}: ${JSON.stringify(found)}`).to.equal(true);
          if (found.ok) expect(found.mapping.columns[0]?.field.name, heading).to.equal(field.name);
        }
      }
    });
  }

  it("serve all nine groups, with some twenty kinds of licences and seven that name enterprises otherwise", () => {
    for (const group of CATALOG_GROUPS) {
      expect(STANDARD_CATALOGS.filter((catalog) => catalog.group === group).length, group).to.be.greaterThan(4);
    }
    expect(STANDARD_CATALOGS.filter(({ licence }) => licence).length).to.be.greaterThan(20);
    expect(STANDARD_CATALOGS.filter(({ identity }) => identity)).to.have.length(7);
  });

  it("show persons' numbers to nobody who may see everything", () => {
    for (const { id, sensitivity, fields } of STANDARD_CATALOGS) {
      if (fields.some(({ type }) => type === "person-id")) expect(sensitivity, id).not.to.equal("public");
    }
  });

  it("are those of docs/catalogs.md", () => {
    expect(readFileSync(CATALOGS_DOC, "utf8")).to.equal(catalogsTable());
  });
});

describe("a catalog's definition", () => {
  const green = standardCatalog("green-food");
  const court = standardCatalog("dishonest-debtors");
  const broken: readonly [string, Catalog, string][] = [
    ["a key that may be empty", { ...green, key: ["issuer"] }, "key"],
    ["no key", { ...green, key: [] }, "key"],
    ["a subject that is no code", { ...green, subjectField: "product" }, "subjectField"],
    ["a licence without its number", { ...green, licence: { numberField: "nothing" } }, "licence.numberField"],
    [
      "a state that licences never have",
      { ...green, licence: { ...green.licence!, validStatus: "fine" } },
      "licence.validStatus",
    ],
    ["an end that is no date", { ...green, erasedAfterYears: 5, endedField: "kind" }, "endedField"],
    ["years without an end", { ...green, erasedAfterYears: 5 }, "endedField"],
    ["a source time that is no date", { ...green, sourceTimeField: "kind" }, "sourceTimeField"],
    ["a key with a code that may be empty", { ...court, key: ["uscc", "caseNo"] }, "key"],
    ["an identity of nothing", { ...court, identity: {} }, "identity"],
    ["an id that is no slug", { ...green, id: "Green Food" }, "id"],
    ["no law", { ...green, legalBasis: " " }, "legalBasis"],
  ];
  for (const [what, catalog, path] of broken) {
    it(`is refused for ${what}`, () => {
      const faults = catalogProblems(catalog);
      expect(faults.map((fault) => fault.path)).to.include(path);
      for (const { message } of faults) {
        expect(message.zh).to.match(/\p{Script=Han}/u);
        expect(message.en).not.to.match(/\p{Script=Han}/u);
      }
    });
  }

  it("may not claim a heading twice, however it is written", () => {
    const fields = green.fields.map((field) =>
      field.name === "product" ? { ...field, headings: ["产品名称", "＊发证 机关"] } : field,
    );
    expect(catalogProblems({ ...green, fields }).map(({ path }) => path)).to.deep.equal(["fields.product.headings"]);
  });

  it("changed in nothing has no changes, and may be changed in all as long as there are no records", () => {
    fc.assert(
      fc.property(fc.constantFrom(...STANDARD_CATALOGS), fc.constantFrom(...STANDARD_CATALOGS), (one, other) => {
        expect(catalogChanges(one, structuredClone(one))).to.deep.equal([]);
        expect(changeFaults(one, other, 0, {})).to.deep.equal([]);
        if (one !== other) expect(catalogChanges(one, other)).to.include("id");
      }),
      { numRuns: 100 },
    );
  });

  it("keeps the values of a code that records may hold", () => {
    const fields = green.fields.map((field) =>
      field.name === "kind" ? { ...field, codes: { 绿色食品: "green" } } : field,
    );
    const faults = changeFaults(green, { ...green, fields }, 3, { kind: 3 });
    expect(faults.map(({ path }) => path)).to.deep.equal(["fields.kind.codes"]);
  });
});

describe("a person's number", () => {
  const day = fc
    .date({ min: new Date("1900-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));

  it("of GB 11643 is taken, in both editions as one, and with a wrong check character refused", () => {
    // The example of the standard: 11010519491231002X.
    expect(parsePersonId("11010519491231002x")).to.deep.equal({ value: "11010519491231002X" });
    expect(parsePersonId("110105491231002")).to.deep.equal({ value: "11010519491231002X" });
    expect(parsePersonId("110105194912310021")).to.deep.equal({ reason: "personIdCheck" });
    expect(parsePersonId("110105194913310021")).to.deep.equal({ reason: "personIdFormat" });
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 999 }), fc.integer({ min: 0, max: 17 }), (born, number, at) => {
        const id = makePersonId("530402", born, number);
        expect(parsePersonId(` ${id} `)).to.deep.equal({ value: id });
        const digit = id[at] === "X" ? "1" : String((Number(id[at]) + 1) % 10);
        expect(parsePersonId(id.slice(0, at) + digit + id.slice(at + 1))).to.have.property("reason");
      }),
    );
  });
});
