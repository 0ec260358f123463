import { id } from "ethers";
import { anchorKinds } from "../../contracts/codes.ts";
import { actStages } from "./gas-acts.ts";
import type { Stage } from "./gas-stage.ts";
import type { Call, GasWorld } from "./gas-world.ts";

export { createGasWorld, type GasWorld } from "./gas-world.ts";

export interface ActGas {
  act: string;
  /** In a transaction of its own, the transaction's 21,000 included. */
  alone: number;
  /** Of each in a relay transaction of so many of them; empty for an act that its party must send itself. */
  relayed: Record<number, number>;
}

async function measure(world: GasWorld, stage: Stage, sizes: readonly number[]): Promise<ActGas> {
  await stage.before?.();
  const alone = await world.send(await stage.call(0), stage.sentBy?.(0));
  const relayed: Record<number, number> = {};
  let next = 1;
  for (const size of stage.sentBy ? [] : sizes) {
    const calls: Call[] = [];
    for (; calls.length < size; next++) calls.push(await stage.call(next));
    relayed[size] = (await world.relay(calls)) / size;
  }
  return { act: stage.act, alone, relayed };
}

/**
 * Gas of every act alone and as one of so many of its kind in a relay transaction: from states and by keys of their own,
 * institutions and operator aside, plain keys all. A world serves once.
 */
export async function measureActs(world: GasWorld, sizes: readonly number[]): Promise<ActGas[]> {
  const measured: ActGas[] = [];
  const count = sizes.reduce((sum, size) => sum + size, 1);
  for (const stage of actStages(world, count)) {
    const gas = await measure(world, stage, sizes);
    if (stage.measured) measured.push(gas);
  }
  return measured;
}

export interface LeafGas {
  leaves: number;
  /** Gas of each leaf when the root is anchored by an anchorer's own transaction, */
  direct: number;
  /** by a relay transaction of its own, */
  relayed: number;
  /** and as one of 50 such acts in one. */
  relayedOf50: number;
}

/** What a leaf costs in a batch of so many. */
export async function measureLeaves(world: GasWorld, leaves: number): Promise<LeafGas> {
  const anchor = (name: string): Call =>
    world.call("anchors", "anchor", [id(`${leaves} leaves ${name}`), anchorKinds.records, leaves]);
  return {
    leaves,
    direct: (await world.send(anchor("direct"))) / leaves,
    relayed: (await world.relay([anchor("relayed")])) / leaves,
    relayedOf50: (await world.relay(Array.from({ length: 50 }, (_, i) => anchor(`of 50: ${i}`)))) / 50 / leaves,
  };
}
