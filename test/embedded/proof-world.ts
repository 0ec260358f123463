import { id, keccak256, toUtf8Bytes } from "ethers";
import type { network } from "hardhat";
import { createProofService, type ProofService } from "../../backend/features/audit/proof-service.ts";
import type { ChainContext } from "../../backend/lib/chain-context.ts";
import { commitment } from "../../backend/lib/commitment.ts";
import { merkleTree } from "../../backend/lib/merkle.ts";
import type { ChainReader } from "../../backend/lib/proof/node.ts";
import type { ActPack, FileDigest, GrantPack, LeafPack } from "../../backend/lib/proof/pack.ts";
import { type Trust, trustInDeployments } from "../../backend/lib/proof/trust.ts";
import { anchorKinds } from "../../contracts/codes.ts";
import { bidHash } from "../../contracts/typed-data.ts";
import { AMOUNT, anchorBids, awardArguments, bidOf, grantOf, open, requestOf } from "../contracts/ledger-acts.ts";
import { type Anchors, DAY, deployWorld, type Party, sign, type World } from "../contracts/world.ts";

/* Proof packs of things that really happened on a chain of Hardhat's, built by the service that builds them for users. */

type Connection = Awaited<ReturnType<typeof network.create>>;

const salt = (name: string): string => id(`salt ${name}`);
const date = (seconds: number): Date => new Date(seconds * 1000);
const anchorAct = (root: string): string => id(`anchor:${root}`);

export interface ProofCase {
  world: World;
  chain: ChainReader;
  trust: Trust;
  proofs: ProofService;
  /** The transaction of an act, to be named by its id. */
  store(actId: string, sent: { hash: string }): Promise<void>;
  grant: GrantPack;
  bid: ActPack;
  consent: ActPack;
  record: LeafPack;
  file: LeafPack;
  /** The file that `file` is about. */
  fileText: string;
}

export const FILE_TEXT = "a document that is no JSON";

export async function proofCase(connection: Connection, bankAt?: (world: World) => Promise<Party>): Promise<ProofCase> {
  const { ethers } = connection;
  const world = await deployWorld(connection);
  const { addresses, chainId } = world;
  const acts = new Map<string, { target: string; data: string; state: string; [name: string]: unknown }>();
  const paths = new Map<string, { root: string; path: string[] }>();
  const chain: ChainReader = (method, params) => ethers.provider.send(method, params as unknown[]);
  const bank = bankAt ? await bankAt(world) : world.bank;
  const institution = await bank.getAddress();

  async function store(actId: string, { hash }: { hash: string }): Promise<void> {
    const [transaction, receipt] = await Promise.all([
      ethers.provider.getTransaction(hash),
      ethers.provider.getTransactionReceipt(hash),
    ]);
    acts.set(actId, {
      target: transaction!.to!,
      data: transaction!.data,
      state: "confirmed",
      transactionHash: hash,
      blockNumber: receipt!.blockNumber,
      blockHash: receipt!.blockHash,
    });
  }

  const requestTerms = { enterprise: { uscc: "91530400MA6K000000", name: "试用企业" }, amountFen: String(AMOUNT) };
  const offer = { amountFen: String(AMOUNT / 2n), termMonths: 12, annualRateBps: 385 };
  const grantTerms = { ...offer, contractNumber: "2026-001" };
  const request = requestOf(world, { termsCommitment: commitment(salt("request"), requestTerms) });
  const { requestKey, termsCommitment } = request;
  await store("request", await open(world, request));
  const bid = bidOf(world, {
    institution,
    termsCommitment: commitment(salt("bid"), offer),
    amountFen: AMOUNT / 2n,
  });
  const batch = await anchorBids(world, [bid]);
  await store(anchorAct(batch.root), await latest());
  paths.set("bid:the bid", { root: batch.root, path: batch.proofOf(bid) });
  const award = { requestKey, bidHash: bidHash(bid) };
  const args = await awardArguments(world, bid, { root: batch.root, proof: batch.proofOf(bid) }, { institution: bank });
  await store("award", await world.ledger.award(...args));
  const grant = grantOf(world, bid, { termsCommitment: commitment(salt("grant"), grantTerms) });
  const grantSignature = await sign(world, bank, "Grant", grant);
  await store("grant", await world.ledger.grant(grant, grantSignature, bid));

  const consentTerms = { recipient: "a bank", catalogs: ["business-licences"] };
  const consent = {
    holder: world.enterprise.address,
    commitment: commitment(salt("consent"), consentTerms),
    startsAt: world.now,
    expiresAt: world.now + DAY,
  };
  await store(
    "consent",
    await world.consents.give(consent, await sign(world, world.enterprise, "ConsentGrant", consent)),
  );

  async function latest(): Promise<{ hash: string }> {
    const block = await ethers.provider.getBlock("latest");
    return { hash: block!.transactions[0]! };
  }

  const recordDocument = {
    catalogId: "business-licences",
    key: "1",
    fields: { name: "试用企业", valid: true, years: 3.5 },
  };
  const fileDigest: FileDigest = { sha256: await sha256(FILE_TEXT), bytes: FILE_TEXT.length };
  const commitments = [commitment(salt("record"), recordDocument), commitment(salt("file"), fileDigest)];
  const tree = merkleTree([...commitments, id("another"), id("one more"), id("and one")]);
  const anchoring = (world.anchors.connect(world.voucher) as Anchors).anchor(tree.root, anchorKinds.records, 5);
  await store(anchorAct(tree.root), await anchoring);
  const at = (commitment: string) => ({ root: tree.root, path: tree.proof(commitment) });

  const storedRequest = {
    requestKey,
    terms: requestTerms,
    salt: salt("request"),
    termsCommitment,
    closesAt: date(request.closesAt),
    expiresAt: date(request.expiresAt),
    endorsement: await sign(world, world.enterprise, "RequestEndorsement", { requestKey, termsCommitment }),
    enterpriseAddress: world.enterprise.address,
    signature: await sign(world, world.requestKey, "FinancingRequest", request),
    actId: "request",
    award: {
      bidHash: bidHash(bid),
      actId: "award",
      signature: await sign(world, world.requestKey, "Award", award),
    },
  };
  const storedBid = {
    _id: "the bid",
    requestKey,
    institution: { address: institution },
    terms: offer,
    termsSalt: salt("bid"),
    termsCommitment: bid.termsCommitment,
    validUntil: date(bid.validUntil),
    salt: bid.salt,
    signature: await sign(world, bank, "Bid", bid),
    bidHash: bidHash(bid),
  };
  const genesis = (await ethers.provider.getBlock(0))!.hash!;
  // Of the chain's context the service reads only this much.
  const context = { chainId: Number(chainId), contracts: addresses } as ChainContext;
  const proofs = createProofService(context, {
    genesisHash: async () => genesis,
    act: async (actId) => acts.get(actId) ?? null,
    isSmartAccount: async (address) => (await ethers.provider.getCode(address)) !== "0x",
    leafPath: async (leafId) => paths.get(leafId) ?? null,
    findRequest: async () => storedRequest,
    findBid: async () => storedBid,
  });
  return {
    world,
    chain,
    trust: trustInDeployments(await proofs.deployment(), Number(chainId)),
    proofs,
    store,
    grant: await proofs.grant({
      requestId: "",
      bidId: "",
      requestKey,
      bidHash: bidHash(bid),
      institution: { address: institution },
      terms: grantTerms,
      termsSalt: salt("grant"),
      termsCommitment: grant.termsCommitment,
      amountFen: String(grant.amountFen),
      expiresAt: date(grant.expiresAt),
      salt: grant.salt,
      signature: grantSignature,
      actId: "grant",
    }),
    bid: await proofs.bid(storedBid),
    consent: await proofs.act("consent", { document: consentTerms, salt: salt("consent") }),
    record: await proofs.leafAt(at(commitments[0]!), "records", {
      document: recordDocument,
      salt: salt("record"),
      commitment: commitments[0]!,
    }),
    file: await proofs.leafAt(at(commitments[1]!), "records", {
      file: fileDigest,
      salt: salt("file"),
      commitment: commitments[1]!,
    }),
    fileText: FILE_TEXT,
  };
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `0x${Buffer.from(digest).toString("hex")}`;
}

/** What a checker makes of a file that it holds. */
export async function shown(text: string): Promise<{ file: FileDigest; json?: unknown }> {
  const file = { sha256: await sha256(text), bytes: new TextEncoder().encode(text).length };
  try {
    return { file, json: JSON.parse(text) as unknown };
  } catch {
    return { file };
  }
}

export const anyHash = (text: string): string => keccak256(toUtf8Bytes(text));
