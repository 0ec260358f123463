import { expect } from "chai";
import type { RequestView } from "../../backend/features/requests/request-schemas.ts";
import { signAward, signGrant, signWithdrawal } from "../../scripts/client/acts.ts";
import { keyringOf, newPhrase, newSalt } from "../../scripts/client/keys.ts";
import { openedRequest } from "../../scripts/client/main-path/financing-steps.ts";
import { MAIN_PATH, type Path } from "../../scripts/client/main-path/index.ts";
import { play } from "../../scripts/client/main-path/play.ts";
import { DAY, secondsFromNow } from "../../scripts/client/times.ts";
import { ApiProblem } from "../../scripts/client/transport.ts";
import { sleep, waitFor } from "../../scripts/client/waiting.ts";
import { newPath, playUntil } from "../support/actors.ts";
import { type Bank, bidBody, consentBody, openNewRequest, requestBody } from "../support/financing.ts";
import { namesField, refused } from "../support/refusal.ts";

const stranger = keyringOf(newPhrase());

describe("requests, bids, awards and grants", function () {
  this.timeout(240_000);
  let path: Path;

  before(async () => {
    path = await playUntil("enrol");
  });

  const enterprise = () => path.party("enterprise");
  const consentTo = async (bank: Bank, request: RequestView) =>
    (await enterprise()).api.consent(await consentBody(path, bank, request));

  async function withBids(): Promise<{ request: RequestView; keyIndex: number }> {
    const { request, keyIndex } = await openNewRequest(path);
    for (const bank of ["firstBank", "secondBank"] as const) {
      await consentTo(bank, request);
      const rate = bank === "firstBank" ? 500 : 400;
      const body = await bidBody(path, bank, request, { terms: { annualRateBps: rate } });
      await (await path.party(bank)).api.bid(request.id, body);
    }
    return { request, keyIndex };
  }

  async function awardTo(bank: Bank, request: RequestView, keyIndex: number) {
    const { api, keys } = await enterprise();
    const { me } = await path.party(bank);
    const bid = (await api.bids(request.id)).items.find(({ institution }) => institution.id === me.participant.id)!;
    const body = await signAward(path.meta, keys.requestKey(keyIndex), bid);
    const awarded = await waitFor("the bid to be anchored", () =>
      api.award(request.id, body).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.code === "bid.notAnchored") return undefined;
        throw error;
      }),
    );
    return { awarded, bid, body };
  }

  async function grantBody(
    bank: Bank,
    request: RequestView,
    bid: Awaited<ReturnType<typeof awardTo>>["bid"],
    changes: { amountFen?: string; signer?: typeof stranger } = {},
  ) {
    const { keys } = await path.party(bank);
    const terms = { ...bid.terms, bidId: bid.id, contractNumber: `C-${request.id}` };
    return signGrant(path.meta, (changes.signer ?? keys).main, request.requestKey, bid.bidHash, {
      terms: changes.amountFen ? { ...terms, amountFen: changes.amountFen } : terms,
      termsSalt: newSalt(),
      salt: newSalt(),
      expiresAt: secondsFromNow(365 * DAY),
    });
  }

  it("goes the whole way, and every act ends up on chain", async () => {
    const whole = await newPath();
    const steps = await play(whole, { steps: MAIN_PATH, confirm: true });
    const hashes = steps.flatMap(({ transactions }) => transactions.map(({ hash }) => hash));
    expect(hashes).to.have.length(11);
    for (const hash of hashes) expect(hash).to.match(/^0x[0-9a-f]{64}$/);
    const request = await openedRequest(whole);
    expect(request.state).to.equal("granted");
    const { items } = await (await whole.party("enterprise")).api.bids(request.id);
    expect(items.map(({ state }) => state).toSorted()).to.deep.equal(["accepted", "declined"]);
  });

  it("computes the all-in rate of the golden case", async () => {
    const { request } = await openNewRequest(path, { terms: { amountFen: "100000000" } });
    await consentTo("firstBank", request);
    const { api, me } = await path.party("firstBank");
    const fee = { name: "手续费", payee: me.participant.name, timing: "upfront" as const, amountFen: "1000000" };
    const bid = await api.bid(
      request.id,
      await bidBody(path, "firstBank", request, { terms: { annualRateBps: 600, fees: [fee] } }),
    );
    expect(bid.allInRateE6).to.be.closeTo(78_860, 5);
    expect(bid.effectiveRateE6).to.be.closeTo(81_780, 10);
  });

  describe("a request", () => {
    it("is refused when the request key did not sign it", async () => {
      const { api } = await enterprise();
      const body = await requestBody(path);
      const other = await requestBody(path);
      await refused(api.openRequest({ ...body, signature: other.signature }), 422, "signature.wrong");
      await refused(
        api.openRequest({ ...body, terms: { ...body.terms, amountFen: "60000000" } }),
        422,
        "signature.wrong",
      );
    });

    it("is refused when another key than the enterprise's stands behind it", async () => {
      const { api } = await enterprise();
      const body = await requestBody(path, { keys: stranger });
      await refused(api.openRequest(body), 422, "signature.wrong");
    });

    it("is refused when it speaks for another enterprise", async () => {
      const { api } = await enterprise();
      const terms = { enterprise: { name: "别的公司", uscc: "91530402MA6KE001X0" } };
      const problem = await refused(api.openRequest(await requestBody(path, { terms })), 400);
      expect(problem.detail).to.not.equal("");
    });

    it("can't be opened twice with one key", async () => {
      const { api } = await enterprise();
      const body = await requestBody(path);
      const first = await api.openRequest(body);
      const again = await api.openRequest(body).then(
        ({ id }) => id,
        (error: ApiProblem) => error.status,
      );
      expect([first.id, 409]).to.include(again);
      const same = (await api.requests()).items.filter(({ requestKey }) => requestKey === first.requestKey);
      expect(same).to.have.length(1);
    });

    it("is refused with impossible times or amounts, naming the field", async () => {
      const { api } = await enterprise();
      const past = await requestBody(path, { closesAt: secondsFromNow(-60) });
      namesField(await refused(api.openRequest(past), 400), "closesAt");
      const reversed = await requestBody(path, { closesAt: secondsFromNow(2 * DAY), expiresAt: secondsFromNow(DAY) });
      namesField(await refused(api.openRequest(reversed), 400), /closesAt|expiresAt/);
      const body = await requestBody(path);
      // Zero, and a fen more than the ledger has room for.
      for (const amountFen of ["0", String(2n ** 48n)])
        namesField(
          await refused(api.openRequest({ ...body, terms: { ...body.terms, amountFen } }), 400),
          "terms.amountFen",
        );
    });

    it("is withdrawn by its own key alone, and for good", async () => {
      const { api, keys } = await enterprise();
      const { request, keyIndex } = await openNewRequest(path);
      await refused(api.withdraw(request.id, await signWithdrawal(path.meta, keys.main)), 422, "signature.wrong");
      const withdrawal = await signWithdrawal(path.meta, keys.requestKey(keyIndex));
      expect((await api.withdraw(request.id, withdrawal)).state).to.equal("withdrawn");
      expect((await api.withdraw(request.id, withdrawal)).version, "said again").to.equal(request.version + 1);
      await refused(
        consentTo("firstBank", request).then(() => bidNow("firstBank", request)),
        409,
      );
    });
  });

  const bidNow = async (bank: Bank, request: RequestView, changes: Parameters<typeof bidBody>[3] = {}) =>
    (await path.party(bank)).api.bid(request.id, await bidBody(path, bank, request, changes));

  describe("a bid", () => {
    let request: RequestView;
    before(async () => {
      ({ request } = await openNewRequest(path));
      await consentTo("firstBank", request);
    });

    it("is refused when the bank's key did not sign it", async () => {
      await refused(bidNow("firstBank", request, { signer: stranger }), 422, "signature.wrong");
      const { keys } = await path.party("secondBank");
      await refused(bidNow("firstBank", request, { signer: keys }), 422, "signature.wrong");
    });

    it("is refused when it was signed for another request", async () => {
      const other = (await openNewRequest(path)).request;
      await refused(bidNow("firstBank", request, { requestKey: other.requestKey }), 422, "signature.wrong");
      await refused(bidNow("firstBank", request, { terms: { requestId: other.id } }), 400);
    });

    it("is refused when it speaks for another bank", async () => {
      const { me } = await path.party("secondBank");
      const institution = { id: me.participant.id, name: me.participant.name };
      await refused(bidNow("firstBank", request, { terms: { institution } }), 400);
    });

    it("is refused above the amount that was asked for", async () => {
      await refused(
        bidNow("firstBank", request, { terms: { amountFen: String(BigInt(request.amountFen) + 1n) } }),
        400,
      );
    });

    it("is refused when it has lapsed already", async () => {
      namesField(await refused(bidNow("firstBank", request, { validUntil: secondsFromNow(-5) }), 400), "validUntil");
    });

    it("is refused after closing time", async () => {
      const short = (await openNewRequest(path, { closesAt: secondsFromNow(12) })).request;
      await consentTo("firstBank", short);
      await sleep(13_000);
      await refused(bidNow("firstBank", short), 409, "bid.closed");
    });

    it("comes once from each bank", async () => {
      await bidNow("firstBank", request);
      await refused(bidNow("firstBank", request, { terms: { annualRateBps: 380 } }), 409);
      const { items } = await (await enterprise()).api.bids(request.id);
      expect(items).to.have.length(1);
    });
  });

  describe("an award", () => {
    it("is refused with any key but the request's own", async () => {
      const { request } = await withBids();
      const { api, keys } = await enterprise();
      const [bid] = (await api.bids(request.id)).items;
      await refused(api.award(request.id, await signAward(path.meta, keys.main, bid!)), 422, "signature.wrong");
      await refused(api.award(request.id, await signAward(path.meta, stranger.main, bid!)), 422, "signature.wrong");
      expect((await api.request(request.id)).state).to.equal("open");
    });

    it("is refused for a bid of another request", async () => {
      const [one, two] = [await withBids(), await withBids()];
      const { api, keys } = await enterprise();
      const [foreign] = (await api.bids(two.request.id)).items;
      const body = await signAward(path.meta, keys.requestKey(one.keyIndex), foreign!);
      await refused(api.award(one.request.id, body), 404);
    });

    it("comes once", async () => {
      const { request, keyIndex } = await withBids();
      await awardTo("secondBank", request, keyIndex);
      const { api, keys } = await enterprise();
      const { me } = await path.party("firstBank");
      const other = (await api.bids(request.id)).items.find(({ institution }) => institution.id === me.participant.id)!;
      await refused(api.award(request.id, await signAward(path.meta, keys.requestKey(keyIndex), other)), 409);
      expect((await api.request(request.id)).state).to.equal("awarded");
    });

    it("goes to one bid when two awards race", async () => {
      const { request, keyIndex } = await withBids();
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

  describe("a grant", () => {
    it("is refused from a bank that lost, and from a forged key", async () => {
      const { request, keyIndex } = await withBids();
      const { bid } = await awardTo("secondBank", request, keyIndex);
      const loser = (await path.party("firstBank")).api;
      await refused(loser.grant(request.id, await grantBody("firstBank", request, bid)), 404);
      const winner = (await path.party("secondBank")).api;
      const forged = await grantBody("secondBank", request, bid, { signer: stranger });
      await refused(winner.grant(request.id, forged), 422, "signature.wrong");
      expect((await winner.request(request.id)).state).to.equal("awarded");
    });

    it("is refused above the bid and above the request", async () => {
      const { request, keyIndex } = await withBids();
      const { bid } = await awardTo("secondBank", request, keyIndex);
      const { api } = await path.party("secondBank");
      const amountFen = String(BigInt(request.amountFen) + 1n);
      await refused(api.grant(request.id, await grantBody("secondBank", request, bid, { amountFen })), 400);
    });

    it("can't be replayed, nor given twice", async () => {
      const { request, keyIndex } = await withBids();
      const { bid } = await awardTo("secondBank", request, keyIndex);
      const { api } = await path.party("secondBank");
      const body = await grantBody("secondBank", request, bid);
      const first = await api.grant(request.id, body);
      const replayed = await api.grant(request.id, body).then(
        ({ id }) => id,
        (error: ApiProblem) => error.status,
      );
      expect([first.id, 409]).to.include(replayed);
      const more = await refused(api.grant(request.id, await grantBody("secondBank", request, bid)), 400);
      namesField(more, "terms.amountFen");
      const mine = (await api.grants()).items.filter(({ requestId }) => requestId === request.id);
      expect(mine).to.have.length(1);
      const other = await withBids();
      await awardTo("secondBank", other.request, other.keyIndex);
      await refused(api.grant(other.request.id, body), 400);
    });

    it("reaches the ledger behind its award, however close they come", async () => {
      const { api, keys } = await enterprise();
      const { api: bank } = await path.party("secondBank");
      const all = await Promise.all(Array.from({ length: 24 }, () => withBids()));
      // Others keep the outboxes busy meanwhile, as on a working day.
      const others = Promise.all(Array.from({ length: 24 }, () => withBids()));
      const ids = await Promise.all(
        all.map(async ({ request, keyIndex }, i) => {
          const bid = await waitFor("the bid to be anchored", async () =>
            (await bank.bids(request.id)).items.find(({ anchor }) => anchor.state === "confirmed"),
          );
          const award = await signAward(path.meta, keys.requestKey(keyIndex), bid);
          const grant = await grantBody("secondBank", request, bid);
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
      const { request } = await withBids();
      const { api, me } = await path.party("secondBank");
      const bid = (await api.bids(request.id)).items.find(({ institution }) => institution.id === me.participant.id)!;
      await refused(api.grant(request.id, await grantBody("secondBank", request, bid)), 404);
    });
  });
});
