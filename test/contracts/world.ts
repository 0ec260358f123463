import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type BaseContract, type ContractMethod, concat, id, Wallet } from "ethers";
import { artifacts, type network } from "hardhat";
import type { Artifact } from "../../contracts/artifacts.ts";
import { participantKinds } from "../../contracts/codes.ts";
import { type Addresses, deployAll, roles } from "../../contracts/deploy.ts";
import {
  type ActName,
  type Admission,
  consentsDomain,
  type Domain,
  financingDomain,
  type Messages,
  participantsDomain,
  pledgesDomain,
  sealsDomain,
  types,
} from "../../contracts/typed-data.ts";

export type Connection = Awaited<ReturnType<typeof network.create>>;

/** A contract with the methods that the tests call. */
type With<Method extends string> = BaseContract & Record<Method, ContractMethod>;

export type Ledger = With<
  | "openRequest"
  | "withdrawRequest"
  | "placeBid"
  | "award"
  | "reopen"
  | "grant"
  | "drawDown"
  | "repay"
  | "settle"
  | "requestOf"
  | "awardOf"
  | "grantOf"
  | "bidPlacedAt"
  | "eip712Domain"
  | "hashRequest"
  | "hashWithdrawal"
  | "hashBid"
  | "hashAward"
  | "hashReopening"
  | "hashGrant"
  | "hashDrawdown"
  | "hashRepayment"
>;
export type Participants = With<
  | "enrol"
  | "setStatus"
  | "rotateKey"
  | "participantOf"
  | "isActive"
  | "currentAccountOf"
  | "nonceOf"
  | "eip712Domain"
  | "hashAdmission"
  | "hashEnrolment"
  | "hashStatusChange"
  | "hashKeyRotation"
>;
export type Anchors = With<"anchor" | "setAnchorer" | "anchoredAt" | "anchorOf" | "isAnchorer">;
export type Consents = With<
  "give" | "change" | "consentOf" | "isLive" | "eip712Domain" | "hashConsentGrant" | "hashConsentChange"
>;
export type Pledges = With<
  | "reserve"
  | "confirm"
  | "release"
  | "pledgeOf"
  | "livePledgeOf"
  | "eip712Domain"
  | "hashPledgeReservation"
  | "hashPledgeConfirmation"
  | "hashPledgeRelease"
>;
export type Seals = With<
  | "issue"
  | "setStatus"
  | "seal"
  | "sealOf"
  | "canSeal"
  | "statusAt"
  | "sealedAt"
  | "eip712Domain"
  | "hashSealIssue"
  | "hashSealStatusChange"
  | "hashSealedDocument"
>;
export type Relay = With<"execute" | "setTarget" | "setRelayer" | "isTarget" | "isRelayer">;
export type Manager = With<"hasRole" | "grantRole" | "revokeRole">;

/** Anyone that signs typed data. */
export interface Party {
  signTypedData: Wallet["signTypedData"];
  getAddress(): Promise<string>;
}

export interface World {
  connection: Connection;
  addresses: Addresses;
  steps: string[];
  chainId: bigint;
  manager: Manager;
  participants: Participants;
  anchors: Anchors;
  consents: Consents;
  ledger: Ledger;
  pledges: Pledges;
  seals: Seals;
  relay: Relay;
  admin: HardhatEthersSigner;
  operator: HardhatEthersSigner;
  relayer: HardhatEthersSigner;
  /** Has the relay's rights itself, so that a test sees a restricted function's own error. */
  voucher: HardhatEthersSigner;
  bank: HardhatEthersSigner;
  otherBank: HardhatEthersSigner;
  enterprise: HardhatEthersSigner;
  stranger: HardhatEthersSigner;
  requestKey: Wallet;
  now: number;
}

export const hash = (text: string): string => id(text);
export const DAY = 86_400;

const actsOf: Record<"participants" | "consents" | "pledges" | "seals", readonly ActName[]> = {
  participants: ["Admission", "Enrolment", "StatusChange", "KeyRotation", "RequestEndorsement"],
  consents: ["ConsentGrant", "ConsentChange"],
  pledges: ["PledgeReservation", "PledgeConfirmation", "PledgeRelease"],
  seals: ["SealIssue", "SealStatusChange", "SealedDocument"],
};

export function domainOf(world: World, name: ActName): Domain {
  const { chainId, addresses } = world;
  if (actsOf.participants.includes(name)) return participantsDomain(chainId, addresses.participants);
  if (actsOf.consents.includes(name)) return consentsDomain(chainId, addresses.consents);
  if (actsOf.pledges.includes(name)) return pledgesDomain(chainId, addresses.pledges);
  if (actsOf.seals.includes(name)) return sealsDomain(chainId, addresses.seals);
  return financingDomain(chainId, addresses.financing);
}

export const sign = <Name extends ActName>(
  world: World,
  party: Party,
  name: Name,
  message: Messages[Name],
  domain: Domain = domainOf(world, name),
): Promise<string> => party.signTypedData(domain, types[name], message);

/** Deploys everything by the very helper that the backend uses, and enrols two banks and an enterprise. */
export async function deployWorld(connection: Connection): Promise<World> {
  const { ethers, networkHelpers } = connection;
  const [admin, operator, relayer, voucher, bank, otherBank, enterprise, stranger] = await ethers.getSigners();
  const steps: string[] = [];
  const addresses = await deployAll(
    admin!,
    async (name) => (await artifacts.readArtifact(name)) as unknown as Artifact,
    { operators: [operator!.address], relayers: [relayer!.address] },
    (step) => steps.push(step),
  );
  const at = async <T>(name: string, address: string) => (await ethers.getContractAt(name, address)) as unknown as T;
  const world: World = {
    connection,
    addresses,
    steps,
    chainId: (await ethers.provider.getNetwork()).chainId,
    manager: await at<Manager>("AccessManager", addresses.accessManager),
    participants: await at<Participants>("ParticipantRegistry", addresses.participants),
    anchors: await at<Anchors>("AnchorRegistry", addresses.anchors),
    consents: await at<Consents>("ConsentRegistry", addresses.consents),
    ledger: await at<Ledger>("FinancingLedger", addresses.financing),
    pledges: await at<Pledges>("PledgeRegistry", addresses.pledges),
    seals: await at<Seals>("SealRegistry", addresses.seals),
    relay: await at<Relay>("Relay", addresses.relay),
    admin: admin!,
    operator: operator!,
    relayer: relayer!,
    voucher: voucher!,
    bank: bank!,
    otherBank: otherBank!,
    enterprise: enterprise!,
    stranger: stranger!,
    requestKey: new Wallet(id("request key")),
    now: await networkHelpers.time.latest(),
  };
  await world.manager.grantRole(roles.relay, voucher!.address, 0);
  await world.anchors.setAnchorer(voucher!.address, true);
  await enrol(world, bank!, "institution");
  await enrol(world, otherBank!, "institution");
  await enrol(world, enterprise!, "enterprise");
  world.now = await networkHelpers.time.latest();
  return world;
}

export const invitationOf = (name: string): Wallet => new Wallet(id(`invitation ${name}`));

export async function admissionOf(
  world: World,
  account: string,
  kind: keyof typeof participantKinds,
): Promise<Admission> {
  return {
    idCommitment: hash(`identity ${account}`),
    kind: participantKinds[kind],
    invitation: invitationOf(account).address,
    expiresAt: world.now + 30 * DAY,
  };
}

/** The world, and somebody who is about to join it. */
export async function withNewcomer(connection: Connection) {
  const world = await deployWorld(connection);
  const newcomer = new Wallet(hash("newcomer"));
  return { world, newcomer, admission: await admissionOf(world, newcomer.address, "department") };
}

/** The arguments of enrol with every signature right; `signedBy` replaces a signer. */
export async function enrolArguments(
  world: World,
  party: Party,
  admission: Admission,
  signedBy: { operator?: Party & { address: string }; invitation?: Party; account?: Party } = {},
): Promise<unknown[]> {
  const account = await party.getAddress();
  const operator = signedBy.operator ?? world.operator;
  const enrolment = { idCommitment: admission.idCommitment, invitation: admission.invitation, account };
  return [
    admission,
    operator.address,
    await sign(world, operator, "Admission", admission),
    account,
    await sign(world, signedBy.invitation ?? invitationOf(account), "Enrolment", enrolment),
    await sign(world, signedBy.account ?? party, "Enrolment", enrolment),
  ];
}

export async function enrol(world: World, party: Party, kind: keyof typeof participantKinds): Promise<void> {
  const admission = await admissionOf(world, await party.getAddress(), kind);
  await world.participants.enrol(...(await enrolArguments(world, party, admission)));
}

/** A maker-checker account (ERC-1271): both keys' signatures, one after the other. */
export function makerChecker(address: string, maker: Party, checker: Party): Party {
  return {
    getAddress: async () => address,
    signTypedData: async (...message) =>
      concat([await maker.signTypedData(...message), await checker.signTypedData(...message)]),
  };
}
