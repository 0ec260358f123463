import { expect } from "chai";
import type { RequestView } from "../../backend/features/requests/request-schemas.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { secondsFromNow } from "../../scripts/client/times.ts";
import { playUntil } from "../support/actors.ts";
import { bidBody, bidNow, consentTo, openNewRequest, stranger } from "../support/financing.ts";
import { type LaterServer, startLater } from "../support/later.ts";
import { namesField, refused } from "../support/refusal.ts";
import { sharedServer } from "../support/server.ts";

describe("requests, bids, awards and grants", function () {
  this.timeout(240_000);
  let path: Path;
  let later: LaterServer;

  before(async () => {
    path = await playUntil("enrol");
    later = await startLater(await sharedServer());
  });
  after(() => later?.stop());

  const enterprise = () => path.party("enterprise");

  describe("a bid", () => {
    let request: RequestView;
    before(async () => {
      ({ request } = await openNewRequest(path));
      await consentTo(path, "firstBank", request);
    });

    it("is refused when the bank's key did not sign it", async () => {
      await refused(bidNow(path, "firstBank", request, { signer: stranger }), 422, "signature.wrong");
      const { keys } = await path.party("secondBank");
      await refused(bidNow(path, "firstBank", request, { signer: keys }), 422, "signature.wrong");
    });

    it("is refused when it was signed for another request", async () => {
      const other = (await openNewRequest(path)).request;
      await refused(bidNow(path, "firstBank", request, { requestKey: other.requestKey }), 422, "signature.wrong");
      await refused(bidNow(path, "firstBank", request, { terms: { requestId: other.id } }), 400);
    });

    it("is refused when it speaks for another bank", async () => {
      const { me } = await path.party("secondBank");
      const institution = { id: me.participant.id, name: me.participant.name };
      await refused(bidNow(path, "firstBank", request, { terms: { institution } }), 400);
    });

    it("is refused above the amount that was asked for", async () => {
      await refused(
        bidNow(path, "firstBank", request, { terms: { amountFen: String(BigInt(request.amountFen) + 1n) } }),
        400,
      );
    });

    it("is refused when it has lapsed already", async () => {
      namesField(
        await refused(bidNow(path, "firstBank", request, { validUntil: secondsFromNow(-5) }), 400),
        "validUntil",
      );
    });

    it("is refused after closing time", async () => {
      const short = (await openNewRequest(path, { closesAt: secondsFromNow(3_600) })).request;
      await consentTo(path, "firstBank", short);
      const bank = later.as((await path.party("firstBank")).api);
      later.setDays(61 / 1_440);
      await refused(bank.bid(short.id, await bidBody(path, "firstBank", short)), 409, "bid.closed");
      later.setDays(59 / 1_440);
      await bank.bid(short.id, await bidBody(path, "firstBank", short));
    });

    it("comes once from each bank", async () => {
      await bidNow(path, "firstBank", request);
      await refused(bidNow(path, "firstBank", request, { terms: { annualRateBps: 380 } }), 409);
      const { items } = await (await enterprise()).api.bids(request.id);
      expect(items).to.have.length(1);
    });
  });
});
