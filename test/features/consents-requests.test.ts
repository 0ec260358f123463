import { expect } from "chai";
import { CONSENT_PURPOSES } from "../../backend/features/consents/domain/consent-purposes.ts";
import type { Api, ConsentRequestBody } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { giveConsent } from "../support/consents.ts";
import { openNewRequest } from "../support/financing.ts";
import { type LaterServer, startLater } from "../support/later.ts";
import { namesField, refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";

describe("requests for consent", function () {
  this.timeout(180_000);
  let path: Path;
  let enterprise: Api;
  let bank: Api;
  let uscc: string;
  let catalogs: string[];
  let later: LaterServer;

  // Fresh parties each time: what was asked before must not stand in the way.
  beforeEach(async () => {
    later.setDays(0);
    path = await playUntil("enrol");
    enterprise = (await path.party("enterprise")).api;
    bank = (await path.party("firstBank")).api;
    ({ uscc } = await path.bodyOf("enterprise"));
    catalogs = (await bank.catalogs()).items.map(({ id }) => id).slice(0, 3);
  });
  before(async () => {
    later = await startLater(await sharedServer());
  });
  after(() => later?.stop());

  const wish = (changes: Partial<ConsentRequestBody> = {}): ConsentRequestBody => ({
    uscc,
    purpose: "creditReview",
    catalogs,
    mode: "periodic",
    days: 30,
    frequency: { count: 5, per: "week" },
    dataLifeDays: 20,
    dataFrom: "2024-01-01",
    message: "for a working-capital loan",
    ...changes,
  });
  /** What answers it exactly. */
  const answer = (consentRequestId: string) => ({
    consentRequestId,
    catalogs,
    frequency: { count: 5, per: "week" as const },
    dataLifeDays: 20,
    dataFrom: "2024-01-01",
  });

  it("are seen and answered by a signed consent", async () => {
    const asked = await bank.askConsent(wish());
    expect(asked).to.deep.include({ state: "requested", message: "for a working-capital loan" });
    const seen = (await enterprise.consentRequests()).items[0]!;
    expect(seen).to.deep.include({ id: asked.id, days: 30, catalogs, dataLifeDays: 20 });
    const notice = await waitFor("the notice", async () =>
      (await enterprise.notices()).items.find(({ about }) => about === asked.id),
    );
    expect(notice.kind).to.equal("consentRequested");
    const consent = await giveConsent(path, { terms: answer(asked.id) });
    const now = (await bank.consentRequests()).items[0]!;
    expect(now).to.deep.include({ state: "active", consentId: consent.id });
    await refused(giveConsent(path, { terms: answer(asked.id) }), 409, "consent.answered");
    await refused(enterprise.rejectConsent(asked.id, "too late"), 409, "consent.answered");
  });

  it("are answered once, however the answers race", async () => {
    const { id } = await bank.askConsent(wish());
    const answers = await Promise.allSettled([1, 2, 3].map(() => giveConsent(path, { terms: answer(id) })));
    expect(answers.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    expect((await enterprise.consents()).items).to.have.length(1);
  });

  it("may be answered with less, never with more", async () => {
    const { id } = await bank.askConsent(wish());
    const terms = answer(id);
    const all = (await bank.catalogs()).items.map((catalog) => catalog.id);
    const { dataFrom: _, ...anyTime } = terms;
    const wider = [
      ["terms.catalogs", { terms: { ...terms, catalogs: all } }],
      ["terms.frequency", { terms: { ...terms, frequency: { count: 6, per: "week" as const } } }],
      ["terms.frequency", { terms: { ...terms, frequency: { count: 5, per: "day" as const } } }],
      ["terms.dataLifeDays", { terms: { ...terms, dataLifeDays: 21 } }],
      ["terms.dataFrom", { terms: anyTime }],
      ["terms.purpose", { terms: { ...terms, purpose: "postLoan" as const } }],
      ["expiresAt", { terms, days: 31 }],
    ] as const;
    for (const [field, given] of wider)
      namesField(await refused(giveConsent(path, given), 400, "consent.invalid"), field);
    const less = { ...terms, catalogs: catalogs.slice(0, 1), dataFrom: "2025-01-01", dataLifeDays: 1 };
    await giveConsent(path, { days: 7, terms: { ...less, frequency: { count: 1, per: "month" } } });
    expect((await bank.consentRequests()).items[0]!.state).to.equal("active");
  });

  it("are rejected with a reason, and not made again in the quiet time", async () => {
    const { id } = await bank.askConsent(wish());
    await refused(enterprise.rejectConsent(id, " "), 400, "input.invalid");
    await refused((await path.party("secondBank")).api.rejectConsent(id, "no"), 403, "role.notAllowed");
    const rejected = await enterprise.rejectConsent(id, "no loan wanted");
    expect(rejected).to.deep.include({ state: "rejected", reason: "no loan wanted" });
    expect((await bank.consentRequests()).items[0]).to.deep.include({ state: "rejected", reason: "no loan wanted" });
    await refused(giveConsent(path, { terms: answer(id) }), 409, "consent.answered");
    await refused(bank.askConsent(wish()), 409, "consent.quiet");
    await (await path.party("secondBank")).api.askConsent(wish());
    await bank.askConsent(wish({ purpose: "postLoan" }));
    const { quietDays } = CONSENT_PURPOSES.creditReview.asking;
    later.setDays(quietDays - 0.1);
    await refused(later.as(bank).askConsent(wish()), 409, "consent.quiet");
    later.setDays(quietDays + 0.1);
    await later.as(bank).askConsent(wish());
  });

  it("wait one at a time, and lapse", async () => {
    const races = await Promise.allSettled([1, 2, 3, 4].map(() => bank.askConsent(wish())));
    expect(races.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    await refused(bank.askConsent(wish()), 409, "consent.asked");
    const { id } = (await enterprise.consentRequests()).items[0]!;
    later.setDays(CONSENT_PURPOSES.creditReview.asking.answerDays + 0.1);
    expect((await later.as(enterprise).consentRequests()).items[0]!.state).to.equal("lapsed");
    await refused(later.as(enterprise).rejectConsent(id, "late"), 409, "consent.answered");
    const late = giveConsent(path, { terms: answer(id), days: 29, api: later.as(enterprise) });
    await refused(late, 409, "consent.answered");
    await later.as(bank).askConsent(wish());
  });

  it("keep to the purpose's limits, and to the institution's number", async () => {
    namesField(await refused(bank.askConsent(wish({ days: 400 })), 400, "consent.invalid"), "days");
    namesField(await refused(bank.askConsent(wish({ dataLifeDays: 366 })), 400, "consent.invalid"), "dataLifeDays");
    await refused(bank.askConsent(wish({ uscc: "91530400000000000X" })), 404, "notFound");
    const { perDay } = CONSENT_PURPOSES.productMatching.asking;
    const few = wish({ purpose: "productMatching", dataLifeDays: 5 });
    const asked = await Promise.allSettled(Array.from({ length: perDay + 5 }, () => bank.askConsent(few)));
    const codes = asked.map((one) => (one.status === "fulfilled" ? "done" : (one.reason as { code: string }).code));
    expect(codes.filter((code) => code === "done")).to.have.length(1);
    expect(codes.filter((code) => code === "consent.tooManyRequests")).to.have.length(5);
    later.setDays(1.1);
    await refused(later.as(bank).askConsent(few), 409, "consent.asked");
  });

  it("by a financing request don't tell whose it is", async () => {
    const { request } = await openNewRequest(path);
    const { uscc: _, ...anonymous } = wish({ requestId: request.id });
    await refused(bank.askConsent(wish({ requestId: request.id })), 400, "consent.invalid");
    await bank.askConsent(wish());
    const asked = await bank.askConsent(anonymous);
    expect(asked.holder).to.equal(undefined);
    expect((await enterprise.consentRequests()).items.find(({ id }) => id === asked.id)?.holder?.uscc).to.equal(uscc);
    await giveConsent(path, { terms: { ...answer(asked.id), requestId: request.id } });
    expect((await bank.consentRequests()).items.find(({ id }) => id === asked.id)?.holder?.uscc).to.equal(uscc);
  });
});
