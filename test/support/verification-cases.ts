import { makePersonId } from "../../backend/features/data-exchange/domain/person-id.ts";
import type { SharedRow } from "./shared-rows.ts";

/* What each kind of check is asked in tests, and the rows that make its answer yes and no. */

export const PERSON = makePersonId("530402", "1980-05-06", 123);
const OTHER_PERSON = makePersonId("530402", "1981-05-06", 456);

const daysFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
/** A month that registers sent today are complete for. */
export const MONTH = daysFromNow(-100).slice(0, 7);

export type Rows = Readonly<Record<string, readonly SharedRow[]>>;
export interface Case {
  readonly params?: Record<string, string | number>;
  /** Asked when the answer is to be no; the rows of `no` take the place of those of `yes` then. */
  readonly noParams?: Record<string, string | number>;
  readonly yes: Rows;
  readonly no: Rows;
}

/** What each kind is asked, and the rows that make it yes and no. Rows of one key replace each other. */
export function casesOf(uscc: string, name: string, run: string): Record<string, Case> {
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
export const REGISTERS: Rows = {
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
