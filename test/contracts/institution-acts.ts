import { Wallet } from "ethers";
import { hash, type Party, sign, type World } from "./world.ts";

/** By an operator's signature. */
export async function suspend(world: World, account: string): Promise<void> {
  const change = { account, status: 2, nonce: await world.participants.nonceOf(account) };
  const signature = await sign(world, world.operator, "StatusChange", change);
  await world.participants.setStatus(change, world.operator.address, signature);
}

/** Moves a participant to a new key, and returns that. */
export async function rotate(world: World, party: Party & { address: string }): Promise<Wallet> {
  const newKey = new Wallet(hash("new key"));
  const nonce = await world.participants.nonceOf(party.address);
  const rotation = { account: party.address, newAccount: newKey.address, nonce };
  await world.participants.rotateKey(
    rotation,
    await sign(world, party, "KeyRotation", rotation),
    await sign(world, newKey, "KeyRotation", rotation),
  );
  return newKey;
}

export const rotateBank = (world: World): Promise<Wallet> => rotate(world, world.bank);
