import { expect } from "chai";
import { makePersonId } from "../../backend/features/data-exchange/domain/person-id.ts";
import { makeUscc } from "../../backend/lib/uscc.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { csvOf, Department, LICENCES, licenceRow, nextName } from "../support/department.ts";

const USCC = makeUscc("9", "1", "530402", "MA7Q0001");

describe("quarantined rows", function () {
  this.timeout(180_000);
  let market: Department;

  before(async () => {
    market = await Department.signIn();
  });

  it("are mended one by one: the mended row is a batch of its own, marked, counted, anchored, and taken once", async () => {
    const number = nextName("Q");
    const bad = licenceRow(number, USCC, { from: "2025-02-30" });
    const batch = await market.send(LICENCES, nextName("mend.csv"), csvOf([licenceRow(nextName("Q"), USCC), bad]));
    expect(batch).to.deep.include({ stored: 1, quarantined: 1, replayed: 0 });
    const { items, open } = await market.quarantine(batch.id);
    expect([open, items[0]?.number, items[0]?.replay]).to.deep.equal([1, 3, undefined]);

    const still = await market.replay(batch.id, 3, licenceRow(number, USCC, { from: "2025-02-31" }));
    expect(still.status).to.equal(422);
    expect(still.body.detail).to.contain("有效期起");

    const mended = licenceRow(number, USCC, { from: "2025-02-28" });
    const startedAt = Date.now();
    const sent = await market.replay(batch.id, 3, mended);
    expect(sent.status, JSON.stringify(sent.body)).to.equal(202);
    const replay = await market.finished(sent.body.id);
    expect(replay).to.deep.include({ stored: 1, quarantined: 0, rows: 1 });
    expect(replay.origin).to.deep.include({ kind: "replay", replayOf: batch.id });
    const after = await waitFor("the batch to count its replay", async () => {
      const now = await market.batch(batch.id);
      return now.replayed === 1 ? now : undefined;
    });
    expect(after.quarantined).to.equal(1);
    const [row] = (await market.quarantine(batch.id, "replayed")).items;
    expect(row?.replay).to.deep.include({ batchId: replay.id });
    expect(row?.replay?.by).to.be.a("string");
    expect(Date.parse(row?.replay?.at ?? "")).to.be.within(startedAt, Date.now());
    expect((await market.quarantine(batch.id, "open")).items).to.deep.equal([]);
    expect((await market.replay(batch.id, 3, mended)).body.code).to.equal("quarantine.replayed");
    const found = (await market.records(LICENCES, { uscc: USCC })).filter(({ fields }) => fields.licenceNo === number);
    expect(found.map(({ fields }) => fields.validFrom)).to.deep.equal(["2025-02-28"]);
    await waitFor("the replay to be anchored", async () =>
      (await market.batch(replay.id)).anchor.state === "confirmed" ? true : undefined,
    );
  });

  it("are downloaded with reasons, mended in a spreadsheet, and sent back as one replay", async () => {
    const numbers = Array.from({ length: 4 }, () => nextName("S"));
    const rows = [
      licenceRow(numbers[0]!, USCC, { kind: "飞行执照" }),
      licenceRow(numbers[1]!, USCC),
      licenceRow(numbers[2]!, USCC, { from: "never" }),
      licenceRow(numbers[3]!, USCC, { from: "=1+1" }),
    ];
    const batch = await market.send(LICENCES, nextName("sheet.csv"), csvOf(rows));
    const csv = await market.ask<string>("GET", `/batches/${batch.id}/quarantine.csv`);
    expect(csv.status).to.equal(200);
    const lines = csv.body
      .replace(/^\uFEFF/, "")
      .trim()
      .split("\r\n");
    expect(lines[0]).to.match(/^隔离行号,隔离原因,统一社会信用代码/);
    expect(lines).to.have.length(4);
    expect(lines[1]).to.match(/^2,证照类型/);
    expect(lines[3], "a formula is not run by a spreadsheet").to.contain("'=1+1");

    const mended = [
      lines[0]!,
      lines[1]!.replace("飞行执照", "采矿许可证"),
      lines[2]!.replace("never", "still never"),
      lines[3]!.replace("'=1+1", "2025-01-01"),
      // Not in quarantine, and a row of the file that was fine.
      lines[1]!.replace("飞行执照", "采矿许可证").replace(/^2,/, "99,"),
      lines[1]!.replace("飞行执照", "采矿许可证").replace(/^2,/, "3,"),
    ].join("\r\n");
    const replay = await market.send(LICENCES, nextName("mended.csv"), mended, { replayOf: batch.id });
    expect(replay).to.deep.include({ rows: 5, stored: 2, quarantined: 3 });
    const reasons = (await market.quarantine(replay.id)).items.map(({ faults }) => faults[0]?.reason);
    expect(reasons.toSorted()).to.deep.equal(["dateFormat", "notQuarantined", "notQuarantined"]);
    expect((await market.quarantine(batch.id, "open")).items.map(({ number }) => number)).to.deep.equal([4]);
    const again = await market.send(LICENCES, nextName("mended.csv"), `${mended}\r\n`, { replayOf: batch.id });
    expect(again.stored).to.equal(0);
    const refused = (await market.quarantine(again.id)).items.map(({ faults }) => faults[0]?.reason);
    expect(refused.filter((reason) => reason === "replayedBefore")).to.have.length(2);
    expect(
      (await market.replay(replay.id, 3, rows[0]!)).status,
      "a replay's rows are open where they came from",
    ).to.equal(409);
  });

  it("are counted once when two replays race", async () => {
    const number = nextName("R");
    const batch = await market.send(LICENCES, nextName("race.csv"), csvOf([licenceRow(number, USCC, { from: "?" })]));
    const answers = await Promise.all(
      ["2025-01-01", "2025-01-02", "2025-01-03"].map((from) =>
        market.replay(batch.id, 2, licenceRow(number, USCC, { from })),
      ),
    );
    const taken = await Promise.all(
      answers.filter(({ status }) => status === 202).map(({ body }) => market.finished(body.id)),
    );
    expect(taken.reduce((sum, { stored }) => sum + stored, 0)).to.equal(1);
    expect((await market.batch(batch.id)).replayed).to.equal(1);
  });

  it("hold no id numbers of persons: a good one is replayed by its hash, of a bad one the ends are left", async () => {
    const good = makePersonId("530402", "1980-05-06", 12);
    const broken = `${good.slice(0, 17)}${good[17] === "1" ? "2" : "1"}`;
    const catalog = "shareholders";
    const { items } = await market.get<{
      items: {
        id: string;
        departmentCode: string;
        fields: { name: string; label: { zh: string }; type: string; required: boolean }[];
      }[];
    }>("/catalogs");
    const { fields } = items.find(({ id }) => id === catalog)!;
    const personal = fields.find(({ type }) => type === "person-id")!.name;
    const cellFor = ({ name, type }: { name: string; type: string }, person: string): string => {
      if (name === personal) return person;
      if (type === "uscc") return USCC;
      if (type === "date") return "2020-01-01";
      if (type === "month") return "2020-01";
      return type === "amount" || type === "integer" || type === "decimal" ? "10" : "";
    };
    const required = fields.filter((field) => field.required || field.name === personal);
    const line = (person: string) => required.map((field) => cellFor(field, person) || nextName("某某")).join(",");
    const text = [required.map(({ label }) => label.zh).join(","), line(good), line(broken)].join("\n");
    const owner = await Department.signIn(`dept-${items.find(({ id }) => id === catalog)!.departmentCode}`);
    const batch = await owner.send(catalog, nextName("shareholders.csv"), text);
    const kept = await owner.quarantine(batch.id);
    expect(JSON.stringify(kept)).to.not.contain(good).and.not.contain(broken);
    expect(kept.items.flatMap(({ faults }) => faults.map(({ reason }) => reason))).to.include("personIdCheck");
    const records = await owner.records(catalog, { uscc: USCC });
    expect(JSON.stringify(records)).to.not.contain(good);
  });
});
