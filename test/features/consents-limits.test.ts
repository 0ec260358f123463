import { expect } from "chai";
import { CONSENT_PURPOSES } from "../../backend/features/consents/domain/consent-purposes.ts";
import type { RequestView } from "../../backend/features/requests/request-schemas.ts";
import type { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { consentWorld, giveConsent } from "../support/consents.ts";
import type { LaterServer } from "../support/later.ts";
import { namesField, refused } from "../support/refusal.ts";

describe("what a consent lets read", function () {
  this.timeout(180_000);
  const world = consentWorld();
  let path: Path;
  let enterprise: Api;
  let bank: Api;
  let request: RequestView;
  let later: LaterServer;

  before(() => {
    ({ path, enterprise, bank, request, later } = world);
  });

  /** A record of a catalog with months, and its month. */
  async function monthly(): Promise<{ catalogId: string; records: { id: string; month: string }[] }> {
    const indicators = (await enterprise.profile()).indicators;
    const { source, recordIds } = indicators
      .filter(({ id }) => id.startsWith("tax."))
      .sort((a, b) => b.recordIds.length - a.recordIds.length)[0]!;
    const records = await Promise.all(
      recordIds.map(async (id) => {
        const { fields } = await enterprise.record(id);
        return { id, month: String(fields.find(({ name }) => name === "period")!.value) };
      }),
    );
    return { catalogId: source.catalogId, records: records.sort((a, b) => a.month.localeCompare(b.month)) };
  }

  it("is read for its purpose alone, by profile, record and proof", async () => {
    const recordId = (await monthly()).records[0]!.id;
    await giveConsent(path, { terms: { purpose: "postLoan" } });
    await refused(bank.profileFor(request.id), 403, "consent.required");
    await refused(bank.profileFor(request.id, "productMatching"), 403, "consent.required");
    await refused(bank.record(recordId), 404, "notFound");
    await refused(bank.recordProof(recordId), 404, "notFound");
    await bank.profileFor(request.id, "postLoan");
    await bank.record(recordId, "postLoan");
    await bank.recordProof(recordId, "postLoan").catch(({ code }) => expect(code).to.equal("proof.notConfirmed"));
  });

  it("shows its catalogs alone, and counts under the consent that covers the catalog", async () => {
    const { catalogId, records } = await monthly();
    const others = (await enterprise.catalogs()).items.map(({ id }) => id).filter((id) => id !== catalogId);
    const without = await giveConsent(path, { terms: { catalogs: others } });
    await refused(bank.record(records[0]!.id), 404, "notFound");
    expect((await bank.profileFor(request.id)).indicators.map(({ source }) => source.catalogId)).not.to.include(
      catalogId,
    );
    const covering = await giveConsent(path, { terms: { catalogs: [catalogId] } });
    await bank.record(records[0]!.id);
    const reads = new Map((await bank.consents()).items.map(({ id, reads: count }) => [id, count]));
    expect([reads.get(without.id), reads.get(covering.id)]).to.deep.equal([1, 1]);
  });

  it("shows its period alone: records, and what the profile is made of", async () => {
    const { catalogId, records } = await monthly();
    // All but the first month and the last.
    const [before, first, last, after] = [records[0], records[1], records.at(-2), records.at(-1)];
    const [year, month] = last!.month.split("-").map(Number);
    const lastDay = new Date(Date.UTC(year!, month!, 0)).toISOString().slice(0, 10);
    await giveConsent(path, { terms: { dataFrom: `${first!.month}-01`, dataTo: lastDay } });
    await refused(bank.record(before!.id), 404, "notFound");
    await bank.record(first!.id);
    await bank.record(last!.id);
    await refused(bank.record(after!.id), 404, "notFound");
    const profile = await bank.profileFor(request.id);
    const ids = profile.indicators
      .filter(({ source }) => source.catalogId === catalogId)
      .flatMap(({ recordIds }) => recordIds);
    expect(ids).to.include(last!.id);
    expect(ids).to.not.include.members([before!.id]);
    expect(ids).to.not.include.members([after!.id]);
    const months = records.slice(1, -1).map(({ id }) => id);
    expect(ids.filter((id) => !months.includes(id))).to.deep.equal([]);
  });

  it("a period that misses the last day of a month misses the month", async () => {
    const { records } = await monthly();
    const { id, month } = records.at(-1)!;
    await giveConsent(path, { terms: { dataTo: `${month}-27` } });
    await refused(bank.record(id), 404, "notFound");
  });

  it("is read as often as it says, however the reads race, and again when its day has passed", async () => {
    await giveConsent(path, { terms: { frequency: { count: 3, per: "day" } } });
    const races = await Promise.allSettled(Array.from({ length: 9 }, () => bank.profileFor(request.id)));
    expect(races.filter(({ status }) => status === "fulfilled")).to.have.length(3);
    await refused(bank.profileFor(request.id), 429, "consent.tooOften");
    const consent = (await bank.consents()).items.find(({ state }) => state === "active")!;
    expect([consent.reads, consent.readsInWindow]).to.deep.equal([3, 3]);
    later.setDays(0.9);
    await refused(later.as(bank).profileFor(request.id), 429, "consent.tooOften");
    later.setDays(1.1);
    await Promise.allSettled(Array.from({ length: 5 }, () => later.as(bank).profileFor(request.id)));
    expect((await bank.consents()).items.find(({ id }) => id === consent.id)?.reads).to.equal(6);
  });

  it("counts records and profile together", async () => {
    const recordId = (await monthly()).records[0]!.id;
    await giveConsent(path, { terms: { frequency: { count: 2, per: "week" } } });
    await bank.record(recordId);
    await bank.profileFor(request.id);
    await refused(bank.record(recordId), 429, "consent.tooOften");
    later.setDays(6.9);
    await refused(later.as(bank).record(recordId), 429, "consent.tooOften");
    later.setDays(7.1);
    await later.as(bank).record(recordId);
  });

  it("has the purpose's limits where it names none", async () => {
    const { limits } = await giveConsent(path, { terms: { purpose: "productMatching" } });
    const { maxReads, maxDataLifeDays } = CONSENT_PURPOSES.productMatching;
    expect(limits).to.deep.equal({ frequency: { count: maxReads.day, per: "day" }, dataLifeDays: maxDataLifeDays });
    const reads = Array.from({ length: maxReads.day + 3 }, () => bank.profileFor(request.id, "productMatching"));
    const outcomes = await Promise.allSettled(reads);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).to.have.length(maxReads.day);
  });

  it("can't be given beyond its purpose's limits", async () => {
    const cases = [
      ["expiresAt", { days: 366 }],
      ["terms.frequency", { terms: { frequency: { count: 101, per: "day" as const } } }],
      ["terms.frequency", { terms: { mode: "once" as const, frequency: { count: 1, per: "day" as const } } }],
      ["terms.dataLifeDays", { terms: { purpose: "productMatching" as const, dataLifeDays: 31 } }],
      ["terms.dataTo", { terms: { dataFrom: "2025-02-01", dataTo: "2025-01-31" } }],
    ] as const;
    for (const [field, wish] of cases)
      namesField(await refused(giveConsent(path, wish), 400, "consent.invalid"), field);
    await giveConsent(path, { days: 365, terms: { frequency: { count: 100, per: "day" }, dataLifeDays: 365 } });
  });
});
