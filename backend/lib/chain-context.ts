import type { InterfaceAbi } from "ethers";
import { Interface } from "ethers";
import {
  consentsDomain,
  type Domain,
  financingDomain,
  participantsDomain,
  pledgesDomain,
  sealsDomain,
} from "../../contracts/typed-data.ts";
import type { RequireSignature } from "./signatures.ts";

type RecordContract =
  | "ParticipantRegistry"
  | "AnchorRegistry"
  | "ConsentRegistry"
  | "FinancingLedger"
  | "PledgeRegistry"
  | "SealRegistry";

/** The chain that signatures are made for, and how calls to its contracts are written. */
export interface ChainContext {
  readonly chainId: number;
  readonly contracts: {
    readonly accessManager: string;
    readonly participants: string;
    readonly anchors: string;
    readonly consents: string;
    readonly financing: string;
    readonly pledges: string;
    readonly seals: string;
    readonly relay: string;
  };
  readonly participantsDomain: Domain;
  readonly financingDomain: Domain;
  readonly consentsDomain: Domain;
  readonly pledgesDomain: Domain;
  readonly sealsDomain: Domain;
  readonly participants: Interface;
  readonly anchors: Interface;
  readonly consents: Interface;
  readonly financing: Interface;
  readonly pledges: Interface;
  readonly seals: Interface;
  readonly requireSignature: RequireSignature;
}

export function chainContext(
  chainId: number,
  contracts: ChainContext["contracts"],
  abiOf: (name: RecordContract) => InterfaceAbi,
  requireSignature: RequireSignature,
): ChainContext {
  return {
    chainId,
    contracts,
    participantsDomain: participantsDomain(chainId, contracts.participants),
    financingDomain: financingDomain(chainId, contracts.financing),
    consentsDomain: consentsDomain(chainId, contracts.consents),
    pledgesDomain: pledgesDomain(chainId, contracts.pledges),
    sealsDomain: sealsDomain(chainId, contracts.seals),
    participants: new Interface(abiOf("ParticipantRegistry")),
    anchors: new Interface(abiOf("AnchorRegistry")),
    consents: new Interface(abiOf("ConsentRegistry")),
    financing: new Interface(abiOf("FinancingLedger")),
    pledges: new Interface(abiOf("PledgeRegistry")),
    seals: new Interface(abiOf("SealRegistry")),
    requireSignature,
  };
}
