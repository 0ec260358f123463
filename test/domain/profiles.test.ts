import { expect } from "chai";
import { standardCatalog } from "../../backend/features/data-exchange/domain/standard-catalogs.ts";
import { INDICATORS, type ProfileRecord } from "../../backend/features/profiles/domain/indicators.ts";
import {
  monthEnd,
  monthIndex,
  monthSeries,
  monthsBefore,
  wholeMonths,
} from "../../backend/features/profiles/domain/periods.ts";
import { SERIES } from "../../backend/features/profiles/domain/series.ts";
import { compute, FIELDS, indicator, record, TODAY, valueIn } from "./profiles-records.ts";

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

const USCC = "91530400MA6K000000";

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
