import { expect } from "chai";
import type { MatchView } from "../../backend/features/matching/matching-schemas.ts";
import type { EligibilityRule } from "../../backend/features/products/product-schemas.ts";
import type { Api } from "../../scripts/client/api.ts";
import { newSalt } from "../../scripts/client/keys.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { freshBankUscc } from "../../scripts/client/main-path/path.ts";
import { newPath, playUntil } from "../support/actors.ts";
import { namesField, refused } from "../support/refusal.ts";

describe("products and matching", function () {
  this.timeout(180_000);
  let path: Path;
  let bank: Api;
  let enterprise: Api;

  before(async () => {
    path = await playUntil("enrol");
    bank = (await path.party("firstBank")).api;
    enterprise = (await path.party("enterprise")).api;
  });

  const product = (eligibility: EligibilityRule) => ({
    code: `T-${newSalt().slice(2, 14)}`,
    name: { zh: "测试产品", en: "Test product" },
    amountMinFen: "10000000",
    amountMaxFen: "100000000",
    termMonthsMin: 6,
    termMonthsMax: 24,
    annualRateBps: 400,
    repaymentMethods: ["bullet" as const],
    purposes: [],
    eligibility,
  });

  async function matchOf(rule: EligibilityRule, query = {}): Promise<MatchView> {
    const { id } = await bank.publish(product(rule));
    const found = (await enterprise.matches(query)).items.find((match) => match.product.id === id);
    if (!found) throw new Error("the product just published is not among the matches");
    return found;
  }

  it("shows a published product to everyone, under its bank's name", async () => {
    const published = await bank.publish(product({ indicator: "identity.status", op: "eq", value: "active" }));
    const found = (await path.api.products()).items.find(({ id }) => id === published.id);
    expect(found).to.deep.equal(published);
    expect(found?.institution.name).to.equal((await path.bodyOf("firstBank")).name);
  });

  it("gives each condition with its value, source and date", async () => {
    const match = await matchOf({
      all: [
        { indicator: "identity.status", op: "eq", value: "active" },
        { indicator: "identity.ageMonths", op: "gte", value: 0 },
      ],
    });
    expect(match.verdict).to.equal("eligible");
    expect(match.missing).to.deep.equal([]);
    const reason = match.reasons.find(({ condition }) => condition.indicator === "identity.status")!;
    expect(reason).to.deep.include({ verdict: "eligible", value: "active" });
    expect(reason.recordIds).to.have.length.above(0);
    expect(reason.departmentName?.en).to.be.a("string");
  });

  it("says what would have to change", async () => {
    const match = await matchOf({
      all: [
        { indicator: "identity.status", op: "eq", value: "active" },
        { indicator: "identity.ageMonths", op: "gte", value: 100_000 },
      ],
    });
    expect(match.verdict).to.equal("notEligible");
    expect(match.missing.map(({ condition }) => condition.indicator)).to.deep.equal(["identity.ageMonths"]);
  });

  it("is unknown where a needed figure is unknown, and not where it can't matter", async () => {
    // Nothing is known of it but the one licence that the path itself uploads.
    const stranger = await newPath();
    const body = { kind: "enterprise" as const, name: "玉溪新来商贸有限公司", uscc: freshBankUscc() };
    await stranger.memory.once("enterprise.body", async () => body);
    await playUntil("enrol", stranger);
    const { api } = await stranger.party("enterprise");
    const verdictOf = async (rule: EligibilityRule): Promise<string | undefined> => {
      const { id } = await bank.publish(product(rule));
      return (await api.matches({})).items.find((match) => match.product.id === id)?.verdict;
    };
    const asks: EligibilityRule = { indicator: "tax.revenue12mFen", op: "gte", value: "1" };
    const holds: EligibilityRule = { indicator: "innovation.highTech", op: "eq", value: true };
    expect(await verdictOf(holds)).to.equal("eligible");
    expect(await verdictOf(asks)).to.equal("unknown");
    expect(await verdictOf({ not: asks })).to.equal("unknown");
    expect(await verdictOf({ all: [holds, asks] })).to.equal("unknown");
    expect(await verdictOf({ any: [holds, asks] })).to.equal("eligible");
    expect(await verdictOf({ all: [{ not: holds }, asks] })).to.equal("notEligible");
  });

  it("looks at the amount and the term that are wanted", async () => {
    const rule: EligibilityRule = { indicator: "identity.status", op: "eq", value: "active" };
    expect((await matchOf(rule, { amountFen: "50000000", termMonths: 12 })).verdict).to.equal("eligible");
    const tooMuch = await matchOf(rule, { amountFen: "999999999", termMonths: 12 });
    expect(tooMuch.verdict).to.equal("notEligible");
    expect(tooMuch.missing[0]?.condition.indicator).to.equal("request.amountFen");
    const tooLong = await matchOf(rule, { amountFen: "50000000", termMonths: 60 });
    expect(tooLong.missing[0]?.condition.indicator).to.equal("request.termMonths");
  });

  it("puts eligible products first, then the cheaper ones", async () => {
    const { items } = await enterprise.matches();
    const order = ["eligible", "unknown", "notEligible"];
    const places = items.map(({ verdict }) => order.indexOf(verdict));
    const firstOther = places.findIndex((place) => place > 0);
    expect(places.slice(firstOther === -1 ? places.length : firstOther)).to.not.include(0);
    const rates = items
      .filter(({ verdict }) => verdict === "eligible")
      .map(({ product: { annualRateBps } }) => annualRateBps);
    expect(rates).to.deep.equal(rates.toSorted((a, b) => a - b));
  });

  it("refuses products that make no sense, naming the field", async () => {
    const good = product({ indicator: "identity.status", op: "eq", value: "active" });
    namesField(await refused(bank.publish({ ...good, amountMinFen: "abc" }), 400), "amountMinFen");
    namesField(await refused(bank.publish({ ...good, annualRateBps: 99_999 }), 400), "annualRateBps");
    await refused(bank.publish({ ...good, amountMinFen: "200000000" }), 400);
    await refused(bank.publish({ ...good, eligibility: { indicator: "no.such", op: "eq", value: 1 } }), 400);
    await bank.publish(good);
    await refused(bank.publish(good), 409);
  });
});
