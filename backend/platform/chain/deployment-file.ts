import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Addresses } from "../../../contracts/deploy.ts";
import { DomainError } from "../../lib/errors.ts";

export interface Deployment {
  chainId: number;
  /** Two chains may share an id; they don't share this. */
  genesisHash: string;
  /** The block before the first contract: where a reader of logs starts. */
  startBlock: number;
  /** As contracts/deploy.ts hashes them. Contracts are never changed: other ones are another deployment. */
  interfaces: string;
  addresses: Addresses;
}

/** A transaction of the deployment, kept before it is sent: whatever happens next, it can be found and sent again. */
export interface JournalStep {
  name: string;
  nonce: number;
  /** Of the contract that it creates. */
  address?: string;
  /** The signed transaction, and after it the same one with higher fees. At most one of them is ever mined. */
  versions: string[];
}

export interface UnfinishedDeployment extends Omit<Deployment, "addresses"> {
  deployer: string;
  steps: JournalStep[];
}

export type Entry = Deployment | UnfinishedDeployment;

export const isUnfinished = (entry: Entry): entry is UnfinishedDeployment => "steps" in entry;

/** The file of deployments: JSON, keyed by chain id. */
export interface DeploymentFile {
  get(chainId: number): Entry | undefined;
  /** On the disk when it returns; the other chains' entries stay. */
  put(entry: Entry): void;
}

export function deploymentFile(path: string): DeploymentFile {
  const read = (): Record<string, Entry> => {
    if (!existsSync(path)) return {};
    try {
      return JSON.parse(readFileSync(path, "utf8")) as Record<string, Entry>;
    } catch {
      throw new DomainError("DEPLOYMENTS_UNREADABLE", `${path} is not JSON; restore it from a backup`, { path });
    }
  };
  return {
    get: (chainId) => read()[chainId],
    put(entry) {
      const content = `${JSON.stringify({ ...read(), [entry.chainId]: entry }, null, 2)}\n`;
      mkdirSync(dirname(path), { recursive: true });
      const fd = openSync(`${path}.new`, "w", 0o600);
      try {
        writeSync(fd, content);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(`${path}.new`, path);
      if (process.platform === "win32") return; // it can't open a folder, and doesn't need to
      const folder = openSync(dirname(path), "r");
      try {
        fsyncSync(folder);
      } finally {
        closeSync(folder);
      }
    },
  };
}
