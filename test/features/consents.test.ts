import { expect } from "chai";
import type { RequestView } from "../../backend/features/requests/request-schemas.ts";
import { signConsentChange } from "../../scripts/client/acts.ts";
import type { Api } from "../../scripts/client/api.ts";
import { keyringOf, newPhrase } from "../../scripts/client/keys.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { secondsFromNow } from "../../scripts/client/times.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { since } from "../support/consents.ts";
import { type Bank, consentBody, openNewRequest } from "../support/financing.ts";
import { type LaterServer, startLater } from "../support/later.ts";
import { namesField, refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";

describe("consents and the access log", function () {
  this.timeout(180_000);
  let path: Path;
  let api: Api;
  let request: RequestView;
  let later: LaterServer;

  before(async () => {
    path = await playUntil("enrol");
    ({ api } = await path.party("enterprise"));
    later = await startLater(await sharedServer());
  });
  after(() => later?.stop());
  beforeEach(async () => {
    later.setDays(0);
    ({ request } = await openNewRequest(path));
  });

  const read = async (bank: Bank) => (await path.party(bank)).api.profileFor(request.id);
  const give = async (bank: Bank, changes: Parameters<typeof consentBody>[3] = {}) =>
    api.consent(await consentBody(path, bank, request, changes));

  it("is needed before a bank reads, and serves the bank that it names alone", async () => {
    await refused(read("firstBank"), 403, "consent.required");
    await give("firstBank");
    const profile = await read("firstBank");
    expect(profile.enterprise.uscc).to.equal((await path.bodyOf("enterprise")).uscc);
    expect(profile.snapshot?.digest).to.match(/^0x[0-9a-f]{64}$/);
    await refused(read("secondBank"), 403, "consent.required");
  });

  it("can't last beyond what the registry keeps", async () => {
    const beyond = { startsAt: "2106-02-07T06:28:00Z", expiresAt: "2106-02-07T06:28:16Z" };
    namesField(await refused(give("firstBank", beyond), 400, "consent.invalid"), "expiresAt");
  });

  it("opens one request only", async () => {
    await give("firstBank");
    const other = (await openNewRequest(path)).request;
    await refused((await path.party("firstBank")).api.profileFor(other.id), 403, "consent.required");
  });

  it("once revoked refuses the very next read", async () => {
    const fresh = await playUntil("enrol");
    const { api, keys } = await fresh.party("enterprise");
    const bank = (await fresh.party("firstBank")).api;
    const opened = (await openNewRequest(fresh)).request;
    const consent = await api.consent(await consentBody(fresh, "firstBank", opened));
    await bank.profileFor(opened.id);
    const recordId = (await api.profile()).indicators.flatMap(({ recordIds }) => recordIds)[0]!;
    await bank.record(recordId);
    const revocation = await signConsentChange(path.meta, keys.main, consent, "revoked");
    expect((await api.changeConsent(consent.id, revocation)).state).to.equal("revoked");
    await refused(bank.profileFor(opened.id), 403, "consent.required");
    await refused(bank.record(recordId), 404);
    expect((await api.changeConsent(consent.id, revocation)).state, "said again").to.equal("revoked");
    const resume = await signConsentChange(fresh.meta, keys.main, { id: consent.id, nonce: 1 }, "active");
    await refused(api.changeConsent(consent.id, resume), 409, "consent.final");
  });

  it("is used up by one read when it says so", async () => {
    const consent = await give("firstBank", { mode: "once" });
    await read("firstBank");
    await refused(read("firstBank"), 403, "consent.required");
    expect((await api.consents()).items.find(({ id }) => id === consent.id)?.state).to.equal("used");
  });

  it("is read once even when two reads race", async () => {
    await give("firstBank", { mode: "once" });
    const outcomes = await Promise.allSettled([read("firstBank"), read("firstBank"), read("firstBank")]);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).to.have.length(1);
  });

  it("ends by itself", async () => {
    await give("firstBank", { expiresAt: secondsFromNow(3_600) });
    const bank = later.as((await path.party("firstBank")).api);
    later.setDays(59 / 1_440);
    await bank.profileFor(request.id);
    later.setDays(61 / 1_440);
    await refused(bank.profileFor(request.id), 403, "consent.required");
  });

  it("is given and revoked by the enterprise's key alone", async () => {
    const stranger = keyringOf(newPhrase());
    await refused(give("firstBank", { signer: stranger }), 422, "signature.wrong");
    const consent = await give("firstBank");
    const forged = await signConsentChange(path.meta, stranger.main, consent, "revoked");
    await refused(api.changeConsent(consent.id, forged), 422, "signature.wrong");
    await read("firstBank");
  });

  it("is paused and resumed, each change signed once, and all of it on chain", async () => {
    const { keys } = await path.party("enterprise");
    const consent = await give("firstBank");
    const pause = await signConsentChange(path.meta, keys.main, consent, "paused");
    const paused = await api.changeConsent(consent.id, pause);
    expect(paused).to.deep.include({ state: "paused", nonce: 1 });
    await refused(read("firstBank"), 403, "consent.required");
    const resumed = await api.changeConsent(
      consent.id,
      await signConsentChange(path.meta, keys.main, paused, "active"),
    );
    expect(resumed).to.deep.include({ state: "active", nonce: 2 });
    await read("firstBank");
    await refused(api.changeConsent(consent.id, pause), 409, "conflict");
    const last = await waitFor("the change to be on chain", async () => {
      const found = (await api.consents()).items.find(({ id }) => id === consent.id)!;
      return found.receipt.state === "confirmed" ? found : undefined;
    });
    expect(last.receipt.kind).to.equal("consent.change");
    expect((await api.receipt(consent.id)).state).to.equal("confirmed");
  });

  it("signed for one bank can't be turned to another", async () => {
    const body = await consentBody(path, "firstBank", request);
    const { participant } = (await path.party("secondBank")).me;
    const turned = { ...body, terms: { ...body.terms, recipient: { id: participant.id, name: participant.name } } };
    await refused(api.consent(turned), 422, "signature.wrong");
  });

  it("leaves every read, and every refusal, in the log that the enterprise sees", async () => {
    const { id } = (await path.party("firstBank")).me.participant;
    const own = async () => (await api.accessLog()).items.filter(({ reader }) => reader.id === id);
    // The same refusal came before: what earlier tests were refused may still be on its way.
    const fresh = since(Date.now());
    await refused(read("firstBank"), 403);
    const consent = await give("firstBank");
    await read("firstBank");
    const [allowed, refusal] = await waitFor("the read and the refusal to be in the log", async () => {
      const items = (await own()).filter(fresh);
      const pair = [items.find((item) => item.allowed), items.find((item) => !item.allowed)] as const;
      return pair[0] && pair[1] ? [pair[0], pair[1]] : undefined;
    });
    expect(allowed).to.deep.include({ allowed: true, consentId: consent.id });
    expect(refusal).to.deep.include({ allowed: false, reason: "noConsent" });
    expect(Date.parse(allowed!.at)).to.be.at.least(Date.parse(refusal!.at));
    const times = (await own()).map(({ at }) => Date.parse(at));
    expect(times).to.deep.equal(times.toSorted((a, b) => b - a));
    const anchored = await waitFor("the log entry to be anchored", async () => {
      const entry = (await own()).find((item) => item.id === allowed!.id);
      return entry?.anchor.state === "confirmed" ? entry : undefined;
    });
    expect(anchored.anchor.root).to.match(/^0x[0-9a-f]{64}$/);
  });
});
