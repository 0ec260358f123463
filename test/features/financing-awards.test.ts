import { expect } from "chai";
import { signAward } from "../../scripts/client/acts.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { awardTo, bidOf, requestWithBids, stranger } from "../support/financing.ts";
import { refused } from "../support/refusal.ts";

describe("requests, bids, awards and grants", function () {
  this.timeout(240_000);
  let path: Path;

  before(async () => {
    path = await playUntil("enrol");
  });

  const enterprise = () => path.party("enterprise");

  describe("an award", () => {
    it("is refused with any key but the request's own", async () => {
      const { request } = await requestWithBids(path);
      const { api, keys } = await enterprise();
      const [bid] = (await api.bids(request.id)).items;
      await refused(api.award(request.id, await signAward(path.meta, keys.main, bid!)), 422, "signature.wrong");
      await refused(api.award(request.id, await signAward(path.meta, stranger.main, bid!)), 422, "signature.wrong");
      expect((await api.request(request.id)).state).to.equal("open");
    });

    it("is refused for a bid of another request", async () => {
      const [one, two] = [await requestWithBids(path), await requestWithBids(path)];
      const { api, keys } = await enterprise();
      const [foreign] = (await api.bids(two.request.id)).items;
      const body = await signAward(path.meta, keys.requestKey(one.keyIndex), foreign!);
      await refused(api.award(one.request.id, body), 404, "notFound");
    });

    it("comes once", async () => {
      const { request, keyIndex } = await requestWithBids(path);
      await awardTo(path, "secondBank", request, keyIndex);
      const { api, keys } = await enterprise();
      const other = await bidOf(path, "firstBank", request);
      await refused(
        api.award(request.id, await signAward(path.meta, keys.requestKey(keyIndex), other)),
        409,
        "request.state",
      );
      expect((await api.request(request.id)).state).to.equal("awarded");
    });

    it("goes to one bid when two awards race", async () => {
      const { request, keyIndex } = await requestWithBids(path);
      const { api, keys } = await enterprise();
      const bids = await waitFor("both bids to be anchored", async () => {
        const { items } = await api.bids(request.id);
        return items.every(({ anchor }) => anchor.state === "confirmed") ? items : undefined;
      });
      const bodies = await Promise.all(bids.map((bid) => signAward(path.meta, keys.requestKey(keyIndex), bid)));
      const outcomes = await Promise.allSettled(bodies.map((body) => api.award(request.id, body)));
      expect(outcomes.filter(({ status }) => status === "fulfilled")).to.have.length(1);
      const after = await api.request(request.id);
      const decided = await waitFor("both bids to be decided", async () => {
        const { items } = await api.bids(request.id);
        return items.every(({ state }) => state !== "submitted") ? items : undefined;
      });
      const states = decided.map(({ id, state }) => [id === after.awardedBidId, state]);
      expect(states).to.have.deep.members([
        [true, "accepted"],
        [false, "declined"],
      ]);
    });
  });
});
