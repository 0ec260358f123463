import { getAddress, id as keccakOfText, TypedDataEncoder } from "ethers";
import type { AnchorKind } from "../../../contracts/codes.ts";
import type { ChainContext } from "../../lib/chain-context.ts";
import { DomainError } from "../../lib/errors.ts";
import type { Hex32 } from "../../lib/hex.ts";
import { merkleLeaf } from "../../lib/merkle.ts";
import { type ContractName, contractNames, domainOf, ruleOf, typesOf } from "../../lib/proof/acts.ts";
import type {
  ActPack,
  FileDigest,
  GrantPack,
  LeafPack,
  PackAnchor,
  PackTransaction,
  SignedAct,
} from "../../lib/proof/pack.ts";
import { plainSigner } from "../../lib/proof/signed-act.ts";
import { actInCall } from "./domain/act-calls.ts";

interface StoredAct {
  target: string;
  data: string;
  state: string;
  transactionHash?: string | undefined;
  blockNumber?: number | undefined;
  blockHash?: string | undefined;
  reason?: string | undefined;
}
interface Path {
  root: Hex32;
  path: Hex32[];
}
interface StoredRequest {
  requestKey: string;
  terms: { amountFen: string };
  salt: string;
  termsCommitment: string;
  closesAt: Date;
  expiresAt: Date;
  endorsement: string;
  enterpriseAddress: string;
  signature: string;
  actId: string;
  award?: { bidHash: string; actId: string; signature: string } | undefined;
}
interface StoredBid {
  _id: string;
  requestKey: string;
  institution: { address: string };
  terms: { amountFen: string };
  termsSalt: string;
  termsCommitment: string;
  validUntil: Date;
  salt: string;
  signature: string;
  bidHash: string;
}
interface StoredGrant {
  requestId: string;
  bidId: string;
  requestKey: string;
  bidHash: string;
  institution: { address: string };
  terms: object;
  termsSalt: string;
  termsCommitment: string;
  amountFen: string;
  expiresAt: Date;
  salt: string;
  signature: string;
  actId: string;
}

/** What opens a commitment. */
interface Opening {
  document?: unknown;
  file?: FileDigest;
  salt: string;
}

interface Ports {
  genesisHash(): Promise<string>;
  act(id: string): Promise<StoredAct | null>;
  isSmartAccount(address: string): Promise<boolean>;
  /** Null while the leaf isn't in a batch. Throws when the leaf was changed since. */
  leafPath(leafId: string): Promise<Path | null>;
  findRequest(id: string): Promise<StoredRequest | null>;
  findBid(id: string): Promise<StoredBid | null>;
}

/** Builds proof packs. Each throws proof.notConfirmed until the chain has confirmed what the pack is about. */
export interface ProofService {
  /** Of something that is a leaf by itself. */
  leaf(leafId: string, kind: AnchorKind, opening: Opening & { commitment: string }): Promise<LeafPack>;
  /** Of a commitment whose path is known. */
  leafAt(path: Path, kind: AnchorKind, opening: Opening & { commitment: string }): Promise<LeafPack>;
  /** Of any act that went through the relay, by its id; the opening is for those who may read the document. */
  act(actId: string, opening?: Opening): Promise<ActPack>;
  bid(bid: StoredBid): Promise<ActPack>;
  grant(grant: StoredGrant): Promise<GrantPack>;
  /** What a checker should trust: this platform's chain and contracts. */
  deployment(): Promise<{ chainId: number; genesisHash: string; contracts: Record<ContractName, string> }>;
}

const seconds = (time: Date): string => String(time.getTime() / 1000);

/** JSON as it goes over the wire: what was left undefined in the store isn't there. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const notConfirmed = (what: string, reason?: string) =>
  new DomainError("proof.notConfirmed", `the chain has not confirmed ${what}${reason ? `: ${reason}` : ""}`, {
    fix: "try again in a few seconds",
  });

export function createProofService(chain: ChainContext, ports: Ports): ProofService {
  const contractOf = (name: ContractName): string => chain.contracts[name];
  const header = async () => ({ chainId: chain.chainId, genesisHash: await ports.genesisHash() });

  async function transactionOf(actId: string, what: string): Promise<PackTransaction> {
    const act = await ports.act(actId);
    const { transactionHash: hash, blockNumber, blockHash } = act ?? {};
    if (act?.state !== "confirmed" || !hash || blockNumber === undefined || !blockHash)
      throw notConfirmed(what, act?.state === "failed" ? act.reason : undefined);
    return { hash, blockNumber, blockHash };
  }

  /** One root is one act: the registry takes a root once. */
  const anchoring = (root: Hex32): Promise<PackTransaction> =>
    transactionOf(keccakOfText(`anchor:${root}`), `the batch ${root}`);

  const anchorOf = (kind: AnchorKind, commitment: string, { root, path }: Path): PackAnchor => ({
    kind,
    leaf: merkleLeaf(commitment),
    path,
    root,
  });

  async function signedAct(
    primaryType: string,
    message: Record<string, string>,
    signatures: readonly { signature: string; expected?: string | undefined }[],
  ): Promise<SignedAct> {
    const { contract } = ruleOf(primaryType)!;
    const domain = domainOf(contract, chain.chainId, contractOf(contract));
    const types = typesOf(primaryType)!;
    const digest = TypedDataEncoder.hash(domain, types, message);
    const signed = signatures.map(async ({ signature, expected }) => {
      const found = plainSigner(digest, signature);
      const text = signature.toLowerCase();
      if (expected && found?.toLowerCase() !== expected.toLowerCase() && (await ports.isSmartAccount(expected)))
        return { signer: getAddress(expected), signature: text, smartAccount: true as const };
      if (!found && !expected) throw new DomainError("proof.unavailable", "who signed this act is not known here");
      return { signer: found ?? getAddress(expected!), signature: text };
    });
    return {
      domain: { ...domain, version: "1" },
      primaryType,
      types: plain(types),
      message,
      signatures: await Promise.all(signed),
    };
  }

  const financingRequest = (request: StoredRequest): Promise<SignedAct> =>
    signedAct(
      "FinancingRequest",
      {
        requestKey: request.requestKey,
        termsCommitment: request.termsCommitment,
        amountFen: request.terms.amountFen,
        closesAt: seconds(request.closesAt),
        expiresAt: seconds(request.expiresAt),
      },
      [{ signature: request.signature, expected: request.requestKey }],
    );
  const endorsement = ({ requestKey, termsCommitment, endorsement: signature, enterpriseAddress }: StoredRequest) =>
    signedAct("RequestEndorsement", { requestKey, termsCommitment }, [{ signature, expected: enterpriseAddress }]);
  const bidAct = (bid: StoredBid): Promise<SignedAct> =>
    signedAct(
      "Bid",
      {
        requestKey: bid.requestKey,
        institution: bid.institution.address,
        termsCommitment: bid.termsCommitment,
        amountFen: bid.terms.amountFen,
        validUntil: seconds(bid.validUntil),
        salt: bid.salt,
      },
      [{ signature: bid.signature, expected: bid.institution.address }],
    );
  const grantAct = (grant: StoredGrant): Promise<SignedAct> =>
    signedAct(
      "Grant",
      {
        requestKey: grant.requestKey,
        bidHash: grant.bidHash,
        termsCommitment: grant.termsCommitment,
        amountFen: grant.amountFen,
        expiresAt: seconds(grant.expiresAt),
        salt: grant.salt,
      },
      [{ signature: grant.signature, expected: grant.institution.address }],
    );

  function contractsOf<Name extends ContractName>(...names: Name[]): Record<Name, string> {
    return Object.fromEntries(names.map((name) => [name, contractOf(name)])) as Record<Name, string>;
  }

  const service: ProofService = {
    async leaf(leafId, kind, opening) {
      const path = await ports.leafPath(leafId);
      if (!path) throw notConfirmed("it");
      return service.leafAt(path, kind, opening);
    },
    async leafAt(path, kind, { commitment, ...opening }) {
      return {
        format: "rongqiao-leaf-proof/2",
        ...(await header()),
        contracts: contractsOf("anchors"),
        ...plain(opening),
        commitment,
        anchor: anchorOf(kind, commitment, path),
        transaction: await anchoring(path.root),
      } as LeafPack;
    },
    async act(actId, opening) {
      const stored = await ports.act(actId);
      if (!stored) throw new DomainError("notFound", "there is no act with this id");
      const contract = contractNames.find((name) => contractOf(name).toLowerCase() === stored.target.toLowerCase());
      const called = contract && actInCall(contract, stored.data);
      if (!contract || !called) throw new DomainError("proof.unavailable", "this act was not signed by a party");
      const { primaryType, message, signatures, claimedSigner } = called;
      const { signers } = ruleOf(primaryType)!;
      const act = await signedAct(
        primaryType,
        message,
        signatures.map((signature, i) => {
          const field = signers[i];
          return { signature, expected: (i === 0 ? claimedSigner : undefined) ?? (field ? message[field] : undefined) };
        }),
      );
      return {
        format: "rongqiao-act-proof/2",
        ...(await header()),
        contracts: contractsOf("participants", contract),
        act,
        ...(opening ? plain(opening) : {}),
        transaction: await transactionOf(actId, "this act"),
      } as ActPack;
    },
    async bid(bid) {
      const path = await ports.leafPath(`bid:${bid._id}`);
      if (!path) throw notConfirmed("this bid");
      return {
        format: "rongqiao-act-proof/2",
        ...(await header()),
        contracts: contractsOf("participants", "anchors", "financing"),
        act: await bidAct(bid),
        document: plain(bid.terms),
        salt: bid.termsSalt,
        anchor: anchorOf("bids", bid.bidHash, path),
        transaction: await anchoring(path.root),
      };
    },
    async grant(grant) {
      const [request, bid] = await Promise.all([ports.findRequest(grant.requestId), ports.findBid(grant.bidId)]);
      if (!request?.award || !bid) throw new DomainError("notFound", "the grant's request or bid is gone");
      const transaction = await transactionOf(grant.actId, "this grant").catch((error: DomainError) => {
        throw new DomainError("grant.notConfirmed", error.message);
      });
      // A bid that was changed since is no longer in its tree: the pack says so, and the check of it fails.
      const path = await ports.leafPath(`bid:${bid._id}`).catch(() => null);
      const award = { requestKey: request.requestKey, bidHash: request.award.bidHash };
      return {
        format: "rongqiao-grant-proof/2",
        ...(await header()),
        contracts: contractsOf("participants", "anchors", "financing"),
        request: {
          act: await financingRequest(request),
          document: plain(request.terms),
          salt: request.salt,
          endorsement: await endorsement(request),
          transaction: await transactionOf(request.actId, "the request"),
        },
        bid: {
          act: await bidAct(bid),
          document: plain(bid.terms),
          salt: bid.termsSalt,
          ...(path ? { anchor: anchorOf("bids", bid.bidHash, path), transaction: await anchoring(path.root) } : {}),
        },
        award: {
          act: await signedAct("Award", award, [{ signature: request.award.signature, expected: request.requestKey }]),
          transaction: await transactionOf(request.award.actId, "the award"),
        },
        grant: {
          act: await grantAct(grant),
          document: plain(grant.terms),
          salt: grant.termsSalt,
          transaction,
        },
      };
    },
    deployment: async () => ({ ...(await header()), contracts: contractsOf(...contractNames) }),
  };
  return service;
}
