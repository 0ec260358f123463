import { id, Wallet } from "ethers";
import type { Call, GasWorld } from "./gas-world.ts";

export const DAY = 86_400;

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
export function keyOf(name: string): Wallet {
  const known = keys.get(name) ?? new Wallet(id(name));
  keys.set(name, known);
  return known;
}
