import { ensureContracts } from "../lib/build.ts";
import type { BenchRow } from "./bench.ts";

const LEAVES = [1, 100, 1_000, 10_000] as const;
const BATCH = 50;
const LEAST_BATCH_RATIO = 0.5;
const MOST_GAS_PER_LEAF = 50;
const JUDGED_LEAVES = 1_000;
/** Row by the contracts' name of the act. A bid normally is a leaf: a transaction of its own is the bank's way around us. */
const ACTS = { gas_request: "openRequest", gas_bid: "placeBid", gas_award: "award", gas_grant: "grant" } as const;

export const GAS_ROWS = [
  ...LEAVES.map((count) => `gas_per_leaf_${count}`),
  ...Object.keys(ACTS).flatMap((row) => [row, `${row}_${BATCH}`]),
  ...["batched_act_gas_ratio", "eas_attest_gas", "one_record_per_transaction_gas", "firefly_pin_gas"],
];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Gas on Hardhat's in-process network, the same on every machine. A leaf: an anchoring transaction's gas by the leaves of its
 * batch. Acts: signed by plain keys, sent alone or as one of 50 in a relay transaction.
 */
export async function gasRows({ note }: { note: (text: string) => void }): Promise<BenchRow[]> {
  await ensureContracts(() => note("compiling the contracts"));
  // Not before: Hardhat reads the artifacts as it is loaded.
  const { createGasWorld, measureActs, measureLeaves } = await import("../lib/gas.ts");
  const { measurePeers } = await import("./chain-gas-peers.ts");
  const world = await createGasWorld();

  note("gas of leaves");
  const rows: BenchRow[] = [];
  for (const count of LEAVES) {
    const value = (await measureLeaves(world, count)).direct;
    const limit = count === JUDGED_LEAVES ? { target: `< ${MOST_GAS_PER_LEAF}`, met: value < MOST_GAS_PER_LEAF } : {};
    rows.push({ id: `gas_per_leaf_${count}`, value, unit: "gas", ...limit });
  }
  // The way of nearly every bid: one leaf of an anchored batch of bids.
  const bidAsLeaf = (await measureLeaves(world, BATCH)).relayed;

  note(`gas of acts, alone and in batches of ${BATCH}`);
  const acts = new Map((await measureActs(world, [BATCH])).map((gas) => [gas.act, gas]));
  for (const [id, act] of Object.entries(ACTS)) {
    const gas = acts.get(act);
    if (!gas) throw new Error(`the gas of ${act} was not measured`);
    const batched = gas.relayed[BATCH] ?? bidAsLeaf;
    rows.push({ id, value: gas.alone, unit: "gas" });
    rows.push({ id: `${id}_${BATCH}`, value: batched, unit: "gas", ratio: batched / gas.alone, against: id });
  }
  // All signed acts that the relay delivers, each kind counted once: what they cost in batches by what they cost alone.
  const relayed = [...acts.values()].filter(({ relayed: by }) => by[BATCH] !== undefined);
  const ratio = sum(relayed.map(({ relayed: by }) => by[BATCH]!)) / sum(relayed.map(({ alone }) => alone));
  const met = ratio < LEAST_BATCH_RATIO;
  rows.push({ id: "batched_act_gas_ratio", value: ratio, unit: "ratio", target: `< ${LEAST_BATCH_RATIO}`, met });

  note("gas of other ways");
  const peers = await measurePeers();
  const leaf = rows.find(({ id }) => id === `gas_per_leaf_${JUDGED_LEAVES}`)!;
  const beside = (id: string, value: number): BenchRow => ({
    id,
    value,
    unit: "gas",
    ratio: value / leaf.value,
    against: leaf.id,
  });
  rows.push(beside("eas_attest_gas", peers.attestation));
  rows.push(beside("one_record_per_transaction_gas", peers.oneRecord));
  rows.push(beside("firefly_pin_gas", peers.pin));
  return rows;
}
