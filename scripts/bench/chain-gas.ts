import { ensureContracts } from "../lib/build.ts";
import type { BenchRow } from "./bench.ts";

const LEAVES = [1, 100, 1_000, 10_000] as const;
const BATCH = 50;
const LEAST_BATCH_RATIO = 0.5;
const MOST_GAS_PER_LEAF = 50;
const JUDGED_LEAVES = 1_000;
/** Row by the contracts' name of the act. A bid is a leaf of a batch; placing it alone is the bank's way around us. */
const ACTS = { gas_request: "openRequest", gas_bid: "placeBid", gas_award: "award", gas_grant: "grant" } as const;

export const GAS_ROWS = [
  ...LEAVES.map((count) => `gas_per_leaf_${count}`),
  ...Object.keys(ACTS).flatMap((row) => [row, `${row}_${BATCH}`]),
  ...[
    "batched_act_gas_ratio",
    "batched_kinds_gas_ratio",
    "eas_attest_gas",
    "one_record_per_transaction_gas",
    "firefly_pin_gas",
  ],
];

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Gas on Hardhat's in-process network, the same on every machine. A leaf: an anchoring transaction's gas by the leaves of its
 * batch. Acts: signed by plain keys, delivered by the relay one in a transaction, or 50 in one.
 */
export async function gasRows({ note }: { note: (text: string) => void }): Promise<BenchRow[]> {
  await ensureContracts(() => note("compiling the contracts"));
  // Not before: Hardhat reads the artifacts as it is loaded.
  const { createGasWorld, measureActs, measureLeaves } = await import("../lib/gas.ts");
  const { measurePeers } = await import("./chain-gas-peers.ts");
  const world = await createGasWorld();

  note("gas of leaves");
  const rows: BenchRow[] = [];
  // The way of nearly every bid: a leaf of an anchored batch of bids, or of one.
  const bid: Record<number, number> = { [BATCH]: (await measureLeaves(world, BATCH)).relayed };
  for (const count of LEAVES) {
    const { direct: value, relayed } = await measureLeaves(world, count);
    if (count === 1) bid[1] = relayed;
    const limit = count === JUDGED_LEAVES ? { target: `< ${MOST_GAS_PER_LEAF}`, met: value < MOST_GAS_PER_LEAF } : {};
    rows.push({ id: `gas_per_leaf_${count}`, value, unit: "gas", ...limit });
  }
  note(`gas of acts, one by one and in batches of ${BATCH}`);
  const acts = new Map((await measureActs(world, [1, BATCH])).map((gas) => [gas.act, gas]));
  const path = Object.entries(ACTS).map(([id, act]) => {
    const gas = acts.get(act);
    if (!gas) throw new Error(`the gas of ${act} was not measured`);
    const relayed = act === "placeBid" ? bid : gas.relayed;
    const [alone, batched] = [relayed[1]!, relayed[BATCH]!];
    rows.push({ id, value: alone, unit: "gas" });
    rows.push({ id: `${id}_${BATCH}`, value: batched, unit: "gas", ratio: batched / alone, against: id });
    return { alone, batched };
  });
  const ratioOf = (of: readonly { alone: number; batched: number }[]): number =>
    sum(of.map(({ batched }) => batched)) / sum(of.map(({ alone }) => alone));
  // The acts of a financing's main path, from request to grant; below, every kind that the relay delivers, counted once.
  const ratio = ratioOf(path);
  const target = { target: `< ${LEAST_BATCH_RATIO}`, met: ratio < LEAST_BATCH_RATIO };
  rows.push({ id: "batched_act_gas_ratio", value: ratio, unit: "ratio", ...target });
  const kinds = [...acts.values()].flatMap(({ relayed }) =>
    relayed[BATCH] === undefined ? [] : [{ alone: relayed[1]!, batched: relayed[BATCH] }],
  );
  rows.push({ id: "batched_kinds_gas_ratio", value: ratioOf(kinds), unit: "ratio" });

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
