import { expect } from "chai";
import { readConfig } from "../../backend/config.ts";
import { createAccessService } from "../../backend/features/consents/access-service.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { consentWorld, giveConsent } from "../support/consents.ts";
import { refused } from "../support/refusal.ts";

const MONTH_DAYS = 30.4;

describe("how long the access log is kept", function () {
  this.timeout(120_000);
  const world = consentWorld();

  it("can't be set below six months", () => {
    expect(readConfig({}, []).accessLogMonths).to.equal(60);
    expect(readConfig({ ACCESS_LOG_MONTHS: "6" }, []).accessLogMonths).to.equal(6);
    for (const text of ["5", "0", "-1", "half", "6.5"])
      expect(() => readConfig({ ACCESS_LOG_MONTHS: text }, []), text).to.throw(/--access-log-months/);
    const clock = { now: () => new Date() };
    expect(() => createAccessService(world.later.stores.accesses, {} as never, clock, () => {}, 5)).to.throw(
      /6 months/,
    );
  });

  it("nothing deletes an entry before its time: no round of the worker, no revocation, no end of a copy", async () => {
    const { enterprise, bank, request, later } = world;
    await giveConsent(world.path, { days: 300, terms: { dataLifeDays: 1 } });
    const { snapshot } = await bank.profileFor(request.id);
    const idOf = async (api = enterprise) =>
      (await api.accessLog()).items.find(({ copyId, what }) => copyId === snapshot!.id && what === "profile")?.id;
    const id = await waitFor("the entry", () => idOf());
    for (const months of [1, 6, 59]) {
      later.setDays(months * MONTH_DAYS);
      const { services } = later;
      for (const round of [services.access.deleteOld, services.copies.deleteDue, services.answers.deleteDue])
        await round();
      expect(await idOf(later.as(enterprise)), `after ${months} months`).to.equal(id);
    }
    await refused(later.as(bank).profileFor(request.id), 403, "consent.required");
    expect(await idOf(), "after a refusal").to.equal(id);
  });

  it("goes when its time is over, with its notice; what is younger stays", async () => {
    const { enterprise, later } = world;
    // As if they had been written so many months ago.
    const entry = (id: string, monthsAgo: number) =>
      later.services.access.record({
        id,
        at: new Date(Date.now() - monthsAgo * MONTH_DAYS * 86_400_000).toISOString(),
        holderId: holder,
        reader: { id: "a-reader", name: "读者" },
        what: "profile",
        purpose: "creditReview",
        allowed: true,
      });
    const holder = (await enterprise.me()).participant.id;
    const run = Date.now();
    await entry(`${run}-old`, 61);
    await entry(`${run}-young`, 59);
    // Its leaf is on its way: an entry isn't deleted before that.
    await waitFor("the leaf", async () => {
      const found = await later.stores.accesses.find(`${run}-old`);
      return found && found.outbox.length === 0 ? found : undefined;
    });
    await later.services.access.deleteOld();
    expect(await later.stores.accesses.find(`${run}-old`)).to.equal(null);
    expect((await later.stores.accesses.find(`${run}-young`))?._id).to.equal(`${run}-young`);
    const notices = (await enterprise.notices()).items.map(({ about }) => about);
    expect(notices).to.include(`${run}-young`).and.to.not.include(`${run}-old`);
  });
});
