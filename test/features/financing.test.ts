import { expect } from "chai";
import { signWithdrawal } from "../../scripts/client/acts.ts";
import { openedRequest } from "../../scripts/client/main-path/financing-steps.ts";
import { MAIN_PATH, type Path } from "../../scripts/client/main-path/index.ts";
import { play } from "../../scripts/client/main-path/play.ts";
import { DAY, secondsFromNow } from "../../scripts/client/times.ts";
import { newPath, playUntil } from "../support/actors.ts";
import { bidBody, bidNow, consentTo, openNewRequest, requestBody, stranger } from "../support/financing.ts";
import { namesField, refused } from "../support/refusal.ts";

describe("requests, bids, awards and grants", function () {
  this.timeout(240_000);
  let path: Path;

  before(async () => {
    path = await playUntil("enrol");
  });

  const enterprise = () => path.party("enterprise");

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
    await consentTo(path, "firstBank", request);
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
      const problem = await refused(api.openRequest(await requestBody(path, { terms })), 400, "request.invalid");
      namesField(problem, "terms.enterprise");
    });

    it("can't be opened twice with one key", async () => {
      const { api } = await enterprise();
      const body = await requestBody(path);
      const first = await api.openRequest(body);
      await refused(api.openRequest(body), 409, "request.keyUsed");
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
        consentTo(path, "firstBank", request).then(() => bidNow(path, "firstBank", request)),
        409,
      );
    });
  });
});
