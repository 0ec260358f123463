import { expect } from "chai";
import type { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { playUntil } from "../support/actors.ts";
import { giveConsent } from "../support/consents.ts";
import { type LaterServer, startLater } from "../support/later.ts";
import { confirmed } from "../support/proofs.ts";
import { namesField, refused } from "../support/refusal.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { departmentApi } from "../support/shared-rows.ts";
import {
  answerProof,
  answers,
  batch,
  check,
  kinds,
  oneClick,
  opened,
  openedQuery,
  review,
} from "../support/verification.ts";

describe("checks and queries on a legal basis", function () {
  this.timeout(180_000);
  let server: RunningServer;
  let path: Path;
  let enterprise: Api;
  let court: Api;
  let police: Api;
  let market: Api;
  let regulator: Api;
  let later: LaterServer;
  let uscc: string;
  const enforcement = { code: "civilEnforcement", caseNo: "（2026）云04执123号", officer: "李执行 0401" };

  before(async () => {
    server = await sharedServer();
    path = await playUntil("enrol");
    ({ uscc } = await path.bodyOf("enterprise"));
    enterprise = (await path.party("enterprise")).api;
    regulator = (await path.demo("regulator")).api;
    [court, police, market] = (await Promise.all(
      ["court", "public-security", "market-regulation"].map((code) => departmentApi(server, code)),
    )) as [Api, Api, Api];
    later = await startLater(server);
  });
  after(() => later?.stop());
  beforeEach(() => later.setDays(0));

  const mine = async (api = enterprise) => (await api.accessLog()).items.filter(({ legalBasis }) => legalBasis);

  it("each department has its own bases, and needs one, with case and officer", async () => {
    expect((await kinds(court)).legalBases.map(({ code }) => code)).to.include("civilEnforcement");
    expect((await kinds(market)).legalBases.map(({ code }) => code)).to.deep.equal([
      "penaltyInvestigation",
      "licensingReview",
    ]);
    const ask = (api: Api, changes: object) => check(api, { kind: "vehicleOwned", uscc, ...changes });
    namesField(await refused(ask(court, {}), 400, "legalBasis.invalid"), "legalBasis");
    namesField(await refused(ask(court, { purpose: "creditReview" }), 400, "legalBasis.invalid"), "purpose");
    await refused(ask(market, { legalBasis: enforcement }), 403, "legalBasis.notYours");
    const licensing = { code: "licensingReview", caseNo: "玉许〔2026〕5号", officer: "王" };
    await refused(ask(market, { legalBasis: licensing }), 403, "legalBasis.tooFar");
    for (const wrong of [
      { ...enforcement, caseNo: "" },
      { ...enforcement, officer: "x".repeat(61) },
      { ...enforcement, caseNo: "1\n2" },
      { ...enforcement, code: "because" },
    ])
      namesField(await refused(ask(court, { legalBasis: wrong }), 400, "input.invalid"), /^legalBasis\./);
  });

  it("the basis stands in the answer and in the enterprise's log, which knows of it at once", async () => {
    const given = await check(court, { kind: "vehicleOwned", uscc, legalBasis: enforcement });
    expect(given.content?.basis).to.deep.include({ kind: "law", ...enforcement });
    expect(["yes", "no"]).to.include(given.content?.answer);
    const entry = (await mine()).find(({ copyId }) => copyId === given.id)!;
    expect(entry).to.deep.include({ what: "verification:vehicleOwned", purpose: "legalDuty", allowed: true });
    for (const part of ["民事诉讼法", enforcement.caseNo, enforcement.officer])
      expect(entry.legalBasis).to.include(part);
    expect((await answers(enterprise)).items[0]).to.deep.include({ id: given.id });
    expect((await opened(enterprise, given.id)).content?.answer).to.equal(given.content?.answer);
    await refused(opened(police, given.id), 404, "notFound");
  });

  it("what the law lets be withheld is withheld for so long and no longer, from log, notices and lists", async () => {
    const criminal = {
      code: "criminalEvidence",
      caseNo: "玉公刑字〔2026〕8号",
      officer: "赵",
      withhold: { days: 60, reason: "防止串供" },
    };
    const unread = async (api: Api) => (await api.notices()).unread;
    const before = await unread(enterprise);
    const given = await check(police, { kind: "realEstateOwned", uscc, legalBasis: criminal });
    expect(given.basis).to.deep.include({ withheldWhy: "防止串供" });
    const knows = async (api: Api) => ({
      log: (await mine(api)).some(({ copyId }) => copyId === given.id),
      list: (await answers(api)).items.some(({ id }) => id === given.id),
      news: (await unread(api)) > before,
    });
    expect(await knows(enterprise)).to.deep.equal({ log: false, list: false, news: false });
    await refused(opened(enterprise, given.id), 404, "notFound");
    expect((await answers(regulator, "?basis=law")).items.some(({ id }) => id === given.id)).to.equal(true);
    later.setDays(59.9);
    expect(await knows(later.as(enterprise))).to.deep.equal({ log: false, list: false, news: false });
    later.setDays(60.1);
    expect(await knows(later.as(enterprise))).to.deep.equal({ log: true, list: true, news: true });
    const tooLong = { ...criminal, withhold: { days: 181, reason: "x" } };
    const wrong = check(police, { kind: "realEstateOwned", uscc, legalBasis: tooLong });
    namesField(await refused(wrong, 400, "legalBasis.invalid"), "legalBasis.withhold.days");
    const told = { ...criminal, code: "courtEvidence" };
    await refused(check(court, { kind: "realEstateOwned", uscc, legalBasis: told }), 400, "legalBasis.invalid");
  });

  it("the authority can come back for thirty days, each time logged; then the content is deleted", async () => {
    const given = await oneClick(court, { uscc, legalBasis: enforcement });
    expect((await openedQuery(court, given.id)).content).to.deep.equal(given.content);
    const copies = (await mine()).filter(({ what, copyId }) => what === "copy" && copyId === given.id);
    expect(copies).to.have.length(1);
    later.setDays(30.1);
    expect((await openedQuery(later.as(court), given.id)).content).to.equal(undefined);
    await later.services.answers.deleteDue();
    expect((await later.stores.answers.find(given.id))!.content).to.equal(undefined);
  });

  it("the one table is logged section by section, and says what was not received", async () => {
    const given = await oneClick(court, { uscc, legalBasis: enforcement });
    const { sections } = given.content!;
    expect(sections.length).to.be.at.least(13);
    const registration = sections[0]!.parts[0]!;
    expect(registration).to.deep.include({ catalogId: "business-registration", state: "some", count: 1 });
    expect(registration.departmentName.zh).to.include("市场监督管理局");
    expect(registration.asOf).to.match(/^\d{4}-/);
    const states = new Set(sections.flatMap(({ parts }) => parts.map(({ state }) => state)));
    for (const state of states) expect(["some", "none", "notReceived"]).to.include(state);
    const logged = (await mine()).filter(({ copyId, what }) => copyId === given.id && what !== "copy");
    expect(logged.length).to.be.above(5);
    expect(logged.map(({ what }) => what)).to.include("query:registration");
    expect(new Set(logged.map(({ what }) => what)).size).to.equal(logged.length);
  });

  it("a basis that doesn't reach sensitive registers says so in the table", async () => {
    const legalBasis = { code: "penaltyInvestigation", caseNo: "玉市监案〔2026〕1号", officer: "钱" };
    const { content } = await oneClick(market, { uscc, legalBasis });
    const parts = content!.sections.flatMap((section) => section.parts);
    const estate = parts.find(({ catalogId }) => catalogId === "real-estate")!;
    expect([estate.state, estate.rows, estate.count]).to.deep.equal(["notLawful", [], undefined]);
    expect(parts.find(({ catalogId }) => catalogId === "business-registration")!.state).to.equal("some");
  });

  it("the regulator sees every use, and says what it found; nobody else can", async () => {
    const given = await check(court, { kind: "patentOwned", uscc, legalBasis: enforcement });
    await giveConsent(path);
    const bank = (await path.party("firstBank")).api;
    const own = await check(bank, { kind: "patentOwned", uscc });
    const uses = (await answers(regulator)).items;
    expect(uses.some(({ id }) => id === given.id)).to.equal(true);
    expect(uses.some(({ id }) => id === own.id)).to.equal(false);
    expect((await answers(regulator, "?review=open")).items.some(({ id }) => id === given.id)).to.equal(true);
    expect((await opened(regulator, given.id)).content, "what was answered").to.equal(undefined);
    for (const api of [court, bank, enterprise])
      await refused(review(api, given.id, { verdict: "inOrder" }), 403, "role.notAllowed");
    await refused(review(regulator, own.id, { verdict: "objected", note: "x" }), 404, "notFound");
    const reviewed = await review(regulator, given.id, { verdict: "objected", note: "案号与被执行人不符" });
    expect(reviewed.review).to.deep.include({ verdict: "objected", note: "案号与被执行人不符" });
    const seen = (await answers(enterprise)).items.find(({ id }) => id === given.id);
    expect(seen?.review?.verdict).to.equal("objected");
    expect((await answers(regulator, "?review=objected")).items.map(({ id }) => id)).to.include(given.id);
    expect((await answers(regulator, "?review=open")).items.map(({ id }) => id)).to.not.include(given.id);
  });

  it("a batch on a legal basis answers each by itself, enterprises that never joined too", async () => {
    const stranger = (await (await path.demo("operator")).api.registeredEnterprises("玉溪")).items.find(
      ({ participantId }) => !participantId,
    )!;
    const subjects = [{ uscc }, { uscc: stranger.uscc }, { uscc: "not a code" }];
    const result = await batch(court, { kind: "businessLicenceValid", subjects, legalBasis: enforcement });
    expect(result.items.map(({ outcome }) => outcome)).to.deep.equal(["answered", "answered", "invalid"]);
    const id = result.items[0]!.verification!.id;
    const pack = await confirmed(() => answerProof(court, id));
    expect(pack.document).to.deep.equal(result.items[0]!.verification!.content);
  });
});
