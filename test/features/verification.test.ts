import { expect } from "chai";
import { deployment } from "../../backend/features/audit/audit-schemas.ts";
import { makePersonId } from "../../backend/features/data-exchange/domain/person-id.ts";
import { CHECK_KINDS } from "../../backend/features/verification/domain/check-kinds.ts";
import { checkProof } from "../../backend/lib/proof/check.ts";
import { nodeAt } from "../../backend/lib/proof/node.ts";
import { trustInDeployments } from "../../backend/lib/proof/trust.ts";
import { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { freshBankUscc } from "../../scripts/client/main-path/path.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { newPath, playUntil } from "../support/actors.ts";
import { giveConsent, revokeConsent } from "../support/consents.ts";
import { type LaterServer, startLater } from "../support/later.ts";
import { namesField, refused } from "../support/refusal.ts";
import { type RunningServer, sharedServer } from "../support/server.ts";
import { type SharedRow, shareRows } from "../support/shared-rows.ts";
import { answerProof, answers, byNumber, check, kinds, opened } from "../support/verification.ts";

const PERSON = makePersonId("530402", "1980-05-06", 123);
const OTHER_PERSON = makePersonId("530402", "1981-05-06", 456);

const daysFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
/** A month that registers sent today are complete for. */
const MONTH = daysFromNow(-100).slice(0, 7);

type Rows = Readonly<Record<string, readonly SharedRow[]>>;
interface Case {
  readonly params?: Record<string, string | number>;
  /** Asked when the answer is to be no; the rows of `no` take the place of those of `yes` then. */
  readonly noParams?: Record<string, string | number>;
  readonly yes: Rows;
  readonly no: Rows;
}

/** What each kind is asked, and the rows that make it yes and no. Rows of one key replace each other. */
function casesOf(uscc: string, name: string, run: string): Record<string, Case> {
  const registration = (changes: SharedRow = {}): SharedRow => ({
    uscc,
    name,
    enterpriseType: "有限责任公司",
    status: "存续",
    establishedOn: "2015-06-01",
    registeredCapital: "500万元",
    districtCode: "红塔区",
    industryCode: "A0170",
    legalRepresentative: "杨云溪",
    ...changes,
  });
  const permit = (no: string, changes: SharedRow = {}): SharedRow => ({
    uscc,
    licenceNo: `${no}-${run}`,
    validFrom: "2020-01-01",
    validTo: daysFromNow(200),
    status: "有效",
    ...changes,
  });
  const permitCase = (catalogId: string, no: string, changes: SharedRow = {}): Case => ({
    yes: { [catalogId]: [permit(no, changes)] },
    no: { [catalogId]: [permit(no, { ...changes, validTo: daysFromNow(-1) })] },
  });
  const estate = `云（2020）玉溪市不动产权第${run}号`;
  const estateRow = (mortgaged: string): SharedRow => ({
    uscc,
    certificateNo: estate,
    areaSqm: "1200.5",
    mortgaged,
    registeredOn: "2020-03-01",
  });
  const insured = (insuredCount: string): SharedRow => ({ uscc, month: MONTH, insuredCount, paidAmount: "10000元" });
  const paidTax = (taxUnpaid: string): SharedRow => ({
    uscc,
    period: MONTH,
    declaredRevenue: "100万元",
    taxPayable: "3万元",
    taxPaid: "3万元",
    taxUnpaid,
  });
  const graded = (grade: string): SharedRow => ({ uscc, year: String(new Date().getFullYear() - 1), grade });
  return {
    creditCodeName: {
      params: { name: name.replaceAll("（", "(").replaceAll("）", " )") },
      noParams: { name: `${name}分公司` },
      yes: { "business-registration": [registration()] },
      no: {},
    },
    businessLicenceValid: { yes: {}, no: { "business-registration": [registration({ status: "吊销" })] } },
    legalRepresentative: {
      params: { personName: "杨云溪", personNumber: PERSON },
      noParams: { personName: "杨云溪", personNumber: OTHER_PERSON },
      yes: {
        "key-personnel": [{ uscc, personName: "杨云溪", personId: PERSON, position: "法定代表人" }],
      },
      no: {},
    },
    registeredCapital: { params: { amountFen: "500000000" }, noParams: { amountFen: "500000001" }, yes: {}, no: {} },
    realEstateOwned: {
      params: { certificateNo: estate },
      noParams: { certificateNo: "云（2020）玉溪市不动产权第0号" },
      yes: { "real-estate": [estateRow("未抵押")] },
      no: {},
    },
    realEstateUnmortgaged: { yes: {}, no: { "real-estate": [estateRow("已抵押")] } },
    pledgeNone: {
      yes: {},
      no: {
        "equity-pledges": [
          {
            uscc,
            pledgeNo: `质-${run}`,
            pledgor: "杨云溪",
            pledgee: "某银行",
            pledgedCapital: "100万元",
            registeredOn: "2024-01-01",
            status: "有效",
          },
        ],
      },
    },
    vehicleOwned: {
      params: { plate: `云F${run.slice(0, 5).toUpperCase()}` },
      noParams: { plate: "云F00000" },
      yes: {
        vehicles: [
          {
            uscc,
            plate: `云F${run.slice(0, 5).toUpperCase()}`,
            vehicleType: "重型货车",
            registeredOn: "2021-02-03",
            status: "正常",
          },
        ],
      },
      no: {},
    },
    patentOwned: {
      params: { patentNo: `ZL${run}` },
      yes: {
        patents: [
          {
            uscc,
            patentNo: `ZL${run}`,
            title: "一种装置",
            patentType: "发明",
            grantedOn: "2022-01-01",
            status: "有效",
          },
        ],
      },
      no: {
        patents: [
          {
            uscc,
            patentNo: `ZL${run}`,
            title: "一种装置",
            patentType: "发明",
            grantedOn: "2022-01-01",
            status: "失效",
          },
        ],
      },
    },
    taxGrade: {
      params: { grade: "B" },
      yes: { "tax-credit-grades": [graded("A")] },
      no: { "tax-credit-grades": [graded("C")] },
    },
    taxArrearsNone: { yes: { "tax-payments": [paidTax("0元")] }, no: { "tax-payments": [paidTax("5000元")] } },
    socialSecurityPaid: {
      params: { month: MONTH, persons: 10 },
      yes: { "social-security": [insured("10")] },
      no: { "social-security": [insured("9")] },
    },
    housingFundPaid: {
      params: { month: MONTH },
      yes: { "provident-fund": [{ uscc, month: MONTH, contributors: "8", paidAmount: "9000元" }] },
      no: { "provident-fund": [{ uscc, month: MONTH, contributors: "8", paidAmount: "0元" }] },
    },
    electricityPaid: {
      yes: {
        electricity: [
          { uscc, accountNo: run, month: MONTH, consumptionKwh: "100", billedAmount: "80元", overdueAmount: "0元" },
        ],
      },
      no: {
        electricity: [
          { uscc, accountNo: run, month: MONTH, consumptionKwh: "100", billedAmount: "80元", overdueAmount: "80元" },
        ],
      },
    },
    openJudgmentNone: {
      yes: {},
      no: {
        "court-judgments": [
          { uscc, caseNo: `案-${run}`, role: "被告", amount: "1万元", status: "审理中", filedOn: "2025-01-01" },
        ],
      },
    },
    dishonestNone: {
      yes: {},
      no: {
        "dishonest-debtors": [{ uscc, caseNo: `执-${run}`, party: name, conduct: "refusal", listedOn: "2025-01-01" }],
      },
    },
    penaltyNone: {
      params: { months: 12 },
      yes: {},
      no: {
        "administrative-penalties": [
          { uscc, decisionNo: `罚-${run}`, penaltyKind: "罚款", decidedOn: daysFromNow(-30) },
        ],
      },
    },
    abnormalOperationNone: {
      yes: {},
      no: { "abnormal-operations": [{ uscc, reason: "no-report", listedOn: "2025-07-01" }] },
    },
    seriousViolationNone: {
      yes: {},
      no: { "serious-violations": [{ uscc, reason: "虚假宣传", listedOn: "2025-07-01" }] },
    },
    wageArrearsNone: {
      yes: {},
      no: {
        "wage-arrears": [{ uscc, decisionNo: `欠-${run}`, workers: "12", amount: "30万元", listedOn: "2025-07-01" }],
      },
    },
    loanDefaultNone: {
      yes: {},
      no: {
        "guarantee-compensations": [
          { uscc, compensationNo: `偿-${run}`, contractNo: `保-${run}`, amount: "50万元", paidOn: "2025-07-01" },
        ],
      },
    },
    environmentalPermit: permitCase("discharge-permits", "排", { management: "key" }),
    safetyPermit: permitCase("safety-permits", "安", { area: "construction" }),
    foodPermit: permitCase("food-licences", "食", { kind: "food-production" }),
    transportPermit: permitCase("road-transport-licences", "运", { business: "freight" }),
    tobaccoPermit: permitCase("tobacco-retail-licences", "烟"),
    highTechCertificate: permitCase("high-tech-enterprises", "高"),
    specialisedCertificate: permitCase("specialised-smes", "专", { level: "specialised" }),
    constructionQualification: {
      ...permitCase("construction-qualifications", "建", { category: "建筑工程施工总承包", grade: "second" }),
      params: { category: "建筑工程施工总承包", grade: "third" },
      noParams: { category: "建筑工程施工总承包", grade: "first" },
    },
    specialTradePermit: {
      ...permitCase("special-trade-licences", "典", { trade: "pawn" }),
      params: { trade: "pawn" },
    },
  };
}

/** Registers that the sample city may not have sent: one row of somebody else each, so that "none" says something. */
const REGISTERS: Rows = {
  "tax-arrears": [{ taxKind: "vat", period: MONTH, arrears: "1元" }],
  "real-estate-mortgages": [
    {
      mortgageNo: "押-0",
      certificateNo: "云0",
      mortgagee: "某银行",
      securedAmount: "1万元",
      registeredOn: "2024-01-01",
      status: "有效",
    },
  ],
  "chattel-mortgages": [
    { mortgageNo: "动-0", mortgagee: "某银行", securedAmount: "1万元", registeredOn: "2024-01-01", status: "有效" },
  ],
  "equity-pledges": [
    {
      pledgeNo: "质-0",
      pledgor: "某人",
      pledgee: "某银行",
      pledgedCapital: "1万元",
      registeredOn: "2024-01-01",
      status: "有效",
    },
  ],
  "enforcement-cases": [{ caseNo: "执-0", party: "某公司", amount: "1元", filedOn: "2024-01-01", status: "closed" }],
  "dishonest-debtors": [{ caseNo: "执-0", party: "某公司", conduct: "refusal", listedOn: "2024-01-01" }],
  "environmental-penalties": [{ decisionNo: "环-0", violation: "noise", decidedOn: "2024-01-01" }],
  "abnormal-operations": [{ reason: "no-report", listedOn: "2024-01-01" }],
  "serious-violations": [{ reason: "其他", listedOn: "2024-01-01" }],
  "joint-punishments": [{ listNo: "联-0", area: "tax", listedOn: "2024-01-01" }],
  "wage-arrears": [{ decisionNo: "欠-0", workers: "1", amount: "1元", listedOn: "2024-01-01" }],
  "guarantee-contracts": [
    {
      contractNo: "保-0",
      lender: "某银行",
      guaranteedAmount: "1万元",
      outstanding: "0元",
      startsOn: "2024-01-01",
      endsOn: "2025-01-01",
      status: "released",
    },
  ],
  "guarantee-compensations": [{ compensationNo: "偿-0", contractNo: "保-0", amount: "1元", paidOn: "2024-01-01" }],
  bankruptcies: [{ caseNo: "破-0", kind: "liquidation", acceptedOn: "2024-01-01", status: "closed" }],
  patents: [{ patentNo: "ZL0", title: "装置", patentType: "发明", grantedOn: "2022-01-01", status: "有效" }],
};

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
    const run = Math.random().toString(36).slice(2, 9);
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
    const pack = await waitFor("the proof", () =>
      answerProof(bank, given.id).catch((error: { code?: string }) => {
        if (error.code === "proof.notConfirmed") return undefined;
        throw error;
      }),
    );
    expect(pack.document).to.deep.equal(given.content);
    expect(pack.commitment).to.equal(found.commitment);
    const published = await anybody.transport.get("/deployment", deployment);
    const trust = trustInDeployments(published, path.meta.chainId);
    const { lines } = await checkProof(pack, { trust, chain: nodeAt(server.chainRpcUrl) });
    expect(lines.filter(({ state, optional }) => state !== "pass" && !optional)).to.deep.equal([]);
    const forged = { ...pack, document: { ...given.content, answer: "no" } };
    const wrong = await checkProof(forged, { trust, chain: nodeAt(server.chainRpcUrl) });
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
    await refused(ask(bank, "foodPermit"), 403);
    await giveConsent(path, { terms: { purpose: "postLoan" } });
    await refused(ask(bank, "foodPermit"), 403, "consent.required");
    const given = await check(bank, { kind: "foodPermit", uscc, purpose: "postLoan" });
    const entries = await waitFor("the entries", async () => {
      const { items } = await enterprise.accessLog();
      const mine = items.filter(({ what }) => what === "verification:foodPermit");
      return mine.some(({ copyId }) => copyId === given.id) ? mine : undefined;
    });
    expect(entries.find(({ copyId }) => copyId === given.id)).to.deep.include({ allowed: true, purpose: "postLoan" });
    expect(entries.filter(({ allowed }) => !allowed).length).to.be.at.least(2);
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
