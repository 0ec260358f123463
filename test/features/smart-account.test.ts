import { expect } from "chai";
import type { Signer, Wallet } from "ethers";
import type { RequestView } from "../../backend/features/requests/request-schemas.ts";
import { type BidTerms, signAward, signBid, signEnrolment, signGrant } from "../../scripts/client/acts.ts";
import { lockKeyring, newSalt } from "../../scripts/client/keys.ts";
import type { Path } from "../../scripts/client/main-path/index.ts";
import { invitationKey } from "../../scripts/client/main-path/joining-steps.ts";
import { DAY, secondsFromNow } from "../../scripts/client/times.ts";
import { ApiProblem } from "../../scripts/client/transport.ts";
import { waitFor } from "../../scripts/client/waiting.ts";
import { playUntil } from "../support/actors.ts";
import { consentBody, openNewRequest } from "../support/financing.ts";
import { deployMultisig, MultisigSigner } from "../support/multisig.ts";
import { namesField, refused } from "../support/refusal.ts";
import { fundedWallet } from "../support/server.ts";

describe("a bank whose account is a wallet of three owners", function () {
  this.timeout(180_000);
  let path: Path;
  let account: string;
  let owners: Wallet[];
  let request: RequestView;
  let keyIndex: number;
  const by = (...signers: Wallet[]): Signer => new MultisigSigner(account, signers);
  const makerAndChecker = () => by(owners[0]!, owners[1]!);

  async function enrolment(name: "enterprise" | "firstBank", signer?: Signer) {
    const invitation = await invitationKey(path, name);
    const { idCommitment } = await path.api.invitation(invitation.address);
    const keys = await path.keysOf(name);
    const { username, password } = await path.login(name);
    const keystore = await lockKeyring(keys, "passphrase", 1_024);
    return signEnrolment(path.meta, invitation, signer ?? keys.main, idCommitment, { username, password, keystore });
  }
  const confirmed = async (id: string) => {
    const { api } = await path.party("firstBank");
    return waitFor("the receipt", async () => {
      const receipt = await api.receipt(id);
      return receipt.state === "confirmed" || receipt.state === "failed" ? receipt : undefined;
    });
  };
  const refusedFor = async (wrong: Signer[], send: (signer: Signer) => Promise<unknown>, field: string) => {
    for (const signer of wrong) namesField(await refused(send(signer), 422, "signature.wrong"), field);
  };
  const tooFew = () => [by(owners[0]!), by(owners[0]!, owners[0]!), by(owners[0]!, owners[2] as Wallet, owners[1]!)];

  before(async () => {
    path = await playUntil("admit");
    ({ address: account, owners } = await deployMultisig(await fundedWallet()));
    await path.api.enrol(await enrolment("enterprise"));
  });

  it("signs up by two of its owners, and not by one", async () => {
    await refusedFor(
      tooFew(),
      async (signer) => path.api.enrol(await enrolment("firstBank", signer)),
      "accountSignature",
    );
    const { receipt } = await path.api.enrol(await enrolment("firstBank", makerAndChecker()));
    expect((await confirmed(receipt.id)).state).to.equal("confirmed");
    expect((await path.party("firstBank")).me.participant.address).to.equal(account);
  });

  it("bids, is awarded and grants, and the chain takes each of its acts", async () => {
    const bank = await path.party("firstBank");
    const enterprise = await path.party("enterprise");
    ({ request, keyIndex } = await openNewRequest(path));
    await enterprise.api.consent(await consentBody(path, "firstBank", request));
    await bank.api.profileFor(request.id);
    const terms: BidTerms = {
      requestId: request.id,
      institution: { id: bank.me.participant.id, name: bank.me.participant.name },
      amountFen: request.amountFen,
      termMonths: request.termMonths,
      annualRateBps: 400,
      repaymentMethod: request.repaymentMethod,
      fees: [],
      conditions: "",
    };
    const bidWith = async (signer: Signer) =>
      bank.api.bid(
        request.id,
        await signBid(path.meta, signer, request.requestKey, {
          terms,
          termsSalt: newSalt(),
          salt: newSalt(),
          validUntil: secondsFromNow(10 * DAY),
        }),
      );
    await refusedFor(tooFew(), bidWith, "signature");
    const bid = await bidWith(by(owners[2]!, owners[1]!));

    const award = await signAward(path.meta, enterprise.keys.requestKey(keyIndex), bid);
    const awarded = await waitFor("the bids' batch to be on chain", () =>
      enterprise.api.award(request.id, award).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.code === "bid.notAnchored") return undefined;
        throw error;
      }),
    );
    expect((await confirmed(awarded.awardReceipt!.id)).state).to.equal("confirmed");

    const grantWith = async (signer: Signer) =>
      bank.api.grant(
        request.id,
        await signGrant(path.meta, signer, request.requestKey, bid.bidHash, {
          terms: { ...bid.terms, bidId: bid.id, contractNumber: "MULTISIG-1" },
          termsSalt: newSalt(),
          salt: newSalt(),
          expiresAt: secondsFromNow(365 * DAY),
        }),
      );
    await refusedFor(tooFew(), grantWith, "signature");
    const grant = await grantWith(makerAndChecker());
    expect(await confirmed(grant.receipt.id)).to.deep.include({ state: "confirmed", kind: grant.receipt.kind });
    const regulator = await path.demo("regulator");
    const { differences } = await waitFor("the reconciliation to see the grant", async () => {
      const found = await regulator.api.reconciliation();
      return found.pending === 0 ? found : undefined;
    });
    expect(differences.filter(({ key }) => key === grant.grantId || key === request.requestKey)).to.deep.equal([]);
  });
});
