import { expect } from "chai";
import readXlsxFile from "read-excel-file/node";
import type { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { freshBankUscc } from "../../scripts/client/main-path/path.ts";
import { ApiProblem } from "../../scripts/client/transport.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { consentWorld, giveConsent, revokeConsent } from "../support/consents.ts";
import type { LaterServer } from "../support/later.ts";
import { namesField, refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";
import { shareRows } from "../support/shared-rows.ts";
import { batch, oneClick, openedQuery, workbook } from "../support/verification.ts";

describe("one-click query and batches under a consent", function () {
  this.timeout(180_000);
  const world = consentWorld();
  let path: Path;
  let enterprise: Api;
  let bank: Api;
  let later: LaterServer;
  let uscc: string;

  before(async () => {
    ({ path, enterprise, bank, later } = world);
    ({ uscc } = await path.bodyOf("enterprise"));
    await shareRows(await sharedServer(), {
      "administrative-penalties": [
        {
          uscc,
          decisionNo: `=CMD()-${Date.now()}`,
          penaltyKind: "罚款",
          fineAmount: "1.5万元",
          decidedOn: "2026-01-02",
        },
      ],
    });
  });
  const partsOf = (query: Awaited<ReturnType<typeof oneClick>>) =>
    new Map(query.content!.sections.flatMap(({ parts }) => parts).map((part) => [part.catalogId, part]));

  it("is refused without a consent, and shows nothing of what a consent doesn't cover", async () => {
    await refused(oneClick(bank, { uscc }), 403, "consent.required");
    await giveConsent(path, { terms: { catalogs: ["business-registration", "administrative-penalties"] } });
    const parts = partsOf(await oneClick(bank, { uscc }));
    const { state, columns, rows, asOf } = parts.get("administrative-penalties")!;
    expect(state).to.equal("some");
    expect(asOf).to.match(/^\d{4}-/);
    const fine = columns.findIndex(({ name }) => name === "fineAmount");
    expect(rows.map(({ cells }) => cells[fine])).to.include("1500000");
    for (const part of parts.values())
      if (!["business-registration", "administrative-penalties"].includes(part.catalogId))
        expect([part.state, part.rows, part.count, part.asOf]).to.deep.equal(["notCovered", [], undefined, undefined]);
  });

  it("tells a time that the consent cuts, from none", async () => {
    await giveConsent(path, { terms: { dataFrom: "2026-01-01" } });
    const parts = partsOf(await oneClick(bank, { uscc }));
    expect(parts.get("social-security")!.cut).to.deep.equal({ from: "2026-01-01" });
    expect(parts.get("business-registration")!.cut).to.equal(undefined);
  });

  it("is one read, one copy, one notice and a line of the log for each section", async () => {
    const consent = await giveConsent(path, { terms: { dataLifeDays: 5 } });
    const given = await oneClick(bank, { uscc }, `query-${Date.now()}`);
    const lines = await waitFor("the lines", async () => {
      const { items } = await enterprise.accessLog();
      const found = items.filter(({ copyId }) => copyId === given.id);
      return found.reduce((sum, { records = 0 }) => sum + records, 0) === given.records ? found : undefined;
    });
    expect(lines.length).to.be.above(5);
    expect(new Set(lines.map(({ what }) => what)).size).to.equal(lines.length);
    expect((await bank.consents()).items.find(({ id }) => id === consent.id)?.reads).to.equal(1);
    const copy = await waitFor("the copy", async () =>
      (await enterprise.copies()).items.find(({ id }) => id === given.id),
    );
    expect(copy).to.deep.include({ kind: "query", digest: given.digest, records: given.records });
    expect(Date.parse(copy.keepUntil) - Date.parse(copy.takenAt)).to.equal(5 * 86_400_000);
    // The notice is about one of the lines, and comes in its own time.
    const ids = lines.map(({ id }) => id);
    const notices = async () => (await enterprise.notices()).items.filter(({ about }) => ids.includes(about ?? ""));
    await waitFor("the notice", async () => (await notices())[0]);
    expect((await notices()).map(({ kind }) => kind)).to.deep.equal(["read"]);
    expect((await openedQuery(bank, given.id)).content).to.deep.equal(given.content);
    expect((await bank.copy(given.id)).content).to.deep.equal(given.content);
    later.setDays(5.1);
    await refused(openedQuery(later.as(bank), given.id), 403, "consent.required");
    await refused(workbook(later.as(bank), given.id), 403, "consent.required");
    await later.services.copies.deleteDue();
    expect((await openedQuery(enterprise, given.id)).content).to.equal(undefined);
  });

  it("is a spreadsheet too, of the same frozen copy, and no cell of it runs; gone after a revocation", async () => {
    const consent = await giveConsent(path);
    const given = await oneClick(bank, { uscc });
    const file = await workbook(bank, given.id, "zh");
    const sheets = await readXlsxFile(file);
    const names = sheets.map(({ sheet }) => sheet);
    expect(names[0]).to.equal("总览");
    const some = given.content!.sections.flatMap(({ parts }) => parts).filter(({ state }) => state === "some");
    expect(names).to.have.length(some.length + 1);
    const penalties = sheets.find(({ sheet }) => sheet.startsWith("行政处罚"))!.data;
    const text = JSON.stringify(penalties);
    expect(text).to.include("=CMD()");
    expect(text).to.include("15000");
    expect((await readXlsxFile(await workbook(enterprise, given.id, "en")))[0]!.sheet).to.equal("Overview");
    await refused(workbook((await path.party("secondBank")).api, given.id), 404, "notFound");
    await revokeConsent(path, consent);
    await refused(workbook(bank, given.id), 403, "consent.required");
  });

  it("a batch answers, refuses and faults each subject by itself, and its key makes it one", async () => {
    const consent = await giveConsent(path);
    const subjects = [{ uscc }, { uscc: freshBankUscc() }, { uscc: "123" }, { uscc, params: { months: 0 } }];
    const body = { kind: "penaltyNone", params: { months: 60 }, subjects };
    const key = `batch-${Date.now()}`;
    const result = await batch(bank, body, key);
    expect(result.items.map(({ outcome, problem }) => [outcome, problem?.code])).to.deep.equal([
      ["answered", undefined],
      ["refused", "consent.required"],
      ["invalid", "input.invalid"],
      ["invalid", "input.invalid"],
    ]);
    expect(result.items[0]!.verification!.content!.answer).to.equal("no");
    expect([result.answered, result.refused, result.invalid]).to.deep.equal([1, 1, 2]);
    const again = await batch(bank, body, key);
    expect(again.items[0]!.verification!.number).to.equal(result.items[0]!.verification!.number);
    expect((await bank.consents()).items.find(({ id }) => id === consent.id)?.reads).to.equal(1);
    const many = Array.from({ length: 501 }, () => ({ uscc }));
    namesField(await refused(batch(bank, { ...body, subjects: many }), 400, "input.invalid"), "subjects");
  });

  const csv = async (api: Api, text: string | Buffer, query: string) => {
    const { status, text: answer } = await api.transport.raw(
      "POST",
      `/verification-batches/csv?${query}`,
      { bytes: Buffer.from(text) },
      { "content-type": "text/csv" },
    );
    if (status >= 400) throw new ApiProblem(status, JSON.parse(answer), "csv");
    return answer.replace("\ufeff", "").trim().split("\r\n");
  };

  it("a batch goes in and comes out as CSV, in its order, without formulas", async () => {
    await giveConsent(path);
    const rows = [
      "\ufeff统一社会信用代码,月数",
      `${uscc},60`,
      `${freshBankUscc()},12`,
      `"=HYPERLINK(""x"")",1`,
      `${uscc},x`,
    ];
    const lines = await csv(bank, rows.join("\r\n"), "kind=penaltyNone");
    expect(lines).to.have.length(5);
    expect(lines[1]).to.include(`1,${uscc},answered,no`).and.to.include("HY");
    expect(lines[2]).to.include("refused").and.to.include("consent.required");
    expect(lines[3]).to.include("'=HYPERLINK").and.to.include("invalid");
    expect(lines[4]).to.include("invalid");
    for (const wrong of ["", "统一社会信用代码", "name\nx", '统一社会信用代码\n"91', Buffer.from([0xff, 0xfe, 0x41])])
      await refused(csv(bank, wrong, "kind=penaltyNone"), 422, "file.invalid");
    await refused(csv(bank, Buffer.alloc(600_000, "a"), "kind=penaltyNone"), 413, "file.tooLarge");
    await refused(csv(bank, rows.join("\n"), "kind=nothing"), 400, "input.invalid");
  });

  it("too many batches a minute are refused for a while", async () => {
    const second = (await path.party("secondBank")).api;
    const once = () => batch(second, { kind: "foodPermit", subjects: [{ uscc: "1" }] });
    const outcomes = await Promise.allSettled(Array.from({ length: 14 }, once));
    const late = outcomes.filter((one) => one.status === "rejected" && one.reason.code === "verification.tooMany");
    expect(late.length).to.equal(4);
  });
});
