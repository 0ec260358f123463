import { expect } from "chai";
import fc from "fast-check";
import { STANDARD_CATALOGS, standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import {
  computeProfile,
  INDICATORS,
  type IndicatorValue,
  type ProfileRecord,
} from "../../backend/features/profiles/domain/indicators.ts";
import { monthsBefore, wholeMonths } from "../../backend/features/profiles/domain/periods.ts";

const TODAY = "2026-11-15";
const USCC = "91530400MA6K000000";
const RECEIVED = new Map(STANDARD_CATALOGS.map(({ id }) => [id, "2026-11-10T02:00:00Z"]));

const FIELDS = new Map(STANDARD_CATALOGS.map(({ id, fields }) => [id, new Set(fields.map(({ name }) => name))]));

let serial = 0;
const record = (catalogId: string, fields: ProfileRecord["fields"], id = `r${++serial}`): ProfileRecord => {
  // A misspelt field would read as unknown and let a test pass for the wrong reason.
  const known = FIELDS.get(catalogId)!;
  for (const name of Object.keys(fields)) if (!known.has(name)) throw new RangeError(`${catalogId} has no ${name}`);
  return { id, catalogId, fields, receivedAt: "2026-11-10T02:00:00Z" };
};

const month = (back: number): string => {
  const index = 2026 * 12 + 9 - back;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}`;
};
const power = (back: number, consumptionKwh: number, more: ProfileRecord["fields"] = {}): ProfileRecord =>
  record("electricity", { accountNo: "1", month: month(back), consumptionKwh, billedAmount: "100", ...more });
/** `back` quarters before the third of 2026. */
const quarter = (back: number, revenue: string, paid = "10", unpaid = "0"): ProfileRecord =>
  record("tax-payments", {
    period: month(1 + back * 3),
    declaredRevenue: revenue,
    taxPayable: "10",
    taxPaid: paid,
    taxUnpaid: unpaid,
  });
const months = (count: number, kwh: (back: number) => number): ProfileRecord[] =>
  Array.from({ length: count }, (_, back) => power(back, kwh(back)));

function indicator(id: string, records: readonly ProfileRecord[], received = RECEIVED): IndicatorValue {
  const { indicators } = computeProfile({ asOf: TODAY, records, receivedCatalogs: received });
  return indicators.find((each) => each.id === id)!;
}
const valueIn = (id: string, records: readonly ProfileRecord[], received = RECEIVED) =>
  indicator(id, records, received).value;

const REGISTER_INDICATORS = INDICATORS.filter(({ group }) =>
  ["assets", "justice", "innovation", "supply", "licences"].includes(group),
);

describe("indicators", () => {
  it("have one definition each, from a standard catalog", () => {
    expect(new Set(INDICATORS.map(({ id }) => id)).size).to.equal(INDICATORS.length);
    expect(INDICATORS).to.have.length(30);
    for (const { id, group, catalogId } of INDICATORS) {
      expect(id.startsWith(`${group}.`), id).to.equal(true);
      expect(() => standardCatalog(catalogId), id).to.not.throw();
    }
  });

  it("are all unknown when nothing was ever received", () => {
    const profile = computeProfile({ asOf: TODAY, records: [], receivedCatalogs: new Map() });
    expect(profile.enterprise).to.equal(null);
    expect(profile.indicators.map(({ id }) => id)).to.deep.equal(INDICATORS.map(({ id }) => id));
    for (const { value, recordIds, id } of profile.indicators) expect([value, recordIds], id).to.deep.equal([null, []]);
  });

  it("take silence for zero only in a register that was received", () => {
    const { indicators } = computeProfile({ asOf: TODAY, records: [], receivedCatalogs: RECEIVED });
    const registers = new Set(REGISTER_INDICATORS.map(({ id }) => id));
    expect(registers.size).to.equal(13);
    for (const { id, value, unit, asOf } of indicators) {
      if (registers.has(id)) {
        expect(value, id).to.equal(unit === "fen" ? "0" : unit === "flag" ? false : 0);
        expect(asOf, id).to.equal("2026-11-10");
      } else expect(value, id).to.equal(null);
    }
    const onlyCourt = new Map([["court-judgments", "2026-11-01T00:00:00Z"]]);
    expect(valueIn("justice.openJudgments", [], onlyCourt)).to.equal(0);
    expect(valueIn("justice.penalties24m", [], onlyCourt)).to.equal(null);
  });
});

describe("identity indicators", () => {
  const registration = record(
    "business-registration",
    {
      uscc: USCC,
      name: "玉溪试用有限公司",
      status: "active",
      establishedOn: "2020-11-16",
      registeredCapital: "500000000",
      districtCode: "530402",
      industryCode: "1432",
      industryName: "食品制造",
    },
    "registration",
  );

  it("come from the registration", () => {
    const input = { asOf: TODAY, records: [registration], receivedCatalogs: RECEIVED };
    const { enterprise, indicators } = computeProfile({ ...input, districtNames: new Map([["530402", "红塔区"]]) });
    expect(enterprise).to.deep.equal({
      uscc: USCC,
      name: "玉溪试用有限公司",
      district: "红塔区",
      industry: "食品制造",
    });
    expect(indicators.slice(0, 5).map(({ value }) => value)).to.deep.equal([
      "active",
      71,
      "530402",
      "1432",
      "500000000",
    ]);
    expect(indicators[0]!.recordIds).to.deep.equal(["registration"]);
    expect(computeProfile(input).enterprise?.district).to.equal("530402");
  });

  it("count whole months", () => {
    expect(wholeMonths("2020-11-15", TODAY)).to.equal(72);
    expect(wholeMonths("2026-11-15", TODAY)).to.equal(0);
    expect(monthsBefore("2024-02-29", 12)).to.equal("2023-02-28");
    expect(monthsBefore("2026-01-31", 2)).to.equal("2025-11-30");
  });
});

describe("series indicators", () => {
  it("sum the twelve months up to the newest, all meters together", () => {
    const records = [...months(14, () => 100), power(0, 50, { accountNo: "2" })];
    const found = indicator("operation.electricityKwh12m", records);
    expect(found).to.deep.include({ value: 1_250, asOf: "2026-10-31" });
    expect(found.recordIds).to.have.length(13);
  });

  it("are unknown when the newest month is too old, and not before", () => {
    // 120 days before 15 November is 18 July: June's end is too old, July's is not.
    expect(valueIn("operation.electricityKwh12m", [power(3, 7)])).to.equal(7);
    expect(valueIn("operation.electricityKwh12m", [power(4, 7)])).to.equal(null);
    // 200 days: the first quarter is too old in November, the second is not.
    expect(valueIn("tax.revenue12mFen", [quarter(1, "7")])).to.equal("7");
    expect(valueIn("tax.revenue12mFen", [quarter(2, "7")])).to.equal(null);
  });

  it("compare a year with the year before, like for like", () => {
    const growth = (records: ProfileRecord[]) => valueIn("operation.electricityGrowthBps", records);
    expect(growth(months(24, (back) => (back < 12 ? 110 : 100)))).to.equal(1_000);
    expect(growth(months(24, (back) => (back < 12 ? 2 : 3)))).to.equal(-3_333);
    // Nine months in common are enough, eight aren't; months without a partner don't count.
    expect(growth(months(21, (back) => (back < 9 ? 200 : back < 12 ? 9_999 : 100)))).to.equal(10_000);
    expect(growth(months(20, () => 100))).to.equal(null);
    expect(growth(months(24, (back) => (back < 12 ? 5 : 0)))).to.equal(null);
    const quarters = Array.from({ length: 7 }, (_, back) => quarter(back, back < 4 ? "300" : "200"));
    expect(valueIn("tax.revenueGrowthBps", quarters)).to.equal(5_000);
    expect(valueIn("tax.revenueGrowthBps", quarters.slice(0, 6))).to.equal(null);
  });

  it("add tax in fen beyond what a float can hold, and what is owed over all periods", () => {
    const records = Array.from({ length: 6 }, (_, back) =>
      quarter(back, "9007199254740993", "5", back === 5 ? "77" : "1"),
    );
    expect(valueIn("tax.revenue12mFen", records)).to.equal("36028797018963972");
    expect(valueIn("tax.paid12mFen", records)).to.equal("20");
    expect(valueIn("tax.unpaidFen", records)).to.equal("82");
  });

  it("don't take an empty column for nothing owed", () => {
    expect(valueIn("operation.electricityOverdueFen", [power(0, 1), power(1, 1)])).to.equal(null);
    expect(valueIn("operation.electricityOverdueFen", [power(0, 1), power(1, 1, { overdueAmount: "30" })])).to.equal(
      "30",
    );
  });

  it("take the newest grade, count of people and months of fund", () => {
    const grade = (year: number, letter: string) => record("tax-credit-grades", { year, grade: letter });
    expect(valueIn("tax.creditGrade", [grade(2025, "A"), grade(2024, "C")])).to.equal("A");
    expect(valueIn("tax.creditGrade", [grade(2024, "C")])).to.equal(null);
    const insured = (back: number, insuredCount: number) =>
      record("social-security", { month: month(back), insuredCount, paidAmount: "1" });
    expect(valueIn("people.insuredCount", [insured(4, 9), insured(1, 12)])).to.equal(12);
    const fund = (back: number, paidAmount: string) =>
      record("provident-fund", { month: month(back), contributors: 5 + back, paidAmount });
    const funds = [fund(0, "10"), fund(1, "0"), fund(2, "10"), fund(12, "10")];
    expect(valueIn("people.fundMonths12m", funds)).to.equal(2);
    expect(valueIn("people.fundContributors", funds)).to.equal(5);
  });

  it("make series in the order of time, however old", () => {
    const old = [quarter(9, "1", "2"), quarter(10, "3", "4")];
    const { series } = computeProfile({ asOf: TODAY, records: old, receivedCatalogs: RECEIVED });
    const points = (id: string) => series.find((each) => each.id === id)!.points;
    expect(points("declaredRevenueFen").map(({ value }) => value)).to.deep.equal(["3", "1"]);
    expect(points("taxPaidFen").map(({ period }) => period)).to.deep.equal([month(31), month(28)]);
    expect(points("electricityKwh")).to.deep.equal([]);
  });
});

describe("register indicators", () => {
  it("count open cases against the enterprise, not those that it brings", () => {
    const judgment = (role: string, status: string, amount: string) =>
      record("court-judgments", { caseNo: "1", role, status, amount, filedOn: "2026-01-05" }, `${role}-${status}`);
    const records = [
      judgment("defendant", "open", "100"),
      judgment("dishonest-enforced", "open", "20"),
      judgment("plaintiff", "open", "3"),
      judgment("third-party", "open", "3"),
      judgment("enforced", "closed", "3"),
    ];
    const found = indicator("justice.openJudgments", records);
    expect(found.value).to.equal(2);
    expect(found.recordIds).to.deep.equal(["defendant-open", "dishonest-enforced-open"]);
    expect(valueIn("justice.judgmentAmountFen", records)).to.equal("120");
  });

  it("count penalties of two years", () => {
    const penalty = (decidedOn: string, more: ProfileRecord["fields"] = {}) =>
      record("administrative-penalties", { decisionNo: decidedOn, penaltyKind: "fine", decidedOn, ...more });
    const records = [
      penalty("2024-11-15", { fineAmount: "9" }),
      penalty("2024-11-16", { fineAmount: "5" }),
      penalty("2026-01-01"),
    ];
    expect(valueIn("justice.penalties24m", records)).to.equal(2);
    expect(valueIn("justice.finesFen24m", records)).to.equal("5");
  });

  it("take licences in force today only", () => {
    const licence = (kind: string, status: string, validTo?: string) =>
      record("business-licences", {
        kind,
        licenceNo: kind + status + validTo,
        validFrom: "2020-01-01",
        status,
        ...(validTo ? { validTo } : {}),
      });
    const high = (status: string, validTo?: string) =>
      valueIn("innovation.highTech", [licence("high-tech", status, validTo)]);
    expect(high("valid", TODAY)).to.equal(true);
    expect(high("valid")).to.equal(true);
    expect(high("valid", "2026-11-14")).to.equal(false);
    expect(high("revoked")).to.equal(false);
    const both = [licence("tobacco-retail", "valid"), licence("food-business", "valid"), licence("mining", "expired")];
    expect(valueIn("supply.tobaccoLicence", both)).to.equal(true);
    expect(valueIn("innovation.highTech", both)).to.equal(false);
    expect(valueIn("licences.validCount", both)).to.equal(2);
  });

  it("count assets and inventions", () => {
    const estate = (areaSqm: number, mortgaged: boolean) =>
      record("real-estate", { certificateNo: String(areaSqm), areaSqm, mortgaged, registeredOn: "2020-01-01" });
    const records = [estate(0.1, true), estate(0.2, false), estate(100.05, true)];
    expect(valueIn("assets.realEstateCount", records)).to.equal(3);
    expect(valueIn("assets.realEstateAreaSqm", records)).to.equal(100.35);
    expect(valueIn("assets.mortgagedCount", records)).to.equal(2);
    const patent = (patentType: string, status: string) =>
      record("patents", { patentNo: patentType + status, title: "t", patentType, status, grantedOn: "2024-01-01" });
    const patents = [patent("invention", "valid"), patent("invention", "lapsed"), patent("design", "pledged")];
    expect(valueIn("innovation.patentCount", patents)).to.equal(2);
    expect(valueIn("innovation.inventionCount", patents)).to.equal(1);
    const car = (status: string) =>
      record("vehicles", { plate: status, vehicleType: "car", registeredOn: "2020-01-01", status });
    expect(valueIn("assets.vehicleCount", [car("normal"), car("scrapped"), car("pledged")])).to.equal(2);
  });
});

describe("profiles", function () {
  this.timeout(20_000);

  const anyRecord = fc.oneof(
    fc
      .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 1_000 }))
      .map(([back, kwh]) => power(back, kwh)),
    fc.tuple(fc.integer({ min: 0, max: 10 }), fc.nat(9_999)).map(([back, revenue]) => quarter(back, String(revenue))),
    fc
      .tuple(fc.constantFrom("defendant", "plaintiff"), fc.constantFrom("open", "closed"))
      .map(([role, status]) => record("court-judgments", { role, status, amount: "5" })),
    fc.constant(null).map(() => record("electricity", { month: "unreadable", consumptionKwh: "many" })),
  );

  it("don't depend on the order of records, and name only records that there are", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 40 }), fc.func(fc.integer()), (records, key) => {
        const shuffled = records.toSorted((a, b) => key(a.id) - key(b.id));
        const of = (list: ProfileRecord[]) => {
          const { indicators, series } = computeProfile({ asOf: TODAY, records: list, receivedCatalogs: RECEIVED });
          return { series, indicators: indicators.map((each) => ({ ...each, recordIds: each.recordIds.toSorted() })) };
        };
        const profile = of(records);
        expect(of(shuffled)).to.deep.equal(profile);
        const ids = new Set(records.map(({ id }) => id));
        for (const { recordIds, value, asOf } of profile.indicators) {
          expect(recordIds.every((id) => ids.has(id)) && new Set(recordIds).size === recordIds.length).to.equal(true);
          expect(asOf === undefined).to.equal(value === null);
        }
      }),
      { numRuns: 60 },
    );
  });
});
