import type { InterfaceAbi } from "ethers";
import { Interface } from "ethers";
import { consentsDomain, type Domain, financingDomain, participantsDomain } from "../../contracts/typed-data.ts";
import type { RequireSignature } from "./signatures.ts";

/** The chain that signatures are made for, and how calls to its contracts are written. */
export interface ChainContext {
  readonly chainId: number;
  readonly contracts: {
    readonly accessManager: string;
    readonly participants: string;
    readonly anchors: string;
    readonly financing: string;
    readonly relay: string;
  };
  readonly participantsDomain: Domain;
  readonly financingDomain: Domain;
  readonly consentsDomain: Domain;
  readonly participants: Interface;
  readonly anchors: Interface;
  readonly financing: Interface;
  readonly requireSignature: RequireSignature;
}

export function chainContext(
  chainId: number,
  contracts: ChainContext["contracts"],
  abiOf: (name: "ParticipantRegistry" | "AnchorRegistry" | "FinancingLedger") => InterfaceAbi,
  requireSignature: RequireSignature,
): ChainContext {
  return {
    chainId,
    contracts,
    participantsDomain: participantsDomain(chainId, contracts.participants),
    financingDomain: financingDomain(chainId, contracts.financing),
    consentsDomain: consentsDomain(chainId, contracts.participants),
    participants: new Interface(abiOf("ParticipantRegistry")),
    anchors: new Interface(abiOf("AnchorRegistry")),
    financing: new Interface(abiOf("FinancingLedger")),
    requireSignature,
  };
}
