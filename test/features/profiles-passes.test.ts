import { expect } from "chai";
import { recomputeRun, recomputeState } from "../../backend/features/profiles/profile-schemas.ts";
import { connectMongo } from "../../backend/platform/mongo/connect.ts";
import type { Api } from "../../scripts/client/api.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { newPath } from "../support/actors.ts";
import { type LaterServer, startLater } from "../support/later.ts";
import { refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";

const DAY_MS = 86_400_000;

describe("passes that work out all profiles again", function () {
  this.timeout(120_000);
  let operator: Api;
  let regulator: Api;
  let institution: Api;
  let later: LaterServer;

  const state = (api = operator) => api.transport.get("/profile-runs/latest", recomputeState);
  const start = (api = operator) => api.transport.post("/profile-runs", {}, recomputeRun);
  const finished = (id: string) =>
    waitFor("the pass to end", async () => {
      const { run } = await state();
      return run?.id === id && run.state === "done" ? run : undefined;
    });

  before(async () => {
    const path = await newPath();
    const { demoAccounts } = await sharedServer();
    operator = (await path.demo("operator")).api;
    regulator = (await path.demo("regulator")).api;
    const bank = demoAccounts.find(({ username }) => username.startsWith("bank-"))!;
    institution = path.api.as((await path.api.login(bank.username, bank.password)).token);
    later = await startLater(await sharedServer());
  });
  after(async () => {
    await later?.stop();
    // Other tests of this server live today.
    const connection = await connectMongo((await sharedServer()).mongodbUri);
    await connection.collection("profileRuns").deleteMany({ startedAt: { $gt: new Date() } });
    await connection.close();
  });

  it("are started by the operator alone, one at a time, and tell how far they are and how long they took", async () => {
    const ready = await waitFor("none under way", async () => {
      const now = await state();
      return now.run?.state === "done" ? now : undefined;
    });
    const [first, second] = await Promise.all([start(), start().then(() => start())]);
    expect(first).to.include({ state: "running", startedBy: "operator" });
    expect(first.total).to.be.at.least(60);
    const run = await finished(second.id);
    expect(run.done).to.be.at.least(60);
    expect(Date.parse(run.finishedAt!)).to.be.at.least(Date.parse(run.startedAt));
    const after = await state(regulator);
    expect(after.earlier.map(({ id }) => id)).to.include(ready.run!.id);
    const midnight = Math.floor(Date.parse(run.startedAt) / DAY_MS + 1) * DAY_MS;
    expect(after.nextDaily).to.equal(new Date(midnight).toISOString());
    await refused(start(regulator), 403);
    await refused(state(institution), 403);
  });

  it("start by themselves once a day, when none is under way", async () => {
    const { run: before } = await state();
    expect(await later.services.recomputing.step(), "one has begun today").to.equal(false);
    expect((await state()).run?.id).to.equal(before!.id);
    later.setDays(1);
    expect(await later.services.recomputing.step()).to.equal(true);
    const { run } = await state();
    expect(run).to.include({ startedBy: "daily" });
    expect(run!.id).not.to.equal(before!.id);
    expect((await later.services.recomputing.start()).id, "one at a time").to.equal(run!.id);
    // The server's worker takes it further.
    const ended = await finished(run!.id);
    expect(ended.done).to.be.at.least(60);
    expect(await later.services.recomputing.step(), "once a day").to.equal(false);
    later.setDays(2);
    expect(await later.services.recomputing.step(), "and the next day again").to.equal(true);
    await finished((await state()).run!.id);
    later.setDays(0);
  });

  it("are gone on with by the worker of a server that starts again", async () => {
    const newest = (await later.stores.profiles.run())!;
    const codes = (await operator.registeredEnterprises("有限公司")).items.map(({ uscc }) => uscc).toSorted();
    await later.stores.profiles.startRun({
      ...newest,
      _id: `${newest._id}-cut`,
      state: "running",
      finishedAt: undefined,
      startedAt: new Date(newest.startedAt.getTime() + 1),
      after: codes[Math.floor(codes.length / 2)]!,
      done: 1_000,
      changed: 5,
    });
    const run = await finished(`${newest._id}-cut`);
    expect(run.done, "only those that were left").to.be.within(1_001, 1_000 + newest.done - 1);
  });
});
