import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect } from "chai";
import type { MappedRecord } from "../../backend/features/data-exchange/domain/catalog.ts";
import { mapHeadings } from "../../backend/features/data-exchange/domain/heading-mapping.ts";
import { watchRepeats } from "../../backend/features/data-exchange/domain/repeats.ts";
import { mapRowWith } from "../../backend/features/data-exchange/domain/row-mapping.ts";
import {
  STANDARD_CATALOGS,
  STANDARD_DEPARTMENTS,
  standardCatalog,
} from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { readRows } from "../../backend/features/data-exchange/files/read-rows.ts";
import { isUscc } from "../../backend/lib/uscc.ts";
import {
  CAST_DEPARTMENTS,
  CAST_ENTERPRISES,
  CAST_INSTITUTIONS,
  CAST_OPERATOR,
  CAST_REGULATOR,
  DEMO_ENTERPRISE_USCC,
} from "../../scripts/sample-city/cast.ts";
import { generateSampleCity, type SampleCity, type SampleFile } from "../../scripts/sample-city/generate.ts";
import { type Eligibility, SAMPLE_PRODUCTS } from "../../scripts/sample-city/products.ts";

const digestOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

interface Taken {
  readonly rows: number;
  readonly bad: number;
  readonly duplicates: number;
  readonly records: ReadonlyMap<string, MappedRecord>;
}

/** Takes a file in the way that a department's upload is taken. */
async function take(file: SampleFile): Promise<Taken> {
  const rows = readRows(file.path, { name: basename(file.path) })[Symbol.asyncIterator]();
  const first = (await rows.next()).value;
  const { sheetUnit } = first;
  const found = mapHeadings(standardCatalog(file.catalogId), first.cells, sheetUnit ? { sheetUnit } : {});
  if (!found.ok) throw new Error(`${file.path}: ${found.faults.map((fault) => fault.message.en).join("; ")}`);
  expect(found.notices, file.path).to.deep.equal([]);
  const watch = watchRepeats();
  const records = new Map<string, MappedRecord>();
  let count = 0;
  let bad = 0;
  for (let next = await rows.next(); !next.done; next = await rows.next()) {
    count++;
    const result = mapRowWith(found.mapping, next.value.cells);
    if (!result.ok) bad++;
    else if (watch.see(result.record) !== "duplicate") records.set(result.record.key, result.record);
  }
  expect(watch.counts.correction, `${file.path}: keys are unique`).to.equal(0);
  return { rows: count, bad, duplicates: watch.counts.duplicate, records };
}

describe("sample city", () => {
  const folder = mkdtempSync(join(tmpdir(), "city-"));
  let city: SampleCity;
  const taken = new Map<string, Taken>();

  before(async () => {
    city = await generateSampleCity({ enterprises: 200, seed: 7, outDir: join(folder, "a") });
    for (const file of city.files) taken.set(file.catalogId, await take(file));
  });
  after(() => rmSync(folder, { recursive: true }));

  const records = (catalogId: string, uscc?: string): MappedRecord[] =>
    [...taken.get(catalogId)!.records.values()].filter((record) => uscc === undefined || record.uscc === uscc);

  it("has a file for every standard catalog, in all four forms", () => {
    expect(city.files.map((file) => file.catalogId)).to.have.members(STANDARD_CATALOGS.map((catalog) => catalog.id));
    expect(new Set(city.files.map((file) => file.format)).size).to.equal(4);
    for (const file of city.files) {
      expect(file.departmentCode).to.equal(standardCatalog(file.catalogId).departmentCode);
    }
  });

  it("says how many rows are bad and how many repeated, and that is what is found", () => {
    let bad = 0;
    for (const file of city.files) {
      const found = taken.get(file.catalogId)!;
      expect([found.rows, found.bad, found.duplicates], file.catalogId).to.deep.equal([
        file.rows,
        file.badRows,
        file.repeatedRows,
      ]);
      bad += file.badRows;
    }
    const rows = city.files.reduce((sum, file) => sum + file.rows, 0);
    expect(bad / rows).to.be.within(0.003, 0.012);
  });

  it("registers every enterprise once, each with a valid code and a name of its own", () => {
    const registered = records("business-registration");
    expect(registered).to.have.length(200);
    expect(registered.every((record) => isUscc(record.uscc))).to.equal(true);
    expect(new Set(registered.map((record) => record.fields.name)).size).to.equal(200);
    const known = new Set(registered.map((record) => record.uscc));
    for (const { id } of STANDARD_CATALOGS) {
      for (const record of records(id)) expect(known.has(record.uscc), `${id} ${record.key}`).to.equal(true);
    }
  });

  it("writes the same bytes again for the same options, and others for another seed", async () => {
    const again = await generateSampleCity({ enterprises: 200, seed: 7, outDir: join(folder, "b") });
    expect(again.files.map((file) => digestOf(file.path))).to.deep.equal(city.files.map((file) => digestOf(file.path)));
    const other = await generateSampleCity({ enterprises: 200, seed: 8, outDir: join(folder, "c") });
    for (const [i, file] of other.files.entries()) {
      expect(digestOf(file.path)).not.to.equal(digestOf(city.files[i]!.path));
    }
    // A workbook holds times to two seconds, so bytes alone could agree by haste.
    const books = city.files.filter((file) => file.format === "xlsx").map((file) => readFileSync(file.path));
    expect(books).to.have.length(4);
    for (const book of books) expect(book.readUInt32LE(10)).to.equal(0x0021_0000);
  });

  it("gives the demo enterprise a sound history", () => {
    expect(city.enterprises[0]?.uscc).to.equal(DEMO_ENTERPRISE_USCC);
    const demo = (catalogId: string) => records(catalogId, DEMO_ENTERPRISE_USCC);
    expect(demo("business-registration")[0]?.fields).to.include({
      name: "玉溪云溪农业科技有限公司",
      districtCode: "530402",
      status: "active",
      registeredCapital: "800000000",
    });
    expect(demo("court-judgments")).to.have.length(0);
    expect(demo("administrative-penalties")).to.have.length(0);
    expect(demo("patents")).to.have.length(7);
    const highTech = demo("business-licences").find((record) => record.fields.kind === "high-tech");
    expect(highTech?.fields.status).to.equal("valid");
    const tax = demo("tax-payments");
    expect(tax).to.have.length(11);
    expect(tax.every((record) => record.fields.taxUnpaid === "0")).to.equal(true);
    expect(demo("provident-fund")).to.have.length(12);
    expect(demo("electricity")).to.have.length(24);
  });

  it("links the histories: who declares more employs more and uses more power", () => {
    const latest = (catalogId: string, field: string, period: string): Map<string, number> =>
      new Map(
        records(catalogId)
          .filter((record) => record.period === period)
          .map((record) => [record.uscc, Number(record.fields[field])]),
      );
    const revenue = latest("tax-payments", "declaredRevenue", "2026-09");
    for (const [catalogId, field] of [
      ["social-security", "insuredCount"],
      ["electricity", "consumptionKwh"],
    ] as const) {
      const pairs = [...latest(catalogId, field, "2026-09")].flatMap(([uscc, value]) =>
        revenue.has(uscc) && value > 0 ? [[Math.log(revenue.get(uscc)!), Math.log(value)] as const] : [],
      );
      expect(pairs.length).to.be.greaterThan(40);
      expect(correlation(pairs), catalogId).to.be.greaterThan(0.5);
    }
  });

  it("has a cast with valid codes, each its own", () => {
    const members = [...CAST_INSTITUTIONS, ...CAST_DEPARTMENTS, CAST_REGULATOR, CAST_OPERATOR, ...CAST_ENTERPRISES];
    expect(members.every((member) => isUscc(member.uscc))).to.equal(true);
    expect(new Set(members.map((member) => member.uscc)).size).to.equal(members.length);
    expect(CAST_DEPARTMENTS.map((member) => member.departmentCode)).to.deep.equal(
      STANDARD_DEPARTMENTS.map((department) => department.code),
    );
  });

  it("offers products whose amounts, terms and rules make sense", () => {
    const leaves = (rule: Eligibility): string[] =>
      "all" in rule
        ? rule.all.flatMap(leaves)
        : "any" in rule
          ? rule.any.flatMap(leaves)
          : "not" in rule
            ? leaves(rule.not)
            : [rule.indicator, ...(rule.indicator.endsWith("Fen") && !/^\d+$/.test(String(rule.value)) ? ["!"] : [])];
    expect(new Set(SAMPLE_PRODUCTS.map((product) => product.code)).size).to.equal(8);
    for (const product of SAMPLE_PRODUCTS) {
      expect(BigInt(product.amountMinFen) < BigInt(product.amountMaxFen), product.code).to.equal(true);
      expect(product.termMonthsMin).to.be.lessThan(product.termMonthsMax);
      expect(CAST_INSTITUTIONS[product.institution], product.code).not.to.equal(undefined);
      expect(leaves(product.eligibility), product.code).not.to.include("!");
    }
  });

  it("refuses numbers that it can't do", async () => {
    for (const enterprises of [0, 2, 1.5, Number.NaN, 1_000_001]) {
      const error = await generateSampleCity({ enterprises, outDir: join(folder, "never") }).catch((cause) => cause);
      expect(error).to.be.instanceOf(RangeError);
    }
  });
});

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mx = mean(pairs.map(([x]) => x));
  const my = mean(pairs.map(([, y]) => y));
  const sum = (of: (x: number, y: number) => number): number =>
    pairs.reduce((total, [x, y]) => total + of(x - mx, y - my), 0);
  return sum((x, y) => x * y) / Math.sqrt(sum((x) => x * x) * sum((_, y) => y * y));
}
