import { expect } from "chai";
import { makePersonId } from "../../backend/features/data-exchange/domain/person-id.ts";
import type { ProfileView, RelatedView } from "../../backend/features/profiles/profile-schemas.ts";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import type { Api } from "../../scripts/client/api.ts";
import { ApiProblem } from "../../scripts/client/transport.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { finishedBatch } from "../support/batches.ts";
import { consentWorld, giveConsent, revokeConsent } from "../support/consents.ts";
import { refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";

type Role = RelatedView["role"];

describe("enterprises that a person ties together, in the profile", function () {
  this.timeout(180_000);
  const world = consentWorld();
  const boss = makePersonId("530402", "1971-03-04", Date.now() % 1_000);
  const owner = makePersonId("530421", "1968-09-17", Date.now() % 1_000);
  let market: Api;
  let uscc: string;
  let others: { uscc: string; name: string }[];
  let files = 0;

  async function send(catalogId: string, lines: string[]) {
    const { id } = await market.upload(
      catalogId,
      `related-${Date.now()}-${files++}.csv`,
      Buffer.from(lines.join("\n")),
    );
    const batch = await finishedBatch(market, id);
    expect([batch.fault, batch.quarantined], JSON.stringify(batch.fault)).to.deep.equal([undefined, 0]);
    return batch;
  }
  const personnel = (rows: string[]) =>
    send("key-personnel", ["统一社会信用代码,姓名,证件号码,职务,任职日期", ...rows]);
  const shareholders = (rows: string[]) =>
    send("shareholders", ["统一社会信用代码,股东序号,股东名称,股东类型,证件号码,认缴出资额,持股比例", ...rows]);
  const of = ({ related }: ProfileView, role: Role) => related?.find((one) => one.role === role);
  /** The index follows the records a moment later; until then the figure is unknown, and says so. */
  const linked = (read: () => Promise<ProfileView>) =>
    waitFor("persons to be held against each other", async () => {
      const profile = await read();
      const waiting = profile.related!.some(({ why }) => why === "notLinked");
      for (const { value, why } of profile.related!) if (why === "notLinked") expect(value).to.equal(null);
      return waiting ? undefined : profile;
    });

  before(async () => {
    market = (await world.path.demo("department")).api;
    ({ uscc } = await world.path.bodyOf("enterprise"));
    const operator = (await world.path.demo("operator")).api;
    others = (await operator.registeredEnterprises("有限公司")).items.filter((one) => one.uscc !== uscc);
    expect(others.length).to.be.above(2);
    const [first, second] = [others[0]!, others[1]!];
    await personnel([
      `${uscc},普某,${boss},法定代表人,2020-01-01`,
      `${first.uscc},普某,${boss},法定代表人,2020-01-01`,
      // A supervisor ties nothing together.
      `${second.uscc},普某,${boss},监事,2020-01-01`,
    ]);
    await shareholders([
      `${uscc},81,段某,自然人,${owner},100,10`,
      `${first.uscc},82,段某,自然人,${owner.toLowerCase()},50,50`,
      `${second.uscc},83,段某,自然人,${owner},50,50`,
    ]);
  });

  it("are told to the enterprise: how many, which, in what role, with source and date", async () => {
    const profile = await linked(() => world.enterprise.profile());
    const [first, second] = others.map((one) => one.uscc) as [string, string];
    const represented = of(profile, "legalRepresentative")!;
    expect(represented.value).to.be.at.least(1);
    expect(represented.source.catalogId).to.equal("key-personnel");
    expect(represented.asOf).to.match(/^\d{4}-\d{2}-\d{2}$/);
    const codes = represented.enterprises.map((one) => one.uscc);
    expect(codes).to.include(first).and.not.include(uscc);
    const owned = of(profile, "shareholder")!;
    expect(owned.value).to.be.at.least(2);
    const found = owned.enterprises.find((one) => one.uscc === second)!;
    expect(found).to.deep.equal({ uscc: second, name: others[1]!.name, roles: ["shareholder"] });
    expect(owned.enterprises.map((one) => one.uscc)).to.include(first);
  });

  it("never say who the person is, by name, number or hash", async () => {
    const profile = await linked(() => world.enterprise.profile());
    const text = JSON.stringify(profile.related);
    for (const secret of [boss, owner, "普某", "段某"]) expect(text).to.not.include(secret);
    expect(text).to.not.match(/(?<![0-9a-f-])[0-9a-f]{64}/);
    // The hashes are in the store all right: what isn't shown is not what isn't there.
    const connection = await connectMongo((await sharedServer()).mongodbUri);
    try {
      const stored = await connection
        .collection("records")
        .findOne({ catalogId: "shareholders", uscc, key: `${uscc}|81` });
      const hash = String((stored!.fields as { personId: string }).personId);
      expect(hash).to.match(/^[0-9a-f]{64}$/);
      expect(JSON.stringify(profile)).to.not.include(hash);
    } finally {
      await connection.close();
    }
  });

  it("lead to the enterprise's own rows and their proofs", async () => {
    const profile = await linked(() => world.enterprise.profile());
    const evidence = new Map(profile.evidence.map((one) => [one.recordId, one]));
    for (const { recordIds, recordCount, source, value } of profile.related!) {
      if (value) expect(recordCount).to.be.above(0);
      for (const id of recordIds) {
        expect(evidence.get(id)?.catalogId).to.equal(source.catalogId);
        expect((await world.enterprise.record(id)).uscc).to.equal(uscc);
      }
    }
  });

  it("are shown to a bank as far as the consent goes, and frozen with its copy", async () => {
    const read = () => world.bank.profileFor(world.request.id);
    await refused(read(), 403, "consent.required");
    const consent = await giveConsent(world.path, {
      terms: { requestId: world.request.id, catalogs: ["business-registration", "shareholders"] },
    });
    const profile = await linked(read);
    expect(profile.related!.map(({ role }) => role)).to.deep.equal(["shareholder"]);
    expect(of(profile, "shareholder")!.enterprises.map((one) => one.uscc)).to.include(others[0]!.uscc);
    const { document } = await waitFor("the copy to be anchored", () =>
      world.bank.snapshotProof(profile.snapshot!.id).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.code === "proof.notConfirmed") return undefined;
        throw error;
      }),
    );
    expect((document as ProfileView).related).to.deep.equal(profile.related);
    await revokeConsent(world.path, consent);
    await refused(read(), 403, "consent.required");
    await giveConsent(world.path, {
      terms: { requestId: world.request.id, catalogs: ["business-registration"] },
    });
    expect((await read()).related).to.deep.equal([]);
  });

  it("follow the registers: who has left ties nothing any more", async () => {
    await shareholders([`${others[1]!.uscc},83,新股东,自然人,${makePersonId("530402", "1990-01-01", 77)},50,50`]);
    const profile = await linked(() => world.enterprise.profile());
    const codes = of(profile, "shareholder")!.enterprises.map((one) => one.uscc);
    expect(codes).to.include(others[0]!.uscc).and.not.include(others[1]!.uscc);
  });

  it("are no zero while a shareholder's number isn't known", async () => {
    await shareholders([`${uscc},81,段某,自然人,,100,10`]);
    const profile = await linked(() => world.enterprise.profile());
    const owned = of(profile, "shareholder")!;
    expect(owned.value === null ? owned.why : owned.atLeast).to.be.oneOf(["notStated", true]);
  });
});
