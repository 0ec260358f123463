import { expect } from "chai";
import { codeOf } from "../support/domain-fault.ts";
import { json } from "../support/json-source.ts";
import { actor, PullTests } from "../support/pull-tests.ts";

describe("fetching from a department's system, over the real store", function () {
  this.timeout(60_000);
  const t = new PullTests();

  it("reads all pages, one batch each, and again at the next time", async () => {
    const { id } = await t.activate();
    await t.work();
    expect((await t.world.received()).map(({ lines }) => lines.length)).to.deep.equal([10, 10, 5]);
    expect(await t.codes()).to.deep.equal(t.rows.map(({ code }) => code));
    expect(await t.lastRun(id)).to.deep.include({
      state: "done",
      trigger: "schedule",
      pages: 3,
      rows: 25,
      attempts: 0,
    });
    expect((await t.world.resources.get(actor, id)).nextRunAt).to.equal("2026-03-05T03:00:00.000Z");
    await t.work();
    expect(t.source.calls).to.deep.equal(["/rows", "/rows?cursor=10", "/rows?cursor=20"]);
    t.later(3 * 3600 + 1);
    await t.work();
    expect(t.source.calls, "what was missed is not made up for").to.have.length(6);
    expect((await t.world.resources.get(actor, id)).nextRunAt).to.equal("2026-03-05T06:00:00.000Z");
  });

  it("goes on where it was with a time or a lasting cursor, and passes deletions on", async () => {
    t.rows = t.rows.map((row, n) => ({ ...row, at: `2026-03-05T01:00:${String(n).padStart(2, "0")}Z` }));
    t.source.answer = (url, response) => {
      const since = url.searchParams.get("since") ?? "";
      json(response, { data: { rows: t.rows.filter(({ at }) => at! > since).slice(0, 10) } });
    };
    const paging = { kind: "since", parameter: "since", pointer: "/at" } as const;
    await t.activate({ pull: { paging }, deletion: { source: "gone", values: ["true"] } });
    await t.work();
    expect(await t.codes()).to.have.length(25);
    t.rows.push({ code: "C3", at: "2026-03-05T01:30:00Z", gone: true });
    t.later(3601);
    await t.work();
    const last = (await t.world.received()).at(-1)!;
    expect(last.lines.map(({ code, _deleted }) => [code, _deleted])).to.deep.equal([["C3", "true"]]);
    expect(last.sourceTime).to.equal("2026-03-05T01:30:00.000Z");
  });

  it("numbers pages where the source wants numbers", async () => {
    t.source.answer = (url, response) => {
      const [page, size] = [Number(url.searchParams.get("p")), Number(url.searchParams.get("n"))];
      json(response, t.rows.slice((page - 1) * size, page * size));
    };
    const paging = { kind: "page", parameter: "p", sizeParameter: "n", first: 1, size: 12 } as const;
    await t.activate({ pull: { rows: "", paging } });
    await t.work();
    expect(await t.codes()).to.deep.equal(t.rows.map(({ code }) => code));
  });

  it("sends its secrets, keeps them sealed, and shows them nobody", async () => {
    const sent: (string | undefined)[] = [];
    const answer = t.source.answer;
    t.source.answer = (url, response, request) => {
      sent.push(request.headers.authorization);
      answer(url, response, request);
    };
    const headers = [{ name: "Authorization", value: "Bearer very-secret" }];
    const made = await t.activate({ pull: { headers } });
    await t.work();
    expect(new Set(sent)).to.deep.equal(new Set(["Bearer very-secret"]));
    expect(JSON.stringify(made)).to.not.contain("very-secret");
    const kept = await t.world.connection.collection("dataResources").findOne({});
    expect(JSON.stringify(kept)).to.not.contain("very-secret");
    // Without its value the kept one stays, but never for another t.server.
    const edited = t.input({ pull: { headers: [{ name: "Authorization" }], rows: "/data/rows" } });
    await t.world.resources.edit(actor, made.id, made.version, { ...edited, name: "改名" });
    t.later(3601);
    await t.work();
    expect(sent).to.have.length(6);
    const { version } = await t.world.resources.get(actor, made.id);
    const elsewhere = { ...edited, pull: { ...edited.pull!, url: "http://127.0.0.1:9/rows" } };
    expect(await codeOf(t.world.resources.edit(actor, made.id, version, elsewhere))).to.equal("source.secretNeeded");
    const changes = (await t.world.resources.changes(actor, made.id)).items;
    expect(changes.map(({ action, fields }) => [action, ...fields])).to.deep.equal([
      ["edit", "name"],
      ["activate", "state"],
      ["create"],
    ]);
  });

  it("is stopped by a pause, and reads all anew when asked to", async () => {
    const { id } = await t.activate();
    await t.world.pulls.step();
    await t.world.resources.act(actor, id, "pause");
    await t.work();
    expect(t.source.calls).to.have.length(1);
    expect(await codeOf(t.world.resources.runNow(actor, id, false))).to.equal("source.state");
    await t.world.resources.act(actor, id, "activate");
    await t.work();
    expect(await t.codes()).to.have.length(25);
    await t.world.resources.runNow(actor, id, true);
    await t.work();
    expect(await t.lastRun(id)).to.deep.include({ state: "done", trigger: "manual", rows: 25 });
    expect(t.source.calls).to.have.length(6);
  });
});
