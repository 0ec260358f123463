import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { random } from "../support/chain-kill.ts";
import { json } from "../support/json-source.ts";
import { actor, PullTests } from "../support/pull-tests.ts";
import { openPullWorld } from "../support/pull-world.ts";

describe("fetching from a department's system, over the real store", function () {
  this.timeout(60_000);
  const t = new PullTests();

  it("is done by one of several processes", async () => {
    const other = await openPullWorld(t.server.uri, { now: () => t.now });
    await t.activate();
    for (let n = 0; n < 20; n++) await Promise.all([t.world.pulls.step(), other.pulls.step(), t.world.pulls.step()]);
    expect(t.source.calls).to.deep.equal(["/rows", "/rows?cursor=10", "/rows?cursor=20"]);
    await other.stop();
  });

  it("neither loses nor repeats a row through kill -9 at any moment, though the source changes meanwhile", async function () {
    this.timeout(120_000);
    t.now = new Date();
    // Each answer tells when it was asked: a page that is read twice would be two batches.
    let asked = 0;
    t.rows = Array.from({ length: 240 }, (_, n) => ({ code: `C${n}`, n }));
    t.source.answer = (url, response) => {
      const from = Number(url.searchParams.get("cursor") ?? 0);
      const page = t.rows.slice(from, from + 10).map((row) => ({ ...row, asked: ++asked }));
      json(response, { data: { rows: page }, next: from + 10 < t.rows.length ? String(from + 10) : null });
    };
    const mapping = ["code", "asked"].map((name) => ({ source: name, field: name }));
    const { id } = await t.activate({ mapping });
    const next = random(20_260_305);
    let kills = 0;
    for (let round = 1; (await t.lastRun(id).catch(() => undefined))?.state !== "done"; round++) {
      if (round > 60) throw new Error("there is no end");
      const child: ChildProcess = fork(join(import.meta.dirname, "../support/pull-process.ts"), [
        t.server.uri,
        String(round * 31_000),
      ]);
      const gone = new Promise((resolve) => child.once("exit", resolve));
      await new Promise((resolve) => child.once("message", resolve));
      // After some pages, at any moment of one: on a busy machine too a round gets somewhere.
      const until = t.source.calls.length + Math.floor(next() * 7);
      for (let ms = 0; t.source.calls.length < until && ms < 5_000; ms++) await sleep(1);
      await sleep(next() * 25);
      if ((await t.world.resources.runs(actor, id, 1)).items[0]?.state !== "done") kills++;
      child.kill("SIGKILL");
      await gone;
    }
    const seen = await t.codes();
    expect(kills, "kills in the middle").to.be.above(2);
    expect(seen).to.deep.equal(t.rows.map(({ code }) => code));
    expect(await t.lastRun(id)).to.deep.include({ state: "done", pages: 24, rows: 240 });
  });
});
