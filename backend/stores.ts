import type { Connection, Model } from "mongoose";
import { createActStore } from "./features/anchoring/act-store.ts";
import { createLeafStore } from "./features/anchoring/leaf-store.ts";
import { createRelayMongoStore } from "./features/anchoring/relay-mongo-store.ts";
import { createStoredFactsStore } from "./features/audit/stored-facts-store.ts";
import { createBidStore } from "./features/bids/bid-store.ts";
import { createAccessStore } from "./features/consents/access-store.ts";
import { createConsentRequestStore } from "./features/consents/consent-request-store.ts";
import { createConsentStore } from "./features/consents/consent-store.ts";
import { createCopyStore } from "./features/consents/copy-store.ts";
import { createBatchStore } from "./features/data-exchange/batch-store.ts";
import { createCatalogStore } from "./features/data-exchange/catalog-store.ts";
import { createQuarantineStore } from "./features/data-exchange/quarantine-store.ts";
import { createReadingStore } from "./features/data-exchange/reading-store.ts";
import { createRecordStore } from "./features/data-exchange/record-store.ts";
import { createPageStore } from "./features/data-sources/page-store.ts";
import { createResourceStore } from "./features/data-sources/resource-store.ts";
import { createRunStore } from "./features/data-sources/run-store.ts";
import { createScoreboardStore } from "./features/data-sources/scoreboard-store.ts";
import { createGrantStore } from "./features/grants/grant-store.ts";
import { createAccountStore } from "./features/identity/account-store.ts";
import { createSettingsStore } from "./features/installation/settings-store.ts";
import { createLedgerStore } from "./features/ledger-index/projection-store.ts";
import { createCodeStore } from "./features/licences/code-store.ts";
import { createMaterialStore } from "./features/licences/material-store.ts";
import { createErasureStore } from "./features/objections/erasure-store.ts";
import { createObjectionStore } from "./features/objections/objection-store.ts";
import { createParticipantStore } from "./features/participants/participant-store.ts";
import { createProductStore } from "./features/products/product-store.ts";
import { createProfileInputsStore } from "./features/profiles/profile-inputs-store.ts";
import { createProfileStore } from "./features/profiles/profile-store.ts";
import { createSnapshotStore } from "./features/profiles/snapshot-store.ts";
import { createRequestStore } from "./features/requests/request-store.ts";
import { createScoreStore } from "./features/scoring/score-store.ts";
import { createScorecardStore } from "./features/scoring/scorecard-store.ts";
import { createSurveyStore } from "./features/scoring/survey-store.ts";
import { createSubjectSourceStore } from "./features/subjects/subject-source-store.ts";
import { createSubjectStore } from "./features/subjects/subject-store.ts";
import { createAnswerStore } from "./features/verification/answer-store.ts";
import type { AggregateFields } from "./platform/mongo/aggregate.ts";
import { initModels } from "./platform/mongo/connect.ts";
import { createLeases } from "./platform/mongo/leases.ts";

/** All collections of one database, their indexes built. */
export async function createStores(connection: Connection) {
  const acts = createActStore(connection);
  const stores = {
    acts,
    leaves: createLeafStore(connection),
    participants: createParticipantStore(connection),
    accounts: createAccountStore(connection),
    settings: createSettingsStore(connection),
    batches: createBatchStore(connection),
    records: createRecordStore(connection),
    quarantine: createQuarantineStore(connection),
    readings: createReadingStore(connection),
    snapshots: createSnapshotStore(connection),
    profiles: createProfileStore(connection),
    profileInputs: createProfileInputsStore(connection),
    products: createProductStore(connection),
    catalogs: createCatalogStore(connection),
    consents: createConsentStore(connection),
    consentRequests: createConsentRequestStore(connection),
    copies: createCopyStore(connection),
    accesses: createAccessStore(connection),
    requests: createRequestStore(connection),
    bids: createBidStore(connection),
    grants: createGrantStore(connection),
    leases: createLeases(connection),
    ledger: createLedgerStore(connection),
    storedFacts: createStoredFactsStore(connection),
    objections: createObjectionStore(connection),
    resources: createResourceStore(connection),
    runs: createRunStore(connection),
    pages: createPageStore(connection),
    scoreboard: createScoreboardStore(connection),
    erasures: createErasureStore(connection),
    scorecards: createScorecardStore(connection),
    scores: createScoreStore(connection),
    surveys: createSurveyStore(connection),
    codes: createCodeStore(connection),
    materials: createMaterialStore(connection),
    subjects: createSubjectStore(connection),
    subjectSources: createSubjectSourceStore(connection),
    answers: createAnswerStore(connection),
  };
  await initModels(connection);
  const aggregates = Object.values(connection.models).filter(
    (model) => model.schema.path("outbox") !== undefined,
  ) as unknown as Model<AggregateFields>[];
  return { ...stores, relay: await createRelayMongoStore(connection, acts), aggregates };
}

export type Stores = Awaited<ReturnType<typeof createStores>>;
