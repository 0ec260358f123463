import { Interface, type JsonRpcProvider } from "ethers";
import { roles } from "../contracts/deploy.ts";
import { consentsOf } from "./consents.ts";
import { createAnchoringService, MAX_LEAVES } from "./features/anchoring/anchoring-service.ts";
import { createAuditService } from "./features/audit/audit-service.ts";
import { createProofService } from "./features/audit/proof-service.ts";
import { createReconciliation } from "./features/audit/reconciliation-service.ts";
import { bidMessage, createBidService } from "./features/bids/bid-service.ts";
import { coversPeriod } from "./features/consents/domain/consent-rules.ts";
import { createDataExchangeService } from "./features/data-exchange/data-exchange-service.ts";
import { YUXI_DISTRICTS } from "./features/data-exchange/domain/districts.ts";
import {
  STANDARD_CATALOGS,
  STANDARD_DEPARTMENTS,
  standardCatalog,
} from "./features/data-exchange/domain/standard-catalogs.ts";
import { createIngestionService } from "./features/data-exchange/ingestion-service.ts";
import { createGrantService } from "./features/grants/grant-service.ts";
import type { GrantDocument } from "./features/grants/grant-store.ts";
import { createIdentityService } from "./features/identity/identity-service.ts";
import { createMatchingService } from "./features/matching/matching-service.ts";
import { createParticipantService } from "./features/participants/participant-service.ts";
import { createProductService } from "./features/products/product-service.ts";
import { INDICATORS } from "./features/profiles/domain/indicators.ts";
import { createProfileService } from "./features/profiles/profile-service.ts";
import { createRequestService, type RequestService } from "./features/requests/request-service.ts";
import { ledgerIndexOf } from "./ledger-index.ts";
import type { ChainContext } from "./lib/chain-context.ts";
import type { Clock } from "./lib/clock.ts";
import { DomainError } from "./lib/errors.ts";
import { trustInDeployments } from "./lib/proof/trust.ts";
import { objectionsOf } from "./objections.ts";
import { createSignal } from "./platform/jobs/signal.ts";
import type { Stores } from "./stores.ts";

export interface Parts {
  stores: Stores;
  chain: ChainContext;
  provider: JsonRpcProvider;
  /** The block before the first contract. */
  startBlock: number;
  sessionSecret: Buffer;
  filesDir: string;
  clock: Clock;
}

/** Builds every service and passes each what it needs: the one place that knows all features. */
export function compose({ stores, chain, provider, startBlock, sessionSecret, filesDir, clock }: Parts) {
  const work = createSignal();
  const ingestionWork = createSignal();
  const onWork = work.notify;
  const departmentName = new Map(STANDARD_DEPARTMENTS.map(({ code, name }) => [code, name]));

  const anchoring = createAnchoringService(
    stores.acts,
    stores.leaves,
    {
      address: chain.contracts.anchors,
      encodeAnchor: (root, kind, count) => chain.anchors.encodeFunctionData("anchor", [root, kind, count]),
    },
    onWork,
  );
  const participants = createParticipantService(stores.participants, chain, anchoring, clock, onWork);
  const identity = createIdentityService(
    stores.accounts,
    participants,
    async (address) => (await provider.getCode(address)) !== "0x",
    sessionSecret,
    clock,
  );
  const nameOf = async (participantId: string): Promise<string> => (await participants.find(participantId))?.name ?? "";

  const { access, consentRequests, consents, copies, mayRead } = consentsOf({
    stores,
    chain,
    participants,
    anchoring,
    nameOf,
    clock,
    onWork,
  });

  const dataExchange = createDataExchangeService({
    batches: stores.batches,
    records: stores.records,
    catalogs: STANDARD_CATALOGS,
    departments: STANDARD_DEPARTMENTS,
    departmentOf: async (participantId) => (await participants.find(participantId))?.departmentCode,
    batchAnchor: anchoring.batchAnchor,
    proofInBatch: anchoring.proofInBatch,
    mayRead,
  });
  const ingestion = createIngestionService(
    stores.batches,
    stores.records,
    standardCatalog,
    { maxLeaves: MAX_LEAVES, anchorBatch: anchoring.anchorBatch },
    filesDir,
    clock,
    ingestionWork.notify,
  );
  const { exchange, objections, erasures } = objectionsOf({
    stores,
    dataExchange,
    ingestion,
    anchoring,
    participants,
    clock,
    onWork,
  });

  const profiles = createProfileService(
    stores.snapshots,
    {
      recordsOf: exchange.recordsOf,
      markerFor: objections.markerFor,
      receivedCatalogs: exchange.receivedCatalogs,
      catalogLabel(catalogId) {
        const catalog = standardCatalog(catalogId);
        return { catalogName: catalog.name, departmentName: departmentName.get(catalog.departmentCode)! };
      },
      districtName: (code) => YUXI_DISTRICTS.find((district) => district.code === code)?.name.zh ?? code,
      enterprise: participants.requireActive,
      async request(_institutionId, requestId) {
        const request = await stores.requests.find(requestId);
        if (!request) throw new DomainError("notFound", "there is no such request");
        return { enterpriseId: request.enterpriseId, uscc: request.terms.enterprise.uscc };
      },
      readUnderConsent: (reader, subject, read) =>
        consents.use(reader, subject, ({ terms }) =>
          read({ catalogs: new Set(terms.catalogs), covers: (period) => coversPeriod(terms, period) }),
        ),
      mayOpenCopy: copies.openFor,
    },
    clock,
    onWork,
  );

  const indicatorNames = new Map(INDICATORS.map(({ id, name }) => [id, name]));
  const products = createProductService(stores.products, new Set(indicatorNames.keys()), clock);
  const matching = createMatchingService(products, indicatorNames);

  const bids = createBidService(
    stores.bids,
    chain,
    {
      requireActive: participants.requireActive,
      findRequest: stores.requests.find,
      isOpenForBids: async (requestId) => {
        const request = await stores.requests.find(requestId);
        return request !== null && requests.isOpenForBids(request);
      },
      anchorsOf: anchoring.anchorsOf,
    },
    clock,
    onWork,
  );
  const confirmedBidProof = async (bidId: string) => {
    const proof = await anchoring.proofOfLeaf(`bid:${bidId}`);
    return proof?.anchor.state === "confirmed" ? proof : null;
  };
  const requests: RequestService = createRequestService(
    stores.requests,
    chain,
    {
      requireActive: participants.requireActive,
      findParticipants: participants.findMany,
      outline: profiles.outline,
      receiptsOf: anchoring.receiptsOf,
      liveConsents: async (recipientId) =>
        (await consents.liveFor(recipientId, {})).map(({ _id, holder, terms }) => ({
          id: _id,
          holderId: holder.id,
          requestId: terms.requestId,
        })),
      async bidsOf(requestIds) {
        const grouped = new Map<string, { id: string; institutionId: string }[]>();
        for (const { _id, requestId, institution } of await stores.bids.ofRequests(requestIds)) {
          grouped.set(requestId, [...(grouped.get(requestId) ?? []), { id: _id, institutionId: institution.id }]);
        }
        return grouped;
      },
      async awardableBid(requestId, bidId) {
        const bid = await stores.bids.find(bidId);
        if (bid?.requestId !== requestId) return null;
        return {
          id: bidId,
          bidHash: bid.bidHash,
          institutionId: bid.institution.id,
          message: bidMessage(bid),
          signature: bid.signature,
        };
      },
      decideBids: stores.bids.decide,
      bidProof: confirmedBidProof,
    },
    clock,
    onWork,
  );
  const grants = createGrantService(
    stores.grants,
    chain,
    {
      requireActive: participants.requireActive,
      findRequest: stores.requests.find,
      async findBid(id) {
        const bid = await stores.bids.find(id);
        return bid && { _id: bid._id, terms: bid.terms, message: bidMessage(bid) };
      },
      recordGrant: requests.recordGrant,
      receiptsOf: anchoring.receiptsOf,
    },
    clock,
    onWork,
  );

  const ledger = ledgerIndexOf(stores.ledger, chain, provider, startBlock);
  let genesisHash: string | undefined;
  const proofs = createProofService(chain, {
    genesisHash: async () => (genesisHash ??= (await provider.getBlock(0))!.hash!),
    act: stores.acts.find,
    isSmartAccount: async (address) => (await provider.getCode(address)) !== "0x",
    leafPath: anchoring.proofOfLeaf,
    findRequest: stores.requests.find,
    findBid: stores.bids.find,
  });

  const audit = createAuditService<GrantDocument>(
    {
      packOf: proofs.grant,
      chain: (method, params) => provider.send(method, params),
      trust: trustInDeployments({ chainId: chain.chainId, contracts: chain.contracts }, chain.chainId),
      grantByGrantId: stores.grants.byGrantId,
      blockNumber: () => provider.getBlockNumber(),
    },
    clock,
  );

  const hasRole = new Interface(["function hasRole(uint64 role, address account) view returns (bool, uint32)"]);
  const ledgerKinds = { participants: "participant", requests: "request", grants: "grant" } as const;
  const reconciling = createReconciliation(
    {
      stored: stores.storedFacts,
      chain: {
        page: (kind, after, size) => ledger.page(ledgerKinds[kind], after, size) as never,
        find: (kind, keys) => ledger.find(ledgerKinds[kind], keys) as never,
        indexedBlock: ledger.indexedBlock,
      },
      acts: stores.acts.findMany,
      async isOperator(address) {
        const data = hasRole.encodeFunctionData("hasRole", [roles.operator, address]);
        const answer = await provider.call({ to: chain.contracts.accessManager, data });
        return hasRole.decodeFunctionResult("hasRole", answer)[0] as boolean;
      },
      wrongLines: audit.wrongLines,
    },
    clock,
  );

  return {
    work,
    ingestionWork,
    anchoring,
    participants,
    identity,
    consents,
    consentRequests,
    copies,
    access,
    exchange,
    objections,
    erasures,
    ingestion,
    profiles,
    products,
    matching,
    bids,
    requests,
    grants,
    ledger,
    audit,
    reconciling,
    proofs,
    nameOf,
  };
}

export type Services = ReturnType<typeof compose>;
