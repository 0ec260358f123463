import { Wallet } from "ethers";
import { hash, sign, type World } from "./world.ts";

/** By an operator's signature. */
export async function suspend(world: World, account: string): Promise<void> {
  const change = { account, status: 2, nonce: await world.participants.nonceOf(account) };
  const signature = await sign(world, world.operator, "StatusChange", change);
  await world.participants.setStatus(change, world.operator.address, signature);
}

/** Moves the bank to a new key, and returns that. */
export async function rotateBank(world: World): Promise<Wallet> {
  const newKey = new Wallet(hash("new key"));
  const rotation = { account: world.bank.address, newAccount: newKey.address, nonce: 0n };
  await world.participants.rotateKey(
    rotation,
    await sign(world, world.bank, "KeyRotation", rotation),
    await sign(world, newKey, "KeyRotation", rotation),
  );
  return newKey;
}
