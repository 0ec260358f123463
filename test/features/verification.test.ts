import { expect } from "chai";
import { objection } from "../../backend/features/objections/objection-schemas.ts";
import { CHECK_KINDS } from "../../backend/features/verification/domain/check-kinds.ts";
import { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { freshBankUscc } from "../../scripts/client/main-path/path.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { newPath, playUntil } from "../support/actors.ts";
import { giveConsent, revokeConsent, since } from "../support/consents.ts";
import { type LaterServer, startLater } from "../support/later.ts";
import { checkedOnChain, confirmed, holdsOnChain } from "../support/proofs.ts";
import { namesField, refused } from "../support/refusal.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { type SharedRow, shareRows } from "../support/shared-rows.ts";
import { answerProof, answers, byNumber, check, kinds, opened } from "../support/verification.ts";
import { type Case, casesOf, MONTH, PERSON, REGISTERS } from "../support/verification-cases.ts";

describe("checks of an enterprise", function () {
  this.timeout(240_000);
  let server: RunningServer;
  let path: Path;
  let enterprise: Api;
  let bank: Api;
  let later: LaterServer;
  let cases: Record<string, Case>;
  let uscc: string;

  const allRows = (pick: "yes" | "no"): Record<string, SharedRow[]> => {
    const rows: Record<string, SharedRow[]> = {};
    for (const one of Object.values(cases))
      for (const [catalogId, list] of Object.entries(one[pick]))
        rows[catalogId] = [...(rows[catalogId] ?? []), ...list];
    return rows;
  };
  const ask = (api: Api, kind: string, params: object = {}) => check(api, { kind, uscc, params });

  before(async () => {
    server = await sharedServer();
    const run = "t1";
    const fresh = { uscc: freshBankUscc(), name: `玉溪核验（${run}）茶叶有限公司` };
    path = await newPath();
    Object.assign(path.options, { pickEnterprise: async () => fresh });
    await playUntil("enrol", path);
    uscc = fresh.uscc;
    cases = casesOf(uscc, fresh.name, run);
    enterprise = (await path.party("enterprise")).api;
    bank = (await path.party("firstBank")).api;
    later = await startLater(server);
    const other = freshBankUscc();
    await shareRows(
      server,
      Object.fromEntries(
        Object.entries(REGISTERS).map(([id, rows]) => [id, rows.map((row) => ({ uscc: other, ...row }))]),
      ),
    );
    await shareRows(server, allRows("yes"));
  });
  after(() => later?.stop());
  beforeEach(() => later.setDays(0));
  afterEach(async () => {
    for (const consent of (await enterprise.consents()).items)
      if (consent.state !== "revoked") await revokeConsent(path, consent);
  });

  it("there is a case of every kind", async () => {
    expect(Object.keys(cases).sort()).to.deep.equal(CHECK_KINDS.map(({ code }) => code).sort());
    const listed = await kinds(bank);
    expect(listed.items.map(({ code }) => code)).to.deep.equal(CHECK_KINDS.map(({ code }) => code));
    expect(listed.legalBases).to.deep.equal([]);
  });

  it("every kind is refused without a consent, in nobody's name, and by a consent that misses a catalog", async () => {
    for (const [kind, { params }] of Object.entries(cases))
      await refused(ask(bank, kind, params), 403, "consent.required");
    for (const { code, catalogs } of CHECK_KINDS.filter((one) => one.catalogs.length > 1)) {
      const consent = await giveConsent(path, { terms: { catalogs: [catalogs[0]!] } });
      await refused(ask(bank, code, cases[code]!.params), 403, "consent.required");
      await revokeConsent(path, consent);
    }
    await refused(check(bank, { kind: "vehicleOwned", uscc: freshBankUscc() }), 403, "consent.required");
    await refused(check(new Api(server.url), { kind: "vehicleOwned", uscc }), 401, "session.required");
    await refused(check(enterprise, { kind: "vehicleOwned", uscc }), 403, "role.notAllowed");
  });

  it("every kind says yes, with its evidence and the day up to which it speaks", async () => {
    await giveConsent(path);
    for (const [kind, { params }] of Object.entries(cases)) {
      const { content } = await ask(bank, kind, params);
      expect([content?.answer, content?.reason], kind).to.deep.equal(["yes", undefined]);
      expect(content?.asOf, kind).to.match(/^\d{4}-\d{2}-\d{2}$/);
      expect(content?.evidence.map(({ catalogId }) => catalogId)).to.deep.equal(
        CHECK_KINDS.find(({ code }) => code === kind)!.catalogs,
      );
    }
  });

  it("every kind is unknown, never no, when its registers are too old", async () => {
    await giveConsent(path, { days: 365 });
    later.setDays(350);
    // Yearly registers speak for longer than a consent may last: theirs is in the domain's tests.
    const yearly = new Set(["taxGrade", "highTechCertificate", "specialisedCertificate"]);
    for (const [kind, { params, noParams }] of Object.entries(cases).filter(([code]) => !yearly.has(code)))
      for (const asked of noParams ? [params, noParams] : [params]) {
        const { content } = await ask(later.as(bank), kind, asked);
        expect([content?.answer, content?.reason, content?.asOf], kind).to.deep.equal(["unknown", "stale", undefined]);
      }
  });

  it("the answer is a leaf, its pack is proof to others, and its number can be looked up by anybody", async () => {
    await giveConsent(path);
    const given = await ask(bank, "registeredCapital", { amountFen: "1" });
    const anybody = new Api(server.url);
    const found = await byNumber(anybody, given.number.toLowerCase().replaceAll("-", ""));
    expect(found).to.deep.include({ number: given.number, kind: "registeredCapital", commitment: given.digest });
    expect(JSON.stringify(found)).to.not.include(uscc);
    const pack = await confirmed(() => answerProof(bank, given.id));
    expect(pack.document).to.deep.equal(given.content);
    expect(pack.commitment).to.equal(found.commitment);
    await holdsOnChain(pack);
    const wrong = await checkedOnChain({ ...pack, document: { ...given.content, answer: "no" } });
    expect(wrong.lines.some(({ state }) => state === "fail")).to.equal(true);
    for (const number of [given.number.replace(/.$/, (c) => (c === "0" ? "1" : "0")), "HY", "../../etc/passwd", "%00"])
      await refused(byNumber(anybody, number), 404, "notFound");
  });

  it("a revocation between two checks holds for the second, and for what the first brought", async () => {
    const consent = await giveConsent(path);
    const first = await ask(bank, "vehicleOwned");
    expect((await opened(bank, first.id)).content?.answer).to.equal("yes");
    await revokeConsent(path, consent);
    await refused(ask(bank, "vehicleOwned"), 403, "consent.required");
    await refused(opened(bank, first.id), 403, "consent.required");
    await refused(answerProof(bank, first.id), 403, "consent.required");
    await waitFor("the deletion", async () =>
      (await bank.copies()).items.find(({ id, state }) => id === first.id && state === "deleted"),
    );
    const copy = (await enterprise.copies()).items.find(({ id }) => id === first.id)!;
    expect(copy).to.deep.include({ kind: "check", digest: first.digest });
    expect((await opened(enterprise, first.id)).content).to.equal(undefined);
    expect((await byNumber(bank, first.number)).commitment).to.equal(first.digest);
  });

  it("every check is in the enterprise's log, refused ones too, with what was asked", async () => {
    const fresh = since(Date.now());
    await refused(ask(bank, "foodPermit"), 403, "consent.required");
    await giveConsent(path, { terms: { purpose: "postLoan" } });
    await refused(ask(bank, "foodPermit"), 403, "consent.required");
    const given = await check(bank, { kind: "foodPermit", uscc, purpose: "postLoan" });
    // Each comes in its own time.
    const entries = await waitFor("the entries", async () => {
      const { items } = await enterprise.accessLog();
      const mine = items.filter((item) => item.what === "verification:foodPermit" && fresh(item));
      return mine.length >= 3 ? mine : undefined;
    });
    expect(entries.map(({ copyId, allowed, purpose }) => [copyId, allowed, purpose])).to.have.deep.members([
      [given.id, true, "postLoan"],
      [undefined, false, "creditReview"],
      [undefined, false, "creditReview"],
    ]);
    const about = await answers(enterprise, "?what=checks");
    expect(about.items[0]).to.deep.include({ id: given.id, kind: "foodPermit" });
    expect((await answers(bank)).items[0]!.id).to.equal(given.id);
    const other = (await path.party("secondBank")).api;
    expect((await answers(other)).total).to.equal(0);
    await refused(opened(other, given.id), 404, "notFound");
  });

  it("a person's number is nowhere: not in the answer, not in the log, not in the store", async () => {
    await giveConsent(path);
    const given = await ask(bank, "legalRepresentative", { personName: "杨云溪", personNumber: PERSON });
    expect(given.content?.answer).to.equal("yes");
    const stored = await later.stores.answers.find(given.id);
    const log = await enterprise.accessLog();
    for (const text of [given, stored, log].map((value) => JSON.stringify(value))) expect(text).to.not.include(PERSON);
    expect(given.content?.params.personNumber).to.match(/^[0-9a-f]{64}$/);
    const wrong = `${PERSON.slice(0, 17)}${PERSON.endsWith("0") ? "1" : "0"}`;
    const problem = await refused(
      ask(bank, "legalRepresentative", { personName: "杨云溪", personNumber: wrong }),
      400,
      "check.person",
    );
    namesField(problem, "params.personNumber");
    expect(JSON.stringify(problem)).to.not.include(wrong);
  });

  it("the same Idempotency-Key is one check; another question under it is refused", async () => {
    const consent = await giveConsent(path);
    const body = { kind: "vehicleOwned", uscc };
    const key = `key-${Date.now()}`;
    const both = await Promise.all([check(bank, body, key), check(bank, body, key)]);
    const again = await check(bank, body, key);
    expect(new Set([...both, again].map(({ number }) => number)).size).to.equal(1);
    expect(again.content).to.deep.equal(both[0].content);
    expect((await bank.consents()).items.find(({ id }) => id === consent.id)?.reads).to.equal(1);
    await refused(check(bank, { ...body, params: { plate: "云F1" } }, key), 422, "idempotency.reused");
    await refused(check(bank, body, "short"), 400, "input.invalid");
  });

  it("hostile input is refused by the field that is wrong", async () => {
    await giveConsent(path);
    const wrong: [Record<string, unknown>, RegExp][] = [
      [{ kind: "nothing", uscc }, /kind/],
      [{ kind: "vehicleOwned", uscc: "91530402MA6KE0011X" }, /uscc/],
      [{ kind: "vehicleOwned", uscc: { $ne: null } }, /uscc/],
      [{ kind: "vehicleOwned", uscc, params: { plate: { $gt: "" } } }, /params\.plate/],
      [{ kind: "vehicleOwned", uscc, params: { plate: "云F\u0000" } }, /params\.plate/],
      [{ kind: "vehicleOwned", uscc, params: { plate: "云F\u202e1" } }, /params\.plate/],
      [{ kind: "vehicleOwned", uscc, params: { more: "1" } }, /params\.more/],
      [{ kind: "socialSecurityPaid", uscc, params: { month: "2025-1", persons: 1 } }, /params\.month/],
      [{ kind: "socialSecurityPaid", uscc, params: { month: MONTH, persons: -1 } }, /params\.persons/],
      [{ kind: "penaltyNone", uscc, params: { months: 1e9 } }, /params\.months/],
      [{ kind: "registeredCapital", uscc, params: { amountFen: 12 } }, /params\.amountFen/],
      [{ kind: "taxGrade", uscc, params: { grade: "Z" } }, /params\.grade/],
      [{ kind: "vehicleOwned", uscc, purpose: "curiosity" }, /purpose/],
      [{ kind: "vehicleOwned", uscc, legalBasis: { code: "courtEvidence", caseNo: "1", officer: "x" } }, /legalBasis/],
    ];
    for (const [body, field] of wrong) namesField(await refused(check(bank, body), 400), field);
  });

  it("an objection to a record behind an answer is told with it", async () => {
    await giveConsent(path);
    const before = await ask(bank, "patentOwned");
    expect(before.content?.disputed).to.equal(undefined);
    const [recordId] = before.content!.evidence[0]!.recordIds;
    const body = { ground: "outdated", text: "专利已转让" };
    await enterprise.transport.post(`/records/${encodeURIComponent(recordId!)}/objections`, body, objection);
    expect((await ask(bank, "patentOwned")).content).to.deep.include({ answer: "yes", disputed: true });
  });

  it("every kind says no when the registers say so, a correction counts at once", async () => {
    await giveConsent(path);
    await shareRows(server, allRows("no"));
    for (const [kind, { params, noParams }] of Object.entries(cases)) {
      const { content } = await ask(bank, kind, noParams ?? params);
      expect(content?.answer, kind).to.equal("no");
      const owned = /^(creditCodeName|.*Owned)$/.test(kind);
      const records = content!.evidence.flatMap(({ recordIds }) => recordIds);
      if (!owned && kind !== "constructionQualification") expect(records.length, `evidence of ${kind}`).to.be.above(0);
    }
  });
});
