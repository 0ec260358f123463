import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { type BaseContract, type ContractMethod, concat, id, Wallet } from "ethers";
import { artifacts, type network } from "hardhat";
import { merkleTree } from "../../backend/lib/merkle.ts";
import type { Artifact } from "../../contracts/artifacts.ts";
import { anchorKinds, participantKinds } from "../../contracts/codes.ts";
import { type Addresses, deployAll, roles } from "../../contracts/deploy.ts";
import {
  type ActName,
  type Admission,
  type Bid,
  bidHash,
  consentsDomain,
  type Domain,
  type Drawdown,
  type FinancingRequest,
  financingDomain,
  type Grant,
  grantHash,
  type Messages,
  participantsDomain,
  pledgesDomain,
  type Repayment,
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

export const AMOUNT = 1_000_000_00n;

export const requestOf = (world: World, changes: Partial<FinancingRequest> = {}): FinancingRequest => ({
  requestKey: world.requestKey.address,
  termsCommitment: hash("request terms"),
  amountFen: AMOUNT,
  closesAt: world.now + DAY,
  expiresAt: world.now + 30 * DAY,
  ...changes,
});

export const bidOf = (world: World, changes: Partial<Bid> = {}): Bid => ({
  requestKey: world.requestKey.address,
  institution: world.bank.address,
  termsCommitment: hash("bid terms"),
  amountFen: AMOUNT,
  validUntil: world.now + 10 * DAY,
  salt: hash("bid salt"),
  ...changes,
});

export const grantOf = (world: World, bid: Bid, changes: Partial<Grant> = {}): Grant => ({
  requestKey: bid.requestKey,
  bidHash: bidHash(bid),
  termsCommitment: hash("grant terms"),
  amountFen: bid.amountFen,
  expiresAt: world.now + 365 * DAY,
  salt: hash("grant salt"),
  ...changes,
});

export async function open(world: World, request: FinancingRequest = requestOf(world), key: Party = world.requestKey) {
  const signature = await sign(world, key, "FinancingRequest", request);
  return (world.ledger.connect(world.voucher) as Ledger).openRequest(request, signature);
}

/** Anchors a bid among others, and returns what an award needs to show. */
export async function anchorBids(
  world: World,
  bids: readonly Bid[],
  kind: number = anchorKinds.bids,
): Promise<{ root: string; proofOf: (bid: Bid) => string[] }> {
  const others = ["first", "second", "third", "fourth", "fifth"].map((name) => hash(`${name} other bid`));
  const tree = merkleTree([...bids.map((bid) => bidHash(bid)), ...others]);
  await (world.anchors.connect(world.voucher) as Anchors).anchor(tree.root, kind, bids.length + others.length);
  return { root: tree.root, proofOf: (bid) => tree.proof(bidHash(bid)) };
}

/** The arguments of award with every signature right; `signedBy` replaces a signer. */
export async function awardArguments(
  world: World,
  bid: Bid,
  shown: { root: string; proof: string[] },
  signedBy: { requestKey?: Party; institution?: Party } = {},
): Promise<unknown[]> {
  const award = { requestKey: bid.requestKey, bidHash: bidHash(bid) };
  return [
    award,
    await sign(world, signedBy.requestKey ?? world.requestKey, "Award", award),
    bid,
    await sign(world, signedBy.institution ?? world.bank, "Bid", bid),
    shown.root,
    shown.proof,
  ];
}

/** Opens a request, anchors the bid in a batch and awards it. */
export async function awarded(world: World, bid: Bid = bidOf(world), request = requestOf(world)): Promise<Bid> {
  await open(world, request);
  const { root, proofOf } = await anchorBids(world, [bid]);
  await world.ledger.award(...(await awardArguments(world, bid, { root, proof: proofOf(bid) })));
  return bid;
}

/** `awarded`, then the whole bid granted. Returns the grant and its id. */
export async function granted(world: World): Promise<{ bid: Bid; grant: Grant; grantId: string }> {
  const bid = await awarded(world);
  const grant = grantOf(world, bid);
  await world.ledger.grant(grant, await sign(world, world.bank, "Grant", grant), bid);
  return { bid, grant, grantId: grantHash(grant) };
}

/** A drawdown that follows what was drawn so far. */
export const drawdownOf = async (world: World, grant: Grant, amountFen: bigint): Promise<Drawdown> => {
  const grantId = grantHash(grant);
  return { grantId, amountFen, drawnBeforeFen: (await world.ledger.grantOf(grantId)).drawnFen };
};

/** A repayment that follows what was repaid so far. */
export const repaymentOf = async (world: World, grant: Grant, principalFen: bigint): Promise<Repayment> => {
  const grantId = grantHash(grant);
  return { grantId, principalFen, repaidBeforeFen: (await world.ledger.grantOf(grantId)).repaidFen };
};

/** Draws an amount, or makes a drawdown of the test's own. */
export const drawDown = async (
  world: World,
  grant: Grant,
  drawn: bigint | Drawdown,
  bank: Party = world.bank,
  key: Party = world.requestKey,
) => {
  const drawdown = typeof drawn === "bigint" ? await drawdownOf(world, grant, drawn) : drawn;
  const by = (party: Party) => sign(world, party, "Drawdown", drawdown);
  return world.ledger.drawDown(drawdown, await by(bank), await by(key), grant);
};

/** Repays an amount, or makes a repayment of the test's own. */
export const repay = async (world: World, grant: Grant, repaid: bigint | Repayment, bank: Party = world.bank) => {
  const repayment = typeof repaid === "bigint" ? await repaymentOf(world, grant, repaid) : repaid;
  return world.ledger.repay(repayment, await sign(world, bank, "Repayment", repayment), grant);
};
