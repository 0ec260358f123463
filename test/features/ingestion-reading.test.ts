import { expect } from "chai";
import iconv from "iconv-lite";
import writeWorkbook, { type SheetData } from "write-excel-file/node";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { csvOf, Department, LICENCES, licenceRow, nextName } from "../support/department.ts";
import { zipOf } from "../support/zip.ts";

const USCC = makeUscc("9", "1", "530402", "MA7R0001");

describe("how a department's files are read", function () {
  this.timeout(240_000);
  let market: Department;

  before(async () => {
    market = await Department.signIn();
  });
  const sheet = (rows: readonly (readonly string[])[]): SheetData =>
    rows.map((row) => row.map((value) => ({ value }))) as SheetData;

  it("takes an archive of files of several kinds as one batch, each row under its own file", async () => {
    const [one, two, three, bad] = [nextName("Z"), nextName("Z"), nextName("Z"), nextName("Z")];
    const archive = zipOf([
      ["甲县.csv", Buffer.from(csvOf([licenceRow(one, USCC), licenceRow(bad, USCC, { kind: "飞行执照" })]))],
      ["乙县.csv", iconv.encode(csvOf([licenceRow(two, USCC)]), "gb18030")],
      [
        "丙县.xlsx",
        await writeWorkbook(
          sheet(
            csvOf([licenceRow(three, USCC)])
              .split("\n")
              .map((line) => line.split(",")),
          ),
        ).toBuffer(),
      ],
    ]);
    const batch = await market.send(LICENCES, nextName("三县.zip"), archive);
    expect(batch).to.deep.include({ rows: 4, stored: 3, quarantined: 1 });
    const { items } = await market.quarantine(batch.id);
    expect(items[0]).to.deep.include({ fileName: "甲县.csv", row: 3 });
    const records = await market.records(LICENCES, { uscc: USCC });
    const fileOf = new Map(records.map(({ fields, source }) => [fields.licenceNo, `${source.fileName}:${source.row}`]));
    expect([one, two, three].map((number) => fileOf.get(number))).to.deep.equal([
      "甲县.csv:2",
      "乙县.csv:2",
      "丙县.xlsx:2",
    ]);
  });

  it("keeps what a department says of its own headings, sheet and heading row, for every file that comes", async () => {
    const tax = await Department.signIn("dept-taxation");
    const catalog = "tax-payments";
    const reading = {
      headings: [
        { heading: "码", field: "uscc" },
        { heading: "期", field: "period" },
        { heading: "收入（万元）", field: "declaredRevenue" },
        { heading: "应缴", field: "taxPayable" },
        { heading: "已缴", field: "taxPaid" },
        { heading: "未缴", field: "taxUnpaid" },
        { heading: "名称", field: "" },
      ],
      sheet: "明细",
      headingRow: 3,
    };
    const wrong = await tax.ask<{ errors?: { field: string }[] }>("POST", `/catalogs/${catalog}/reading`, {
      headings: [{ heading: "码", field: "noSuchField" }],
    });
    expect([wrong.status, wrong.body.errors?.[0]?.field]).to.deep.equal([422, "headings.0.field"]);
    expect((await market.ask("POST", `/catalogs/${catalog}/reading`, reading)).status).to.equal(403);
    const saved = await tax.ask("POST", `/catalogs/${catalog}/reading`, reading);
    expect(saved.status, JSON.stringify(saved.body)).to.equal(200);
    try {
      expect(await tax.get(`/catalogs/${catalog}/reading`)).to.deep.include(reading);
      const book = await writeWorkbook([
        { data: sheet([["封面"], ["无表格"]]), sheet: "封面" },
        {
          data: sheet([
            ["制表人", "张三", "电话"],
            ["单位：元", "", ""],
            ["码", "名称", "期", "收入（万元）", "应缴", "已缴", "未缴"],
            [USCC, "某公司", "二〇二四年三月", "1.5", "3000", "2000", "1000"],
            [USCC, "某公司", "2024年4月", "多少", "3000", "2000", "1000"],
          ]),
          sheet: "明细",
        },
      ]).toBuffer();
      const batch = await tax.send(catalog, nextName("自有表头.xlsx"), book);
      expect(batch, JSON.stringify(batch.fault)).to.deep.include({ rows: 2, stored: 1, quarantined: 1 });
      const [record] = await tax.records(catalog, { uscc: USCC });
      expect(record?.fields).to.deep.include({
        period: "2024-03",
        declaredRevenue: "1500000",
        taxPayable: "300000",
        taxPaid: "200000",
      });
      const { items } = await tax.quarantine(batch.id);
      expect(items[0]).to.deep.include({ row: 5 });
      expect(items[0]?.faults[0]).to.deep.include({ column: "收入（万元）", reason: "amountFormat" });
      const mended = items[0]!.cells.map((cell) => (cell === "多少" ? "2" : cell));
      const replay = await tax.replay(batch.id, items[0]!.number, mended);
      expect(replay.status, JSON.stringify(replay.body)).to.equal(202);
      expect(await tax.finished(replay.body.id)).to.deep.include({ stored: 1 });
    } finally {
      await tax.ask("POST", `/catalogs/${catalog}/reading`, { headings: [] });
    }
  });

  it("says which sheets there are when the one asked for is not", async () => {
    const book = await writeWorkbook([{ data: sheet([["a", "b"]]), sheet: "一月" }]).toBuffer();
    const batch = await market.send(LICENCES, nextName("sheets.xlsx"), book, { sheet: "二月" });
    expect([batch.state, batch.fault?.code]).to.deep.equal(["rejected", "file.sheet"]);
    expect(batch.fault?.message).to.contain("一月");
  });

  it("shows how far it is while a file is read, and answers others meanwhile", async () => {
    const rows = Array.from({ length: 60_000 }, (_, i) =>
      licenceRow(`P-${i}-${nextName("P")}`, USCC, i % 100 === 0 ? { from: "?" } : {}),
    );
    const sent = await market.upload(LICENCES, nextName("many.csv"), csvOf(rows));
    const seen: number[] = [];
    // The answers that came while rows were read, not before and not after.
    let answers = 0;
    for (;;) {
      const batch = await market.batch(sent.id);
      if (batch.state !== "received" && batch.state !== "validated") {
        expect(batch).to.deep.include({ rows: 60_000, stored: 59_400, quarantined: 600, bytesRead: batch.bytes });
        break;
      }
      if (batch.rows > 0) {
        answers += 1;
        expect(batch.state).to.equal("validated");
        expect(batch.bytesRead).to.be.within(1, batch.bytes);
        expect(
          await market.records(LICENCES, { key: `food-business|P-1` }),
          "nothing is visible before all is",
        ).to.deep.equal([]);
      }
      seen.push(batch.rows);
    }
    expect(new Set(seen).size, `rows so far: ${seen}`).to.be.greaterThan(2);
    expect(seen).to.deep.equal(seen.toSorted((a, b) => a - b));
    expect(answers, "answers while rows were read").to.be.above(10);
  });
});
