import { expect } from "chai";
import { network } from "hardhat";
import { nameOf, type RequestState, requestStates } from "../../contracts/codes.ts";
import { foreignDomains } from "./foreign-domains.ts";
import { suspend } from "./institution-acts.ts";
import { acts, type LedgerAct, powerful, type Stage, stageIn } from "./ledger-stages.ts";

const connection = await network.create();
const { loadFixture } = connection.networkHelpers;

/** One function a state: loadFixture knows a fixture by it, and wants a name. */
const fixtures = Object.fromEntries(
  (Object.keys(requestStates) as RequestState[]).map((state) => {
    const fixture = () => stageIn(connection, state);
    return [state, fixture];
  }),
) as Record<RequestState, () => Promise<Stage>>;

/** Every act of every state that is taken, and the state after it; what isn't here is refused. */
const TAKEN: Record<RequestState, Partial<Record<LedgerAct, RequestState>>> = {
  none: { openRequest: "open" },
  open: { withdrawRequest: "withdrawn", placeBid: "open", award: "awarded" },
  awarded: { reopen: "open", grant: "granted" },
  granted: { grant: "granted", drawDown: "active" },
  active: { grant: "active", drawDown: "active", repay: "active", settle: "settled" },
  settled: {},
  withdrawn: {},
};

/** False when the ledger refused; anything else that goes wrong is thrown. */
const isTaken = (act: Promise<unknown>): Promise<boolean> =>
  act.then(
    () => true,
    (error: Error) => {
      if (!/reverted with custom error 'FinancingLedger/.test(error.message)) throw error;
      return false;
    },
  );

const stateOf = async ({ world, bid }: Stage): Promise<RequestState> =>
  nameOf(requestStates, Number((await world.ledger.requestOf(bid.requestKey)).state));

describe("FinancingLedger: states go forward only", () => {
  for (const [state, taken] of Object.entries(TAKEN) as [RequestState, (typeof TAKEN)[RequestState]][])
    it(`${state}: takes ${Object.keys(taken).join(", ") || "nothing"}, and no other act`, async () => {
      expect(await stateOf(await loadFixture(fixtures[state]))).to.equal(state);
      for (const name of Object.keys(acts) as LedgerAct[]) {
        const stage = await loadFixture(fixtures[state]);
        expect(await isTaken(acts[name](stage)), name).to.equal(taken[name] !== undefined);
        expect(await stateOf(stage), `after ${name}`).to.equal(taken[name] ?? state);
      }
    });
});

/** Every signature that the ledger asks for, in a state in which the act is taken. */
const SIGNATURES = [
  { act: "openRequest", type: "FinancingRequest", part: "requestKey", state: "none" },
  { act: "withdrawRequest", type: "Withdrawal", part: "requestKey", state: "open" },
  { act: "award", type: "Award", part: "requestKey", state: "open" },
  { act: "award", type: "Bid", part: "institution", state: "open" },
  { act: "reopen", type: "Reopening", part: "requestKey", state: "awarded" },
  { act: "grant", type: "Grant", part: "institution", state: "awarded" },
  { act: "drawDown", type: "Drawdown", part: "institution", state: "granted" },
  { act: "drawDown", type: "Drawdown", part: "requestKey", state: "granted" },
  { act: "repay", type: "Repayment", part: "institution", state: "active" },
] as const;

describe("FinancingLedger: nobody acts for another", () => {
  for (const { act, type, part, state } of SIGNATURES) {
    const signerOf = ({ world }: Stage) =>
      part === "requestKey" ? world.requestKey : act === "award" ? world.otherBank : world.bank;

    it(`${act}: takes the ${part}'s ${type} once, and nobody else's: no operator's, relayer's or administrator's`, async () => {
      const stage = await loadFixture(fixtures[state]);
      const { ledger } = stage.world;
      const { address } = signerOf(stage);
      for (const [who, forger] of Object.entries(powerful(stage.world))) {
        if (forger.address === address) continue;
        await expect(acts[act](stage, { [part]: forger }), who)
          .to.be.revertedWithCustomError(ledger, "FinancingLedgerInvalidSignature")
          .withArgs(address);
      }
      expect(await isTaken(acts[act](stage))).to.equal(true);
      expect(await isTaken(acts[act](stage)), "the same again").to.equal(false);
    });

    it(`${act}: refuses the ${part}'s ${type} for another chain, contract, version or name`, async () => {
      const stage = await loadFixture(fixtures[state]);
      for (const domain of foreignDomains(stage.world, type))
        await expect(acts[act](stage, { domain, part }), JSON.stringify(domain.name))
          .to.be.revertedWithCustomError(stage.world.ledger, "FinancingLedgerInvalidSignature")
          .withArgs(signerOf(stage).address);
      expect(await isTaken(acts[act](stage))).to.equal(true);
    });
  }

  for (const [act, state] of [
    ["placeBid", "open"],
    ["award", "open"],
    ["grant", "awarded"],
    ["drawDown", "granted"],
    ["repay", "active"],
  ] as const)
    it(`${act}: is closed to a suspended institution`, async () => {
      const stage = await loadFixture(fixtures[state]);
      const { address } = act === "award" ? stage.world.otherBank : stage.world.bank;
      await suspend(stage.world, address);
      await expect(acts[act](stage))
        .to.be.revertedWithCustomError(stage.world.ledger, "FinancingLedgerInactiveInstitution")
        .withArgs(address);
    });
});
