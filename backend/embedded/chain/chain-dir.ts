import { randomBytes, randomInt } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { computeAddress } from "ethers";
import { writeFileDurably } from "./durable-file.ts";

/** Enough for any number of blocks: 2^96 wei. The fees only keep the books of the EVM straight. */
const DEPLOYER_BALANCE = `0x${(2n ** 96n).toString(16)}`;

/**
 * Half of it is the target that the base fee turns on: more gas than that in every block would let the fee grow
 * without end. A block of this size takes seconds to execute, so the relayer's few open transactions stay far below.
 */
export const BLOCK_GAS_LIMIT = 1_000_000_000;

/** A failure that the operator can act on: its message is the one line to print. */
export class ChainStartError extends Error {}

export interface ChainDir {
  path: string;
  logPath: string;
  genesisPath: string;
  pidPath: string;
  homePath: string;
  chainId: number;
  genesisTimestamp: number;
  genesisBaseFee: number;
  deployerKey: string;
  release(): void;
}

interface Founding {
  version: 1;
  chainId: number;
  genesisTimestamp: number;
  /** Partly random, so that two chains founded in the same second still have different genesis hashes. */
  genesisBaseFee: number;
  deployer: string;
}

/** The lock is the operating system's, held on an SQLite file, so it goes with its process however that ends. */
function lock(path: string): () => void {
  const database = new DatabaseSync(join(path, "lock.sqlite"));
  try {
    // A killed predecessor needs a moment to notice that its parent is gone.
    database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch {
    database.close();
    throw new ChainStartError(`the chain in ${path} is in use by another process; stop that one first`);
  }
  return () => database.close();
}

function readKey(path: string): string {
  if (!existsSync(path)) writeFileDurably(path, `0x${randomBytes(32).toString("hex")}\n`, 0o600);
  chmodSync(path, 0o600);
  return readFileSync(path, "utf8").trim();
}

function readFounding(path: string, chainId: number | undefined, deployerKey: string): Founding {
  const deployer = computeAddress(deployerKey);
  if (!existsSync(path)) {
    const founding: Founding = {
      version: 1,
      chainId: chainId ?? 530_400,
      genesisTimestamp: Math.floor(Date.now() / 1000),
      genesisBaseFee: 1_000_000_000 + randomInt(1_000_000_000),
      deployer,
    };
    writeFileDurably(path, `${JSON.stringify(founding, null, 2)}\n`);
  }
  const founding = JSON.parse(readFileSync(path, "utf8")) as Founding;
  if (founding.version !== 1) throw new ChainStartError(`${path} is of version ${founding.version}, not 1`);
  if (chainId !== undefined && founding.chainId !== chainId) {
    throw new ChainStartError(
      `the chain in ${path} has chain id ${founding.chainId}, not ${chainId}; use that id or another data folder`,
    );
  }
  if (founding.deployer !== deployer) {
    throw new ChainStartError(`deployer.key does not belong to the chain in ${path}; restore the key from a backup`);
  }
  return founding;
}

function genesisOf(founding: Founding): object {
  const fromStart = Object.fromEntries(
    "homestead eip150 eip155 eip158 byzantium constantinople petersburg istanbul berlin london"
      .split(" ")
      .map((fork) => [`${fork}Block`, 0]),
  );
  return {
    config: {
      chainId: founding.chainId,
      ...fromStart,
      terminalTotalDifficulty: 0,
      shanghaiTime: 0,
      cancunTime: 0,
      pragueTime: 0,
    },
    nonce: "0x0",
    timestamp: `0x${founding.genesisTimestamp.toString(16)}`,
    extraData: "0x",
    baseFeePerGas: `0x${founding.genesisBaseFee.toString(16)}`,
    gasLimit: `0x${BLOCK_GAS_LIMIT.toString(16)}`,
    difficulty: "0x0",
    mixHash: `0x${"0".repeat(64)}`,
    coinbase: `0x${"0".repeat(40)}`,
    alloc: { [founding.deployer]: { balance: DEPLOYER_BALANCE } },
  };
}

/** Takes the chain's folder for this process alone; founds the chain when there is none yet. */
export function openChainDir(dataDir: string, chainId: number | undefined): ChainDir {
  const path = join(dataDir, "chain");
  const homePath = join(path, "home");
  mkdirSync(homePath, { recursive: true, mode: 0o700 });
  const release = lock(path);
  try {
    const foundingPath = join(path, "chain.json");
    const keyPath = join(path, "deployer.key");
    if (existsSync(foundingPath) && !existsSync(keyPath)) {
      throw new ChainStartError(`${keyPath} is missing; restore it from a backup`);
    }
    const deployerKey = readKey(keyPath);
    const founding = readFounding(foundingPath, chainId, deployerKey);
    const genesisPath = join(path, "genesis.json");
    writeFileDurably(genesisPath, JSON.stringify(genesisOf(founding)));
    return {
      path,
      logPath: join(path, "blocks.log"),
      genesisPath,
      pidPath: join(path, "anvil.pid"),
      homePath,
      chainId: founding.chainId,
      genesisTimestamp: founding.genesisTimestamp,
      genesisBaseFee: founding.genesisBaseFee,
      deployerKey,
      release,
    };
  } catch (error) {
    release();
    throw error;
  }
}
