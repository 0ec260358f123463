import { Wallet } from "ethers";
import { type Domain, type PledgeReservation, pledgeReservationHash } from "../../contracts/typed-data.ts";
import { type Connection, DAY, deployWorld, hash, type Party, type Pledges, sign, type World } from "./world.ts";

export const pledgor = new Wallet(hash("pledgor key"));

export const reservationOf = (world: World, changes: Partial<PledgeReservation> = {}): PledgeReservation => ({
  assetHash: hash("asset"),
  institution: world.bank.address,
  pledgorKey: pledgor.address,
  termsCommitment: hash("pledge terms"),
  reservedUntil: world.now + 10 * DAY,
  salt: hash("pledge salt"),
  ...changes,
});

interface Signing {
  institution?: Party;
  pledgor?: Party;
  domain?: Domain;
}

/** Delivered by an account with the relay's role. */
export async function reserve(world: World, r: PledgeReservation, by: Signing = {}) {
  return (world.pledges.connect(world.voucher) as Pledges).reserve(
    r,
    await sign(world, by.institution ?? world.bank, "PledgeReservation", r, by.domain),
    await sign(world, by.pledgor ?? pledgor, "PledgeReservation", r),
  );
}

export type End = "confirm" | "release";
export const typeOf = { confirm: "PledgeConfirmation", release: "PledgeRelease" } as const;

/** By a stranger: anyone may deliver these. */
export async function act(world: World, end: End, pledgeId: string, by: Party = world.bank, domain?: Domain) {
  const signature = await sign(world, by, typeOf[end], { pledgeId }, domain);
  return (world.pledges.connect(world.stranger) as Pledges)[end]({ pledgeId }, signature);
}

export const stateOf = async ({ pledges }: World, pledgeId: string) => Number((await pledges.pledgeOf(pledgeId)).state);

/** A reservation of the bank's. */
export async function reservedWorld(connection: Connection) {
  const world = await deployWorld(connection);
  const reservation = reservationOf(world);
  await reserve(world, reservation);
  return { world, reservation, pledgeId: pledgeReservationHash(reservation) };
}

/** The same, confirmed. */
export async function pledgedWorld(connection: Connection) {
  const before = await reservedWorld(connection);
  await act(before.world, "confirm", before.pledgeId);
  return before;
}
