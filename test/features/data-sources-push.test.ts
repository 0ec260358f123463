import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import type { PushReceipt, PushRun } from "../../backend/features/data-sources/push-schemas.ts";
import type { ResourceView } from "../../backend/features/data-sources/resource-schemas.ts";
import type { Problem } from "../../backend/lib/schemas.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { finishedBatch } from "../support/batches.ts";
import {
  type Answer,
  activate,
  addEd25519,
  CATALOG,
  licence,
  type Machine,
  register,
  resourceBody,
  type Sending,
  type SourcesServer,
  send,
  startSourcesServer,
} from "../support/data-sources.ts";

let serial = 0;
const number = () => `PUSH-${++serial}`;

describe("pushing rows with a machine's key", function () {
  this.timeout(180_000);
  let server: SourcesServer;
  let resource: ResourceView;
  let machine: Machine & { pem: string };

  before(async () => {
    server = await startSourcesServer();
    resource = await register(server.market, { deletion: { source: "gone", values: ["Y"] } });
    machine = await addEd25519(server.market, resource.id);
    await activate(server.market, resource.id);
  });
  after(() => server?.stop());

  const pages = (query: string) => `/data-resources/${resource.id}/pages?${query}`;
  const push = (query: string, rows: unknown, more: Partial<Sending> = {}, by: Machine = machine) =>
    send<PushReceipt & Problem>(server.url, by, {
      path: pages(query),
      body: typeof rows === "string" ? rows : JSON.stringify(rows),
      ...more,
    });
  const status = (run: string, by: Machine = machine) =>
    send<PushRun & Problem>(server.url, by, { path: `/data-resources/${resource.id}/pushes/${run}` });
  const taken = (run: string) =>
    waitFor("the delivery to be taken", async () => {
      const { body } = await status(run);
      return body.batch && !["received", "validated"].includes(body.batch.state) ? body : undefined;
    });
  const told = (answer: Answer<Problem>) => [answer.status, answer.body.code];

  it("makes one batch of a page, with the bad rows in quarantine", async () => {
    const rows = [licence(number()), licence(number(), { since: "2025-02-30" }), licence(number())];
    const answer = await push("run=single&sourceTime=2026-03-05T00:00:00Z", rows);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(202);
    expect(answer.body).to.deep.include({ resourceId: resource.id, run: "single", page: 1, last: true, rows: 3 });
    const { batch } = await taken("single");
    expect(batch).to.deep.include({ rows: 3, stored: 2, quarantined: 1 });
    const { items } = await server.api.quarantine(batch!.id);
    expect(items[0]?.faults[0]?.reason).to.equal("dateImpossible");
    expect((await finishedBatch(server.api, batch!.id)).origin).to.deep.equal({
      kind: "push",
      resourceId: resource.id,
      sourceTime: "2026-03-05T00:00:00Z",
    });
    const runs = await server.market.get<{ items: { trigger: string; batchIds: string[] }[] }>(
      `/data-resources/${resource.id}/runs`,
    );
    expect(runs.body.items[0]).to.deep.include({ trigger: "push", state: "done", rows: 3, batchIds: [batch!.id] });
  });

  it("makes one batch of many pages, in any order, however often each is sent", async () => {
    const rows = Array.from({ length: 7 }, () => licence(number()));
    const lines = (from: number, to: number) =>
      rows
        .slice(from, to)
        .map((row) => JSON.stringify(row))
        .join("\n");
    const second = await push("run=many&page=2&last=false", lines(3, 5));
    const third = await push("run=many&page=3&last=true", lines(5, 7));
    expect([second.status, third.status]).to.deep.equal([202, 202]);
    expect((await status("many")).body).to.deep.include({ state: "open", pages: [2, 3], missing: [1], rows: 4 });
    const first = await push("run=many&page=1&last=false", rows.slice(0, 3));
    const again = await Promise.all([
      push("run=many&page=2&last=false", lines(3, 5)),
      push("run=many&page=3&last=true", lines(5, 7)),
      push("run=many&page=1&last=false", rows.slice(0, 3)),
    ]);
    expect(again.map(({ body }) => body)).to.deep.equal([second.body, third.body, first.body]);
    expect((await taken("many")).batch).to.deep.include({ rows: 7, stored: 7, quarantined: 0 });
    const { items } = await server.api.batches({ catalogId: CATALOG });
    expect(items.filter(({ fileName }) => fileName === "证照推送 many.ndjson")).to.have.length(1);
  });

  it("takes the same rows under another name as a delivery of their own, which changes nothing", async () => {
    const rows = [licence(number())];
    await push("run=again-1", rows);
    expect((await taken("again-1")).batch).to.deep.include({ rows: 1, stored: 1 });
    await push("run=again-2", rows);
    const { batch } = await taken("again-2");
    expect(batch).to.deep.include({ rows: 1, stored: 0, quarantined: 0 });
  });

  it("passes deletions on", async () => {
    const gone = number();
    await push("run=before", [licence(gone)]);
    await taken("before");
    await push("run=deletion", [licence(gone, { gone: "Y" })]);
    const { batch } = await taken("deletion");
    expect(batch).to.deep.include({ rows: 1, quarantined: 0 });
    expect(await finishedBatch(server.api, batch!.id)).to.deep.include({ deleted: 1 });
  });

  it("refuses another content under the name of a page, and pages after the last", async () => {
    await push("run=fixed", [licence(number())]);
    expect(told(await push("run=fixed", [licence(number())]))).to.deep.equal([409, "push.pageChanged"]);
    expect(told(await push("run=fixed&page=2&last=false", [licence(number())]))).to.deep.equal([409, "push.ended"]);
    await push("run=order&page=3&last=false", [licence(number())]);
    expect(told(await push("run=order&page=2&last=true", [licence(number())]))).to.deep.equal([409, "push.ended"]);
  });

  it("refuses what isn't signed as it must be, and says why", async () => {
    const rows = [licence(number())];
    const now = Math.floor(Date.now() / 1000);
    const other: Machine = { ...machine, ...(await addEd25519(server.market, resource.id)), keyId: machine.keyId };
    const wrong: [RegExp, Promise<Answer<Problem>>][] = [
      [/not one of a key/, push("run=w", rows, {}, other)],
      [/not one of a key/, push("run=w", rows, { sentPath: pages("run=other") })],
      [/not one of a key/, push("run=w", rows, { parameters: `;created=${now};keyid="nobody"` })],
      [
        /not one of a key/,
        push("run=w", rows, { parameters: `;created=${now};keyid="${machine.keyId}";alg="hmac-sha256"` }),
      ],
      [/seconds off/, push("run=w", rows, { created: now - 301 })],
      [/seconds off/, push("run=w", rows, { created: now + 310 })],
      [/seconds off/, push("run=w", rows, { parameters: `;keyid="${machine.keyId}"` })],
      [/expired/, push("run=w", rows, { parameters: `;created=${now};expires=${now - 1};keyid="${machine.keyId}"` })],
      [/not cover content-digest/, push("run=w", rows, { components: ["@method", "@path", "@query"] })],
      [/not cover @query/, push("run=w", rows, { components: ["@method", "@path", "content-digest"] })],
      [/can't be read/, push("run=w", rows, { headers: { "signature-input": 'sig=("@method";req);created=1' } })],
      [/nothing under sig/, push("run=w", rows, { headers: { signature: "other=:AAAA:" } })],
      [/not one of a key/, push("run=w", rows, { headers: { signature: "sig=:AAAA:" } })],
    ];
    for (const [why, sending] of wrong) {
      const answer = await sending;
      expect(told(answer), `${why}: ${answer.body.detail}`).to.deep.equal([401, "push.signature"]);
      expect(answer.body.detail).to.match(why);
      expect(answer.body.fix).to.be.a("string").and.not.equal("");
    }
    const unsigned = await server.anyone.post<Problem>(pages("run=w"));
    expect(unsigned.status).to.equal(401);
    expect((await status("w")).status).to.equal(404);
    const nobody = await send<Problem>(server.url, machine, { path: "/data-resources/none/pages?run=w", body: "[]" });
    expect(told(nobody)).to.deep.equal([401, "push.signature"]);
  });

  it("refuses a body that is another than the one signed, too large, or no rows", async () => {
    const rows = JSON.stringify([licence(number())]);
    expect(told(await push("run=b", rows, { sentBody: rows.replace("有效", "失效") }))).to.deep.equal([
      400,
      "push.digest",
    ]);
    expect(told(await push("run=b", "[1]"))).to.deep.equal([422, "push.body"]);
    expect(told(await push("run=b", '{"a":1}\n{"a":'))).to.deep.equal([422, "push.body"]);
    expect((await push("run=b", '{"a":1}\n{"a":')).body.detail).to.match(/line 2/);
    expect(told(await push("run=b", Array(10_001).fill({ no: 1 })))).to.deep.equal([413, "push.tooLarge"]);
    expect(told(await push("run=b", JSON.stringify([{ no: "x".repeat(4 * 1024 ** 2) }])))).to.deep.equal([
      413,
      "push.tooLarge",
    ]);
    expect((await push("run=a b", rows)).body.code).to.equal("input.invalid");
  });

  it("takes an HMAC secret as well, which is shown once, and nothing of a key that is revoked", async () => {
    const credentials = `/data-resources/${resource.id}/credentials`;
    const made = await server.market.post<{ id: string; secret: string }>(credentials, {
      algorithm: "hmac-sha256",
      label: "脚本",
    });
    const hmac: Machine = {
      keyId: made.body.id,
      algorithm: "hmac-sha256",
      key: Buffer.from(made.body.secret, "base64"),
    };
    expect((await push("run=hmac", [licence(number())], {}, hmac)).status).to.equal(202);
    const seen = await server.market.get<ResourceView>(`/data-resources/${resource.id}`);
    expect(JSON.stringify(seen.body)).to.not.contain(made.body.secret);
    await server.market.post(`${credentials}/${hmac.keyId}/revocation`);
    expect(told(await push("run=revoked", [licence(number())], {}, hmac))).to.deep.equal([401, "push.signature"]);
  });

  it("takes nothing while it is paused, but answers for what came", async () => {
    const sent = await push("run=pause-1", [licence(number())]);
    await server.market.post(`/data-resources/${resource.id}/pause`);
    expect(told(await push("run=pause-2", [licence(number())]))).to.deep.equal([409, "push.notActive"]);
    expect((await status("pause-1")).body.state).to.equal("received");
    expect(sent.status).to.equal(202);
    await activate(server.market, resource.id);
  });

  it("is registered by the catalog's department alone, and seen by no other", async () => {
    expect((await server.others.post("/data-resources", resourceBody())).status).to.equal(403);
    expect((await server.others.get(`/data-resources/${resource.id}`)).status).to.equal(404);
    expect((await server.others.post(`/data-resources/${resource.id}/pause`)).status).to.equal(404);
    expect((await server.others.get<{ items: unknown[] }>("/data-resources")).body.items).to.deep.equal([]);
    expect((await server.regulator.get(`/data-resources/${resource.id}`)).status).to.equal(200);
    expect((await server.regulator.post(`/data-resources/${resource.id}/pause`)).status).to.equal(403);
    expect((await server.anyone.get("/data-resources")).status).to.equal(401);
  });

  it("tells what is wrong with a resource", async () => {
    const refusedFor = async (set: Record<string, unknown>) => {
      const { status: code, body } = await server.market.post<Problem>("/data-resources", resourceBody(set));
      return [code, body.errors?.map(({ field }) => field)];
    };
    expect(await refusedFor({ name: "" })).to.deep.equal([400, ["name"]]);
    expect(await refusedFor({ mapping: [{ source: "a", field: "nothing" }] })).to.deep.equal([
      422,
      ["mapping.0.field"],
    ]);
    expect(await refusedFor({ everyMinutes: 5 })).to.deep.equal([400, ["everyMinutes"]]);
    expect(await refusedFor({ kind: "pull" })).to.deep.equal([400, ["pull"]]);
    const part = await register(server.market, { mapping: [{ source: "no", field: "licenceNo" }] });
    await addEd25519(server.market, part.id);
    const { status: code, body } = await server.market.post<Problem>(`/data-resources/${part.id}/activation`);
    expect([code, body.errors?.[0]?.field], body.detail).to.deep.equal([422, "mapping"]);
    const keyless = await register(server.market);
    expect((await server.market.post<Problem>(`/data-resources/${keyless.id}/activation`)).status).to.equal(422);
  });

  it("works as the documentation shows it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rongqiao-push-example-"));
    try {
      const documented = readFileSync(join(import.meta.dirname, "../../docs/data-sources.md"), "utf8");
      const script = join(folder, "push.mjs");
      writeFileSync(script, /```js\n([\s\S]*?)```/.exec(documented)![1]!);
      const plain = await register(server.market, { mapping: [] });
      const own = await addEd25519(server.market, plain.id);
      await activate(server.market, plain.id);
      const child = spawn(process.execPath, [script], {
        env: { BASE_URL: server.url, RESOURCE_ID: plain.id, KEY_ID: own.keyId, PRIVATE_KEY: own.pem },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: 30_000,
      });
      const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
      expect(errors).to.equal("");
      expect(JSON.parse(output)).to.deep.include({ state: "received", pages: [1, 2], rows: 2 });
      expect((JSON.parse(output) as PushRun).batch).to.deep.include({ rows: 2, stored: 2, quarantined: 0 });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
