import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { startDocumentStore } from "../../backend/embedded/document-store/index.ts";
import { type ResourceInput, resourceInput } from "../../backend/features/data-sources/resource-schemas.ts";
import type { Actor } from "../../backend/lib/actor.ts";
import { random } from "../support/chain-kill.ts";
import { codeOf } from "../support/domain-fault.ts";
import { type JsonSource, json, paged, startJsonSource } from "../support/json-source.ts";
import { openPullWorld, type PullWorld } from "../support/pull-world.ts";

const actor: Actor = { accountId: "a", sessionId: "s", role: "department", participantId: "d" };

describe("fetching from a department's system, over the real store", function () {
  this.timeout(60_000);
  let folder: string;
  let server: Awaited<ReturnType<typeof startDocumentStore>>;
  let source: JsonSource;
  let world: PullWorld;
  let now: Date;
  let rows: { code: string; at?: string; gone?: boolean; n?: number }[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-pull-"));
    server = await startDocumentStore({ dataDir: folder, port: 0 });
    world = await openPullWorld(server.uri, { now: () => now });
    source = await startJsonSource(() => undefined);
  });
  after(async () => {
    await world?.stop();
    await source?.stop();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    now = new Date("2026-03-05T02:00:00Z");
    rows = Array.from({ length: 25 }, (_, n) => ({ code: `C${n}`, n }));
    source.answer = paged(() => rows, 10);
    source.calls.length = 0;
    for (const name of ["batches", "fetchStates", "sourceRuns", "sourcePages", "dataResources"]) {
      await world.connection.collection(name).deleteMany({});
    }
  });

  type Set = Partial<Omit<ResourceInput, "pull">> & { pull?: Partial<NonNullable<ResourceInput["pull"]>> };
  const input = ({ pull, ...set }: Set = {}): ResourceInput =>
    resourceInput.parse({
      catalogId: "payments",
      kind: "pull",
      name: "缴费接口",
      owner: "信息中心",
      everyMinutes: 60,
      mapping: [{ source: "code", field: "code" }],
      pull: {
        url: `${source.url}/rows`,
        rows: "/data/rows",
        paging: { kind: "cursor", parameter: "cursor", pointer: "/next" },
        timeoutSeconds: 1,
        ...pull,
      },
      ...set,
    });
  const activate = async (set: Set = {}) => {
    const { id } = await world.resources.create(actor, input(set));
    return world.resources.act(actor, id, "activate");
  };
  const later = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };
  /** Until nothing is due. */
  const work = async () => {
    for (let steps = 0; await world.pulls.step(); steps++) if (steps > 200) throw new Error("there is no end");
  };
  const codes = async () => (await world.received()).flatMap(({ lines }) => lines.map(({ code }) => code));
  const lastRun = async (id: string) => (await world.resources.runs(actor, id, 1)).items[0]!;

  it("reads all pages, one batch each, and again at the next time", async () => {
    const { id } = await activate();
    await work();
    expect((await world.received()).map(({ lines }) => lines.length)).to.deep.equal([10, 10, 5]);
    expect(await codes()).to.deep.equal(rows.map(({ code }) => code));
    expect(await lastRun(id)).to.deep.include({ state: "done", trigger: "schedule", pages: 3, rows: 25, attempts: 0 });
    expect((await world.resources.get(actor, id)).nextRunAt).to.equal("2026-03-05T03:00:00.000Z");
    await work();
    expect(source.calls).to.deep.equal(["/rows", "/rows?cursor=10", "/rows?cursor=20"]);
    later(3 * 3600 + 1);
    await work();
    expect(source.calls, "what was missed is not made up for").to.have.length(6);
    expect((await world.resources.get(actor, id)).nextRunAt).to.equal("2026-03-05T06:00:00.000Z");
  });

  it("goes on where it was with a time or a lasting cursor, and passes deletions on", async () => {
    rows = rows.map((row, n) => ({ ...row, at: `2026-03-05T01:00:${String(n).padStart(2, "0")}Z` }));
    source.answer = (url, response) => {
      const since = url.searchParams.get("since") ?? "";
      json(response, { data: { rows: rows.filter(({ at }) => at! > since).slice(0, 10) } });
    };
    const paging = { kind: "since", parameter: "since", pointer: "/at" } as const;
    await activate({ pull: { paging }, deletion: { source: "gone", values: ["true"] } });
    await work();
    expect(await codes()).to.have.length(25);
    rows.push({ code: "C3", at: "2026-03-05T01:30:00Z", gone: true });
    later(3601);
    await work();
    const last = (await world.received()).at(-1)!;
    expect(last.lines.map(({ code, _deleted }) => [code, _deleted])).to.deep.equal([["C3", "true"]]);
    expect(last.sourceTime).to.equal("2026-03-05T01:30:00.000Z");
  });

  it("numbers pages where the source wants numbers", async () => {
    source.answer = (url, response) => {
      const [page, size] = [Number(url.searchParams.get("p")), Number(url.searchParams.get("n"))];
      json(response, rows.slice((page - 1) * size, page * size));
    };
    const paging = { kind: "page", parameter: "p", sizeParameter: "n", first: 1, size: 12 } as const;
    await activate({ pull: { rows: "", paging } });
    await work();
    expect(await codes()).to.deep.equal(rows.map(({ code }) => code));
  });

  it("sends its secrets, keeps them sealed, and shows them nobody", async () => {
    const sent: (string | undefined)[] = [];
    const answer = source.answer;
    source.answer = (url, response, request) => {
      sent.push(request.headers.authorization);
      answer(url, response, request);
    };
    const headers = [{ name: "Authorization", value: "Bearer very-secret" }];
    const made = await activate({ pull: { headers } });
    await work();
    expect(new Set(sent)).to.deep.equal(new Set(["Bearer very-secret"]));
    expect(JSON.stringify(made)).to.not.contain("very-secret");
    const kept = await world.connection.collection("dataResources").findOne({});
    expect(JSON.stringify(kept)).to.not.contain("very-secret");
    // Without its value the kept one stays, but never for another server.
    const edited = input({ pull: { headers: [{ name: "Authorization" }], rows: "/data/rows" } });
    await world.resources.edit(actor, made.id, made.version, { ...edited, name: "改名" });
    later(3601);
    await work();
    expect(sent).to.have.length(6);
    const { version } = await world.resources.get(actor, made.id);
    const elsewhere = { ...edited, pull: { ...edited.pull!, url: "http://127.0.0.1:9/rows" } };
    expect(await codeOf(world.resources.edit(actor, made.id, version, elsewhere))).to.equal("source.secretNeeded");
    const changes = (await world.resources.changes(actor, made.id)).items;
    expect(changes.map(({ action, fields }) => [action, ...fields])).to.deep.equal([
      ["edit", "name"],
      ["activate", "state"],
      ["create"],
    ]);
  });

  it("tries again with growing pauses while the source fails, then leaves it to the next time", async () => {
    const answer = source.answer;
    source.answer = (_, response) => json(response, {}, 503);
    const { id } = await activate();
    await work();
    const pauses: number[] = [];
    for (let attempt = 1; attempt < 6; attempt++) {
      const run = await lastRun(id);
      expect(run).to.deep.include({ state: "waiting", attempts: attempt });
      expect(run.fault).to.deep.equal({ code: "source.status", message: "the source answers 503" });
      const pause = (Date.parse(run.nextAttemptAt!) - now.getTime()) / 1000;
      pauses.push(pause);
      later(pause);
      await work();
    }
    expect(pauses).to.deep.equal([0.5, 1, 2, 4, 8]);
    expect(await lastRun(id)).to.deep.include({ state: "failed", attempts: 6 });
    source.answer = answer;
    later(3600);
    await work();
    expect(await lastRun(id)).to.deep.include({ state: "done", rows: 25 });
    expect(await codes()).to.have.length(25);
  });

  it("waits as long as the source asks for", async () => {
    source.answer = (_, response) => json(response, {}, 429, { "retry-after": "120" });
    const { id } = await activate();
    await work();
    expect(Date.parse((await lastRun(id)).nextAttemptAt!) - now.getTime()).to.equal(120_000);
  });

  it("goes on after the page that was taken when a later one fails", async () => {
    const answer = source.answer;
    let failures = 2;
    source.answer = (url, response, request) => {
      if (url.searchParams.get("cursor") === "10" && failures-- > 0) response.destroy();
      else answer(url, response, request);
    };
    const { id } = await activate();
    for (let n = 0; n < 5; n++) {
      await work();
      later(10);
    }
    expect(source.calls.filter((call) => call === "/rows")).to.have.length(1);
    expect(await codes()).to.deep.equal(rows.map(({ code }) => code));
    expect(await lastRun(id)).to.deep.include({ state: "done", pages: 3, rows: 25, attempts: 0 });
    expect(await lastRun(id)).to.not.have.property("fault");
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
      source.answer = answer;
      const { id } = await activate();
      // A circle is seen on the second page.
      await work();
      const run = await lastRun(id);
      expect([run.fault?.code, run.state], run.fault?.message).to.deep.equal([code, state]);
      if (what !== "that leads in a circle") expect(await world.received()).to.deep.equal([]);
    });
  }

  it("is stopped by a pause, and reads all anew when asked to", async () => {
    const { id } = await activate();
    await world.pulls.step();
    await world.resources.act(actor, id, "pause");
    await work();
    expect(source.calls).to.have.length(1);
    expect(await codeOf(world.resources.runNow(actor, id, false))).to.equal("source.state");
    await world.resources.act(actor, id, "activate");
    await work();
    expect(await codes()).to.have.length(25);
    await world.resources.runNow(actor, id, true);
    await work();
    expect(await lastRun(id)).to.deep.include({ state: "done", trigger: "manual", rows: 25 });
    expect(source.calls).to.have.length(6);
  });

  it("is done by one of several processes", async () => {
    const other = await openPullWorld(server.uri, { now: () => now });
    await activate();
    for (let n = 0; n < 20; n++) await Promise.all([world.pulls.step(), other.pulls.step(), world.pulls.step()]);
    expect(source.calls).to.deep.equal(["/rows", "/rows?cursor=10", "/rows?cursor=20"]);
    await other.stop();
  });

  it("neither loses nor repeats a row through kill -9 at any moment, though the source changes meanwhile", async function () {
    this.timeout(120_000);
    now = new Date();
    // Each answer tells when it was asked: a page that is read twice would be two batches.
    let asked = 0;
    rows = Array.from({ length: 240 }, (_, n) => ({ code: `C${n}`, n }));
    source.answer = (url, response) => {
      const from = Number(url.searchParams.get("cursor") ?? 0);
      const page = rows.slice(from, from + 10).map((row) => ({ ...row, asked: ++asked }));
      json(response, { data: { rows: page }, next: from + 10 < rows.length ? String(from + 10) : null });
    };
    const mapping = ["code", "asked"].map((name) => ({ source: name, field: name }));
    const { id } = await activate({ mapping });
    const next = random(20_260_305);
    let kills = 0;
    for (let round = 1; (await lastRun(id).catch(() => undefined))?.state !== "done"; round++) {
      if (round > 60) throw new Error("there is no end");
      const child: ChildProcess = fork(join(import.meta.dirname, "../support/pull-process.ts"), [
        server.uri,
        String(round * 31_000),
      ]);
      const gone = new Promise((resolve) => child.once("exit", resolve));
      await new Promise((resolve) => child.once("message", resolve));
      // After some pages, at any moment of one: on a busy machine too a round gets somewhere.
      const until = source.calls.length + Math.floor(next() * 7);
      for (let ms = 0; source.calls.length < until && ms < 5_000; ms++) await sleep(1);
      await sleep(next() * 25);
      if ((await world.resources.runs(actor, id, 1)).items[0]?.state !== "done") kills++;
      child.kill("SIGKILL");
      await gone;
    }
    const seen = await codes();
    expect(kills, "kills in the middle").to.be.above(2);
    expect(seen).to.deep.equal(rows.map(({ code }) => code));
    expect(await lastRun(id)).to.deep.include({ state: "done", pages: 24, rows: 240 });
  });
});
