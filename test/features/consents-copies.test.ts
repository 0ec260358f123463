import { expect } from "chai";
import { SUPERVISION } from "../../backend/features/consents/access-service.ts";
import type { RequestView } from "../../backend/features/requests/request-schemas.ts";
import { leafPack } from "../../backend/lib/proof/pack.ts";
import { signConsentChange } from "../../scripts/client/acts.ts";
import type { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { consentWorld, giveConsent, revokeConsent, since } from "../support/consents.ts";
import type { LaterServer } from "../support/later.ts";
import { confirmed, holdsOnChain } from "../support/proofs.ts";
import { refused } from "../support/refusal.ts";

describe("copies of what was read", function () {
  this.timeout(180_000);
  const world = consentWorld();
  let path: Path;
  let enterprise: Api;
  let bank: Api;
  let regulator: Api;
  let request: RequestView;
  let later: LaterServer;

  before(async () => {
    ({ path, enterprise, bank, request, later } = world);
    regulator = (await path.demo("regulator")).api;
  });

  const copyOf = (api: Api, id: string) =>
    waitFor(`the copy ${id}`, async () => (await api.copies()).items.find((copy) => copy.id === id));
  const deleted = (id: string) =>
    waitFor(`the deletion of ${id}`, async () => {
      const copy = (await enterprise.copies()).items.find((item) => item.id === id);
      return copy?.state === "deleted" ? copy : undefined;
    });

  it("are listed for both parties and can be opened while they last", async () => {
    const consent = await giveConsent(path, { terms: { dataLifeDays: 10 } });
    const { snapshot, ...profile } = await bank.profileFor(request.id);
    const { id, digest } = snapshot!;
    const copy = await copyOf(enterprise, id);
    expect(copy).to.deep.include({ state: "kept", consentId: consent.id, digest, purpose: "creditReview" });
    expect(Date.parse(copy.keepUntil) - Date.parse(copy.takenAt)).to.equal(10 * 86_400_000);
    expect(copy.records).to.be.above(10);
    expect((await bank.copy(id)).content).to.deep.equal(profile);
    expect((await enterprise.copy(id)).content).to.deep.equal(profile);
    await refused((await path.party("secondBank")).api.copy(id), 404, "notFound");
    await revokeConsent(path, consent);
  });

  it("are out of reach in the very next request after a revocation, by every door, and then deleted", async () => {
    const consent = await giveConsent(path);
    const { id, digest } = (await bank.profileFor(request.id)).snapshot!;
    const recordId = (await enterprise.profile()).indicators.flatMap(({ recordIds }) => recordIds)[0]!;
    await bank.record(recordId);
    await copyOf(bank, id);
    const whole = await confirmed(() => bank.snapshotProof(id));
    expect(whole.document).to.not.equal(undefined);
    await revokeConsent(path, consent);
    const doors = [
      refused(bank.profileFor(request.id), 403, "consent.required"),
      refused(bank.record(recordId), 404, "notFound"),
      refused(bank.recordProof(recordId), 404, "notFound"),
      refused(bank.copy(id), 403, "consent.required"),
      refused(bank.snapshotProof(id), 403, "consent.required"),
    ];
    await Promise.all(doors);
    const { deletion } = await deleted(id);
    expect(deletion?.why).to.equal("revoked");
    expect((await later.stores.snapshots.find(id))!.content, "in the store").to.equal(undefined);
    await refused(enterprise.copy(id), 409, "consent.copyEnded");
    await refused(bank.copy(id), 403, "consent.required");
    const rest = await confirmed(() => enterprise.snapshotProof(id));
    expect([rest.document, rest.commitment]).to.deep.equal([undefined, digest]);
    await holdsOnChain({ ...whole, ...rest, document: whole.document });
    const record = await confirmed(() => enterprise.deletionProof(id));
    expect(record.document).to.deep.include({ copyId: id, digest, why: "revoked", consentId: consent.id });
    await holdsOnChain(record);
    expect((await bank.copies()).items.find((copy) => copy.id === id)?.state).to.equal("deleted");
    expect((await bank.notices()).items.some(({ kind, about }) => kind === "copyDeleted" && about === id)).to.equal(
      true,
    );
  });

  it("end with their data life, while the consent goes on", async () => {
    const consent = await giveConsent(path, { days: 30, terms: { dataLifeDays: 2 } });
    const { id } = (await bank.profileFor(request.id)).snapshot!;
    await copyOf(bank, id);
    later.setDays(1.9);
    await later.as(bank).copy(id);
    await later.services.copies.deleteDue();
    expect((await copyOf(enterprise, id)).state).to.equal("kept");
    later.setDays(2.1);
    await refused(later.as(bank).copy(id), 403, "consent.required");
    await refused(later.as(bank).snapshotProof(id), 403, "consent.required");
    await refused(later.as(enterprise).copy(id), 409, "consent.copyEnded");
    await later.as(bank).profileFor(request.id);
    await later.services.copies.deleteDue();
    expect((await deleted(id)).deletion?.why).to.equal("dataLifeOver");
    await revokeConsent(path, consent);
  });

  it("end with their consent", async () => {
    await giveConsent(path, { days: 3, terms: { dataLifeDays: 300 } });
    const { id } = (await bank.profileFor(request.id)).snapshot!;
    await copyOf(bank, id);
    later.setDays(3.1);
    await refused(later.as(bank).copy(id), 403, "consent.required");
    await later.services.copies.deleteDue();
    expect((await deleted(id)).deletion?.why).to.equal("consentEnded");
  });

  it("rest while the consent is paused, and are there again after", async () => {
    const { keys } = await path.party("enterprise");
    const consent = await giveConsent(path);
    const { id } = (await bank.profileFor(request.id)).snapshot!;
    await copyOf(bank, id);
    const paused = await enterprise.changeConsent(
      consent.id,
      await signConsentChange(path.meta, keys.main, consent, "paused"),
    );
    await refused(bank.copy(id), 403, "consent.required");
    await refused(bank.profileFor(request.id), 403, "consent.required");
    const active = await enterprise.changeConsent(
      consent.id,
      await signConsentChange(path.meta, keys.main, paused, "active"),
    );
    await bank.copy(id);
    await revokeConsent(path, active);
  });

  it("that were written down after the revocation are deleted too", async () => {
    const consent = await giveConsent(path);
    const { id, digest } = (await bank.profileFor(request.id)).snapshot!;
    await revokeConsent(path, consent);
    await deleted(id);
    const takenAt = new Date().toISOString();
    await later.services.copies.keep({ id: `${id}-late`, consentId: consent.id, digest, records: 1, takenAt });
    expect((await deleted(`${id}-late`)).deletion?.why).to.equal("revoked");
  });

  it("each read is in the log and in a notice: who, what, what for, when, how many records", async () => {
    const fresh = since(Date.now());
    const consent = await giveConsent(path, { terms: { purpose: "postLoan" } });
    const { snapshot } = await bank.profileFor(request.id, "postLoan");
    await copyOf(bank, snapshot!.id);
    await bank.copy(snapshot!.id);
    const recordId = (await enterprise.profile()).indicators.flatMap(({ recordIds }) => recordIds)[0]!;
    await bank.record(recordId, "postLoan");
    await refused(bank.profileFor(request.id), 403);
    const { me } = await path.party("firstBank");
    // Each comes in its own time.
    const logged = (what: RegExp, allowed: boolean) =>
      waitFor(`${what} in the log`, async () =>
        (await enterprise.accessLog()).items.find(
          (entry) =>
            entry.reader.id === me.participant.id && fresh(entry) && what.test(entry.what) && entry.allowed === allowed,
        ),
      );
    const read = await logged(/^profile$/, true);
    const copy = await logged(/^copy$/, true);
    const record = await logged(/^record:/, true);
    const refusal = await logged(/^profile$/, false);
    expect(read).to.deep.include({ purpose: "postLoan", consentId: consent.id, copyId: snapshot!.id });
    expect(read.records).to.be.above(10);
    expect(copy).to.deep.include({ purpose: "postLoan", consentId: consent.id, copyId: snapshot!.id });
    expect(record).to.deep.include({ purpose: "postLoan", consentId: consent.id, recordId, records: 1 });
    expect(refusal).to.deep.include({ purpose: "creditReview", reason: "noConsent" });
    const entries = [read, copy, record, refusal].map(({ id }) => id);
    const noticesOf = async () => {
      const { items } = await enterprise.notices();
      return items.filter(({ about }) => entries.includes(about ?? ""));
    };
    const notices = await waitFor("the notices", async () => {
      const list = await noticesOf();
      return list.length === entries.length ? list : undefined;
    });
    const notice = notices.find(({ about }) => about === read.id)!;
    expect(notice).to.deep.include({ kind: "read", who: me.participant.name, purpose: "postLoan", seen: false });
    await enterprise.noticesSeen([notice.id]);
    const seen = async () => (await noticesOf()).filter((one) => one.seen).map(({ id }) => id);
    expect(await seen()).to.deep.equal([notice.id]);
    expect((await enterprise.notices()).unread).to.be.at.least(entries.length - 1);
    await enterprise.noticesSeen();
    expect(await seen()).to.have.length(entries.length);
    const proof = await confirmed(() => enterprise.transport.get(`/access-log/${read.id}/proof`, leafPack));
    await holdsOnChain(proof);
    await revokeConsent(path, consent);
  });

  it("an authority's reads are in the log too, with their legal basis", async () => {
    const recordId = (await enterprise.profile()).indicators.flatMap(({ recordIds }) => recordIds)[0]!;
    await regulator.record(recordId);
    const lawful = async (what: RegExp) =>
      (await enterprise.accessLog()).items.find((entry) => entry.legalBasis && what.test(entry.what));
    expect(await lawful(/^record:/)).to.deep.include({ ...SUPERVISION, recordId, allowed: true, records: 1 });
    const consent = await giveConsent(path);
    const { id } = (await bank.profileFor(request.id)).snapshot!;
    const pack = await confirmed(() => regulator.snapshotProof(id));
    expect(pack.document).to.not.equal(undefined);
    expect(await lawful(/^copy$/)).to.deep.include({ ...SUPERVISION, copyId: id, allowed: true });
    await revokeConsent(path, consent);
    expect((await regulator.snapshotProof(id)).document).to.equal(undefined);
  });
});
