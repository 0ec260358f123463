import { expect } from "chai";
import { Interface, Wallet, ZeroHash } from "ethers";
import { network } from "hardhat";
import type { EntityKind } from "../../backend/features/ledger-index/domain/facts.ts";
import { indexedContracts, topicsOf } from "../../backend/features/ledger-index/domain/ledger-events.ts";
import type { LedgerIndex } from "../../backend/features/ledger-index/index-service.ts";
import { createLedgerRebuild } from "../../backend/features/ledger-index/rebuild-service.ts";
import { ledgerIndexOf } from "../../backend/ledger-index.ts";
import { chainContext } from "../../backend/lib/chain-context.ts";
import type { LogSource } from "../../backend/platform/chain/log-reader.ts";
import { artifactsFrom, type ContractName } from "../../contracts/artifacts.ts";
import {
  anchorKinds,
  consentStates,
  nameOf,
  participantKinds,
  participantStatuses,
  pledgeStates,
  requestStates,
  sealStatuses,
} from "../../contracts/codes.ts";
import {
  type ConsentGrant,
  consentGrantHash,
  type Grant,
  grantHash,
  type PledgeReservation,
  pledgeReservationHash,
} from "../../contracts/typed-data.ts";
import { rotate, suspend } from "../contracts/institution-acts.ts";
import {
  AMOUNT,
  anchorBids,
  awardArguments,
  awarded,
  bidOf,
  drawDown,
  grantOf,
  open,
  repay,
  requestOf,
} from "../contracts/ledger-acts.ts";
import { issued, seal, setStatus } from "../contracts/seal-acts.ts";
import { DAY, deployWorld, enrol, hash, type Pledges, sign, type World } from "../contracts/world.ts";
import { catchUp, ledgerStores, quietly } from "../support/ledger-store.ts";

const artifacts = artifactsFrom("artifacts");

const chainOf = ({ chainId, addresses }: World) =>
  chainContext(
    Number(chainId),
    addresses,
    (name) => artifacts(name).abi,
    async () => undefined,
  );

/** A request of a key of its own, as far as its grant of half the amount. */
async function grantedRequest(world: World, name: string): Promise<{ requestKey: Wallet; grant: Grant }> {
  const requestKey = new Wallet(hash(name));
  const request = requestOf(world, { requestKey: requestKey.address, termsCommitment: hash(`terms of ${name}`) });
  const bid = bidOf(world, { requestKey: requestKey.address, salt: hash(`bid of ${name}`) });
  await open(world, request, requestKey);
  const { root, proofOf } = await anchorBids(world, [bid]);
  await world.ledger.award(...(await awardArguments(world, bid, { root, proof: proofOf(bid) }, { requestKey })));
  const grant = grantOf(world, bid, { amountFen: AMOUNT / 2n, salt: hash(`grant of ${name}`) });
  await world.ledger.grant(grant, await sign(world, world.bank, "Grant", grant), bid);
  return { requestKey, grant };
}

describe("the index over the real contracts", function () {
  this.timeout(120_000);
  const newStore = ledgerStores();

  /** Every entity as the contracts' own views tell it. */
  async function expectViews(index: LedgerIndex, world: World): Promise<Record<EntityKind, number>> {
    const { participants, ledger, anchors, consents, pledges, seals } = world;
    const all = <Kind extends EntityKind>(kind: Kind) => index.page(kind, "", 1_000);
    for (const { key, facts } of await all("participant")) {
      const [kind, status, idCommitment] = await participants.participantOf(key);
      expect(facts.status).to.equal(nameOf(participantStatuses, status));
      if (!facts.replaces) {
        expect(facts).to.include({ kind: nameOf(participantKinds, kind), idCommitment });
      }
      if (facts.replacedBy && facts.status === "rotated") {
        expect(await participants.currentAccountOf(key)).to.equal(facts.replacedBy);
      }
    }
    for (const { key, facts } of await all("request")) {
      const record = await ledger.requestOf(key);
      expect(facts).to.include({
        state: nameOf(requestStates, record.state),
        amountFen: String(record.amountFen),
        closesAt: Number(record.closesAt),
        expiresAt: Number(record.expiresAt),
        grantedFen: String(record.grantedFen),
      });
      expect(facts.award?.bidHash ?? ZeroHash).to.equal(await ledger.awardOf(key));
    }
    for (const { key, facts } of await all("grant")) {
      const record = await ledger.grantOf(key);
      expect(facts).to.include({
        institution: record.institution,
        drawnFen: String(record.drawnFen),
        repaidFen: String(record.repaidFen),
      });
    }
    for (const { key, facts } of await all("anchor")) {
      const [at, kind, count] = await anchors.anchorOf(key);
      expect(facts).to.deep.equal({
        kind: nameOf(anchorKinds, kind),
        count: Number(count),
        anchoredAt: Number(at),
      });
    }
    for (const { key, facts } of await all("consent")) {
      const record = await consents.consentOf(key);
      expect(facts).to.include({
        state: nameOf(consentStates, record.state),
        holder: record.holder,
        startsAt: Number(record.startsAt),
        expiresAt: Number(record.expiresAt),
        nextNonce: String(record.nonce),
      });
    }
    for (const { key, facts } of await all("pledge")) {
      const record = await pledges.pledgeOf(key);
      expect(facts).to.include({
        state: nameOf(pledgeStates, record.state),
        institution: record.institution,
        reservedUntil: Number(record.reservedUntil),
      });
    }
    for (const { key, facts } of await all("seal")) {
      const record = await seals.sealOf(key);
      expect(facts).to.include({
        status: nameOf(sealStatuses, record.status),
        holder: record.holder,
        key: record.key,
        validFrom: Number(record.validFrom),
        validUntil: Number(record.validUntil),
      });
    }
    const kinds = ["participant", "request", "grant", "anchor", "consent", "pledge", "seal"] as const;
    const counts = await Promise.all(kinds.map(async (kind) => [kind, (await all(kind)).length]));
    return Object.fromEntries(counts) as Record<EntityKind, number>;
  }

  it("knows every event that the contracts have", async () => {
    const connection = await network.create();
    const world = await deployWorld(connection);
    const known = new Set(topicsOf(indexedContracts(chainOf(world))));
    const names: ContractName[] = [
      ...(["ParticipantRegistry", "ConsentRegistry", "FinancingLedger", "PledgeRegistry"] as const),
      ...(["SealRegistry", "AnchorRegistry", "Relay"] as const),
    ];
    for (const name of names) {
      new Interface(artifacts(name).abi).forEachEvent((event) => {
        expect(known.has(event.topicHash), `${name}.${event.format()}`).to.equal(true);
      });
    }
  });

  it("tells what the contracts tell, before and after a reorganisation, and again after a replay", async () => {
    const connection = await network.create();
    const world = await deployWorld(connection);
    const { store } = await newStore();
    const index = ledgerIndexOf(store, chainOf(world), connection.ethers.provider as unknown as LogSource, 0);

    // Before the fork: a request drawn and partly repaid, one awarded and never granted, one withdrawn.
    const first = await grantedRequest(world, "first");
    await drawDown(world, first.grant, 1_000n, world.bank, first.requestKey);
    await repay(world, first.grant, 400n);
    await awarded(world);
    const withdrawn = new Wallet(hash("withdrawn"));
    await open(world, requestOf(world, { requestKey: withdrawn.address }), withdrawn);
    const withdrawal = { requestKey: withdrawn.address };
    await world.ledger.withdrawRequest(withdrawal, await sign(world, withdrawn, "Withdrawal", withdrawal));
    const consent: ConsentGrant = {
      holder: world.enterprise.address,
      commitment: hash("consent"),
      startsAt: world.now,
      expiresAt: world.now + DAY,
    };
    await world.consents.give(consent, await sign(world, world.enterprise, "ConsentGrant", consent));
    const { document, sealId } = await issued(world);
    await catchUp(index);
    expect(await expectViews(index, world)).to.deep.equal({
      ...{ participant: 3, request: 3, grant: 1, anchor: 2, consent: 1, pledge: 0, seal: 1 },
    });

    // A branch that is read to its end, and then gives way to another one.
    const fork = await connection.networkHelpers.takeSnapshot();
    const lost = await grantedRequest(world, "lost");
    await drawDown(world, lost.grant, 5n, world.bank, lost.requestKey);
    await repay(world, first.grant, 600n);
    await suspend(world, world.otherBank.address);
    await seal(world, document);
    await catchUp(index);
    expect((await expectViews(index, world)).grant).to.equal(2);
    const dead = await createLedgerRebuild(store, index).summary();
    await fork.restore();

    const kept = await grantedRequest(world, "kept");
    await drawDown(world, kept.grant, AMOUNT / 2n, world.bank, kept.requestKey);
    await repay(world, first.grant, 1n);
    const change = { consentId: consentGrantHash(consent), state: consentStates.paused, nonce: 0n };
    await world.consents.change(change, await sign(world, world.enterprise, "ConsentChange", change));
    const pledgor = new Wallet(hash("pledgor"));
    const reservation: PledgeReservation = {
      ...{ assetHash: hash("asset"), institution: world.bank.address, pledgorKey: pledgor.address },
      ...{ termsCommitment: hash("pledge"), reservedUntil: world.now + 5 * DAY, salt: hash("pledge salt") },
    };
    await (world.pledges.connect(world.voucher) as Pledges).reserve(
      reservation,
      await sign(world, world.bank, "PledgeReservation", reservation),
      await sign(world, pledgor, "PledgeReservation", reservation),
    );
    const confirmation = { pledgeId: pledgeReservationHash(reservation) };
    await world.pledges.confirm(confirmation, await sign(world, world.bank, "PledgeConfirmation", confirmation));
    await setStatus(world, sealId, sealStatuses.suspended);
    await enrol(world, world.stranger, "department");
    await rotate(world, world.bank);
    await suspend(world, world.enterprise.address);
    await catchUp(index);
    expect(await expectViews(index, world)).to.deep.equal({
      ...{ participant: 5, request: 4, grant: 2, anchor: 3, consent: 1, pledge: 1, seal: 1 },
    });
    expect((await index.find("grant", [grantHash(lost.grant)])).size).to.equal(0);

    const rebuild = createLedgerRebuild(store, index);
    const before = await rebuild.summary();
    expect(before.digest).to.not.equal(dead.digest);
    expect((await rebuild.check(quietly)).differences).to.deep.equal([]);
    expect(await rebuild.rebuild(quietly)).to.deep.equal(before);
    expect(await rebuild.summary()).to.deep.equal(before);
    await expectViews(index, world);
  });
});
