import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { InterfaceAbi } from "ethers";

/** What of a compiled contract is needed to deploy it and to talk to it. */
export interface Artifact {
  abi: InterfaceAbi;
  bytecode: string;
}

const PATHS = {
  AccessManager: "@openzeppelin/contracts/access/manager/AccessManager.sol",
  ParticipantRegistry: "contracts/ParticipantRegistry.sol",
  AnchorRegistry: "contracts/AnchorRegistry.sol",
  ConsentRegistry: "contracts/ConsentRegistry.sol",
  FinancingLedger: "contracts/FinancingLedger.sol",
  PledgeRegistry: "contracts/PledgeRegistry.sol",
  SealRegistry: "contracts/SealRegistry.sol",
  Relay: "contracts/Relay.sol",
} as const;

export type ContractName = keyof typeof PATHS;

/** Reads artifacts of `hardhat compile` from the project's `artifacts` folder. Throws ENOENT before the first compile. */
export const artifactsFrom =
  (folder: string) =>
  (name: ContractName): Artifact => {
    const { abi, bytecode } = JSON.parse(readFileSync(join(folder, PATHS[name], `${name}.json`), "utf8")) as Artifact;
    return { abi, bytecode };
  };
