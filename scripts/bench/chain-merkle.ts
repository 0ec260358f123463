import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { hexlify, verifyTypedData, Wallet } from "ethers";
import { createActStore } from "../../backend/features/anchoring/act-store.ts";
import { createAnchoringService } from "../../backend/features/anchoring/anchoring-service.ts";
import { createLeafStore } from "../../backend/features/anchoring/leaf-store.ts";
import { installFastKeccak } from "../../backend/lib/fast-keccak.ts";
import { randomSalt } from "../../backend/lib/hash.ts";
import { merkleTree } from "../../backend/lib/merkle.ts";
import { recoverSigner } from "../../backend/lib/signatures.ts";
import { connectMongo, initModels } from "../../backend/platform/mongo/connect.ts";
import { type Bid, financingDomain, signingDigest, types } from "../../contracts/typed-data.ts";
import { type BenchRow, quantile } from "./bench.ts";
import { startStore } from "./document-store-process.ts";

export const MERKLE_ROWS = ["merkle_vs_openzeppelin", "merkle_10m", "merkle_proof_ms", "recover_per_second"] as const;
type MerkleRow = (typeof MERKLE_ROWS)[number];

const COMPARED = 100_000;
const ROUNDS = 3;
const LEAST_RATIO = 30;
const MANY = 10_000_000;
const MOST_MEGABYTES = 1_000;
const BATCH = 200_000;
const PROOFS = 1_000;
const SIGNATURES = 500;
const NATIVE_ROUNDS = 20;

interface Options {
  readonly folder: string;
  readonly rows?: readonly string[];
  readonly note: (text: string) => void;
}

const secondsOf = (work: () => void): number => {
  const started = performance.now();
  work();
  return (performance.now() - started) / 1000;
};

/** Both from the same hex strings to the root, in turn; the best of each counts. */
function againstOpenZeppelin(note: Options["note"]): BenchRow[] {
  const values = Array.from({ length: COMPARED }, randomSalt);
  const wrapped = values.map((value) => [value]);
  let [ours, theirs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 1; round <= ROUNDS; round++) {
    let [root, expected] = ["", ""];
    ours = Math.min(
      ours,
      secondsOf(() => (root = merkleTree(values).root)),
    );
    theirs = Math.min(
      theirs,
      secondsOf(() => (expected = StandardMerkleTree.of(wrapped, ["bytes32"]).root)),
    );
    assert.equal(root, expected);
    note(`  ${COMPARED} leaves: ${ours.toFixed(3)} s, @openzeppelin/merkle-tree ${theirs.toFixed(1)} s`);
  }
  const ratio = theirs / ours;
  const unit = "leaves/s";
  const met = ratio >= LEAST_RATIO;
  return [
    {
      id: "merkle_vs_openzeppelin",
      value: COMPARED / ours,
      unit,
      ratio,
      against: "openzeppelin_merkle_tree",
      target: `ratio ≥ ${LEAST_RATIO}`,
      met,
    },
    { id: "openzeppelin_merkle_tree", value: COMPARED / theirs, unit },
  ];
}

async function manyLeaves(note: Options["note"]): Promise<BenchRow[]> {
  note(`  building a tree of ${MANY} leaves`);
  const program = join(import.meta.dirname, "chain-merkle-child.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [program, String(MANY)]);
  const { seconds, megabytes } = JSON.parse(stdout) as { seconds: number; megabytes: number };
  const target = `< ${MOST_MEGABYTES}`;
  return [
    { id: "merkle_10m", value: megabytes, unit: "MB at most", target, met: megabytes < MOST_MEGABYTES },
    { id: "merkle_10m_seconds", value: seconds, unit: "s" },
  ];
}

/** Proofs out of the store, one after the other. */
async function proofTimes({ folder, note }: Options): Promise<BenchRow[]> {
  const server = await startStore(join(folder, "merkle"));
  const connection = await connectMongo(server.uri);
  try {
    const registry = { address: "0x", encodeAnchor: () => "0x" };
    const acts = createActStore(connection);
    const anchoring = createAnchoringService(acts, createLeafStore(connection), registry, () => undefined);
    await initModels(connection);
    const values = Array.from({ length: BATCH }, randomSalt);
    const started = performance.now();
    await anchoring.anchorBatch("bench", "records", values);
    const anchored = performance.now() - started;
    note(`  a batch of ${BATCH} leaves built and stored in ${Math.round(anchored)} ms`);
    const times: number[] = [];
    for (let i = 0; i < PROOFS; i++) {
      const from = performance.now();
      assert(await anchoring.proofInBatch("bench", values[(i * 7_919) % BATCH]!));
      times.push(performance.now() - from);
    }
    return [
      { id: "merkle_proof_ms", value: quantile(times, 0.5), unit: "ms, median" },
      { id: "merkle_proof_p95_ms", value: quantile(times, 0.95), unit: "ms" },
      { id: "merkle_batch_stored_ms", value: anchored, unit: "ms" },
    ];
  } finally {
    await connection.close();
    await server.stop();
  }
}

/** Signers of bids: out of the digest alone, and with the digest of the typed data. All hash with the fast Keccak. */
async function recoveries(note: Options["note"]): Promise<BenchRow[]> {
  const domain = financingDomain(31_337, Wallet.createRandom().address);
  const signer = Wallet.createRandom();
  note(`  signing ${SIGNATURES} bids`);
  const signed: { bid: Bid; digest: string; signature: string }[] = [];
  for (let i = 0; i < SIGNATURES; i++) {
    const bid: Bid = {
      requestKey: hexlify(randomBytes(20)),
      institution: signer.address,
      termsCommitment: randomSalt(),
      amountFen: BigInt(i + 1),
      validUntil: 2_000_000_000,
      salt: randomSalt(),
    };
    const signature = await signer.signTypedData(domain, types.Bid, bid);
    signed.push({ bid, digest: signingDigest(domain, "Bid", bid), signature });
  }
  const perSecond = (rounds: number, signerOf: (one: (typeof signed)[number]) => string | undefined): number =>
    (rounds * SIGNATURES) /
    secondsOf(() => {
      for (let round = 0; round < rounds; round++)
        for (const one of signed) assert.equal(signerOf(one), signer.address);
    });
  const native = perSecond(NATIVE_ROUNDS, ({ digest, signature }) => recoverSigner(digest, signature));
  const typed = perSecond(NATIVE_ROUNDS, ({ bid, signature }) =>
    recoverSigner(signingDigest(domain, "Bid", bid), signature),
  );
  const ethers = perSecond(1, ({ bid, signature }) => verifyTypedData(domain, types.Bid, bid, signature));
  const unit = "signatures/s";
  const against = "recover_per_second_ethers";
  return [
    { id: "recover_per_second", value: native, unit, ratio: native / ethers, against },
    { id: "recover_per_second_typed", value: typed, unit, ratio: typed / ethers, against },
    { id: "recover_per_second_ethers", value: ethers, unit },
  ];
}

/** Building, storing and proving by Merkle trees, and recovering signers. */
export async function merkleRows(options: Options): Promise<BenchRow[]> {
  await installFastKeccak();
  const parts: Record<MerkleRow, () => BenchRow[] | Promise<BenchRow[]>> = {
    merkle_vs_openzeppelin: () => againstOpenZeppelin(options.note),
    merkle_10m: () => manyLeaves(options.note),
    merkle_proof_ms: () => proofTimes(options),
    recover_per_second: () => recoveries(options.note),
  };
  const rows: BenchRow[] = [];
  for (const name of MERKLE_ROWS) if (options.rows?.includes(name) ?? true) rows.push(...(await parts[name]()));
  return rows;
}
