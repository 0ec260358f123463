import { expect } from "chai";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { csvOf, Department, LICENCES, licenceRow, nextName } from "../support/department.ts";

const USCC = makeUscc("9", "1", "530402", "MA7H0001");
const OTHER = makeUscc("9", "1", "530402", "MA7H0002");

describe("what a department says again, later or no longer", function () {
  this.timeout(180_000);
  let market: Department;

  before(async () => {
    market = await Department.signIn();
  });
  const numbers = async (uscc: string) =>
    (await market.records(LICENCES, { uscc })).map(({ fields }) => fields.licenceNo).toSorted();

  it("reads the newest version of a record, and lists the earlier ones with their commitments", async () => {
    const number = nextName("H");
    await market.send(LICENCES, nextName("first.csv"), csvOf([licenceRow(number, USCC, { from: "2025-01-01" })]));
    const second = await market.send(
      LICENCES,
      nextName("second.csv"),
      csvOf([licenceRow(number, USCC, { from: "2025-02-02" })]),
    );
    expect(second).to.deep.include({ stored: 1, corrected: 1, duplicates: 0 });
    const unchanged = await market.send(
      LICENCES,
      nextName("third.csv"),
      csvOf([licenceRow(number, USCC, { from: "2025年2月2日" })]),
    );
    expect(unchanged).to.deep.include({ stored: 0, duplicates: 1 });
    const [record] = (await market.records(LICENCES, { uscc: USCC })).filter(
      ({ fields }) => fields.licenceNo === number,
    );
    expect(record?.fields.validFrom).to.equal("2025-02-02");
    const anchored = await waitFor("both versions to be anchored", async () => {
      const versions = await market.history(record!.id);
      return versions.every(({ anchor }) => anchor.state === "confirmed") ? versions : undefined;
    });
    expect(anchored.map(({ current, fields }) => [current, fields.validFrom])).to.deep.equal([
      [true, "2025-02-02"],
      [false, "2025-01-01"],
    ]);
    expect(new Set(anchored.map(({ commitment }) => commitment)).size).to.equal(2);
    expect(new Set(anchored.map(({ anchor }) => anchor.root)).size).to.equal(2);
    expect(anchored[1]?.source.fileName).to.contain("first");
  });

  it("deletes a record by a mark, keeps its history, and takes it back when it is sent again", async () => {
    const number = nextName("D");
    const row = licenceRow(number, OTHER);
    await market.send(LICENCES, nextName("a.csv"), csvOf([row]));
    const [{ id } = { id: "" }] = await market.records(LICENCES, { uscc: OTHER });
    const gone = await market.send(
      LICENCES,
      nextName("b.csv"),
      csvOf([["", "食品经营许可证", number, "", "", "删除"]], ["操作类型"]),
    );
    // The code is a required column, but a deletion only has to say which record it is.
    expect(gone).to.deep.include({ stored: 1, deleted: 1, quarantined: 0 });
    expect(await numbers(OTHER)).to.deep.equal([]);
    expect((await market.history(id)).map(({ deleted, uscc }) => [deleted, uscc])).to.deep.equal([
      [true, OTHER],
      [false, OTHER],
    ]);
    const again = await market.send(
      LICENCES,
      nextName("c.csv"),
      csvOf([["", "食品经营许可证", number, "", "", "删除"]], ["删除标志"]),
    );
    expect(again).to.deep.include({ stored: 0, quarantined: 1 });
    const { items } = await market.quarantine(again.id);
    expect(items[0]?.faults[0]?.reason).to.equal("unknownRecord");
    const replayed = async () => {
      const sent = await market.replay(again.id, items[0]!.number, items[0]!.cells);
      expect(sent.status, JSON.stringify(sent.body)).to.equal(202);
      return market.finished(sent.body.id);
    };
    // While the record isn't there the row stays open, however often it is sent.
    expect(await replayed()).to.deep.include({ stored: 0, quarantined: 1 });
    expect((await market.quarantine(again.id, "open")).items).to.have.length(1);
    await market.send(LICENCES, nextName("d.csv"), csvOf([[...row, "新增"]], ["操作类型"]));
    expect(await numbers(OTHER)).to.deep.equal([number]);
    expect(await market.history(id)).to.have.length(3);
    expect(await replayed()).to.deep.include({ stored: 1, deleted: 1, quarantined: 0 });
    expect((await market.quarantine(again.id, "open")).items).to.deep.equal([]);
    expect(await numbers(OTHER)).to.deep.equal([]);
  });

  it("takes a file as the whole state of a catalog: what is missing from it is deleted, and anchored as such", async () => {
    const catalog = "court-judgments";
    const court = await Department.signIn("dept-court");
    const headings = "案号,统一社会信用代码,诉讼地位,标的额,案件状态,立案日期";
    const line = (no: string, amount = "5") => `${no},${USCC},被告,${amount},已结,2024-01-02`;
    const all = async () =>
      (await court.records(catalog, { uscc: USCC })).map(({ fields }) => fields.caseNo).toSorted();
    const [one, two, three] = [nextName("（2024）云一"), nextName("（2024）云二"), nextName("（2024）云三")];
    await court.send(catalog, nextName("part.csv"), [headings, line(one), line(two)].join("\n"));
    const [kept] = (await court.records(catalog, { uscc: USCC })).filter(({ fields }) => fields.caseNo === two);
    const before = (await court.get<{ items: { id: string; recordCount: number }[] }>("/catalogs")).items.find(
      ({ id }) => id === catalog,
    )!.recordCount;
    const state = await court.send(catalog, nextName("whole.csv"), [headings, line(one), line(three)].join("\n"), {
      mode: "replace",
    });
    expect(state).to.deep.include({ mode: "replace", rows: 2, stored: 1, duplicates: 1, deleted: before - 1 });
    expect(await all()).to.deep.equal([one, three].toSorted());
    const versions = await waitFor("the deletion to be anchored", async () => {
      const found = await court.history(kept!.id);
      return found[0]?.anchor.state === "confirmed" ? found : undefined;
    });
    expect(versions.map(({ deleted, current }) => [deleted, current])).to.deep.equal([
      [true, true],
      [false, false],
    ]);
    const empty = await court.send(catalog, nextName("empty.csv"), [headings, line("x", "zero")].join("\n"), {
      mode: "replace",
    });
    expect(empty).to.deep.include({ state: "rejected", stored: 0 });
    expect(empty.fault?.code).to.equal("file.noRows");
    expect(await all()).to.have.length(2);
  });

  it("shows a department the records of its own catalogs only", async () => {
    const number = nextName("O");
    await market.send(LICENCES, nextName("own.csv"), csvOf([licenceRow(number, USCC)]));
    const [{ id } = { id: "" }] = await market.records(LICENCES, { uscc: USCC });
    const court = await Department.signIn("dept-court");
    expect((await court.ask("GET", `/records/${encodeURIComponent(id)}/history`)).status).to.equal(404);
    expect((await court.ask("GET", `/catalogs/${LICENCES}/records?uscc=${USCC}`)).status).to.equal(403);
  });
});
