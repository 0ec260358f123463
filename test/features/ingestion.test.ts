import { expect } from "chai";
import { makeUscc } from "../../backend/lib/uscc.ts";
import type { Api } from "../../scripts/client/api.ts";
import { withWrongCheckCharacter } from "../../scripts/client/main-path/joining-steps.ts";
import { newPath } from "../support/actors.ts";
import { anchoredBatch, finishedBatch } from "../support/batches.ts";
import { refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";
import { departmentApi } from "../support/shared-rows.ts";

const CATALOG = "business-licences";
const HEADINGS = ["统一社会信用代码", "企业名称", "证照类型", "证照编号", "有效期起", "有效期止", "证照状态"];
const USCC = makeUscc("9", "1", "530402", "MA7T0001");
let serial = 0;

interface Row {
  uscc?: string;
  kind?: string;
  number?: string;
  from?: string;
}
const cells = ({
  uscc = USCC,
  kind = "食品经营许可证",
  number = `T-${++serial}`,
  from = "2025-03-05",
}: Row): string[] => [uscc, "某某公司", kind, number, from, "2028年3月4日", "有效"];
const csv = (rows: readonly (readonly string[])[]): Buffer =>
  Buffer.from([HEADINGS, ...rows].map((row) => row.join(",")).join("\n"));

describe("a department's files", function () {
  this.timeout(180_000);
  let market: Api;
  let others: Api;

  before(async () => {
    const path = await newPath();
    market = (await path.demo("department")).api;
    others = await departmentApi(await sharedServer(), "court");
  });

  async function send(bytes: Buffer, fileName = `licences-test-${++serial}.csv`) {
    const { id } = await market.upload(CATALOG, fileName, bytes);
    return finishedBatch(market, id);
  }

  it("keeps the good rows and puts the bad ones in quarantine with row, column and reason", async () => {
    const rows = [
      cells({}),
      cells({ uscc: withWrongCheckCharacter(USCC) }),
      cells({ kind: "飞行执照" }),
      cells({}),
      cells({ from: "2025-02-30" }),
    ];
    const batch = await send(csv(rows), "带错误的证照.csv");
    expect(batch).to.deep.include({ rows: 5, stored: 2, quarantined: 3, duplicates: 0, fileName: "带错误的证照.csv" });
    const { items, total, headings } = await market.quarantine(batch.id);
    expect(total).to.equal(3);
    expect(headings).to.deep.equal(HEADINGS);
    expect(items.map(({ row, faults }) => [row, faults[0]?.column, faults[0]?.reason])).to.deep.equal([
      [3, "统一社会信用代码", "usccCheck"],
      [4, "证照类型", "unknownCode"],
      [6, "有效期起", "dateImpossible"],
    ]);
    expect(items[0]).to.deep.include({ fileName: "带错误的证照.csv", cells: rows[1] });
    expect(items[0]?.faults[0]?.message.zh).to.contain("校验位");
  });

  it("anchors the batch's records on chain", async () => {
    const { id } = await send(csv([cells({}), cells({})]));
    const anchored = await anchoredBatch(market, id);
    expect(anchored.state).to.equal("anchored");
    expect(anchored.anchor.transactionHash).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("takes a row that a file says twice once", async () => {
    const row = cells({});
    expect(await send(csv([row, row]))).to.deep.include({ rows: 2, stored: 1, duplicates: 1, quarantined: 0 });
  });

  it("does not load the very same file twice", async () => {
    const file = csv([cells({}), cells({})]);
    const first = await send(file, "same.csv");
    expect((await market.upload(CATALOG, "same.csv", file)).id).to.equal(first.id);
    const { items } = await market.batches({ catalogId: CATALOG });
    expect(items.filter(({ fileName }) => fileName === "same.csv")).to.have.length(1);
  });

  it("refuses a file whose headings can't be understood, and says which are missing", async () => {
    const batch = await send(Buffer.from("代码,名称甲\n1,2\n"));
    expect(batch.state).to.equal("rejected");
    expect(batch.stored).to.equal(0);
    expect(batch.fault?.message).to.match(/统一社会信用代码|Unified social credit code/);
  });

  it("reads GB18030, tabs and NDJSON as well", async () => {
    const { default: iconv } = await import("iconv-lite");
    const gb = [HEADINGS, cells({})].map((row) => row.join("\t")).join("\r\n");
    expect(await send(iconv.encode(gb, "gb18030"), `gb-${++serial}.tsv`)).to.deep.include({ rows: 1, stored: 1 });
    const [record] = [cells({})].map((row) => Object.fromEntries(HEADINGS.map((heading, i) => [heading, row[i]])));
    const ndjson = Buffer.from(`${JSON.stringify(record)}\n`);
    expect(await send(ndjson, `lines-${++serial}.ndjson`)).to.deep.include({ rows: 1, stored: 1 });
  });

  it("refuses an empty file and a file of no known kind", async () => {
    await refused(market.upload(CATALOG, "empty.csv", Buffer.alloc(0)), 422, "file.empty");
    const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
    const batch = await send(picture, "picture.png");
    expect([batch.state, batch.fault?.code]).to.deep.equal(["rejected", "file.unsupported"]);
  });

  it("lets a department see and feed only what is its own", async () => {
    await refused(others.upload(CATALOG, "not-mine.csv", csv([cells({})])), 403, "role.notAllowed");
    const { id } = await send(csv([cells({})]));
    await refused(others.batch(id), 404);
    await refused(others.quarantine(id), 404);
    expect((await others.batches()).items.map(({ catalogId }) => catalogId)).to.not.include(CATALOG);
    await refused(market.upload("no-such-catalog", "x.csv", csv([cells({})])), 404);
  });
});
