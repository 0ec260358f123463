import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Interface, type InterfaceAbi, Wallet } from "ethers";
import { network } from "hardhat";
import { actFunctions } from "../../backend/features/audit/domain/act-calls.ts";
import { contractNames, eventsOf } from "../../backend/lib/proof/acts.ts";
import { checkProof } from "../../backend/lib/proof/check.ts";
import { proofPackSchema } from "../../backend/lib/proof/json-schema.ts";
import { ChainUnreachable, type ProofCheck } from "../../backend/lib/proof/lines.ts";
import { linkOf, packInLink, qrLinkOf } from "../../backend/lib/proof/link.ts";
import { lookUp } from "../../backend/lib/proof/lookup.ts";
import type { ChainReader } from "../../backend/lib/proof/node.ts";
import { type ProofPack, readPack } from "../../backend/lib/proof/pack.ts";
import { actHash } from "../../backend/lib/proof/signed-act.ts";
import { trustInAddresses, trustInDeployments } from "../../backend/lib/proof/trust.ts";
import { makerChecker, sign } from "../contracts/world.ts";
import { anyHash, FILE_TEXT, type ProofCase, proofCase, shown } from "./proof-world.ts";

const connection = await network.create();
const { ethers, networkHelpers } = connection;

const plainCase = () => proofCase(connection);
const failing = ({ lines }: ProofCheck): string[] => lines.filter(({ state }) => state === "fail").map(({ id }) => id);
const packsOf = ({ grant, bid, consent, record, file }: ProofCase) => ({ grant, bid, consent, record, file });

describe("proof check", function () {
  this.timeout(60_000);

  const checked = async (
    pack: ProofPack,
    { chain, trust }: ProofCase,
    document?: Awaited<ReturnType<typeof shown>>,
  ): Promise<ProofCheck> => checkProof(pack, { chain, trust, document });

  it("finds what is true valid, of every kind of pack", async () => {
    const proven = await networkHelpers.loadFixture(plainCase);
    for (const [name, pack] of Object.entries(packsOf(proven))) {
      const read = readPack(JSON.stringify(pack));
      expect(read, name).to.have.property("pack");
      const document = name === "file" ? await shown(FILE_TEXT) : undefined;
      const check = await checked(("pack" in read && read.pack) as ProofPack, proven, document);
      expect(
        check.lines.filter(({ state }) => state !== "pass"),
        name,
      ).to.deep.equal([]);
      expect(check.verdict, name).to.equal("valid");
    }
  });

  it("says what was left out: no node, no registry to trust, no file", async () => {
    const { grant, file, chain, trust } = await networkHelpers.loadFixture(plainCase);
    const skipped = ({ lines }: ProofCheck) => lines.filter(({ state }) => state === "skipped").map(({ id }) => id);
    const untrusting = await checkProof(grant, { chain });
    expect([untrusting.verdict, ...skipped(untrusting)]).to.deep.equal(["incomplete", "registry"]);
    expect(untrusting.lines.find(({ id }) => id === "registry")!.detail).to.match(/not compared with a registry/);
    const offline = await checkProof(grant, { trust });
    expect(offline.verdict).to.equal("incomplete");
    expect(skipped(offline)).to.include.members(["chain", "bid.anchored", "grant.transaction", "grant.block"]);
    const unseen = await checkProof(file, { chain, trust });
    expect([unseen.verdict, ...skipped(unseen)]).to.deep.equal(["incomplete", "document"]);
    const other = await checkProof(file, { chain, trust, document: await shown(`${FILE_TEXT}!`) });
    expect(failing(other)).to.deep.equal(["document"]);
  });

  it("names each kind of tampering", async () => {
    const proven = await networkHelpers.loadFixture(plainCase);
    const { grant, record, consent, bid } = proven;
    const other = anyHash("other");
    const stranger = proven.world.stranger.address;
    const forged = async <P extends ProofPack>(pack: P, change: (copy: P) => void): Promise<string[]> => {
      const copy = structuredClone(pack);
      change(copy);
      const check = await checked(copy, proven);
      expect(check.verdict).to.equal("invalid");
      return failing(check);
    };
    expect(await forged(record, (copy) => Object.assign(copy.document as object, { key: "2" }))).to.deep.equal([
      "document",
    ]);
    expect(await forged(record, (copy) => Object.assign(copy, { salt: other }))).to.deep.equal(["document"]);
    expect(await forged(record, (copy) => Object.assign(copy, { commitment: other }))).to.deep.equal([
      "document",
      "path",
    ]);
    expect(await forged(record, ({ anchor }) => anchor.path.reverse())).to.deep.equal(["path"]);
    expect(await forged(record, ({ anchor }) => Object.assign(anchor, { leaf: other }))).to.deep.equal(["path"]);
    expect(await forged(record, ({ anchor }) => Object.assign(anchor, { kind: "bids" }))).to.deep.equal([
      "anchored",
      "transaction",
    ]);
    expect(await forged(record, ({ anchor }) => Object.assign(anchor, { root: other }))).to.deep.equal([
      "path",
      "anchored",
      "transaction",
    ]);
    expect(await forged(record, (copy) => Object.assign(copy, { chainId: 1 }))).to.deep.equal(["registry", "chain"]);
    expect(await forged(record, (copy) => Object.assign(copy, { genesisHash: other }))).to.deep.equal([
      "registry",
      "chain",
    ]);
    expect(await forged(record, ({ transaction }) => Object.assign(transaction, { hash: other }))).to.deep.equal([
      "transaction",
      "block",
    ]);
    expect(await forged(record, ({ transaction }) => Object.assign(transaction, { blockHash: other }))).to.deep.equal([
      "block",
    ]);
    expect(
      await forged(consent, ({ act }) =>
        Object.assign(act.signatures[0]!, { signature: bid.act.signatures[0]!.signature }),
      ),
    ).to.deep.equal(["signature"]);
    expect(await forged(consent, ({ act }) => Object.assign(act.signatures[0]!, { signer: stranger }))).to.deep.equal([
      "signature",
      "signer",
    ]);
    expect(await forged(consent, ({ act }) => Object.assign(act.message, { expiresAt: "1" }))).to.deep.equal([
      "signature",
      "transaction",
    ]);
    expect(await forged(consent, ({ act }) => Object.assign(act.domain, { name: "Other" }))).to.include("form");
    expect(await forged(consent, ({ act }) => act.types.ConsentGrant!.pop())).to.include("form");
    expect(await forged(bid, ({ anchor }) => anchor!.path.pop())).to.deep.equal(["path"]);
    const [asked] = [grant.request.act.message];
    expect(
      await forged(grant, (copy) => Object.assign(copy.grant.document as object, { amountFen: asked!.amountFen })),
    ).to.deep.equal(["grant.document", "amounts"]);
    expect(await forged(grant, (copy) => Object.assign(copy.award.act.message, { bidHash: other }))).to.include(
      "links",
    );
    expect(
      await forged(grant, ({ request }) => Object.assign(request, { transaction: grant.award.transaction })),
    ).to.deep.equal(["request.transaction"]);
  });

  it("is not taken in by contracts of the forger's own", async () => {
    const real = await networkHelpers.loadFixture(plainCase);
    // Everything is in order, but in another set of contracts on the same chain.
    const forger = await proofCase(connection);
    const { chain, grant } = forger;
    expect((await checkProof(grant, { chain, trust: forger.trust })).verdict).to.equal("valid");
    const check = await checkProof(grant, { chain, trust: real.trust });
    expect(failing(check)).to.deep.equal(["registry"]);
    const { participants, anchors, financing } = grant.contracts;
    const some = trustInAddresses(`${participants}, ${anchors}`);
    expect(failing(await checkProof(grant, { chain, trust: some }))).to.deep.equal(["registry"]);
    const all = trustInAddresses([participants, anchors, financing].join(" "));
    expect((await checkProof(grant, { chain, trust: all })).verdict).to.equal("valid");
  });

  it("tells a block that was reorganised away, and a transaction that went with it", async () => {
    const proven = await networkHelpers.loadFixture(plainCase);
    const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
    const { world } = proven;
    const change = { consentId: actHash(proven.consent.act), state: 2, nonce: 0n };
    const signature = await sign(world, world.enterprise, "ConsentChange", change);
    const pause = async () => proven.store("pause", await world.consents.change(change, signature));
    await pause();
    const pack = await proven.proofs.act("pause");
    expect((await checked(pack, proven)).verdict).to.equal("valid");

    await ethers.provider.send("evm_revert", [snapshot]);
    expect(failing(await checked(pack, proven))).to.deep.equal(["transaction", "block"]);
    await networkHelpers.mine(2);
    await pause();
    const moved = await checked({ ...pack, transaction: { ...pack.transaction } }, proven);
    expect(failing(moved)).to.include("block");
    expect((await checked(await proven.proofs.act("pause"), proven)).verdict).to.equal("valid");
  });

  it("takes a smart account's signatures, by asking it", async () => {
    const proven = await proofCase(connection, async (world) => {
      const [maker, checker] = [Wallet.createRandom(), Wallet.createRandom()];
      const factory = await ethers.getContractFactory("SmartAccount");
      const account = await factory.deploy(maker.address, checker.address);
      const address = await account.getAddress();
      const bank = makerChecker(address, maker, checker);
      const { enrol } = await import("../contracts/world.ts");
      await enrol(world, bank, "institution");
      return bank;
    });
    expect(proven.grant.grant.act.signatures[0]!.smartAccount).to.equal(true);
    expect((await checked(proven.grant, proven)).verdict).to.equal("valid");
    const copy = structuredClone(proven.grant);
    copy.grant.act.signatures[0]!.signature = copy.bid.act.signatures[0]!.signature;
    expect(failing(await checked(copy, proven))).to.deep.equal(["grant.signature"]);
    const offline = await checkProof(proven.grant, { trust: proven.trust });
    expect(offline.lines.find(({ id }) => id === "grant.signature")).to.include({ state: "skipped" });
  });

  it("tells a node that is away apart from a pack that is wrong", async () => {
    const { grant, trust } = await networkHelpers.loadFixture(plainCase);
    const away: ChainReader = async () => {
      throw new ChainUnreachable("connect ECONNREFUSED");
    };
    const check = await checkProof(grant, { trust, chain: away });
    expect(check.verdict).to.equal("incomplete");
    expect(check.lines.find(({ id }) => id === "chain")).to.include({
      state: "skipped",
      detail: "connect ECONNREFUSED",
    });
  });

  it("carries proofs in links, all but the document", async () => {
    const proven = await networkHelpers.loadFixture(plainCase);
    for (const [name, pack] of Object.entries(packsOf(proven))) {
      const link = await linkOf("https://any.example", pack);
      const read = await packInLink(link);
      const carried = (read && "pack" in read && read.pack) as ProofPack;
      expect(carried, name).to.be.an("object");
      expect(JSON.stringify(carried), name).to.not.contain("试用企业");
      expect(failing(await checked(carried, proven)), name).to.deep.equal([]);
      if (pack.format === "rongqiao-leaf-proof/2") {
        const text = pack.file ? FILE_TEXT : JSON.stringify(pack.document, null, 2);
        expect((await checked(carried, proven, await shown(text))).verdict, name).to.equal("valid");
        expect(failing(await checked(carried, proven, await shown('{"an":"other"}'))), name).to.deep.equal([
          "document",
        ]);
      } else {
        expect((await checked(carried, proven)).verdict, name).to.equal("valid");
      }
      const qr = await qrLinkOf("https://any.example", pack);
      expect(qr.length, name).to.be.below(1_900);
      const scanned = await packInLink(qr);
      expect(failing(await checked((scanned && "pack" in scanned && scanned.pack) as ProofPack, proven))).to.deep.equal(
        [],
      );
    }
    expect(await packInLink("https://any.example/verify")).to.equal(undefined);
    expect(await packInLink("https://any.example/verify#p=AAAA")).to.deep.equal({ fault: "broken" });
  });

  it("finds a document among those of a grant, and refuses any other", async () => {
    const proven = await networkHelpers.loadFixture(plainCase);
    const offer = await shown(JSON.stringify(proven.grant.bid.document));
    expect((await checked(proven.grant, proven, offer)).verdict).to.equal("valid");
    expect(failing(await checked(proven.grant, proven, await shown("{}")))).to.deep.equal(["document"]);
  });

  it("finds a hash in the events of the trusted contracts", async () => {
    const { chain, grant, consent, record, proofs } = await networkHelpers.loadFixture(plainCase);
    const { contracts } = await proofs.deployment();
    const eventsOfHash = async (hash: string) => (await lookUp(chain, hash, contracts)).map(({ event }) => event);
    expect(await eventsOfHash(record.anchor.root)).to.deep.equal(["BatchAnchored"]);
    expect(await eventsOfHash(grant.grant.transaction.hash)).to.deep.equal(["Granted"]);
    expect(await eventsOfHash(actHash(grant.grant.act))).to.deep.equal(["Granted"]);
    expect(await eventsOfHash(actHash(consent.act))).to.deep.equal(["ConsentGiven"]);
    expect(await eventsOfHash(anyHash("nothing"))).to.deep.equal([]);
  });

  it("reads deployments in any of their shapes, for the right chain only", () => {
    const address = Wallet.createRandom().address;
    const one = { chainId: 7, genesisHash: anyHash("genesis"), addresses: { anchors: address } };
    for (const file of [one, { "7": one, "8": { chainId: 8, addresses: {} } }]) {
      const trust = trustInDeployments(file, 7);
      expect([...trust.addresses]).to.deep.equal([address.toLowerCase()]);
      expect(trust.genesisHash).to.equal(one.genesisHash);
      expect(() => trustInDeployments(file, 9)).to.throw(RangeError);
    }
    for (const bad of ["", "0x12", `${address}, no`]) expect(() => trustInAddresses(bad)).to.throw(RangeError);
  });

  it("publishes the schema that it reads packs with", () => {
    const file = new URL("../../docs/proof-pack.schema.json", import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8")), "npm run proof-schema writes it").to.deep.equal(
      JSON.parse(JSON.stringify(proofPackSchema())),
    );
  });

  it("speaks the compiled contracts' ABI", () => {
    const files = {
      participants: "ParticipantRegistry",
      anchors: "AnchorRegistry",
      consents: "ConsentRegistry",
      financing: "FinancingLedger",
      pledges: "PledgeRegistry",
      seals: "SealRegistry",
    };
    for (const contract of contractNames) {
      const name = files[contract];
      const file = new URL(`../../artifacts/contracts/${name}.sol/${name}.json`, import.meta.url);
      const compiled = new Interface((JSON.parse(readFileSync(file, "utf8")) as { abi: InterfaceAbi }).abi);
      for (const event of eventsOf(contract)) {
        const fragment = new Interface([`event ${event}`]).fragments[0]!;
        // In full form, with names: arguments are compared by their names.
        expect(compiled.getEvent(event.slice(0, event.indexOf("(")))?.format("full")).to.equal(fragment.format("full"));
      }
      for (const { contract: own, fragment } of actFunctions())
        if (own === contract) expect(compiled.getFunction(fragment)?.format(), fragment).to.equal(fragment);
    }
  });
});
