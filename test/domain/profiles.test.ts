import { expect } from "chai";
import fc from "fast-check";
import { STANDARD_CATALOGS, standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import {
  computeProfile,
  INDICATORS,
  type ProfileInput,
  type ProfileRecord,
} from "../../backend/features/profiles/domain/indicators.ts";
import {
  monthEnd,
  monthIndex,
  monthSeries,
  monthsBefore,
  wholeMonths,
} from "../../backend/features/profiles/domain/periods.ts";
import { SERIES } from "../../backend/features/profiles/domain/series.ts";
import type { Finding, PeriodScope } from "../../backend/features/profiles/domain/sources.ts";

const TODAY = "2026-11-15";
const USCC = "91530400MA6K000000";
const RECEIVED = new Map(STANDARD_CATALOGS.map(({ id }) => [id, "2026-11-10T02:00:00Z"]));

const CATALOGS = new Map(
  STANDARD_CATALOGS.map(({ id, updateFrequency, periodField }) => [id, { updateFrequency, periodField }]),
);

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

type Known = Finding & { id: string };
const compute = (records: readonly ProfileRecord[], more: Partial<ProfileInput> = {}) => {
  const input = { asOf: TODAY, records, receivedCatalogs: RECEIVED, catalogs: CATALOGS, ...more };
  const { findings, ...rest } = computeProfile(input);
  return { ...rest, indicators: findings.map((finding, at): Known => ({ ...finding, id: INDICATORS[at]!.id })) };
};
function indicator(id: string, records: readonly ProfileRecord[], received = RECEIVED): Known {
  return compute(records, { receivedCatalogs: received }).indicators.find((each) => each.id === id)!;
}
const valueIn = (id: string, records: readonly ProfileRecord[], received = RECEIVED) =>
  indicator(id, records, received).value;

/** Whose silence means none; figures of a register's own entry are not among them. */
const REGISTERS = [
  ...["licences.validCount", "assets.realEstateCount", "assets.realEstateAreaSqm", "assets.mortgagedCount"],
  ...["assets.vehicleCount", "justice.openJudgments", "justice.judgmentAmountFen", "justice.penalties24m"],
  ...["justice.finesFen24m", "innovation.patentCount", "innovation.inventionCount", "innovation.highTech"],
  ...["supply.tobaccoLicence", "identity.shareholderCount", "justice.dishonestListed", "environment.penalties24m"],
];

describe("indicators", () => {
  it("are at least sixty, in nine groups, one definition each, from a standard catalog", () => {
    expect(new Set(INDICATORS.map(({ id }) => id)).size).to.equal(INDICATORS.length);
    expect(INDICATORS.length).to.be.at.least(60);
    expect(new Set(INDICATORS.map(({ group }) => group)).size).to.equal(9);
    for (const { id, catalogId, name, description } of [...INDICATORS]) {
      expect(() => standardCatalog(catalogId), id).to.not.throw();
      expect(name.zh, id).to.match(/[\u4e00-\u9fff]/);
      expect(description.en, id).to.match(/[a-z]/);
    }
    for (const { id, catalogId } of SERIES) expect(() => standardCatalog(catalogId), id).to.not.throw();
  });

  it("read only fields that their catalog has, in values that it takes", () => {
    const fitting = { date: "2026-09-01", month: "2026-09", amount: "100", integer: 2026, decimal: 1.5, boolean: true };
    for (const { id, catalogId, rule } of INDICATORS) {
      const catalog = standardCatalog(catalogId);
      const asked = new Set<string>();
      const values = new Set<unknown>();
      // Every code of every field in turn: a rule that stops at the first condition goes on in another round.
      for (let round = 0; round < 48; round++) {
        const told = (name: string) => {
          const field = catalog.fields.find((each) => each.name === name);
          const codes = [...new Set(Object.values(field?.codes ?? {}))];
          if (field?.type === "code") return codes[name === "status" && round < 24 ? 0 : (round >> 1) % codes.length];
          // What may be missing is missing in every other round.
          if (field?.required === false && round % 2 === 1) return undefined;
          if (name === "validTo") return "2026-12-01";
          return field && ((fitting as Record<string, unknown>)[field.type] ?? "text");
        };
        const fields = new Proxy<ProfileRecord["fields"]>(
          {},
          {
            get(_, name) {
              asked.add(String(name));
              return told(String(name));
            },
          },
        );
        const one: ProfileRecord = { id: "r", catalogId, fields, receivedAt: "2026-11-10T02:00:00Z" };
        const { value } = rule(
          {
            today: TODAY,
            of: () => [one],
            licenceCatalogs: () => [],
            series: () => monthSeries([one], catalog.periodField, TODAY),
            periodField: () => catalog.periodField,
            staleDays: () => 9_999,
            received: () => true,
            registerDate: () => TODAY,
            whole: () => true,
          },
          catalogId,
        );
        values.add(value);
      }
      for (const field of asked) expect([...FIELDS.get(catalogId)!], `${id} reads ${field}`).to.include(field);
      // Growth and evenness need more than one period.
      if (!/(Growth|Evenness)Bps$/.test(id))
        expect(
          [...values].some((value) => value !== null && value !== 0 && value !== "0" && value !== false),
          `${id} is never more than ${[...values].join()}`,
        ).to.equal(true);
    }
  });

  it("are all unknown when nothing was ever received", () => {
    const profile = compute([], { receivedCatalogs: new Map() });
    expect(profile.enterprise).to.equal(null);
    for (const { value, recordIds, why, id } of profile.indicators)
      expect([value, recordIds, why], id).to.deep.equal([null, [], "notReceived"]);
  });

  it("take silence for zero only in a register that was received", () => {
    const { indicators } = compute([]);
    for (const id of REGISTERS) {
      const { value, asOf, recordIds } = indicators.find((each) => each.id === id)!;
      const { unit } = INDICATORS.find((each) => each.id === id)!;
      expect([value, asOf, recordIds], id).to.deep.equal([
        unit === "fen" ? "0" : unit === "flag" ? false : 0,
        "2026-11-10",
        [],
      ]);
    }
    for (const id of ["identity.status", "tax.revenue12mFen", "people.insuredCount", "environment.creditGrade"])
      expect(indicators.find((each) => each.id === id)).to.deep.include({ value: null, why: "noRecord" });
    const onlyCourt = new Map([["court-judgments", "2026-11-01T00:00:00Z"]]);
    expect(valueIn("justice.openJudgments", [], onlyCourt)).to.equal(0);
    expect(valueIn("justice.penalties24m", [], onlyCourt)).to.equal(null);
  });

  it("are unknown in a register that was not received for too long", () => {
    // Weekly: 60 days before 15 November is 16 September.
    const court = (day: string) =>
      indicator("justice.openJudgments", [], new Map([["court-judgments", `${day}T00:00:00Z`]]));
    expect(court("2026-09-16").value).to.equal(0);
    expect(court("2026-09-15")).to.deep.include({ value: null, why: "stale" });
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
    const { enterprise, indicators } = compute([registration]);
    expect(enterprise).to.deep.equal({
      uscc: USCC,
      name: "玉溪试用有限公司",
      district: "530402",
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
  });

  it("count whole months", () => {
    expect(wholeMonths("2020-11-15", TODAY)).to.equal(72);
    expect(wholeMonths("2026-11-15", TODAY)).to.equal(0);
    expect(monthsBefore("2024-02-29", 12)).to.equal("2023-02-28");
    expect(monthsBefore("2026-01-31", 2)).to.equal("2025-11-30");
    for (const [month, day] of [
      ["2024-02", 29],
      ["2026-02", 28],
      ["2100-02", 28],
      ["2000-02", 29],
      ["2026-12", 31],
      ["2026-04", 30],
    ] as const)
      expect(monthEnd(monthIndex(month))).to.equal(`${month}-${day}`);
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
    const { series } = compute(old);
    const points = (id: string) => series.find((each) => each.id === id)?.points ?? [];
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

describe("a consent's period", () => {
  const within = (first: string, last: string): PeriodScope => ({
    bounded: true,
    covers: (period) => period === undefined || (period >= first && period <= last),
  });
  const seen = (records: readonly ProfileRecord[], scope: PeriodScope) =>
    compute(
      records.filter(({ fields }) => scope.covers(String(fields.month ?? fields.period))),
      { scope },
    ).indicators;
  const find = (list: readonly Known[], id: string) => list.find((each) => each.id === id)!;
  const power24 = months(24, () => 100);

  it("makes a sum that it cuts unknown, not smaller", () => {
    const id = "operation.electricityKwh12m";
    expect(find(seen(power24, within("2025-11", "2026-10")), id).value).to.equal(1_200);
    expect(find(seen(power24, within("2025-12", "2026-10")), id)).to.deep.include({
      value: null,
      why: "outsideConsent",
      recordIds: [],
    });
    // A year that ends earlier is whole, and as of then.
    expect(find(seen(power24, within("2025-09", "2026-08")), id)).to.deep.include({ value: 1_200, asOf: "2026-08-31" });
    expect(find(seen(power24, within("2025-11", "2026-10")), "operation.electricityGrowthBps").value).to.equal(null);
    expect(find(seen(power24, within("2024-11", "2026-10")), "operation.electricityGrowthBps").value).to.equal(0);
  });

  it("leaves no sum over all time, and leaves the newest figure", () => {
    const taxes = [quarter(0, "7", "10", "5"), quarter(1, "7")];
    const list = seen(taxes, within("2020-01", "2026-12"));
    expect(find(list, "tax.unpaidFen")).to.deep.include({ value: null, why: "outsideConsent" });
    const insured = record("social-security", { month: month(0), insuredCount: 12, paidAmount: "1" });
    expect(find(seen([insured], within("2026-10", "2026-10")), "people.insuredCount").value).to.equal(12);
  });

  it("doesn't cut what a register says without a period", () => {
    expect(find(seen([], within("2026-10", "2026-10")), "justice.openJudgments").value).to.equal(0);
    // A register that speaks of years is cut by them: no entry in sight is no zero.
    expect(find(seen([], within("2026-10", "2026-10")), "justice.honours").value).to.equal(null);
  });
});

describe("trends", () => {
  it("tell the same figure a year before", () => {
    const { value, before } = indicator(
      "operation.electricityKwh12m",
      months(24, (back) => (back < 12 ? 110 : 100)),
    );
    expect([value, before]).to.deep.equal([1_320, { value: 1_200, asOf: "2025-10-31" }]);
    expect(
      indicator(
        "operation.electricityKwh12m",
        months(13, () => 1),
      ).before,
    ).to.equal(undefined);
    const penalty = (decidedOn: string) =>
      record("administrative-penalties", { decisionNo: decidedOn, penaltyKind: "fine", decidedOn });
    const penalties = ["2026-01-01", "2025-06-01", "2024-01-01"].map(penalty);
    expect(indicator("justice.penalties24m", penalties)).to.deep.include({
      value: 2,
      before: { value: 2, asOf: "2025-11-15" },
    });
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

  const normal = (records: readonly ProfileRecord[]) => {
    const { indicators, ...rest } = compute(records);
    return { ...rest, indicators: indicators.map((each) => ({ ...each, recordIds: each.recordIds.toSorted() })) };
  };

  it("don't depend on the order of records, nor on repeats, and name only records that there are", () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 40 }), fc.func(fc.integer()), (records, key) => {
        const shuffled = records.toSorted((a, b) => key(a.id) - key(b.id));
        const profile = normal(records);
        expect(normal(shuffled)).to.deep.equal(profile);
        expect(normal([...records, ...shuffled.slice(0, 7)])).to.deep.equal(profile);
        const ids = new Set(records.map(({ id }) => id));
        for (const { recordIds, value, asOf, why } of profile.indicators) {
          expect(recordIds.every((id) => ids.has(id)) && new Set(recordIds).size === recordIds.length).to.equal(true);
          expect([asOf === undefined, why !== undefined]).to.deep.equal([value === null, value === null]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("stay unknown where their catalog is unknown, whatever the others say", () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { maxLength: 40 }),
        fc.constantFrom("electricity", "tax-payments", "court-judgments"),
        (records, gone) => {
          const { indicators } = compute(
            records.filter(({ catalogId }) => catalogId !== gone),
            { receivedCatalogs: new Map([...RECEIVED].filter(([id]) => id !== gone)) },
          );
          const all = compute(records).indicators;
          for (const [at, { catalogId, id }] of INDICATORS.entries()) {
            if (catalogId === gone) expect(indicators[at]!.value, id).to.equal(null);
            else expect(indicators[at], id).to.deep.equal(all[at]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("add money without a float, however much it is", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 10n ** 18n }), { minLength: 1, maxLength: 4 }), (amounts) => {
        const records = amounts.map((fen, back) => quarter(back, String(fen), "10", String(fen)));
        const sum = amounts.reduce((all, fen) => all + fen, 0n).toString();
        expect(valueIn("tax.revenue12mFen", records)).to.equal(sum);
        expect(valueIn("tax.unpaidFen", records)).to.equal(sum);
        const fines = amounts.map((fen, at) =>
          record("administrative-penalties", { decisionNo: `${at}`, decidedOn: "2026-01-01", fineAmount: String(fen) }),
        );
        expect(valueIn("justice.finesFen24m", fines)).to.equal(sum);
      }),
      { numRuns: 100 },
    );
  });
});
