import { expect } from "chai";
import { z } from "zod";
import type { Api } from "../../scripts/client/api.ts";
import { openedRequest } from "../../scripts/client/main-path/financing-steps.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { newPath, playUntil } from "../support/actors.ts";
import { refused } from "../support/refusal.ts";

describe("what each role may do", function () {
  this.timeout(240_000);
  let own: Path;
  let stranger: Path;
  let roles: Record<"enterprise" | "institution" | "department" | "regulator" | "operator", Api>;

  before(async () => {
    own = await playUntil("grant");
    stranger = await playUntil("request");
    roles = {
      enterprise: (await own.party("enterprise")).api,
      institution: (await own.party("firstBank")).api,
      department: (await own.demo("department")).api,
      regulator: (await own.demo("regulator")).api,
      operator: (await own.demo("operator")).api,
    };
  });

  const ROUTES: Record<string, { may: (keyof typeof roles)[]; call: (api: Api) => Promise<unknown> }> = {
    "GET /registered-enterprises": { may: ["operator"], call: (api) => api.registeredEnterprises("玉溪") },
    "GET /participants": { may: ["operator", "regulator"], call: (api) => api.participants() },
    "GET /batches": { may: ["department", "operator", "regulator"], call: (api) => api.batches() },
    "GET /profile": { may: ["enterprise"], call: (api) => api.profile() },
    "GET /matches": { may: ["enterprise"], call: (api) => api.matches() },
    "GET /requests": { may: ["enterprise", "institution", "regulator"], call: (api) => api.requests() },
    "GET /grants": { may: ["enterprise", "institution", "regulator"], call: (api) => api.grants() },
    "GET /consents": { may: ["enterprise", "institution"], call: (api) => api.consents() },
    "GET /access-log": { may: ["enterprise"], call: (api) => api.accessLog() },
    "GET /audit/reconciliation": { may: ["regulator"], call: (api) => api.reconciliation() },
    "GET /status": { may: ["operator", "regulator"], call: (api) => api.status() },
  };

  for (const [route, { may, call }] of Object.entries(ROUTES)) {
    it(`${route} is for ${may.join(", ")} alone`, async () => {
      for (const role of Object.keys(roles) as (keyof typeof roles)[]) {
        if (may.includes(role)) await call(roles[role]);
        else await refused(call(roles[role]), 403);
      }
      await refused(call(own.api), 401);
    });
  }

  it("refuses acts of another role before looking at them", async () => {
    const request = await openedRequest(own);
    const { transport } = roles.enterprise;
    const sending = (api: Api, path: string) => api.transport.post(path, {}, anything);
    await refused(sending(roles.enterprise, "/products"), 403);
    await refused(sending(roles.institution, "/requests"), 403);
    await refused(sending(roles.institution, `/requests/${request.id}/award`), 403);
    await refused(sending(roles.enterprise, `/requests/${request.id}/bids`), 403);
    await refused(sending(roles.enterprise, `/requests/${request.id}/grants`), 403);
    await refused(sending(roles.institution, "/consents"), 403);
    await refused(sending(roles.department, "/participants"), 403);
    await refused(sending(roles.regulator, "/participants"), 403);
    await refused(transport.send("POST", "/catalogs/business-licences/batches?fileName=a.csv", anything, csv), 403);
  });

  it("shows no one another party's request, bids, grant or records", async () => {
    const request = await openedRequest(own);
    const { api: otherEnterprise } = await stranger.party("enterprise");
    const { api: otherBank } = await stranger.party("firstBank");
    const { api: losingBank } = await own.party("firstBank");
    const grantId = own.memory.recall<string>("grant.id")!;
    await refused(otherEnterprise.request(request.id), 404);
    await refused(otherEnterprise.bids(request.id), 404);
    await refused(otherEnterprise.matchesOf(request.id), 404);
    await refused(otherEnterprise.grantById(grantId), 404);
    await refused(otherEnterprise.grantProof(grantId), 404);
    await refused(otherBank.grantById(grantId), 404);
    await refused(losingBank.grantById(grantId), 404);

    const profile = await roles.enterprise.profile();
    const recordId = profile.indicators.flatMap(({ recordIds }) => recordIds)[0]!;
    await roles.enterprise.record(recordId);
    await refused(otherEnterprise.record(recordId), 404);
    await refused(otherBank.record(recordId), 404);
    await refused(otherEnterprise.recordProof(recordId), 404);
    await refused(roles.operator.record(recordId), 403);
  });

  it("shows a bank its own bid alone, and a request without its enterprise before consent", async () => {
    const request = await openedRequest(own);
    for (const bank of ["firstBank", "secondBank"] as const) {
      const { api, me } = await own.party(bank);
      const { items } = await api.bids(request.id);
      expect(items.map(({ institution }) => institution.id)).to.deep.equal([me.participant.id]);
      expect((await api.request(request.id)).bidCount).to.equal(undefined);
    }
    const open = await openedRequest(stranger);
    const { api: outsider } = await own.party("firstBank");
    const seen = await outsider.request(open.id);
    expect(seen.enterprise).to.equal(undefined);
    expect(seen.salt).to.equal(undefined);
    expect(seen.endorsement).to.equal(undefined);
    expect(JSON.stringify(seen)).to.not.contain((await stranger.bodyOf("enterprise")).uscc);
    await refused(outsider.profileFor(open.id), 403, "consent.required");
  });

  it("lets only the chain's reading methods through", async () => {
    const { api } = await newPath().then((path) => path.demo("regulator"));
    expect(Number(await api.chain("eth_blockNumber"))).to.be.above(0);
    for (const method of [
      "eth_sendTransaction",
      "eth_sendRawTransaction",
      "anvil_setBalance",
      "evm_mine",
      "debug_traceCall",
    ]) {
      const outcome = await api.chain(method, []).then(
        () => "passed",
        () => "refused",
      );
      expect(outcome, method).to.equal("refused");
    }
    await refused(own.api.transport.post("/chain", { jsonrpc: "2.0", id: 1, method: "eth_chainId" }, anything), 401);
  });
});

const csv = { bytes: Buffer.from("a,b\n") };
const anything = z.unknown();
