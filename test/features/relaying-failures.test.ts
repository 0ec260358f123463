import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Contract, JsonRpcProvider, Wallet } from "ethers";
import { z } from "zod";
import { readConfig } from "../../backend/config.ts";
import { failedActList } from "../../backend/features/anchoring/act-schemas.ts";
import { receipt } from "../../backend/lib/schemas.ts";
import { startServer } from "../../backend/main.ts";
import { type Enterprise, makeEnterprises, signPair } from "../../scripts/bench/chain-acts-parties.ts";
import type { Meta } from "../../scripts/client/acts.ts";
import { Api } from "../../scripts/client/api.ts";
import { type Actor, Path, ProcessMemory } from "../../scripts/client/main-path/index.ts";
import { ApiProblem } from "../../scripts/client/transport.ts";
import { waitFor } from "../../scripts/client/waiting.ts";

describe("acts that the chain refuses", function () {
  this.timeout(120_000);
  let folder: string;
  let server: Awaited<ReturnType<typeof startServer>>;
  let provider: JsonRpcProvider;
  let meta: Meta;
  let operator: Api;
  let enterprises: Enterprise[];
  let actor: Actor;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rongqiao-failures-"));
    const options = ["--data-dir", folder, "--port", "0", "--sample-enterprises", "3", "--log-level", "error"];
    server = await startServer(readConfig({}, options));
    const api = new Api(server.url);
    meta = await api.meta();
    actor = await new Path(api, meta, new ProcessMemory()).demo("operator");
    operator = actor.api;
    enterprises = await makeEnterprises(api, meta, actor, 2);
    provider = new JsonRpcProvider(server.chainRpcUrl, undefined, { staticNetwork: true, cacheTimeout: -1 });
  });
  after(async () => {
    provider?.destroy();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const failedActs = async () => (await operator.transport.get("/failed-acts", failedActList)).items;
  const retry = (id: string) => operator.transport.post(`/failed-acts/${id}/retry`, {}, receipt);
  const receiptState = async (enterprise: number, id: string) =>
    (await new Api(server.url, { token: enterprises[enterprise]!.token }).receipt(id)).state;
  const become = (state: string, enterprise: number, id: string) =>
    waitFor(`the receipt to be ${state}`, async () =>
      (await receiptState(enterprise, id)) === state ? true : undefined,
    );
  async function allowLedger(allowed: boolean): Promise<void> {
    const key = readFileSync(join(folder, "chain/chain/deployer.key"), "utf8").trim();
    const abi = ["function setTarget(address target, bool allowed)"];
    const relay = new Contract(meta.contracts.relay, abi, new Wallet(key, provider));
    await (await relay.getFunction("setTarget")(meta.contracts.financing, allowed)).wait();
  }

  it("are shown to the operator with the decoded reason, hold up nothing, and are sent again on demand", async () => {
    await allowLedger(false);
    const pair = signPair(meta, enterprises, 0);
    const party = new Api(server.url, { token: enterprises[pair.enterprise]!.token });
    await party.openRequest(JSON.parse(pair.requestBody));
    // Another kind of act, to another contract, goes through meanwhile.
    const [newcomer] = await makeEnterprises(new Api(server.url), meta, actor, 1, 2);
    await waitFor("the newcomer's enrolment", async () => {
      const { items } = await operator.participants({ query: newcomer!.uscc });
      return items[0]?.receipt?.state === "confirmed" ? true : undefined;
    });
    await become("failed", pair.enterprise, pair.requestAct);

    const [shown] = await failedActs();
    expect(shown).to.include({ id: pair.requestAct, kind: "request.open" });
    expect(shown!.reason).to.equal(`RelayTargetNotAllowed(target: ${meta.contracts.financing})`);
    expect(shown!.transactionHash).to.match(/^0x/);

    await allowLedger(true);
    expect((await retry(pair.requestAct)).state).to.equal("pending");
    await become("confirmed", pair.enterprise, pair.requestAct);
    expect(await failedActs()).to.deep.equal([]);
    const again = await retry(pair.requestAct).catch((error: unknown) => error);
    expect(again).to.be.instanceOf(ApiProblem).and.to.include({ code: "act.notFailed" });
  });

  it("are the operator's alone to see and to send", async () => {
    const { transport } = new Api(server.url, { token: enterprises[0]!.token });
    for (const call of [
      () => transport.get("/failed-acts", z.unknown()),
      () => transport.post(`/failed-acts/0x${"11".repeat(32)}/retry`, {}, z.unknown()),
    ]) {
      const error = await call().catch((problem: unknown) => problem);
      expect(error).to.be.instanceOf(ApiProblem).and.to.include({ code: "role.notAllowed" });
    }
  });
});
