import { id, Wallet } from "ethers";
import { merkleTree } from "../../backend/lib/merkle.ts";
import { anchorKinds, participantKinds } from "../../contracts/codes.ts";
import {
  type Bid,
  bidHash,
  consentGrantHash,
  grantHash,
  pledgeReservationHash,
  sealIssueHash,
} from "../../contracts/typed-data.ts";
import type { Call, GasWorld, Party } from "./gas-world.ts";

const DAY = 86_400;
const AMOUNT = 1_000_000_00n;
/** Leaves of the bid batch that awards are shown from. */
const BATCH = 1_024;

/** One kind of act: how the i-th of them is called, each from a state and by keys of its own. */
export interface Stage {
  act: string;
  /** Has acts counted: without, they only lead on to the next stage. */
  measured?: boolean;
  /** The sender itself is the party, so the relay can't deliver it. */
  sentBy?(i: number): GasWorld["institutions"][number];
  before?(): Promise<unknown>;
  call(i: number): Promise<Call>;
}

const keys = new Map<string, Wallet>();
function keyOf(name: string): Wallet {
  const known = keys.get(name) ?? new Wallet(id(name));
  keys.set(name, known);
  return known;
}

async function enrol(world: GasWorld, party: Party, kind: number): Promise<Call> {
  const invitation = keyOf(`invitation ${party.address}`);
  const admission = {
    ...{ idCommitment: id(`identity ${party.address}`), kind },
    ...{ invitation: invitation.address, expiresAt: world.now + 30 * DAY },
  };
  const enrolment = { idCommitment: admission.idCommitment, invitation: invitation.address, account: party.address };
  return world.call("participants", "enrol", [
    admission,
    world.operator.address,
    await world.sign(world.operator, "participants", "Admission", admission),
    party.address,
    await world.sign(invitation, "participants", "Enrolment", enrolment),
    await world.sign(party, "participants", "Enrolment", enrolment),
  ]);
}

function participantStages(world: GasWorld): { first: Stage[]; last: Stage[] } {
  const { operator } = world;
  const enterprise = (i: number) => keyOf(`enterprise ${i}`);
  const renewed = (i: number) => keyOf(`enterprise ${i}, next key`);
  const first: Stage[] = [
    {
      act: "enrol",
      measured: true,
      before: async () => {
        for (const institution of world.institutions)
          await world.send(await enrol(world, institution, participantKinds.institution));
      },
      call: (i) => enrol(world, enterprise(i), participantKinds.enterprise),
    },
  ];
  const last: Stage[] = [
    {
      act: "rotateKey",
      measured: true,
      call: async (i) => {
        const rotation = { account: enterprise(i).address, newAccount: renewed(i).address, nonce: 0n };
        const by = (key: Party) => world.sign(key, "participants", "KeyRotation", rotation);
        return world.call("participants", "rotateKey", [rotation, await by(enterprise(i)), await by(renewed(i))]);
      },
    },
    {
      act: "setStatus",
      measured: true,
      call: async (i) => {
        const change = { account: renewed(i).address, status: 2, nonce: 0n };
        const signature = await world.sign(operator, "participants", "StatusChange", change);
        return world.call("participants", "setStatus", [change, operator.address, signature]);
      },
    },
  ];
  return { first, last };
}

function consentStages(world: GasWorld): Stage[] {
  const holder = (i: number) => keyOf(`enterprise ${i}`);
  const consentOf = (i: number) => ({
    ...{ holder: holder(i).address, commitment: id(`consent ${i}`) },
    ...{ startsAt: world.now, expiresAt: world.now + 365 * DAY },
  });
  return [
    {
      act: "give",
      measured: true,
      call: async (i) =>
        world.call("consents", "give", [
          consentOf(i),
          await world.sign(holder(i), "consents", "ConsentGrant", consentOf(i)),
        ]),
    },
    {
      act: "change",
      measured: true,
      call: async (i) => {
        const change = { consentId: consentGrantHash(consentOf(i)), state: 2, nonce: 0n };
        return world.call("consents", "change", [
          change,
          await world.sign(holder(i), "consents", "ConsentChange", change),
        ]);
      },
    },
  ];
}

function pledgeStages(world: GasWorld): Stage[] {
  const institution = (i: number) => world.institutions[i % world.institutions.length]!;
  const pledgor = (i: number) => keyOf(`pledgor ${i}`);
  const reservationOf = (i: number) => ({
    ...{ assetHash: id(`asset ${i}`), institution: institution(i).address, pledgorKey: pledgor(i).address },
    ...{ termsCommitment: id(`pledge ${i}`), reservedUntil: world.now + 20 * DAY, salt: id(`pledge salt ${i}`) },
  });
  const pledgeId = (i: number) => pledgeReservationHash(reservationOf(i));
  return [
    {
      act: "reserve",
      measured: true,
      call: async (i) => {
        const by = (key: Party) => world.sign(key, "pledges", "PledgeReservation", reservationOf(i));
        return world.call("pledges", "reserve", [reservationOf(i), await by(institution(i)), await by(pledgor(i))]);
      },
    },
    {
      act: "confirm",
      measured: true,
      call: async (i) => {
        const confirmation = { pledgeId: pledgeId(i) };
        const signature = await world.sign(institution(i), "pledges", "PledgeConfirmation", confirmation);
        return world.call("pledges", "confirm", [confirmation, signature]);
      },
    },
    {
      act: "release",
      measured: true,
      call: async (i) => {
        const release = { pledgeId: pledgeId(i) };
        const signature = await world.sign(institution(i), "pledges", "PledgeRelease", release);
        return world.call("pledges", "release", [release, signature]);
      },
    },
  ];
}

function sealStages(world: GasWorld): Stage[] {
  const { operator } = world;
  const key = (i: number) => keyOf(`seal ${i}`);
  const sealOf = (i: number) => ({
    ...{ idCommitment: id(`seal ${i}`), holder: keyOf(`enterprise ${i}`).address, key: key(i).address },
    ...{ validFrom: world.now, validUntil: world.now + 365 * DAY },
  });
  return [
    {
      act: "issue",
      measured: true,
      call: async (i) => {
        const by = (party: Party) => world.sign(party, "seals", "SealIssue", sealOf(i));
        return world.call("seals", "issue", [sealOf(i), operator.address, await by(operator), await by(key(i))]);
      },
    },
    {
      act: "seal",
      measured: true,
      call: async (i) => {
        const document = { sealId: sealIssueHash(sealOf(i)), documentCommitment: id(`document ${i}`) };
        const signature = await world.sign(key(i), "seals", "SealedDocument", document);
        return world.call("seals", "seal", [document, signature]);
      },
    },
    {
      act: "setStatus of a seal",
      measured: true,
      call: async (i) => {
        const change = { sealId: sealIssueHash(sealOf(i)), status: 2, nonce: 0n };
        const signature = await world.sign(operator, "seals", "SealStatusChange", change);
        return world.call("seals", "setStatus", [change, operator.address, signature]);
      },
    },
  ];
}

function anchorStage(world: GasWorld): Stage {
  return {
    act: "anchor",
    measured: true,
    call: async (i) => world.call("anchors", "anchor", [id(`root ${i}`), anchorKinds.records, 1_000]),
  };
}

/** Requests of one name, each with a key and a bid of its own; the bids are leaves of one batch. */
function requestsOf(world: GasWorld, name: string, count: number) {
  const institution = (i: number) => world.institutions[i % world.institutions.length]!;
  const key = (i: number) => keyOf(`${name} request ${i}`);
  const bidOf = (i: number): Bid => ({
    ...{ requestKey: key(i).address, institution: institution(i).address, termsCommitment: id(`${name} bid ${i}`) },
    ...{ amountFen: AMOUNT, validUntil: world.now + 10 * DAY, salt: id(`${name} bid salt ${i}`) },
  });
  const bids = Array.from({ length: count }, (_, i) => bidHash(bidOf(i)));
  const others = Array.from({ length: BATCH - count }, (_, i) => id(`${name} other bid ${i}`));
  const tree = merkleTree([...bids, ...others]);
  const open: Stage = {
    act: "openRequest",
    call: async (i) => {
      const request = {
        ...{ requestKey: key(i).address, termsCommitment: id(`${name} terms ${i}`), amountFen: AMOUNT },
        ...{ closesAt: world.now + 2 * DAY, expiresAt: world.now + 30 * DAY },
      };
      const signature = await world.sign(key(i), "financing", "FinancingRequest", request);
      return world.call("financing", "openRequest", [request, signature]);
    },
  };
  const award: Stage = {
    act: "award",
    before: async () => world.send(world.call("anchors", "anchor", [tree.root, anchorKinds.bids, BATCH])),
    call: async (i) => {
      const award = { requestKey: key(i).address, bidHash: bidHash(bidOf(i)) };
      return world.call("financing", "award", [
        ...[award, await world.sign(key(i), "financing", "Award", award)],
        ...[bidOf(i), await world.sign(institution(i), "financing", "Bid", bidOf(i))],
        ...[tree.root, tree.proof(bidHash(bidOf(i)))],
      ]);
    },
  };
  return { institution, key, bidOf, open, award };
}

function financingStages(world: GasWorld, count: number): { first: Stage[]; last: Stage[] } {
  const main = requestsOf(world, "main", count);
  const withdrawn = requestsOf(world, "withdrawn", count);
  const reopened = requestsOf(world, "reopened", count);
  const { institution, key, bidOf } = main;
  const grantOf = (i: number) => ({
    ...{ requestKey: key(i).address, bidHash: bidHash(bidOf(i)), termsCommitment: id(`grant ${i}`) },
    ...{ amountFen: AMOUNT, expiresAt: world.now + 365 * DAY, salt: id(`grant salt ${i}`) },
  });
  const half = (i: number) => ({ grantId: grantHash(grantOf(i)), salt: id(`salt ${i}`) });
  const first: Stage[] = [
    { ...main.open, measured: true },
    {
      act: "placeBid",
      measured: true,
      sentBy: institution,
      call: async (i) => world.call("financing", "placeBid", [key(i).address, id(`placed ${i}`)]),
    },
    { ...main.award, measured: true },
    {
      act: "grant",
      measured: true,
      call: async (i) =>
        world.call("financing", "grant", [
          grantOf(i),
          await world.sign(institution(i), "financing", "Grant", grantOf(i)),
        ]),
    },
    {
      act: "drawDown",
      measured: true,
      call: async (i) => {
        const drawdown = { ...half(i), amountFen: AMOUNT / 2n };
        const by = (party: Party) => world.sign(party, "financing", "Drawdown", drawdown);
        return world.call("financing", "drawDown", [drawdown, await by(institution(i)), await by(key(i))]);
      },
    },
    {
      act: "repay",
      measured: true,
      call: async (i) => {
        const repayment = { ...half(i), principalFen: AMOUNT / 2n };
        const signature = await world.sign(institution(i), "financing", "Repayment", repayment);
        return world.call("financing", "repay", [repayment, signature]);
      },
    },
    withdrawn.open,
    {
      act: "withdrawRequest",
      measured: true,
      call: async (i) => {
        const withdrawal = { requestKey: withdrawn.key(i).address };
        const signature = await world.sign(withdrawn.key(i), "financing", "Withdrawal", withdrawal);
        return world.call("financing", "withdrawRequest", [withdrawal, signature]);
      },
    },
    reopened.open,
    reopened.award,
  ];
  const last: Stage[] = [
    {
      act: "reopen",
      measured: true,
      before: () => world.pass(11 * DAY),
      call: async (i) => {
        const reopening = { requestKey: reopened.key(i).address, bidHash: bidHash(reopened.bidOf(i)) };
        const signature = await world.sign(reopened.key(i), "financing", "Reopening", reopening);
        return world.call("financing", "reopen", [reopening, signature]);
      },
    },
    {
      act: "settle",
      measured: true,
      before: () => world.pass(400 * DAY),
      call: async (i) => world.call("financing", "settle", [key(i).address]),
    },
  ];
  return { first, last };
}

/** Every act there is, in an order in which `count` of each can follow one another. */
export function actStages(world: GasWorld, count: number): Stage[] {
  const participants = participantStages(world);
  const financing = financingStages(world, count);
  return [
    ...participants.first,
    anchorStage(world),
    ...financing.first,
    ...consentStages(world),
    ...pledgeStages(world),
    ...sealStages(world),
    ...participants.last,
    ...financing.last,
  ];
}
