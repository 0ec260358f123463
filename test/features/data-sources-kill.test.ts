import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { PushRun } from "../../backend/features/data-sources/push-schemas.ts";
import { Api } from "../../scripts/client/api.ts";
import { type ChildServer, freePort, startChildServer } from "../../scripts/client/child-server.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { activate, addEd25519, CATALOG, callerOf, licence, MAPPING, register, send } from "../support/data-sources.ts";
import { type JsonSource, paged, startJsonSource } from "../support/json-source.ts";

const ROWS = 300;
const PAGE = 10;

describe("sources of a server that is killed", function () {
  this.timeout(240_000);
  const before = process.env.OUTBOUND_ALLOW;
  let folder: string;
  let source: JsonSource;
  let killed = false;
  let server: ChildServer | undefined;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-sources-kill-"));
    process.env.OUTBOUND_ALLOW = "127.0.0.1:*";
    const rows = Array.from({ length: ROWS }, (_, n) => licence(`KILL-${n}`));
    const answer = paged(() => rows, PAGE);
    // The last page comes only after the restart: however fast the server is, it is killed in the middle.
    killed = false;
    source = await startJsonSource((asked, response, request) => {
      if (killed || Number(asked.searchParams.get("cursor") ?? 0) < ROWS - PAGE) answer(asked, response, request);
    });
  });
  afterEach(async () => {
    if (before === undefined) delete process.env.OUTBOUND_ALLOW;
    else process.env.OUTBOUND_ALLOW = before;
    await server?.kill();
    await source?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("go on where they were, and every row is there once", async () => {
    const port = await freePort();
    const data = join(folder, "data");
    server = await startChildServer(data, port);
    const { url } = server;
    const signIn = async () => {
      const { demoAccounts } = await new Api(url).meta();
      const { username, password } = demoAccounts.find((one) => one.username.startsWith("dept-market"))!;
      const { token } = await new Api(url).login(username, password);
      return { caller: callerOf(url, token), api: new Api(url).as(token) };
    };
    const first = await signIn();
    const pull = await register(first.caller, {
      kind: "pull",
      name: "证照接口",
      mapping: MAPPING,
      everyMinutes: 60,
      pull: {
        url: `${source.url}/rows`,
        rows: "/data/rows",
        paging: { kind: "cursor", parameter: "cursor", pointer: "/next" },
      },
    });
    const push = await register(first.caller);
    const machine = await addEd25519(first.caller, push.id);
    await activate(first.caller, push.id);
    const page = (number: number, last: boolean) =>
      send(url, machine, {
        path: `/data-resources/${push.id}/pages?run=cut&page=${number}&last=${last}`,
        body: JSON.stringify([licence(`CUT-${number}`)]),
      });
    expect((await page(1, false)).status).to.equal(202);
    await activate(first.caller, pull.id);
    await waitFor("some pages", async () => (source.calls.length > 8 ? true : undefined), { everyMs: 5 });
    await server.kill();
    killed = true;
    const seen = source.calls.length;
    expect(seen, "killed in the middle").to.be.within(9, ROWS / PAGE);

    server = await startChildServer(data, port);
    const again = await signIn();
    expect((await page(2, true)).status).to.equal(202);
    const run = await waitFor(
      "the run to end",
      async () => {
        const { body } = await again.caller.get<{ items: { state: string; rows: number; pages: number }[] }>(
          `/data-resources/${pull.id}/runs`,
        );
        return body.items.length === 1 && body.items[0]!.state === "done" ? body.items[0] : undefined;
      },
      { timeoutMs: 90_000 },
    );
    expect(run).to.deep.include({ rows: ROWS, pages: ROWS / PAGE });
    expect(source.calls.length, "at most the page under way is asked for again").to.be.at.most(ROWS / PAGE + 1);

    const batches = await waitFor("all batches to be read", async () => {
      const found = [];
      for (let at = 1, total = 1; found.length < total; at++) {
        const answer = await again.api.batches({ catalogId: CATALOG, page: at });
        if (answer.items.length === 0) break;
        found.push(...answer.items);
        total = answer.total;
      }
      return found.every(({ state }) => state === "stored" || state === "anchored") ? found : undefined;
    });
    const pulled = batches.filter(({ origin }) => origin.resourceId === pull.id);
    expect(pulled).to.have.length(ROWS / PAGE);
    expect(new Set(pulled.map(({ sha256 }) => sha256)).size).to.equal(ROWS / PAGE);
    expect(pulled.map(({ stored, duplicates }) => [stored, duplicates])).to.deep.equal(pulled.map(() => [PAGE, 0]));
    const { body } = await send<PushRun>(url, machine, { path: `/data-resources/${push.id}/pushes/cut` });
    expect(body).to.deep.include({ state: "received", pages: [1, 2], rows: 2 });
    expect(batches.filter(({ origin }) => origin.resourceId === push.id)).to.have.length(1);
  });
});
