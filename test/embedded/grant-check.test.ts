import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Interface, type InterfaceAbi, id, Wallet, ZeroHash } from "ethers";
import fc from "fast-check";
import { network } from "hardhat";
import type { CheckLine, GrantProofPack } from "../../backend/features/audit/audit-schemas.ts";
import { grantProofPack } from "../../backend/features/audit/audit-schemas.ts";
import { ANCHORS_ABI, LEDGER_ABI, PARTICIPANTS_ABI } from "../../backend/features/audit/domain/chain-facts.ts";
import {
  type ChainFacts,
  checkGrant,
  namesContracts,
  readChainFacts,
  type TransactionFact,
} from "../../backend/features/audit/domain/grant-check.ts";
import { commitment } from "../../backend/lib/commitment.ts";
import { anchorKinds } from "../../contracts/codes.ts";
import { bidHash, grantHash } from "../../contracts/typed-data.ts";
import {
  AMOUNT,
  anchorBids,
  awardArguments,
  bidOf,
  DAY,
  deployWorld,
  grantOf,
  type Ledger,
  open,
  type Party,
  requestOf,
  sign,
  type World,
} from "../contracts/world.ts";

const connection = await network.create();
const { ethers, networkHelpers } = connection;
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
const salt = (name: string): string => id(`salt ${name}`);

interface Case {
  world: World;
  pack: GrantProofPack;
  facts: ChainFacts;
}

const call = (to: string, data: string): Promise<string> => ethers.provider.call({ to, data });
const receiptOf = async (hash: string): Promise<TransactionFact | null> => {
  const receipt = await ethers.provider.getTransactionReceipt(hash);
  return receipt && { ...fieldsOf(receipt), logs: receipt.logs.map(({ address, topics }) => ({ address, topics })) };
};
const fieldsOf = ({
  hash,
  blockHash,
  blockNumber,
  status,
}: Omit<TransactionFact, "status"> & { status: number | null }) => ({
  hash,
  blockHash,
  blockNumber,
  status: status ?? 0,
});

/** A grant on a real chain, from the request on, and its proof pack. `placed`: the bank places its bid itself. */
async function grantCase({ placed = false, rotated = false } = {}): Promise<Case> {
  const world = await deployWorld(connection);
  const requestTerms = { enterprise: { uscc: "91530400MA6K000000", name: "试用企业" }, amountFen: String(AMOUNT) };
  const offer = { amountFen: String(AMOUNT / 2n), termMonths: 12, annualRateBps: 385 };
  const request = requestOf(world, { termsCommitment: commitment(salt("request"), requestTerms) });
  const bid = bidOf(world, { termsCommitment: commitment(salt("bid terms"), offer), amountFen: AMOUNT / 2n });
  await open(world, request);
  let shown = { root: ZeroHash, proof: [] as string[] };
  if (placed) {
    await (world.ledger.connect(world.bank) as Ledger).placeBid(bid.requestKey, bidHash(bid));
  } else {
    const { root, proofOf } = await anchorBids(world, [bid]);
    shown = { root, proof: proofOf(bid) };
  }
  await world.ledger.award(...(await awardArguments(world, bid, shown)));
  let bank: Party = world.bank;
  if (rotated) {
    const newBank = new Wallet(id("new bank"));
    const rotation = { account: world.bank.address, newAccount: newBank.address, nonce: 0n };
    const signatures = [
      await sign(world, world.bank, "KeyRotation", rotation),
      await sign(world, newBank, "KeyRotation", rotation),
    ];
    await world.participants.rotateKey(rotation, ...signatures);
    bank = newBank;
  }
  const grantTerms = { ...offer, contractNumber: "2026-001" };
  const grant = grantOf(world, bid, { termsCommitment: commitment(salt("grant terms"), grantTerms) });
  const grantSignature = await sign(world, bank, "Grant", grant);
  const sent = await world.ledger.grant(grant, grantSignature);
  const receipt = (await sent.wait())!;
  const { participants, anchors, financing } = world.addresses;
  const endorsed = { requestKey: request.requestKey, termsCommitment: request.termsCommitment };
  const pack: GrantProofPack = {
    chainId: Number(world.chainId),
    contracts: { participants, anchors, financing },
    request: {
      requestKey: request.requestKey,
      terms: requestTerms,
      salt: salt("request"),
      termsCommitment: request.termsCommitment,
      amountFen: String(request.amountFen),
      closesAt: iso(request.closesAt),
      expiresAt: iso(request.expiresAt),
      endorsement: await sign(world, world.enterprise, "RequestEndorsement", endorsed),
      enterprise: world.enterprise.address,
    },
    bid: {
      institution: bid.institution,
      terms: offer,
      termsSalt: salt("bid terms"),
      termsCommitment: bid.termsCommitment,
      amountFen: String(bid.amountFen),
      validUntil: iso(bid.validUntil),
      salt: bid.salt,
      signature: await sign(world, world.bank, "Bid", bid),
      bidHash: bidHash(bid),
      root: shown.root,
      path: shown.proof,
    },
    grant: {
      grantId: grantHash(grant),
      terms: grantTerms,
      termsSalt: salt("grant terms"),
      termsCommitment: grant.termsCommitment,
      amountFen: String(grant.amountFen),
      expiresAt: iso(grant.expiresAt),
      salt: grant.salt,
      signature: grantSignature,
      transactionHash: receipt.hash,
      blockNumber: receipt.blockNumber,
      blockHash: receipt.blockHash,
    },
  };
  return { world, pack, facts: await readChainFacts(pack, call, receiptOf) };
}

const grantedCase = () => grantCase();
const failing = (lines: readonly CheckLine[]): string[] => lines.filter(({ ok }) => !ok).map(({ id }) => id);
const tampered = async ({ pack }: Case, change: (pack: GrantProofPack) => void): Promise<string[]> => {
  const copy = structuredClone(pack);
  change(copy);
  return failing(checkGrant(copy, await readChainFacts(copy, call, receiptOf)));
};

describe("grant check", function () {
  this.timeout(30_000);

  it("finds every line right of a grant that is on the chain", async () => {
    const { pack, facts } = await networkHelpers.loadFixture(grantedCase);
    expect(grantProofPack.safeParse(pack).success).to.equal(true);
    const lines = checkGrant(pack, facts);
    expect(failing(lines)).to.deep.equal([]);
    expect(lines).to.have.length(12);
  });

  it("finds a bid that the institution placed itself", async () => {
    const { pack, facts } = await grantCase({ placed: true });
    expect(failing(checkGrant(pack, facts))).to.deep.equal([]);
  });

  it("finds a grant signed by a key that replaced the awarded one", async () => {
    const { pack, facts } = await grantCase({ rotated: true });
    expect(failing(checkGrant(pack, facts))).to.deep.equal([]);
    const other = { ...facts, grantSignerNow: Wallet.createRandom().address };
    expect(failing(checkGrant(pack, other))).to.deep.equal(["grantSignature"]);
  });

  it("names the lines that a changed pack breaks", async () => {
    const right = await networkHelpers.loadFixture(grantedCase);
    const { world } = right;
    const changes: [string[], (pack: GrantProofPack) => void][] = [
      [["requestTerms"], (pack) => Object.assign(pack.request.terms, { purpose: "other" })],
      [["requestTerms"], (pack) => Object.assign(pack.request, { salt: salt("another") })],
      [["requestTerms", "amounts"], (pack) => Object.assign(pack.request.terms, { amountFen: "1" })],
      [["requestEndorsement"], (pack) => Object.assign(pack.request, { enterprise: world.bank.address })],
      [["requestOnChain"], (pack) => Object.assign(pack.request, { closesAt: iso(world.now + 5 * DAY) })],
      [["bidTerms"], (pack) => Object.assign(pack.bid.terms, { annualRateBps: 1 })],
      [["bidSignature"], (pack) => Object.assign(pack.bid, { signature: pack.grant.signature })],
      [["bidAnchored"], (pack) => pack.bid.path.reverse()],
      [["bidAnchored"], (pack) => Object.assign(pack.bid, { root: ZeroHash })],
      [["grantTerms"], (pack) => Object.assign(pack.grant.terms, { annualRateBps: 1 })],
      [["grantSignature"], (pack) => Object.assign(pack.grant, { signature: pack.bid.signature })],
      [["transaction"], (pack) => Object.assign(pack.grant, { blockNumber: 1 })],
      [["transaction"], (pack) => Object.assign(pack.grant, { transactionHash: undefined })],
    ];
    for (const [lines, change] of changes) expect(await tampered(right, change), String(change)).to.deep.equal(lines);
  });

  it("finds an amount that was raised everywhere in the pack", async () => {
    const broken = await tampered(await networkHelpers.loadFixture(grantedCase), ({ grant }) => {
      grant.amountFen = String(AMOUNT);
      grant.terms.amountFen = grant.amountFen;
    });
    expect(broken).to.include.members(["grantTerms", "grantSignature", "grantOnChain", "amounts"]);
  });

  it("takes no other transaction for the grant's, though it succeeded", async () => {
    const right = await networkHelpers.loadFixture(grantedCase);
    const other = (await ethers.provider.getBlock(right.pack.grant.blockNumber! - 1))!.transactions[0]!;
    const { hash, blockHash, blockNumber } = (await receiptOf(other))!;
    const broken = await tampered(right, ({ grant }) =>
      Object.assign(grant, { transactionHash: hash, blockHash, blockNumber }),
    );
    expect(broken).to.deep.equal(["transaction"]);
  });

  it("finds what differs on the chain", async () => {
    const { pack, facts } = await networkHelpers.loadFixture(grantedCase);
    const { request, grant, award, anchor, transaction } = facts;
    const changes: [string[], Partial<ChainFacts>][] = [
      [["requestOnChain"], { request: { ...request!, state: 6 } }],
      [["bidAnchored"], { anchor: { ...anchor!, at: request!.closesAt + 1 } }],
      [["bidAnchored"], { anchor: { ...anchor!, kind: anchorKinds.records } }],
      [["bidAnchored"], { anchor: null }],
      [["awardOnChain"], { award: { ...award!, bidHash: ZeroHash } }],
      [["requestEndorsement"], { enterprise: { kind: 2, status: 1 } }],
      [["requestEndorsement"], { enterprise: null }],
      [["grantOnChain", "amounts"], { grant: { ...grant!, amountFen: 1n } }],
      [["amounts"], { request: { ...request!, grantedFen: AMOUNT * 2n } }],
      [["transaction"], { transaction: { ...transaction!, status: 0 } }],
      [["transaction"], { transaction: { ...transaction!, logs: [] } }],
    ];
    for (const [lines, change] of changes) {
      expect(failing(checkGrant(pack, { ...facts, ...change })), JSON.stringify(Object.keys(change))).to.deep.equal(
        lines,
      );
    }
  });

  it("never throws and never approves, whatever is put in any place of a pack", async () => {
    const { pack, facts } = await networkHelpers.loadFixture(grantedCase);
    const paths: string[][] = [];
    const walk = (value: unknown, path: string[]): void => {
      if (path.length > 0) paths.push(path);
      if (value && typeof value === "object")
        for (const key of Object.keys(value)) walk(Reflect.get(value, key), [...path, key]);
    };
    walk(pack, []);
    const junk = fc.oneof(
      fc.constantFrom<unknown>(undefined, null, "", "0x", -1, {}, [], ZeroHash, "0x1234", Number.NaN, 1n),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), junk, async (path, value) => {
        const copy = structuredClone(pack);
        const last = path.at(-1)!;
        const owner = path.slice(0, -1).reduce<object>((at, key) => Reflect.get(at, key), copy);
        fc.pre(Reflect.get(owner, last) !== value);
        Reflect.set(owner, last, value);
        expect(checkGrant(copy, facts)).to.have.length(12);
        const broken = failing(checkGrant(copy, await readChainFacts(copy, call, receiptOf)));
        expect(broken, path.join(".")).to.not.deep.equal([]);
      }),
      { numRuns: 120 },
    );
    expect(failing(checkGrant({} as GrantProofPack, facts))).to.have.length(12);
    const nothing = await readChainFacts({} as GrantProofPack, call, receiptOf);
    expect(failing(checkGrant(pack, nothing))).to.include.members(["requestOnChain", "grantOnChain", "transaction"]);
  });

  it("tells a node that fails apart from a pack that is wrong", async () => {
    const { pack } = await networkHelpers.loadFixture(grantedCase);
    const down = async (): Promise<string> => {
      throw new Error("connect ECONNREFUSED");
    };
    const outcome = await readChainFacts(pack, down, receiptOf).catch((error: Error) => error.message);
    expect(outcome).to.equal("connect ECONNREFUSED");
  });

  it("knows whether a pack names the trusted contracts", async () => {
    const { pack } = await networkHelpers.loadFixture(grantedCase);
    const trusted = { chainId: pack.chainId, ...pack.contracts };
    expect(namesContracts(pack, trusted)).to.equal(true);
    expect(namesContracts(pack, { ...trusted, chainId: 1 })).to.equal(false);
    expect(namesContracts(pack, { ...trusted, anchors: trusted.financing })).to.equal(false);
  });

  it("speaks the compiled contracts' ABI", () => {
    for (const [name, abi] of [
      ["FinancingLedger", LEDGER_ABI],
      ["AnchorRegistry", ANCHORS_ABI],
      ["ParticipantRegistry", PARTICIPANTS_ABI],
    ] as const) {
      const file = new URL(`../../artifacts/contracts/${name}.sol/${name}.json`, import.meta.url);
      const compiled = new Interface((JSON.parse(readFileSync(file, "utf8")) as { abi: InterfaceAbi }).abi);
      for (const fragment of new Interface(abi as InterfaceAbi).fragments) {
        const found =
          fragment.type === "event" ? compiled.getEvent(fragment.format()) : compiled.getFunction(fragment.format());
        // In full form, with names: a field that moved within a struct may keep its types.
        expect(fragment.format("full")).to.equal(found!.format("full"));
      }
    }
  });
});
