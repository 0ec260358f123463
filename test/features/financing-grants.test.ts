import { expect } from "chai";
import { signAward } from "../../scripts/client/acts.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { sleep, waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { awardTo, bidOf, grantBody, requestWithBids, stranger } from "../support/financing.ts";
import { namesField, refused } from "../support/refusal.ts";

describe("requests, bids, awards and grants", function () {
  this.timeout(240_000);
  let path: Path;

  before(async () => {
    path = await playUntil("enrol");
  });

  const enterprise = () => path.party("enterprise");

  describe("a grant", () => {
    it("is refused from a bank that lost, and from a forged key", async () => {
      const { request, keyIndex } = await requestWithBids(path);
      const bid = await awardTo(path, "secondBank", request, keyIndex);
      const loser = (await path.party("firstBank")).api;
      await refused(loser.grant(request.id, await grantBody(path, "firstBank", request, bid)), 404);
      const winner = (await path.party("secondBank")).api;
      const forged = await grantBody(path, "secondBank", request, bid, { signer: stranger });
      await refused(winner.grant(request.id, forged), 422, "signature.wrong");
      expect((await winner.request(request.id)).state).to.equal("awarded");
    });

    it("is refused above the bid and above the request", async () => {
      const { request, keyIndex } = await requestWithBids(path);
      const bid = await awardTo(path, "secondBank", request, keyIndex);
      const { api } = await path.party("secondBank");
      const amountFen = String(BigInt(request.amountFen) + 1n);
      await refused(api.grant(request.id, await grantBody(path, "secondBank", request, bid, { amountFen })), 400);
    });

    it("can't be replayed, nor given twice", async () => {
      const { request, keyIndex } = await requestWithBids(path);
      const bid = await awardTo(path, "secondBank", request, keyIndex);
      const { api } = await path.party("secondBank");
      const body = await grantBody(path, "secondBank", request, bid);
      const first = await api.grant(request.id, body);
      expect((await api.grant(request.id, body)).id, "said again").to.equal(first.id);
      const more = await refused(api.grant(request.id, await grantBody(path, "secondBank", request, bid)), 400);
      namesField(more, "terms.amountFen");
      const mine = (await api.grants()).items.filter(({ requestId }) => requestId === request.id);
      expect(mine).to.have.length(1);
      const other = await requestWithBids(path);
      await awardTo(path, "secondBank", other.request, other.keyIndex);
      await refused(api.grant(other.request.id, body), 400);
    });

    it("reaches the ledger behind its award, however close they come", async () => {
      const { api, keys } = await enterprise();
      const { api: bank } = await path.party("secondBank");
      const all = await Promise.all(Array.from({ length: 24 }, () => requestWithBids(path)));
      // Others keep the outboxes busy meanwhile, as on a working day.
      const others = Promise.all(Array.from({ length: 24 }, () => requestWithBids(path)));
      const ids = await Promise.all(
        all.map(async ({ request, keyIndex }, i) => {
          const bid = await waitFor("the bid to be anchored", async () =>
            (await bank.bids(request.id)).items.find(({ anchor }) => anchor.state === "confirmed"),
          );
          const award = await signAward(path.meta, keys.requestKey(keyIndex), bid);
          const grant = await grantBody(path, "secondBank", request, bid);
          await sleep(i * 50);
          await api.award(request.id, award);
          return (await bank.grant(request.id, grant)).receipt.id;
        }),
      );
      await others;
      for (const id of ids) {
        const settled = await waitFor("the grant to be settled", async () => {
          const receipt = await bank.receipt(id);
          return receipt.state === "confirmed" || receipt.state === "failed" ? receipt : undefined;
        });
        expect(settled.state, settled.reason).to.equal("confirmed");
      }
    });

    it("is refused before the award", async () => {
      const { request } = await requestWithBids(path);
      const { api } = await path.party("secondBank");
      const bid = await bidOf(path, "secondBank", request);
      await refused(api.grant(request.id, await grantBody(path, "secondBank", request, bid)), 404);
    });
  });
});
