import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect } from "chai";
import { mapHeadings } from "../../backend/features/data-exchange/domain/heading-mapping.ts";
import { watchRepeats } from "../../backend/features/data-exchange/domain/repeats.ts";
import { mapRowWith, type ReadRecord } from "../../backend/features/data-exchange/domain/row-mapping.ts";
import {
  STANDARD_CATALOGS,
  STANDARD_DEPARTMENTS,
  standardCatalog,
} from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { readRows } from "../../backend/features/data-exchange/files/read-rows.ts";
import { isUscc } from "../../backend/lib/uscc.ts";
import { BAD_KINDS } from "../../scripts/sample-city/bad-rows.ts";
import {
  CAST_DEPARTMENTS,
  CAST_ENTERPRISES,
  CAST_INSTITUTIONS,
  CAST_OPERATOR,
  CAST_REGULATOR,
  DEMO_ENTERPRISE_USCC,
} from "../../scripts/sample-city/cast.ts";
import { generateSampleCity, type SampleCity, type SampleFile } from "../../scripts/sample-city/generate.ts";
import { BAD_ROWS, type ExpectedFault, MANIFEST } from "../../scripts/sample-city/manifest.ts";
import { type Eligibility, SAMPLE_PRODUCTS } from "../../scripts/sample-city/products.ts";

const digestOf = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");

interface Taken {
  readonly rows: number;
  /** "row reason column" of every row that isn't taken. */
  readonly bad: readonly string[];
  readonly duplicates: number;
  readonly corrections: number;
  readonly deletions: number;
  readonly records: ReadonlyMap<string, ReadRecord>;
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
  const records = new Map<string, ReadRecord>();
  let count = 0;
  let deletions = 0;
  const bad: string[] = [];
  for (let next = await rows.next(); !next.done; next = await rows.next()) {
    count++;
    const { row, cells } = next.value;
    const result = mapRowWith(found.mapping, cells);
    if (!result.ok) {
      bad.push(`${row} ${result.faults.map(({ reason, column }) => `${reason} ${column}`).join(" ")}`);
    } else if (result.record.subject?.name?.startsWith("查无此企业")) {
      bad.push(`${row} unknownSubject `);
    } else {
      if (result.record.deleted) deletions++;
      if (watch.see(result.record) !== "duplicate") records.set(result.record.key, result.record);
    }
  }
  const { duplicate: duplicates, correction: corrections } = watch.counts;
  return { rows: count, bad, duplicates, corrections, deletions, records };
}

describe("sample city", () => {
  const folder = mkdtempSync(join(tmpdir(), "city-"));
  let city: SampleCity;
  const taken = new Map<string, Taken>();
  const later = new Map<string, Taken>();

  before(async () => {
    city = await generateSampleCity({ enterprises: 300, seed: 7, outDir: join(folder, "a"), supplements: true });
    for (const file of city.files) (file.supplement ? later : taken).set(file.catalogId, await take(file));
  });
  after(() => rmSync(folder, { recursive: true }));

  const records = (catalogId: string, uscc?: string): ReadRecord[] =>
    [...(taken.get(catalogId)?.records.values() ?? [])].filter((record) => uscc === undefined || record.uscc === uscc);

  it("has files for the standard catalogs, in all eight forms", () => {
    const sent = city.files.filter(({ supplement }) => !supplement).map(({ catalogId }) => catalogId);
    expect(STANDARD_CATALOGS.map(({ id }) => id)).to.include.members(sent);
    expect(sent).to.have.length.greaterThan(85);
    expect(new Set(city.files.map((file) => file.format)).size).to.equal(8);
    for (const file of city.files) {
      expect(file.departmentCode).to.equal(standardCatalog(file.catalogId).departmentCode);
      expect(existsSync(file.path), file.path).to.equal(true);
    }
  });

  it("says of every file what is found in it, and of every bad row why", () => {
    const manifest = JSON.parse(readFileSync(join(folder, "a", MANIFEST), "utf8"));
    const lines = readFileSync(join(folder, "a", BAD_ROWS), "utf8")
      .trim()
      .split("\n");
    const expected = Map.groupBy(
      lines.map((line) => JSON.parse(line) as ExpectedFault),
      ({ file }) => file,
    );
    let bad = 0;
    for (const [i, file] of city.files.entries()) {
      const found = (file.supplement ? later : taken).get(file.catalogId)!;
      const name = basename(file.path);
      expect(manifest.files[i].file).to.equal(name);
      const faults = (expected.get(name) ?? []).map(({ row, reason, column }) => `${row} ${reason} ${column}`);
      expect(found.bad, name).to.deep.equal(faults);
      expect(found.rows, name).to.equal(file.rows);
      expect(found.bad.length, name).to.equal(file.badRows);
      expect(found.duplicates, name).to.equal(file.repeatedRows);
      expect(found.deletions, name).to.equal(file.deletions);
      if (!file.supplement) expect(found.corrections, name).to.equal(file.correctedRows);
      bad += file.badRows;
    }
    const rows = city.files.reduce((sum, file) => sum + file.rows, 0);
    expect(bad / rows).to.be.within(0.007, 0.013);
    expect(Object.keys(manifest.reasons)).to.have.members([...BAD_KINDS]);
  });

  it("sends later what was put right, what is old and what has to go", () => {
    const sum = (of: (file: SampleFile) => number) => city.files.reduce((total, file) => total + of(file), 0);
    expect(sum((file) => (file.supplement ? file.correctedRows : 0))).to.be.greaterThan(2);
    expect(sum(({ lateRows }) => lateRows)).to.be.greaterThan(2);
    expect(sum(({ deletions }) => deletions)).to.be.greaterThan(0);
    for (const [catalogId, { records: rows }] of later) {
      const { sourceTimeField } = standardCatalog(catalogId);
      for (const [key, row] of rows) {
        const before = taken.get(catalogId)!.records.get(key);
        expect(before, `${catalogId} ${key}`).not.to.equal(undefined);
        if (!row.deleted) expect(row.fields[sourceTimeField!]).not.to.equal(before?.fields[sourceTimeField!]);
      }
    }
  });

  it("registers every enterprise once, each with a valid code and a name of its own", () => {
    const registered = records("business-registration");
    expect(registered).to.have.length(300);
    expect(registered.every((record) => isUscc(record.uscc))).to.equal(true);
    expect(new Set(registered.map((record) => record.fields.name)).size).to.equal(300);
    const known = new Set(registered.map((record) => record.uscc));
    const names = new Set<unknown>(registered.map((record) => record.fields.name));
    const numbers = new Set<unknown>(registered.map((record) => record.fields.registrationNumber));
    for (const id of taken.keys()) {
      for (const { uscc, key, subject } of records(id)) {
        const named = subject && (names.has(subject.name ?? "") || numbers.has(subject.registrationNumber ?? ""));
        expect(known.has(uscc) || named, `${id} ${key}`).to.equal(true);
      }
    }
  });

  it("writes the same bytes again for the same options, and others for another seed", async () => {
    const again = await generateSampleCity({ enterprises: 300, seed: 7, outDir: join(folder, "b"), supplements: true });
    expect(again.files.map((file) => digestOf(file.path))).to.deep.equal(city.files.map((file) => digestOf(file.path)));
    const other = await generateSampleCity({ enterprises: 300, seed: 8, outDir: join(folder, "c"), supplements: true });
    const digests = new Set(city.files.map((file) => digestOf(file.path)));
    for (const file of other.files) expect(digests.has(digestOf(file.path)), file.path).to.equal(false);
    // A workbook holds times to two seconds, so bytes alone could agree by haste.
    const books = city.files.filter((file) => file.format === "xlsx").map((file) => readFileSync(file.path));
    expect(books.length).to.be.greaterThan(4);
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
