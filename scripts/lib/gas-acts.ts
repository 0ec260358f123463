import { id } from "ethers";
import { anchorKinds, participantKinds } from "../../contracts/codes.ts";
import { consentGrantHash, pledgeReservationHash, sealIssueHash } from "../../contracts/typed-data.ts";
import { financingStages } from "./gas-acts-financing.ts";
import { DAY, keyOf, type Stage } from "./gas-stage.ts";
import type { Call, GasWorld, Party } from "./gas-world.ts";

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
