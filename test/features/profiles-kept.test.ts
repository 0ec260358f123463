import { expect } from "chai";
import { type ProfileView, recomputeRun, recomputeState } from "../../backend/features/profiles/profile-schemas.ts";
import type { Api } from "../../scripts/client/api.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { finishedBatch } from "../support/batches.ts";
import { giveConsent, revokeConsent } from "../support/consents.ts";
import { openNewRequest } from "../support/financing.ts";
import { type LaterServer, startLater } from "../support/later.ts";
import { refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";

describe("a kept profile", function () {
  this.timeout(180_000);
  let path: Path;
  let api: Api;
  let uscc: string;
  let later: LaterServer;

  before(async () => {
    path = await playUntil("enrol");
    ({ api } = await path.party("enterprise"));
    ({ uscc } = await path.bodyOf("enterprise"));
    later = await startLater(await sharedServer());
  });
  after(() => later?.stop());

  const kept = () => later.stores.profiles.find(uscc);
  const figures = ({ indicators, series, events, ties, licences }: ProfileView) => ({
    indicators,
    series,
    events,
    ties,
    licences,
  });

  it("says the same as one that is worked out", async () => {
    const cold = await api.profile();
    const first = await kept();
    expect(first).to.not.equal(null);
    const warm = await api.profile();
    expect(figures(warm)).to.deep.equal(figures(cold));
    expect((await kept())?.stamp).to.equal(first?.stamp);
  });

  it("is the same when all enterprises are worked out at once, over corrections and deletions too", async () => {
    // One fine that is corrected, one that is deleted.
    const department = (await path.demo("department")).api;
    const number = await path.runId();
    const share = async (name: string, heading: string, rows: string[]) => {
      const headings = `统一社会信用代码,处罚决定书文号,处罚种类,罚款金额,处罚决定日期${heading}`;
      const file = Buffer.from(`${headings}\n${rows.map((row) => `${uscc},${row}`).join("\n")}\n`);
      const { id } = await department.upload("administrative-penalties", `${name}-${number}.csv`, file);
      await finishedBatch(department, id);
    };
    const day = new Date().toISOString().slice(0, 10);
    await share("first", "", [`A-${number},罚款,100元,${day}`, `B-${number},罚款,1000元,${day}`]);
    const fines = async () => (await api.profile()).indicators.find(({ id }) => id === "justice.finesFen24m")!.value;
    const before = BigInt(String(await fines()));
    await share("second", ",删除标志", [`A-${number},罚款,300元,${day},否`, `B-${number},罚款,1000元,${day},是`]);
    expect(String(await fines())).to.equal(String(before - 110_000n + 30_000n));
    const { digest } = (await later.stores.profiles.between(uscc, uscc)).get(uscc)!;
    await later.stores.profiles.drop(uscc);
    const operator = (await path.demo("operator")).api;
    await operator.transport.post("/profile-runs", {}, recomputeRun);
    const { run } = await waitFor("the pass", async () => {
      const state = await operator.transport.get("/profile-runs/latest", recomputeState);
      return state.run?.state === "done" ? state : undefined;
    });
    expect(run!.done).to.be.at.least(60);
    expect(run!.changed).to.be.within(1, run!.done);
    expect((await later.stores.profiles.between(uscc, uscc)).get(uscc)?.digest).to.equal(digest);
  });

  it("goes on where a pass was cut off, and writes only what has changed", async () => {
    // Two passes of which the first has written everything: the second confirms it.
    const pass = async () => {
      await later.services.recomputing.start();
      await waitFor("the pass", async () => {
        await later.services.recomputing.step();
        const { run } = await later.services.recomputing.state();
        return run?.state === "done" ? run : undefined;
      });
      return (await later.services.recomputing.state()).run!;
    };
    await pass();
    const again = await pass();
    expect(again.changed).to.equal(0);
    const half = { ...(await later.stores.profiles.run())!, _id: "zz", state: "running" as const, after: uscc };
    await later.stores.profiles.startRun({ ...half, startedAt: new Date(Date.now() + 1), done: 7, changed: 3 });
    const resumed = await pass();
    expect(resumed.id).to.equal("zz");
    expect(resumed.done).to.be.below(again.done + 7);
    expect(resumed.changed).to.equal(3);
  });

  it("is worked out again on another day", async () => {
    await api.profile();
    later.setDays(400);
    const then = await later.as(api).profile();
    later.setDays(0);
    // Nothing came for more than a year: registers don't speak for that day any more.
    expect(then.indicators.find(({ id }) => id === "justice.openJudgments")).to.deep.include({
      value: null,
      why: "stale",
    });
    expect((await api.profile()).indicators.find(({ id }) => id === "justice.openJudgments")?.value).to.not.equal(null);
  });

  it("is never what a narrower consent shows", async () => {
    await api.profile();
    const { request } = await openNewRequest(path);
    const bank = (await path.party("firstBank")).api;
    const consent = await giveConsent(path, { terms: { catalogs: ["court-judgments", "business-registration"] } });
    const seen = await bank.profileFor(request.id);
    expect([...new Set(seen.indicators.map(({ source }) => source.catalogId))].toSorted()).to.deep.equal([
      "business-registration",
      "court-judgments",
    ]);
    expect(seen.series).to.deep.equal([]);
    for (const { catalogId } of [...seen.evidence, ...seen.events, ...seen.ties, ...seen.licences])
      expect(["business-registration", "court-judgments"]).to.include(catalogId);
    const recordId = seen.indicators.find(({ id }) => id === "identity.status")!.recordIds[0]!;
    await bank.record(recordId);
    const { id } = seen.snapshot!;
    await waitFor("the copy", async () => (await bank.copies()).items.find((copy) => copy.id === id));
    await revokeConsent(path, consent);
    // Every door, in the very next request.
    await refused(bank.profileFor(request.id), 403, "consent.required");
    await refused(bank.record(recordId), 404, "notFound");
    await refused(bank.recordProof(recordId), 404, "notFound");
    await refused(bank.snapshotProof(id), 403, "consent.required");
    await refused(bank.copy(id), 403, "consent.required");
    expect((await api.profile()).indicators.length).to.be.above(60);
  });

  it("leaves no copy in caches on the way", async () => {
    const { url } = await sharedServer();
    const token = api.transport.options.token!;
    for (const door of ["/profile", "/profile/export"]) {
      const answer = await fetch(`${url}/api/v1${door}`, { headers: { authorization: `Bearer ${token}` } });
      expect([answer.status, answer.headers.get("cache-control"), answer.headers.get("etag")]).to.deep.equal([
        200,
        "no-store",
        null,
      ]);
      await answer.body?.cancel();
    }
  });
});
