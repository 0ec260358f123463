import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import iconv from "iconv-lite";
import writeWorkbook, { type SheetData } from "write-excel-file/node";
import type { FileRow } from "../../backend/features/data-exchange/files/file-row.ts";
import { readBlocks, readRows } from "../../backend/features/data-exchange/files/read-rows.ts";
import { openZip } from "../../backend/features/data-exchange/files/zip.ts";
import { DomainError } from "../../backend/lib/errors.ts";
import { zipOf } from "../support/zip.ts";

describe("data exchange: files", () => {
  const folder = mkdtempSync(join(tmpdir(), "rows-"));
  after(() => rmSync(folder, { recursive: true }));

  const store = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const rowsOf = async (name: string, content: string | Uint8Array, encoding?: string): Promise<FileRow[]> => {
    const options = encoding === undefined ? { name } : { name, encoding };
    const rows: FileRow[] = [];
    for await (const row of readRows(store(name, content), options)) rows.push(row);
    return rows;
  };
  const cellsOf = async (name: string, content: string | Uint8Array): Promise<string[][]> =>
    (await rowsOf(name, content)).map((row) => row.cells);
  const codeOf = async (name: string, content: string | Uint8Array, encoding?: string): Promise<string> => {
    try {
      await rowsOf(name, content, encoding);
    } catch (error) {
      if (error instanceof DomainError) return error.code;
      throw error;
    }
    return "none";
  };
  const workbook = (rows: (string | number | Date | boolean | null)[][]): Promise<Buffer> =>
    writeWorkbook(
      rows.map((row) =>
        row.map((value) =>
          value === null ? null : value instanceof Date ? { value, type: Date, format: "yyyy-mm-dd" } : { value },
        ),
      ) as SheetData,
    ).toBuffer();

  it("reads CSV as UTF-8 with and without a mark, GB18030 and UTF-16", async () => {
    const text = "名称,数量\r\n通海蔬菜,1\r\n㐀𠀀镕,2\r\n";
    const expected = [
      ["名称", "数量"],
      ["通海蔬菜", "1"],
      ["㐀𠀀镕", "2"],
    ];
    expect(await cellsOf("plain.csv", text)).to.deep.equal(expected);
    expect(await cellsOf("marked.csv", `\uFEFF${text}`)).to.deep.equal(expected);
    expect(await cellsOf("gb.csv", iconv.encode(text, "gb18030"))).to.deep.equal(expected);
    expect(await cellsOf("wide.csv", iconv.encode(`\uFEFF${text}`, "utf-16le"))).to.deep.equal(expected);
    expect(await cellsOf("tabs.txt", text.replaceAll(",", "\t"))).to.deep.equal(expected);
  });

  it("keeps characters whole where a chunk ends in the middle of one, in both encodings", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 5 }), fc.boolean(), async (shift, gb) => {
        // Over 256 KiB of three-byte (or two-byte) characters, moved by single bytes.
        const name = `${"a".repeat(shift)}${"玉溪".repeat(60)}`;
        const text = `name,n\n${Array.from({ length: 900 }, (_, i) => `${name},${i}\n`).join("")}`;
        const rows = await cellsOf("long.csv", gb ? iconv.encode(text, "gb18030") : text);
        expect(rows).to.have.length(901);
        expect(rows.slice(1).every((row, i) => row[0] === name && row[1] === String(i))).to.equal(true);
      }),
      { numRuns: 12 },
    );
  });

  it("finds GB18030 below a long English start", async () => {
    const text = `name,n\n${"Plain Ltd,1\n".repeat(40_000)}玉溪,2\n`;
    const rows = await cellsOf("late.csv", iconv.encode(text, "gb18030"));
    expect(rows.at(-1)).to.deep.equal(["玉溪", "2"]);
  });

  it("keeps quoted separators, quotes and line breaks, and numbers lines as an editor does", async () => {
    const rows = await rowsOf("quoted.csv", 'a,b\n"1,5","say ""x"""\n\n"two\nlines",z\nlast,1\n');
    expect(rows.map((row) => row.cells)).to.deep.equal([
      ["a", "b"],
      ["1,5", 'say "x"'],
      ["two\nlines", "z"],
      ["last", "1"],
    ]);
    expect(rows.map((row) => row.row)).to.deep.equal([1, 2, 5, 6]);
  });

  it("passes the titles above a table and keeps the unit that they name", async () => {
    const [first, second] = await rowsOf("titled.csv", "汇缴明细表,,\n单位：万元,,\n名称,月份,金额\n甲,202601,3\n");
    expect(first).to.deep.equal({ row: 3, cells: ["名称", "月份", "金额"], sheetUnit: "wanyuan" });
    expect(second).to.deep.equal({ row: 4, cells: ["甲", "202601", "3"] });
  });

  it("reads workbooks: numbers, dates, empty cells and titles", async () => {
    const book = await workbook([
      ["2026年不动产登记"],
      ["单位：元"],
      ["证号", "面积", "日期", "抵押"],
      ["一", 0.1 + 0.2, new Date("2021-03-05T00:00:00Z"), true],
      ["二", 1_234_567.89, null, null],
      [null, null, null, null],
      ["三", 0, null, false],
    ]);
    const rows = await rowsOf("book.xlsx", book);
    expect(rows).to.deep.equal([
      { row: 3, cells: ["证号", "面积", "日期", "抵押"], sheetUnit: "yuan" },
      { row: 4, cells: ["一", "0.3", "2021-03-05", "true"] },
      { row: 5, cells: ["二", "1234567.89", "", ""] },
      { row: 7, cells: ["三", "0", "", "false"] },
    ]);
    expect(await cellsOf("wrong-name.csv", book)).to.have.length(4);
  });

  it("reads NDJSON: all the keys are headings, whichever object has them", async () => {
    const rows = await rowsOf("push.ndjson", '{"a":"甲","b":1.50}\n\n{"b":null,"c":{"d":[1]}}\r\n{"a":true}');
    expect(rows).to.deep.equal([
      { row: 1, cells: ["a", "b", "c"] },
      { row: 1, cells: ["甲", "1.5", ""] },
      { row: 3, cells: ["", "", '{"d":[1]}'] },
      { row: 4, cells: ["true", "", ""] },
    ]);
  });

  it("keeps a damaged line of NDJSON as a row of its own", async () => {
    const rows = await rowsOf("bad.ndjson", '{"a":1}\n{"a":\n[2]\n{"a":3}');
    expect(rows.slice(1)).to.deep.equal([
      { row: 1, cells: ["1"] },
      { row: 2, cells: ['{"a":'], damaged: true },
      { row: 3, cells: ["[2]"], damaged: true },
      { row: 4, cells: ["3"] },
    ]);
  });

  it("reads each file of an archive, under its own name, with names in GBK as well", async () => {
    const archive = zipOf([
      ["数据/一.csv", Buffer.from("名称,数量\n甲,1\n")],
      [
        "二.xlsx",
        await workbook([
          ["名称", "数量"],
          ["乙", 2],
        ]),
      ],
      [iconv.encode("三.csv", "gbk"), iconv.encode("名称,数量\n丙,3\n", "gbk")],
      ["__MACOSX/._一.csv", Buffer.from("x")],
    ]);
    const path = store("several.zip", archive);
    const seen: unknown[] = [];
    for await (const { entry, heading, rows } of readBlocks(path, { name: "several.zip" })) {
      if (heading) seen.push([entry, heading.cells]);
      seen.push(...rows.map(({ cells }) => cells));
    }
    expect(seen).to.deep.equal([
      ["一.csv", ["名称", "数量"]],
      ["甲", "1"],
      ["二.xlsx", ["名称", "数量"]],
      ["乙", "2"],
      ["三.csv", ["名称", "数量"]],
      ["丙", "3"],
    ]);
    expect(await codeOf("strange.zip", zipOf([["setup.exe", Buffer.from("MZ")]]))).to.equal("file.unsupported");
    expect(await codeOf("nested.zip", zipOf([["inner.zip", zipOf([["a.csv", Buffer.from("a,b\n")]])]]))).to.equal(
      "file.unsupported",
    );
    expect(await codeOf("none.zip", zipOf([["folder/", Buffer.alloc(0)]]))).to.equal("file.empty");
  });

  it("reads the sheet that is asked for, and finds headings below other rows", async () => {
    const sheets = await writeWorkbook([
      { data: [[{ value: "说明" }]] as SheetData, sheet: "封面" },
      {
        data: [
          [{ value: "填表人" }, { value: "张三" }, { value: "电话" }],
          [{ value: "名称" }, { value: "数量" }],
          [{ value: "甲" }, { value: 1 }],
        ] as SheetData,
        sheet: "数据",
      },
    ]).toBuffer();
    const path = store("sheets.xlsx", sheets);
    const read = async (options: {
      sheet?: string;
      headingRow?: number;
      isHeading?: (cells: readonly string[]) => boolean;
    }) => {
      const rows: string[][] = [];
      for await (const row of readRows(path, { name: "sheets.xlsx", ...options })) rows.push(row.cells);
      return rows;
    };
    const table = [
      ["名称", "数量"],
      ["甲", "1"],
    ];
    expect(await read({})).to.deep.equal([["说明"]]);
    expect(await read({ sheet: "数据", headingRow: 2 })).to.deep.equal(table);
    expect(await read({ sheet: "2", isHeading: (cells) => cells.includes("名称") })).to.deep.equal(table);
    const wrong = await read({ sheet: "没有" }).catch((error: DomainError) => error);
    expect(wrong).to.have.property("code", "file.sheet");
  });

  it("names what is wrong with a file", async () => {
    const book = await workbook([["a", "b", "c"]]);
    expect(await codeOf("none.csv", "")).to.equal("file.empty");
    expect(await codeOf("blank.csv", "\n ,\n\n")).to.equal("file.empty");
    expect(await codeOf("blank.ndjson", "\n\n")).to.equal("file.empty");
    expect(await codeOf("paper.pdf", "%PDF-1.7")).to.equal("file.unsupported");
    expect(await codeOf("paper.csv", "%PDF-1.7")).to.equal("file.unsupported");
    expect(await codeOf("old.xls", Buffer.from("d0cf11e0a1b11ae1", "hex"))).to.equal("file.unsupported");
    expect(await codeOf("letter.docx", "text")).to.equal("file.unsupported");
    expect(await codeOf("fake.xlsx", "a,b\n1,2\n")).to.equal("file.corrupt");
    expect(await codeOf("cut.xlsx", book.subarray(0, 900))).to.equal("file.corrupt");
    expect(await codeOf("quote.csv", 'a,b\n1,"never closed\n2,3\n')).to.equal("file.corrupt");
    expect(await codeOf("zero.csv", "a,b\n1,\0\n")).to.equal("file.corrupt");
    expect(await codeOf("list.ndjson", "[1]\n")).to.equal("file.corrupt");
    const marked = Buffer.concat([Buffer.from("\uFEFF名称,b\n"), Buffer.from([0xc3, 0x28, 0x2c, 0x31])]);
    expect(await codeOf("marked.csv", marked)).to.equal("file.encoding");
    expect(await codeOf("neither.csv", Buffer.from([0x61, 0x2c, 0xff, 0xff, 0x0a]))).to.equal("file.encoding");
    expect(await codeOf("said.csv", iconv.encode("名称,b\n1,2\n", "gbk"), "utf-8")).to.equal("file.encoding");
    expect(await codeOf("said.csv", "a,b\n", "klingon")).to.equal("file.encoding");
  });

  it("refuses an archive that would fill memory or disk, even one that lies about its size", async () => {
    const book = await workbook(Array.from({ length: 3_000 }, (_, i) => [`row ${i}`, i, 0]));
    const path = store("large.xlsx", book);
    const limits = { maxUnpackedBytes: 50_000, maxRatio: 300, maxEntries: 100 };
    const refusal = async (over: Partial<typeof limits>): Promise<string> =>
      openZip(path, { maxUnpackedBytes: 1e9, maxRatio: 300, maxEntries: 100, ...over }).then(
        (zip) => {
          zip.close();
          return "none";
        },
        (error: DomainError) => error.code,
      );
    expect(await refusal({})).to.equal("none");
    expect(await refusal(limits)).to.equal("file.tooLarge");
    expect(await refusal({ maxEntries: 2 })).to.equal("file.tooLarge");
    const bomb = zipOf([["bomb.csv", Buffer.from(`a,b\n${"0,0\n".repeat(6_000_000)}`)]]);
    expect(await codeOf("bomb.zip", bomb)).to.equal("file.tooLarge");
    const end = book.lastIndexOf(Buffer.from("504b0506", "hex"));
    let at = book.readUInt32LE(end + 16);
    for (let i = 0; i < book.readUInt16LE(end + 10); i++) {
      book.writeUInt32LE(1, at + 24);
      at += 46 + book.readUInt16LE(at + 28) + book.readUInt16LE(at + 30) + book.readUInt16LE(at + 32);
    }
    expect(await codeOf("liar.xlsx", book)).to.equal("file.corrupt");
  });

  it("stops at once when the reader does", async () => {
    const path = store("many.csv", `a,b\n${"1,2\n".repeat(200_000)}`);
    let seen = 0;
    for await (const _ of readRows(path, { name: "many.csv" })) if (++seen === 3) break;
    expect(seen).to.equal(3);
  });
});
