import { expect } from "chai";
import { type JsonSource, json } from "../support/json-source.ts";
import { PullTests } from "../support/pull-tests.ts";

describe("fetching from a department's system, over the real store", function () {
  this.timeout(60_000);
  const t = new PullTests();

  it("tries again with growing pauses while the source fails, then leaves it to the next time", async () => {
    const answer = t.source.answer;
    t.source.answer = (_, response) => json(response, {}, 503);
    const { id } = await t.activate();
    await t.work();
    const pauses: number[] = [];
    for (let attempt = 1; attempt < 6; attempt++) {
      const run = await t.lastRun(id);
      expect(run).to.deep.include({ state: "waiting", attempts: attempt });
      expect(run.fault).to.deep.equal({ code: "source.status", message: "the source answers 503" });
      const pause = (Date.parse(run.nextAttemptAt!) - t.now.getTime()) / 1000;
      pauses.push(pause);
      t.later(pause);
      await t.work();
    }
    expect(pauses).to.deep.equal([0.5, 1, 2, 4, 8]);
    expect(await t.lastRun(id)).to.deep.include({ state: "failed", attempts: 6 });
    t.source.answer = answer;
    t.later(3600);
    await t.work();
    expect(await t.lastRun(id)).to.deep.include({ state: "done", rows: 25 });
    expect(await t.codes()).to.have.length(25);
  });

  it("waits as long as the source asks for", async () => {
    t.source.answer = (_, response) => json(response, {}, 429, { "retry-after": "120" });
    const { id } = await t.activate();
    await t.work();
    expect(Date.parse((await t.lastRun(id)).nextAttemptAt!) - t.now.getTime()).to.equal(120_000);
  });

  it("goes on after the page that was taken when a later one fails", async () => {
    const answer = t.source.answer;
    let failures = 2;
    t.source.answer = (url, response, request) => {
      if (url.searchParams.get("cursor") === "10" && failures-- > 0) response.destroy();
      else answer(url, response, request);
    };
    const { id } = await t.activate();
    for (let n = 0; n < 5; n++) {
      await t.work();
      t.later(10);
    }
    expect(t.source.calls.filter((call) => call === "/rows")).to.have.length(1);
    expect(await t.codes()).to.deep.equal(t.rows.map(({ code }) => code));
    expect(await t.lastRun(id)).to.deep.include({ state: "done", pages: 3, rows: 25, attempts: 0 });
    expect(await t.lastRun(id)).to.not.have.property("fault");
  });

  for (const [what, answer, code, state] of [
    [
      "that redirects",
      (_, r) => r.writeHead(302, { location: "http://127.0.0.1:9/" }).end(),
      "source.redirect",
      "failed",
    ],
    ["that refuses", (_, r) => json(r, {}, 403), "source.status", "failed"],
    ["that answers no JSON", (_, r) => r.end("<html>"), "source.answer", "failed"],
    [
      "that answers broken UTF-8",
      (_, r) => r.end(Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d])),
      "source.answer",
      "failed",
    ],
    ["without rows where they should be", (_, r) => json(r, { rows: [] }), "source.answer", "failed"],
    ["whose rows are none", (_, r) => json(r, { data: { rows: [1] } }), "source.answer", "failed"],
    [
      "that leads in a circle",
      (_, r) => json(r, { data: { rows: [{ code: "C" }] }, next: "7" }),
      "source.answer",
      "failed",
    ],
    [
      "that is compressed unasked",
      (_, r) => r.writeHead(200, { "content-encoding": "gzip" }).end("x"),
      "source.answer",
      "failed",
    ],
    [
      "that claims a short length and never stops",
      (_, r) => {
        r.writeHead(200, { "content-type": "application/json" });
        const chunk = Buffer.alloc(1024 * 1024, 32);
        const more = () => {
          while (!r.destroyed && r.write(chunk));
        };
        r.on("drain", more);
        more();
      },
      "source.tooLarge",
      "failed",
    ],
    ["that never answers", () => undefined, "source.timeout", "waiting"],
    [
      "that drips",
      (_, r) => {
        r.writeHead(200);
        const timer = setInterval(() => r.write(" "), 50);
        r.on("close", () => clearInterval(timer));
      },
      "source.timeout",
      "waiting",
    ],
    [
      "that breaks off",
      (_, r) => {
        r.writeHead(200, { "content-length": "1000" });
        r.write("[");
        setTimeout(() => r.destroy(), 50);
      },
      "source.unreachable",
      "waiting",
    ],
  ] satisfies [string, JsonSource["answer"], string, string][]) {
    it(`takes nothing from a source ${what}`, async () => {
      t.source.answer = answer;
      const { id } = await t.activate();
      // A circle is seen on the second page.
      await t.work();
      const run = await t.lastRun(id);
      expect([run.fault?.code, run.state], run.fault?.message).to.deep.equal([code, state]);
      if (what !== "that leads in a circle") expect(await t.world.received()).to.deep.equal([]);
    });
  }
});
