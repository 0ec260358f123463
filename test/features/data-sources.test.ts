import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import pg from "pg";
import type { ResourceView } from "../../backend/features/data-sources/resource-schemas.ts";
import type { Scoreboard } from "../../backend/features/data-sources/scoreboard-schemas.ts";
import type { Problem } from "../../backend/lib/schemas.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { finishedBatch } from "../support/batches.ts";
import {
  activate,
  CATALOG,
  licence,
  MAPPING,
  register,
  resourceBody,
  type SourcesServer,
  startSourcesServer,
} from "../support/data-sources.ts";
import { type JsonSource, paged, startJsonSource } from "../support/json-source.ts";
import { type DatabaseServer, startPostgres } from "../support/postgres-server.ts";

interface Preview {
  columns: string[];
  rows: { source: Record<string, string>; record?: Record<string, unknown>; deleted: boolean; faults: unknown[] }[];
  faults: unknown[];
}

describe("resources that are fetched, over HTTP", function () {
  this.timeout(180_000);
  let server: SourcesServer;
  let source: JsonSource;
  let database: DatabaseServer;
  let rows: ReturnType<typeof licence>[];

  before(async () => {
    rows = Array.from({ length: 25 }, (_, n) => licence(`PULL-${n}`));
    [server, source, database] = await Promise.all([
      startSourcesServer(),
      startJsonSource(paged(() => rows, 10)),
      startPostgres(),
    ]);
  });
  after(async () => {
    await server?.stop();
    await source?.stop();
    await database?.stop();
  });

  const pull = (set: Record<string, unknown> = {}) => ({
    kind: "pull",
    name: "证照接口",
    everyMinutes: 60,
    pull: {
      url: `${source.url}/rows`,
      rows: "/data/rows",
      paging: { kind: "cursor", parameter: "cursor", pointer: "/next" },
      headers: [{ name: "X-Api-Key", value: "geheim" }],
      ...set,
    },
  });
  const table = (set: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
    kind: "table",
    name: "证照表",
    everyMinutes: 60,
    table: { engine: "postgresql", host: "127.0.0.1", port: database.port, tls: "off", table: "licences", ...set },
    ...more,
  });
  const idle = (id: string, runs = 1) =>
    waitFor("the run to end", async () => {
      const { body } = await server.market.get<{ items: { state: string; batchIds: string[] }[]; total: number }>(
        `/data-resources/${id}/runs`,
      );
      const [last] = body.items;
      return body.total >= runs && last && ["done", "failed"].includes(last.state) ? last : undefined;
    });
  const storedOf = async (batchIds: readonly string[]) => {
    const batches = await Promise.all(batchIds.map((id) => finishedBatch(server.api, id)));
    return batches.map(({ stored, duplicates, deleted }) => ({ stored, duplicates, deleted }));
  };

  it("shows first what a source gives and what it would become, and keeps nothing of it", async () => {
    rows[1] = licence("PULL-1", { since: "tomorrow" });
    const shown = await server.market.post<Preview>("/data-resource-previews", { resource: resourceBody(pull()) });
    expect(shown.status, JSON.stringify(shown.body)).to.equal(200);
    expect(shown.body.columns).to.deep.equal(["code", "type", "no", "since", "state"]);
    expect(shown.body.rows).to.have.length(10);
    expect(shown.body.rows[0]?.record).to.deep.include({ kind: "food-business", licenceNo: "PULL-0", status: "valid" });
    expect(shown.body.rows[1]?.faults).to.have.length(1);
    expect(shown.body.rows[1]).to.not.have.property("record");
    const unmapped = { resource: { ...resourceBody(pull()), mapping: [] } };
    const raw = await server.market.post<Preview>("/data-resource-previews", unmapped);
    expect(raw.body.faults).to.not.deep.equal([]);
    const before = await server.market.get<{ items: unknown[] }>("/data-resources");
    expect(before.body.items).to.deep.equal([]);
    rows[1] = licence("PULL-1");
  });

  it("refuses addresses inside, and files of the server, with a clear problem", async () => {
    for (const url of [
      "http://169.254.169.254/latest/meta-data",
      `http://localhost:${source.port}/`,
      "http://[::1]:27017/",
      "https://example.com/",
    ]) {
      const answer = await server.market.post<Problem>("/data-resource-previews", {
        resource: resourceBody(pull({ url })),
      });
      expect(answer.body.code, url).to.equal("outbound.notAllowed");
      expect(answer.body.fix).to.match(/OUTBOUND_ALLOW/);
    }
    for (const url of ["file:///etc/passwd", "gopher://127.0.0.1/", "http://user:pw@127.0.0.1/"]) {
      const answer = await server.market.post<Problem>("/data-resource-previews", {
        resource: resourceBody(pull({ url })),
      });
      expect([answer.status, answer.body.code], url).to.deep.equal([400, "input.invalid"]);
    }
    expect(source.calls.filter((call) => call !== "/rows")).to.deep.equal([]);
  });

  it("fetches an API when it is activated and when it is asked to, each change once", async () => {
    const { id } = await register(server.market, pull());
    const active = await activate(server.market, id);
    expect(JSON.stringify(active)).to.not.contain("geheim");
    const first = await idle(id);
    expect(first).to.deep.include({ state: "done", rows: 25, pages: 3 });
    expect(await storedOf(first.batchIds)).to.deep.equal(
      [10, 10, 5].map((stored) => ({ stored, duplicates: 0, deleted: 0 })),
    );
    rows[3] = licence("PULL-3", { state: "注销" });
    expect((await server.market.post(`/data-resources/${id}/runs`)).status).to.equal(202);
    const second = await idle(id, 2);
    expect(await storedOf(second.batchIds)).to.deep.equal([
      { stored: 1, duplicates: 9, deleted: 0 },
      { stored: 0, duplicates: 10, deleted: 0 },
      { stored: 0, duplicates: 5, deleted: 0 },
    ]);
    await server.market.post(`/data-resources/${id}/pause`);
  });

  it("reads a table of PostgreSQL: what is new, what was changed, and what was deleted", async () => {
    const client = new pg.Client({
      host: "127.0.0.1",
      port: database.port,
      user: "postgres",
      password: database.password,
      database: "postgres",
    });
    await client.connect();
    const example = licence("");
    await client.query(
      "CREATE TABLE licences (code text, type text, no text PRIMARY KEY, since date, state text, gone boolean, at timestamptz)",
    );
    await client.query(
      `INSERT INTO licences SELECT $1, $2, 'TABLE-' || n, '2025-03-05', $3, false, now() FROM generate_series(1, 30) n`,
      [example.code, example.type, example.state],
    );
    const { id } = await register(
      server.market,
      table(
        {
          database: "postgres",
          user: "postgres",
          password: database.password,
          keyColumn: "no",
          updatedColumn: "at",
          pageRows: 20,
        },
        { mapping: MAPPING, deletion: { source: "gone", values: ["true"] } },
      ),
    );
    await activate(server.market, id);
    const first = await idle(id);
    expect(first).to.deep.include({ state: "done", rows: 30, pages: 2 });
    expect((await storedOf(first.batchIds)).map(({ stored }) => stored)).to.deep.equal([20, 10]);
    const batch = await finishedBatch(server.api, first.batchIds[0]!);
    expect(batch.origin.kind).to.equal("table");
    expect(batch.origin.sourceTime).to.be.a("string");
    await client.query("UPDATE licences SET state = '注销', at = clock_timestamp() WHERE no = 'TABLE-7'");
    await client.query("UPDATE licences SET gone = true, at = clock_timestamp() WHERE no = 'TABLE-8'");
    await client.end();
    await server.market.post(`/data-resources/${id}/runs`);
    const second = await idle(id, 2);
    expect(second).to.deep.include({ state: "done", rows: 2 });
    expect(await storedOf(second.batchIds)).to.deep.equal([{ stored: 2, duplicates: 0, deleted: 1 }]);
  });

  it("reads a table of a SQLite file in its folder", async () => {
    const file = new DatabaseSync(join(server.sqliteDir, "shared.db"));
    file.exec("CREATE TABLE licences (id INTEGER PRIMARY KEY, code TEXT, type TEXT, no TEXT, since TEXT, state TEXT)");
    const insert = file.prepare("INSERT INTO licences (code, type, no, since, state) VALUES (?, ?, ?, ?, ?)");
    for (let n = 0; n < 5; n++) insert.run(...(Object.values(licence(`FILE-${n}`)) as string[]));
    file.close();
    const set = { engine: "sqlite", host: "", port: undefined, database: "shared.db", keyColumn: "id" };
    const { id } = await register(server.market, table(set));
    await activate(server.market, id);
    const run = await idle(id);
    expect(await storedOf(run.batchIds)).to.deep.equal([{ stored: 5, duplicates: 0, deleted: 0 }]);
  });

  it("takes a file through its resource", async () => {
    const { id } = await register(server.market, { kind: "file", name: "证照文件", mapping: [] });
    const headings = "统一社会信用代码,证照类型,证照编号,有效期起,证照状态";
    const body = `${headings}\n${Object.values(licence("UPLOAD-1")).join(",")}\n`;
    const upload = () =>
      fetch(`${server.url}/api/v1/data-resources/${id}/files?fileName=a.csv`, {
        method: "POST",
        headers: { authorization: server.marketAuthorization, "content-type": "application/octet-stream" },
        body,
      });
    expect((await upload()).status).to.equal(409);
    await activate(server.market, id);
    const { batchId } = (await (await upload()).json()) as { batchId: string };
    expect(await finishedBatch(server.api, batchId)).to.deep.include({ stored: 1 });
    expect((await server.api.batch(batchId)).origin).to.deep.include({ kind: "file", resourceId: id });
  });

  it("keeps a change for who changed it last", async () => {
    const made = await register(server.market, pull());
    const edit = (version: number, name: string) =>
      server.market.post<ResourceView & Problem>(`/data-resources/${made.id}/edits`, {
        version,
        resource: resourceBody({ ...pull({ headers: [{ name: "X-Api-Key" }] }), name }),
      });
    expect((await edit(made.version, "甲")).body.name).to.equal("甲");
    expect((await edit(made.version, "乙")).body.code).to.equal("conflict");
    const changes = await server.market.get<{ items: { action: string; fields: string[] }[] }>(
      `/data-resources/${made.id}/changes`,
    );
    expect(changes.body.items.map(({ action, fields }) => [action, ...fields])).to.deep.equal([
      ["edit", "name"],
      ["create"],
    ]);
  });

  it("counts all of it on the scoreboard", async () => {
    const board = await waitFor("the counts to be summed", async () => {
      const { body } = await server.market.get<Scoreboard>("/scoreboard?days=7");
      const licences = body.catalogs.find(({ catalogId }) => catalogId === CATALOG)!;
      return licences.batches > 8 ? { body, licences } : undefined;
    });
    const { body, licences } = board;
    expect(licences.resources).to.equal(3);
    expect(licences.freshness).to.deep.include({ state: "fresh", allowedDays: 7 });
    expect(licences.errorRate).to.be.within(0, 0.5);
    expect(licences.completeness.required).to.equal(1);
    expect(licences.completeness.optional).to.be.within(0, 1);
    expect(licences.latency!.meanMs).to.be.above(0);
    expect(licences.score).to.be.within(30, 100);
    expect(body.departments).to.have.length(1);
    expect(body.trend).to.have.length(7);
    const today = body.trend.at(-1)!;
    expect(today.rows).to.be.above(80);
    const all = (await server.regulator.get<Scoreboard>("/scoreboard")).body;
    const ranks = all.departments.flatMap(({ rank }) => rank ?? []);
    expect(ranks).to.deep.equal(ranks.map((_, index) => index + 1));
    const scores = all.departments.flatMap(({ score }) => score ?? []);
    expect(scores).to.deep.equal(scores.toSorted((a, b) => b - a));
    expect(new Set(all.catalogs.map(({ departmentCode }) => departmentCode)).size).to.be.above(3);
    expect((await server.anyone.get("/scoreboard")).status).to.equal(401);
  });
});
