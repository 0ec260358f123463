import type { JsonRpcProvider } from "ethers";
import { auditOf } from "./audit.ts";
import { catalogsOf } from "./catalogs.ts";
import { consentsOf } from "./consents.ts";
import { dataSourcesOf, type OutboundOptions } from "./data-sources.ts";
import { createAnchoringService } from "./features/anchoring/anchoring-service.ts";
import { createDataExchangeService } from "./features/data-exchange/data-exchange-service.ts";
import { STANDARD_DEPARTMENTS } from "./features/data-exchange/domain/standard-catalogs.ts";
import { createIdentityService } from "./features/identity/identity-service.ts";
import { createMatchingService } from "./features/matching/matching-service.ts";
import { createParticipantService } from "./features/participants/participant-service.ts";
import { createProductService } from "./features/products/product-service.ts";
import { INDICATORS } from "./features/profiles/domain/indicators.ts";
import { SCORE_INDICATORS } from "./features/scoring/domain/score-indicators.ts";
import { financingOf } from "./financing.ts";
import { historiesOf, ingestionOf } from "./ingestion.ts";
import { ledgerIndexOf } from "./ledger-index.ts";
import type { ChainContext } from "./lib/chain-context.ts";
import type { Clock } from "./lib/clock.ts";
import { createPersonHasher } from "./lib/person-hash.ts";
import { licencesOf } from "./licences.ts";
import { objectionsOf } from "./objections.ts";
import { createSmartAccountCheck } from "./platform/chain/smart-account.ts";
import { createSignal } from "./platform/jobs/signal.ts";
import { profilesOf } from "./profiles.ts";
import { scoringOf } from "./scoring.ts";
import type { Stores } from "./stores.ts";
import { subjectsOf } from "./subjects.ts";
import { verificationOf } from "./verification.ts";

export interface Parts {
  stores: Stores;
  /** For the threads that read batches; without it this process reads none. */
  mongodbUri?: string;
  chain: ChainContext;
  provider: JsonRpcProvider;
  /** The block before the first contract. */
  startBlock: number;
  sessionSecret: Buffer;
  /** Of the hashes of natural persons, the oldest first. */
  personKeys: readonly Buffer[];
  filesDir: string;
  /** Where departments' systems may be called; nowhere when absent. */
  outbound?: OutboundOptions | undefined;
  /** How long entries of the access log are kept; at least six. */
  accessLogMonths?: number;
  clock: Clock;
}

/** Builds every service and passes each what it needs: the one place that knows all features. */
export function compose({
  stores,
  mongodbUri,
  chain,
  provider,
  startBlock,
  sessionSecret,
  personKeys,
  filesDir,
  outbound,
  accessLogMonths = 60,
  clock,
}: Parts) {
  const work = createSignal();
  const ingestionWork = createSignal();
  const onWork = work.notify;

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

  const { catalogRegistry, catalogs } = catalogsOf({ stores, participants, nameOf, clock });

  // A score tells of the copy that was scored: both end together.
  const snapshots: Stores["snapshots"] = {
    ...stores.snapshots,
    async deleteContent(id) {
      await stores.scores.deleteContentOf(id);
      await stores.snapshots.deleteContent(id);
    },
  };
  const { access, consentRequests, consents, copies, mayRead } = consentsOf({
    stores: { ...stores, snapshots },
    chain,
    participants,
    anchoring,
    knownCatalogs: catalogRegistry.ids,
    nameOf,
    accessLogMonths,
    clock,
    onWork,
  });

  const dataExchange = createDataExchangeService({
    batches: stores.batches,
    records: stores.records,
    catalogs: catalogRegistry.list,
    words: catalogRegistry.words,
    departments: STANDARD_DEPARTMENTS,
    departmentOf: async (participantId) => (await participants.find(participantId))?.departmentCode,
    batchAnchor: anchoring.batchAnchor,
    proofInBatch: anchoring.proofInBatch,
    mayRead,
  });
  const persons = createPersonHasher(personKeys);
  const { subjects, subjectIndex } = subjectsOf({
    stores,
    persons,
    requireOwnCatalog: dataExchange.ownCatalog,
    clock,
  });
  const { ingestion, quarantine, readings, stopReading } = ingestionOf({
    stores,
    chain,
    ...(mongodbUri ? { mongodbUri } : {}),
    personKeys,
    filesDir,
    dataExchange,
    catalogOf: catalogRegistry.require,
    resolveSubjects: subjects.resolveSubjects,
    namingCatalogs: subjectIndex.naming,
    clock,
    onBatch: ingestionWork.notify,
    onWork,
  });
  const dataSources = dataSourcesOf({
    stores,
    catalogRegistry,
    dataExchange,
    ingestion,
    participants,
    installationSecret: sessionSecret,
    outbound: outbound ?? { allow: [] },
    clock,
    onWork,
  });
  const { exchange, objections, erasures } = objectionsOf({
    stores,
    catalogRegistry,
    dataExchange,
    ingestion,
    anchoring,
    participants,
    clock,
    onWork,
  });

  const { profiles, recomputing, indicators, seen } = profilesOf({
    stores,
    catalogRegistry,
    exchange,
    objections,
    erasures,
    anchoring,
    subjects,
    participants,
    consents,
    copies,
    proofs: () => proofs,
    clock,
    onWork,
  });

  const verification = verificationOf({
    stores,
    catalogRegistry,
    exchange,
    objections,
    consents,
    copies,
    access,
    anchoring,
    participants,
    persons,
    clock,
    onWork,
  });
  const scoring = scoringOf({
    stores,
    profiles,
    exchange,
    seen,
    participants,
    anchoring,
    access,
    copies,
    catalogs: catalogRegistry.byId,
    indicators: new Map(INDICATORS.map(({ id, name, unit }) => [id, { name, unit }])),
    nameOf,
    clock,
    onWork,
  });
  const indicatorNames = new Map([
    ...INDICATORS.map(({ id, name }) => [id, name] as const),
    ...SCORE_INDICATORS.map(({ id, name }) => [id, name] as const),
  ]);
  const products = createProductService(stores.products, new Set(indicatorNames.keys()), clock);
  const matching = createMatchingService(products, indicatorNames);

  const { bids, requests, grants } = financingOf({
    stores,
    chain,
    participants,
    anchoring,
    profiles,
    consents,
    clock,
    onWork,
  });

  const ledger = ledgerIndexOf(stores.ledger, chain, provider, startBlock);
  const { proofs, audit, reconciling } = auditOf({ stores, chain, provider, anchoring, ledger, clock });

  const { licences, codes, materials, dossiers } = licencesOf({
    stores,
    chain,
    smartAccount: createSmartAccountCheck(provider),
    exchange,
    catalogs: async () => catalogRegistry.list,
    departments: STANDARD_DEPARTMENTS,
    subjects,
    participants,
    anchoring,
    proofs,
    consents,
    requests,
    nameOf,
    filesDir,
    clock,
    onWork,
  });

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
    ...verification,
    exchange,
    subjects,
    subjectIndex,
    licences,
    codes,
    materials,
    dossiers,
    objections,
    erasures,
    dataSources,
    ingestion,
    quarantine,
    readings,
    histories: historiesOf({ stores, dataExchange, erasures, anchoring, mayRead }),
    stopReading,
    profiles,
    recomputing,
    indicators,
    scoring,
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
    catalogRegistry,
    catalogs,
  };
}

export type Services = ReturnType<typeof compose>;
